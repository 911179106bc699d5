"""Asked often × few can serve: services sorted into four groups by what is asked and what is offered.

“Often”: at least the median of the services that were asked for. “Few”: at
most the median, over all services, of the number of structures that take new
requests in a commune on average. Medians move with the territory: no threshold
suits both Brenne and a city.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _

from intake.suppression import Hidden
from providers.models import Service


@dataclass(frozen=True)
class Asked:
    """A service with how often it was asked for and how many structures can serve, on average, in a commune."""

    service: Service
    asked: int | Hidden
    able: float


@dataclass(frozen=True)
class Group:
    """One of the four: its name, what to do about it, its services, the most asked first."""

    code: str
    title: str
    meaning: str
    services: list[Asked]


@dataclass(frozen=True)
class Quadrant:
    """The four groups, and the two medians they are told by; ``hidden`` are services whose count is not published."""

    groups: list[Group]
    often: float
    few: float
    hidden: list[Asked]


def quadrant(rows: Iterable[Asked]) -> Quadrant:
    """Sort *rows*; a hidden count is in no group."""
    every = list(rows)
    hidden = [row for row in every if isinstance(row.asked, Hidden)]
    known = [row for row in every if isinstance(row.asked, int)]
    counts = [row.asked for row in known if isinstance(row.asked, int) and row.asked]
    often = median(counts) if counts else 0.0
    few = median([row.able for row in every]) if every else 0.0
    sorted_rows: dict[tuple[bool, bool], list[Asked]] = {}
    for row in sorted(known, key=lambda row: (-int(row.asked), row.able, row.service.name)):  # type: ignore[arg-type]
        asked_often = bool(row.asked) and int(row.asked) >= often  # type: ignore[arg-type]
        sorted_rows.setdefault((asked_often, row.able <= few), []).append(row)
    groups = [
        Group(code, title, meaning, sorted_rows.get(key, [])) for key, code, title, meaning in _groups()
    ]
    return Quadrant(groups, often, few, hidden)


def _groups() -> list[tuple[tuple[bool, bool], str, str, str]]:
    return [
        (
            (True, True),
            "lacking",
            _("Asked often, few can serve"),
            _("Where a new structure, or a longer day, would help most."),
        ),
        (
            (True, False),
            "served",
            _("Asked often, many can serve"),
            _("The offer is there, and people know it."),
        ),
        (
            (False, True),
            "rare",
            _("Asked little, few can serve"),
            _("Perhaps nobody asks because nobody offers."),
        ),
        (
            (False, False),
            "unknown",
            _("Asked little, many can serve"),
            _("Perhaps people do not know that it exists."),
        ),
    ]
