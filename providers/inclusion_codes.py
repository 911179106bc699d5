"""The themes of data.inclusion v1, by code (providers/data/data-inclusion-themes.csv)."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FILE = Path(__file__).resolve().parent / "data" / "data-inclusion-themes.csv"


@functools.cache
def theme_labels() -> dict[str, str]:
    """Label of each theme by its code."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row["libelle"] for row in csv.DictReader(stream, delimiter=";")}


def themes_of(text: str) -> list[str]:
    """The codes written one per line."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def validate_themes(text: str) -> None:
    """Refuse a code that data.inclusion does not have, and name it."""
    if unknown := [code for code in themes_of(text) if code not in theme_labels()]:
        raise ValidationError(
            _("data.inclusion has no theme with this code: %(codes)s.") % {"codes": ", ".join(unknown)}
        )
