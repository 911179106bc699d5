"""What was published, read back: every public page, block, export, report and the API start from here."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from intake.models import PublishedYear
from intake.observatory import months
from intake.observatory.catalogue import GRIDS, OTHERS, TABLES, UNITS, UNKNOWN, PublicGrid, PublicTable
from intake.observatory.dimensions import DIMENSIONS
from intake.observatory.figures import FIGURES, Figure
from intake.requests.reasons import Beneficiary, Channel, RequesterKind
from intake.suppression import HIDDEN, Hidden
from providers.generation import per_generation

# Of the figures of a year, in their order; each is a total, a count of a table, or an average.
OF_A_YEAR = (
    "contacts",
    "calls",
    "needs",
    "referrals_per_need",
    "directed",
    "share_directed",
    "unmet_at_contact",
    "no_such_service",
    "met",
    "unmet_at_follow_up",
    "not_known",
    "callback_hours",
    "searches",
)
_CHOICES = {"channels": Channel, "kinds": RequesterKind, "beneficiaries": Beneficiary}
_DIMENSIONS = {
    "kinds": "kind",
    "channels": "channel",
    "heard_from": "heard_from",
    "families": "family",
    "searched": "family",
    "services": "service",
    "epcis": "epci",
    "communes": "commune",
}


@dataclass(frozen=True)
class Row:
    """One published count. ``parent`` is the key of its family or group, “” for none."""

    key: str
    label: str
    value: int | Hidden
    parent: str = ""
    inhabitants: int | None = None
    # The same count of the year before; None when there is none to compare with.
    before: int | Hidden | None = None

    @property
    def is_hidden(self) -> bool:
        return self.value is HIDDEN

    @property
    def per_thousand(self) -> float | None:
        """For 1,000 inhabitants; None when the count is hidden or the inhabitants are not known."""
        if isinstance(self.value, Hidden) or not self.inhabitants:
            return None
        return 1000 * self.value / self.inhabitants

    @property
    def change(self) -> int | None:
        """More (or fewer) than the year before; None unless both are shown."""
        return (
            self.value - self.before if isinstance(self.value, int) and isinstance(self.before, int) else None
        )


@dataclass(frozen=True)
class ShownTable:
    """A table of one year: its words, its rows, what they add up to."""

    table: PublicTable
    rows: tuple[Row, ...]
    total: int | Hidden

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def title(self) -> str:
        return str(self.table.title)

    @property
    def definition(self) -> str:
        return str(self.table.definition)

    @property
    def unit(self) -> str:
        """“needs”, in words."""
        return str(UNITS[self.table.unit])

    @property
    def hidden_share(self) -> float:
        """Share of the rows that are hidden, 0 to 1."""
        return sum(row.is_hidden for row in self.rows) / len(self.rows) if self.rows else 0.0

    @property
    def is_withheld(self) -> bool:
        """Whether nothing of it is shown."""
        return bool(self.rows) and all(row.is_hidden for row in self.rows)

    @property
    def is_compared(self) -> bool:
        """Whether the year before stands beside."""
        return any(row.before is not None for row in self.rows)

    def row(self, key: str) -> Row | None:
        """The row with this key."""
        return next((row for row in self.rows if row.key == key), None)

    def under(self, parent: str) -> tuple[Row, ...]:
        """The rows of one family or group."""
        return tuple(row for row in self.rows if row.parent == parent)


@dataclass(frozen=True)
class GridRow:
    """One line of a grid: its words, and the cells in the order of the columns."""

    key: str
    label: str
    cells: tuple[int | Hidden, ...]


@dataclass(frozen=True)
class GridShown:
    """A grid of one year."""

    grid: PublicGrid
    columns: tuple[tuple[str, str], ...]  # keys and words
    rows: tuple[GridRow, ...]

    @property
    def name(self) -> str:
        return self.grid.name

    @property
    def title(self) -> str:
        return str(self.grid.title)

    @property
    def definition(self) -> str:
        return str(self.grid.definition)

    @property
    def hidden_share(self) -> float:
        """Share of the cells that are hidden, 0 to 1."""
        cells = [cell for row in self.rows for cell in row.cells]
        return sum(cell is HIDDEN for cell in cells) / len(cells) if cells else 0.0


@dataclass(frozen=True)
class ShownFigure:
    """One figure of a year with its words; ``value`` is None when it cannot be worked out from what is published."""

    figure: Figure
    value: int | float | Hidden | None
    before: int | float | Hidden | None = None

    @property
    def name(self) -> str:
        return self.figure.name

    @property
    def label(self) -> str:
        return str(self.figure.label)

    @property
    def definition(self) -> str:
        return str(self.figure.definition)

    @property
    def is_hidden(self) -> bool:
        return self.value is HIDDEN


class Edition:
    """What was published of one year."""

    def __init__(
        self,
        year: int,
        published_at: datetime.datetime,
        content: dict[str, Any],
        before: Edition | None = None,
    ) -> None:
        self.year, self.published_at, self.content, self.before = year, published_at, content, before

    @property
    def invented(self) -> bool:
        """Whether the demonstration made it up, at least in part."""
        return bool(self.content["invented"])

    @property
    def hidden_share(self) -> float:
        """Share of all the cells of the year that are hidden, 0 to 1."""
        return float(self.content["hidden_share"])

    @property
    def threshold(self) -> int:
        """Counts below this one were hidden."""
        return int(self.content["threshold"])

    @property
    def situation_threshold(self) -> int:
        """The same where a personal situation is told."""
        return int(self.content["situation_threshold"])

    def total(self, unit: str) -> int | Hidden:
        """All contacts, needs or searches of the year."""
        return _shown(self.content["totals"][unit])

    @cached_property
    def tables(self) -> dict[str, ShownTable]:
        """Every table of the year, by name, in the catalogue's order."""
        return {name: self._table(table) for name, table in TABLES.items() if name in self.content["tables"]}

    def table(self, name: str) -> ShownTable:
        """One table; KeyError when the catalogue has no such one."""
        return self.tables[name]

    def _table(self, table: PublicTable) -> ShownTable:
        before = {}
        if self.before:
            before = {
                key: _shown(value)
                for key, value, _parent in self.before.content["tables"].get(table.name, ())
            }
        inhabitants = self._inhabitants(table.name)
        rows = tuple(
            Row(
                key,
                self.label(table.name, key),
                _shown(value),
                parent,
                inhabitants.get(key),
                before.get(key),
            )
            for key, value, parent in self.content["tables"][table.name]
            if value != 0 or key != UNKNOWN
        )
        total = (
            _shown(self._values(table.parent)[table.parent_key])
            if table.parent_key
            else self.total(table.unit)
        )
        return ShownTable(table, rows, total)

    def _values(self, name: str) -> dict[str, int | None]:
        return {key: value for key, value, _parent in self.content["tables"][name]}

    def _inhabitants(self, name: str) -> dict[str, int]:
        known: dict[str, int] = self.content["inhabitants"]
        if name != "epcis":
            return known if name == "communes" else {}
        found: dict[str, int] = {}
        incomplete = set()
        for key, _value, parent in self.content["tables"]["communes"]:
            if key not in known:
                incomplete.add(parent)
            found[parent] = found.get(parent, 0) + known.get(key, 0)
        return {key: count for key, count in found.items() if key and key not in incomplete}

    def grid(self, name: str) -> GridShown | None:
        """One grid; None when the year's was withheld."""
        kept = self.content["grids"].get(name)
        if not kept:
            return None
        grid = GRIDS[name]
        return GridShown(
            grid,
            tuple((key, self._grid_label(grid.columns, key)) for key in kept["columns"]),
            tuple(
                GridRow(key, self._grid_label(grid.rows, key), tuple(_shown(value) for value in cells))
                for key, cells in zip(kept["rows"], kept["cells"], strict=True)
            ),
        )

    @cached_property
    def grids(self) -> dict[str, GridShown]:
        """The grids that were not withheld."""
        return {name: grid for name in GRIDS if (grid := self.grid(name))}

    def _grid_label(self, table: str, key: str) -> str:
        return gettext("the others") if key == OTHERS else self.label(table, key)

    def label(self, table: str, key: str) -> str:
        """The words for one key of a table, as they were when the year was published."""
        if key == UNKNOWN:
            dimension = DIMENSIONS.get(_DIMENSIONS.get(table, ""))
            return str(dimension.unknown) if dimension else gettext("not known")
        if table == "months":
            return months.label(key)
        if table in _CHOICES:
            return str(_CHOICES[table](key).label)
        if table in ("at_contact", "news", "unmet"):
            return gettext("the service exists here") if key == "service_exists" else str(FIGURES[key].label)
        names: dict[str, str] = self.content["names"]["families" if table == "searched" else table]
        return names.get(key, key)

    def value(self, name: str) -> int | float | Hidden | None:
        """One figure of ``OF_A_YEAR``; a share or an average is given only when all it is made of is shown."""
        if name in self.content["totals"]:
            return self.total(name)
        if name in ("referrals_per_need", "callback_hours"):
            known: float | None = self.content["ratios"].get(name)
            return known
        if name == "share_directed":
            directed, needs = self.value("directed"), self.total("needs")
            return (
                directed / needs if isinstance(directed, int) and isinstance(needs, int) and needs else None
            )
        if name == "calls":
            parts = [_shown(self._values("channels")[key]) for key in (Channel.PHONE, Channel.VOICEMAIL)]
            return sum(part for part in parts if isinstance(part, int)) if HIDDEN not in parts else HIDDEN
        for table in ("at_contact", "unmet", "news"):
            if name in (values := self._values(table)):
                return _shown(values[name])
        raise KeyError(name)

    @cached_property
    def figures(self) -> tuple[ShownFigure, ...]:
        """The figures of the year with their words, and those of the year before."""
        return tuple(
            ShownFigure(FIGURES[name], self.value(name), self.before.value(name) if self.before else None)
            for name in OF_A_YEAR
        )

    def narrowed(
        self, communes: Collection[str] = (), services: Collection[str] = ()
    ) -> Iterator[ShownTable]:
        """The published rows of these communes (INSEE codes) and services (slugs), and no others."""
        for name, keys in (("communes", communes), ("services", services)):
            if keys:
                table = self.table(name)
                yield replace(table, rows=tuple(row for row in table.rows if row.key in keys))


def _shown(value: int | None) -> int | Hidden:
    return HIDDEN if value is None else value


@per_generation
def years() -> tuple[int, ...]:
    """The years that were published, the latest first."""
    return tuple(PublishedYear.objects.order_by("-year").values_list("year", flat=True))


@per_generation
def edition(year: int) -> Edition | None:
    """What was published of *year*, the year before beside it; None when nothing was."""
    rows = {row.year: row for row in PublishedYear.objects.filter(year__in=(year - 1, year))}
    if year not in rows:
        return None
    before = rows.get(year - 1)
    earlier = Edition(before.year, before.published_at, before.content) if before else None
    return Edition(year, rows[year].published_at, rows[year].content, earlier)


def latest() -> Edition | None:
    """The latest year published."""
    known = years()
    return edition(known[0]) if known else None


def editions(wanted: Iterable[int]) -> list[Edition]:
    """Those of *wanted* that were published."""
    return [found for year in wanted if (found := edition(year))]
