"""Opening hours as a cell says them: OpenStreetMap's syntax, or plain French."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from providers.hours import DAYS, parse_week, validate_hours
from providers.naming import normalise

from .cells import CellFault, one_line

_FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY_NAME = r"\b(?:lun|mar|mer|jeu|ven|sam|dim)(?:[a-z]*di|anche)?s?\b\.?"
_SPAN = re.compile(
    rf"(?:\b(?:du|le|les)\s+)?({_DAY_NAME})(?:\s*(?:-|–|\bau\b|\ba\b|à)\s*({_DAY_NAME}))?\s*:?\s*",
    re.IGNORECASE,
)
_EVERY_DAY = re.compile(
    r"\b(?:tous les jours|7\s?j(?:ours)?\s?(?:/|sur)\s?7(?:\s?j(?:ours)?)?)\b", re.IGNORECASE
)
_AROUND_THE_CLOCK = re.compile(r"24\s?h?\s?(?:/|sur)\s?24\s?h?", re.IGNORECASE)


def read_hours(text: str) -> str:
    """OSM hours from OSM hours, or from "lundi au vendredi : 9h à 12h et 14h-17h". CellFault otherwise."""
    line = one_line(text)
    try:
        validate_hours(line)
        return line
    except ValidationError:
        pass
    if _AROUND_THE_CLOCK.fullmatch(line):
        return "24/7"
    try:
        if typed := _week(_EVERY_DAY.sub("lundi-dimanche", line)):
            hours = parse_week(typed)
            validate_hours(hours)
            return hours
    except ValidationError:
        pass
    raise CellFault(_("hours such as “lundi-vendredi 9h-12h 14h-17h”"))


def _week(line: str) -> dict[str, str]:
    """What is said of each day; nothing when a part of the line is left over."""
    typed: dict[str, str] = {}
    days: list[str] = []
    spans = list(_SPAN.finditer(line))
    if not spans or line[: spans[0].start()].strip():
        return {}
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        days += _days(span[1], span[2] or span[1])
        hours = line[span.end() : following.start() if following else None].strip(" ,;.")
        if following and hours.lower() in ("", "et", "/", "&"):
            continue  # "lundi, mardi et jeudi 9h-12h": the hours are those of all three
        hours = re.sub(r"^(?:et|puis)\s|\s(?:et|puis)$", "", hours.strip("() ")).strip(" ,;.")
        hours = re.sub(r"^de\s+|\s+de\s+", " ", hours).replace(" à ", "-").strip()
        if not hours:
            return {}
        for day in days:
            typed[day] = f"{typed[day]}, {hours}" if day in typed else hours
        days = []
    return typed


def _days(first: str, last: str) -> list[str]:
    """The days from *first* to *last*, over the end of the week if need be."""
    start, end = (
        next(place for place, name in enumerate(_FRENCH_DAYS) if name.startswith(normalise(word)[:3]))
        for word in (first, last)
    )
    return [DAYS[place % 7] for place in range(start, end + (7 if end < start else 0) + 1)]
