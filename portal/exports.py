"""Every list that Wagtail's admin exports, defused."""

from __future__ import annotations

from typing import Any

from django.utils.encoding import force_str
from wagtail.admin.views.mixins import SpreadsheetExportMixin


def _harmless(value: Any) -> Any:
    from providers.census.cells import defuse

    shown = force_str(value, strings_only=True)
    return defuse(shown) if isinstance(shown, str) else shown


def defuse_exports() -> None:
    """Have text that would run as a formula written with an apostrophe, in every export of the admin.

    Wagtail writes it as it is in CSV. Its table of what to do with each class
    of values is shared by all export views; ``object`` comes last, for whatever
    the others leave.
    """
    SpreadsheetExportMixin.custom_value_preprocess[object] = {
        SpreadsheetExportMixin.FORMAT_CSV: _harmless,
        SpreadsheetExportMixin.FORMAT_XLSX: _harmless,
    }
