"""The dashboard of those who take requests: true figures, told apart, beside those of the year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.observatory import callbacks, reading
from intake.observatory.cube import Filters
from intake.observatory.dimensions import DIMENSIONS, NONE, label
from intake.observatory.figures import FIGURES, Counts
from intake.observatory.periods import Period
from intake.observatory.searches import unanswered
from intake.observatory.sheets import Sheet
from providers.generation import per_generation
from providers.models import Commune

TABLES = ("family", "service", "epci", "commune", "channel", "kind", "heard_from", "campaign")
COLUMNS = ("contacts", "needs", "directed", "unmet_at_contact", "met", "unmet_at_follow_up", "not_known")
TILES = (
    "contacts",
    "calls",
    "needs",
    "referrals_per_need",
    "share_directed",
    "unmet_at_contact",
    "no_such_service",
    "met",
    "unmet_at_follow_up",
    "not_known",
    "callback_hours",
    "searches",
)
# Filters of the request log that have another name, or are lists.
LOG_FILTERS = {*DIMENSIONS}


@dataclass(frozen=True)
class Tile:
    """One figure of the period, and of the year before."""

    name: str
    value: int | float | None
    before: int | float | None

    @property
    def label(self) -> Any:
        return FIGURES[self.name].label

    @property
    def definition(self) -> Any:
        return FIGURES[self.name].definition

    @property
    def unit(self) -> str:
        return FIGURES[self.name].unit


@dataclass(frozen=True)
class Line:
    """One value of a dimension: its counts, those of the year before, where it leads."""

    key: str
    label: str
    counts: Counts
    before: Counts
    url: str
    per_thousand: float | None

    def values(self, columns: tuple[str, ...]) -> list[int]:
        """The counts of *columns*, in their order."""
        return [getattr(self.counts, name) for name in columns]


class Dashboard:
    """The figures of *period*, narrowed to *filters*."""

    def __init__(self, period: Period, filters: Filters) -> None:
        self.period, self.filters = period, filters

    @cached_property
    def now(self) -> reading.Observed:
        """The period itself."""
        return reading.observe(self.period, self.filters)

    @cached_property
    def before(self) -> reading.Observed:
        """The same months, a year earlier."""
        return reading.observe(self.period.year_before, self.filters)

    @cached_property
    def tiles(self) -> list[Tile]:
        """The figures of the whole, with those of the year before."""
        pairs = [self._values(self.period, self.now), self._values(self.period.year_before, self.before)]
        return [Tile(name, pairs[0][name], pairs[1].get(name)) for name in TILES if name in pairs[0]]

    def _values(self, period: Period, seen: reading.Observed) -> dict[str, int | float | None]:
        found: dict[str, int | float | None] = {}
        for name in TILES:
            if name in ("contacts", "calls"):
                if seen.has_contacts():
                    found[name] = seen.total.contacts if name == "contacts" else seen.calls
            elif name == "callback_hours":
                # Messages know no commune and no service.
                if not self.filters.given:
                    found[name] = callbacks.median_hours(period)
            elif name == "searches":
                if not self.filters.given.keys() - {"commune", "epci", "service", "family"}:
                    found[name] = sum(unanswered(period, self.filters).values())
            else:
                found[name] = getattr(seen.total, name)
        return found

    def columns(self, dimension: str) -> tuple[str, ...]:
        """The counts that mean something by this dimension."""
        return COLUMNS if self.now.has_contacts(dimension) else COLUMNS[1:]

    def lines(self, dimension: str) -> list[Line]:
        """The values of *dimension* in which something was counted, then or a year before, the largest first."""
        now, before = self.now.by[dimension], self.before.by[dimension]
        first = self.columns(dimension)[0]
        # Read once: each look-up asks whether the names are still those.
        names = {NONE: str(DIMENSIONS[dimension].unknown), **DIMENSIONS[dimension].names()}
        people = _inhabitants(dimension) if dimension in ("commune", "epci") else {}
        lines = [
            Line(
                key,
                capfirst(names.get(key) or _("retired")),
                now.get(key, Counts()),
                before.get(key, Counts()),
                self.log_url({dimension: key}),
                1000 * now.get(key, Counts()).needs / people[key] if people.get(key) else None,
            )
            for key in {*now, *before}
        ]
        lines.sort(key=lambda line: (-getattr(line.counts, first), line.label))
        return [line for line in lines if getattr(line.counts, first) or getattr(line.before, first)]

    @cached_property
    def structures(self) -> list[dict[str, Any]] | None:
        """The structures given and what came of it; None for a log too large to be read live."""
        if self.now.counted_at:
            return None
        rows = reading.structures(self.period, self.filters)
        found = [
            {"label": label("structure", key), "given": row, "url": self.log_url({"structure": key})}
            for key, row in rows.items()
        ]
        return sorted(found, key=lambda row: (-row["given"].given, row["label"]))

    def log_url(self, more: Mapping[str, str] | None = None) -> str:
        """The request log, narrowed as the figures are and to *more*; “” when it cannot be."""
        chosen = {**self.filters.given, **(more or {})}
        if any(value == NONE or name not in LOG_FILTERS for name, value in chosen.items()):
            return ""
        return self._url("intake_requests:index", "received", chosen)

    def unmet_url(self) -> str:
        """The unmet list, narrowed as the figures are where it can be."""
        known = {"commune", "epci", "service", "family", "channel"}
        chosen = {name: value for name, value in self.filters.given.items() if name in known and value}
        return self._url("intake_unmet:index", "since", chosen)

    def _url(self, name: str, dates: str, chosen: Mapping[str, str]) -> str:
        days = {f"{dates}_from": self.period.first.isoformat(), f"{dates}_to": self.period.last.isoformat()}
        return f"{reverse(name)}?{urlencode({**days, **chosen})}"

    def sheets(self) -> Iterator[Sheet]:
        """All of it as tables for a spreadsheet."""
        title = str(self.period)
        yield Sheet(
            _("Figures"),
            title,
            [_("Figure"), title, _("The year before"), _("What it means")],
            [[str(tile.label), tile.value, tile.before, str(tile.definition)] for tile in self.tiles],
        )
        months = [
            [key, *(getattr(counts, name) for name in self.columns("month")), before.needs]
            for (key, counts), before in zip(
                self.now.by["month"].items(), self.before.by["month"].values(), strict=False
            )
        ]
        yield Sheet(_("Months"), title, self._headings("month", _("Month")), months)
        for dimension in TABLES:
            yield Sheet(
                str(DIMENSIONS[dimension].label),
                title,
                self._headings(dimension, str(DIMENSIONS[dimension].label)),
                [
                    [line.label, *line.values(self.columns(dimension)), line.before.needs]
                    for line in self.lines(dimension)
                ],
            )

    def _headings(self, dimension: str, first: str) -> list[str]:
        names = [capfirst(FIGURES[name].label) for name in self.columns(dimension)]
        return [first, *names, _("needs, the year before")]


@per_generation
def _inhabitants(dimension: str) -> dict[str, int]:
    rows = Commune.objects.of_territory().values_list("pk", "epci_id", "population")
    found: dict[str, int] = {}
    for pk, epci, population in rows:
        key = str(pk if dimension == "commune" else epci)
        found[key] = found.get(key, 0) + (population or 0)
    return found
