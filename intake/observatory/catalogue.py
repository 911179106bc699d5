"""The tables the public gets: these, over closed calendar years, and no others.

Nothing else about the demand is published anywhere: pages, blocks, exports,
reports and the API read what :mod:`intake.observatory.published` keeps of this
list. There is no free period and no free crossing. Contacts and needs are two
populations that share no count; their lists share nothing but their total; the
months of a year belong to that year alone, so no two periods overlap: months
published before their year (:mod:`intake.observatory.months`) are lines of it, unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from intake.suppression import HIDDEN, Hidden, is_small, protect_grid, protect_line

OTHERS = "*"  # in a grid: all the lines, or columns, whose total is hidden
UNKNOWN = ""  # what nobody told
# Bounded by other lists (what has no service, or is not directed, was not met): hidden
# for being small, they never protect another count.
LAST_RESORT = (UNKNOWN, "pending", "other_news")


@dataclass(frozen=True)
class PublicTable:
    """A list whose counts add up to a total of *unit*, or, under *parent*, to each count of that table."""

    name: str
    title: Any
    definition: Any
    unit: str
    parent: str = ""
    # The only count of the parent that is divided; "" when each is.
    parent_key: str = ""
    situation: bool = False
    # A list that bounds this one: it is withheld unless that one shows all.
    bounded_by: str = ""


@dataclass(frozen=True)
class PublicGrid:
    """Two lists of the same unit, crossed."""

    name: str
    title: Any
    definition: Any
    rows: str
    columns: str


UNITS: dict[str, Any] = {
    "contacts": _("contacts"),
    "needs": _("needs"),
    "searches": _("searches that found nobody"),
}
TABLES: dict[str, PublicTable] = {
    table.name: table
    for table in (
        PublicTable("months", _("Contacts by month"), _("By the month in which people asked."), "contacts"),
        PublicTable("channels", _("How people asked"), _("Contacts by channel."), "contacts"),
        PublicTable("kinds", _("Who asked"), _("Contacts by kind of requester."), "contacts"),
        PublicTable(
            "heard_from",
            _("How they heard of us"),
            _("Contacts by what people answered when they were asked."),
            "contacts",
        ),
        PublicTable("families", _("What was asked for"), _("Needs by family of services."), "needs"),
        PublicTable(
            "services", _("What was asked for, in detail"), _("Needs by service."), "needs", parent="families"
        ),
        PublicTable(
            "epcis",
            _("Where, by group of communes"),
            _("Needs by the group of communes where help is needed."),
            "needs",
        ),
        PublicTable(
            "communes",
            _("Where, by commune"),
            _("Needs by the commune where help is needed."),
            "needs",
            parent="epcis",
        ),
        PublicTable(
            "at_contact",
            _("What the contact gave"),
            _("Needs by what could be answered during the contact."),
            "needs",
        ),
        PublicTable(
            "unmet",
            _("Why nobody could be given"),
            _("Needs unmet at contact: whether the service exists on the territory."),
            "needs",
            parent="at_contact",
            parent_key="unmet_at_contact",
        ),
        PublicTable(
            "news",
            _("What came of it"),
            _("Needs by what people told us afterwards."),
            "needs",
            # A need that is not directed has no news: as many “other needs” at least.
            bounded_by="at_contact",
        ),
        PublicTable(
            "beneficiaries",
            _("For whom"),
            _(
                "Needs by who is to be helped; small counts are hidden higher up, since this is a personal situation."
            ),
            "needs",
            situation=True,
        ),
        PublicTable(
            "searched",
            _("Searches that found nobody"),
            _(
                "Searches of the directory for a service and a commune where nobody comes, by family of services."
            ),
            "searches",
        ),
    )
}
GRIDS: dict[str, PublicGrid] = {
    grid.name: grid
    for grid in (
        PublicGrid(
            "families_epcis",
            _("What was asked for, and where"),
            _("Needs by family of services and group of communes."),
            "families",
            "epcis",
        ),
        PublicGrid(
            "families_at_contact",
            _("What was asked for, and whether it was met at once"),
            _("Needs by family of services and what the contact gave."),
            "families",
            "at_contact",
        ),
    )
}


@dataclass
class Year:
    """True counts of a year, for the catalogue: never shown."""

    totals: dict[str, int]
    lines: dict[str, dict[str, int]]
    # Of tables under another: the key of the count above, by key.
    under: dict[str, dict[str, str]] = field(default_factory=dict)
    grids: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    # Totals that are not shown, whatever they are: they would give back what is hidden elsewhere.
    hidden_totals: frozenset[str] = frozenset()

    def groups(self, table: PublicTable) -> dict[str, tuple[int, dict[str, int]]]:
        """The lists of a table, by the key above (“” for the total): what each adds up to, and its counts."""
        counts = self.lines[table.name]
        if not table.parent:
            return {"": (self.totals[table.unit], counts)}
        found: dict[str, tuple[int, dict[str, int]]] = {}
        for key, count in counts.items():
            above = self.under[table.name][key]
            found.setdefault(above, (self.lines[table.parent][above], {}))[1][key] = count
        return found


@dataclass
class ShownGrid:
    """The cells of a grid, with its lines and columns; ``OTHERS`` gathers those whose total is hidden."""

    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], int | Hidden]


@dataclass
class Protected:
    """What may be shown of a year. A withheld list is all hidden, zeros too; a withheld grid is None."""

    totals: dict[str, int | Hidden]
    lines: dict[str, dict[str, int | Hidden]]
    withheld: set[tuple[str, str]]  # (table, key above)
    grids: dict[str, ShownGrid | None]

    def hidden_share(self) -> float:
        """Share of all cells that are hidden or withheld, 0 to 1; grids withheld have none."""
        cells = [value for line in self.lines.values() for value in line.values()]
        cells += [value for grid in self.grids.values() if grid for value in grid.cells.values()]
        return sum(value is HIDDEN for value in cells) / len(cells) if cells else 0.0


def protect(year: Year, at: int, at_situation: int) -> Protected:
    """What may be shown of *year*, at the two thresholds (see :mod:`intake.suppression` for the rules)."""
    totals: dict[str, int | Hidden] = {
        unit: HIDDEN if is_small(count, at) or unit in year.hidden_totals else count
        for unit, count in year.totals.items()
    }
    shown = Protected(totals, {}, set(), {})
    for table in TABLES.values():
        limit = at_situation if table.situation else at
        line: dict[str, int | Hidden] = {}
        shown.lines[table.name] = line
        for above, (_total, counts) in year.groups(table).items():
            parent = shown.lines[table.parent][above] if table.parent else shown.totals[table.unit]
            bound = shown.lines[table.bounded_by].values() if table.bounded_by else ()
            free = parent is not HIDDEN and HIDDEN not in bound
            hidden = protect_line(counts, limit, LAST_RESORT) if free else None
            if hidden is None:
                shown.withheld.add((table.name, above))
                hidden = frozenset(counts)
            line |= {key: HIDDEN if key in (hidden or ()) else count for key, count in counts.items()}
    for grid in GRIDS.values():
        shown.grids[grid.name] = _protect_grid(year, shown, grid, at)
    return shown


def _protect_grid(year: Year, shown: Protected, grid: PublicGrid, at: int) -> ShownGrid | None:
    if {(grid.rows, ""), (grid.columns, "")} & shown.withheld:
        return None
    rows, columns = (_gathered(shown.lines[name]) for name in (grid.rows, grid.columns))
    while True:
        counts = {
            (row, column): 0
            for row in dict.fromkeys(rows.values())
            for column in dict.fromkeys(columns.values())
        }
        for (row, column), count in year.grids[grid.name].items():
            counts[rows[row], columns[column]] += count
        hidden = protect_grid(counts, at)
        if hidden is not None:
            return ShownGrid(
                list(dict.fromkeys(rows.values())),
                list(dict.fromkeys(columns.values())),
                {cell: HIDDEN if cell in hidden else count for cell, count in counts.items()},
            )
        # Not safe so: the smallest line joins the others, and so on.
        left = [row for row, line in rows.items() if line != OTHERS and year.lines[grid.rows][row]]
        if len(left) < 2:
            return None
        rows[min(left, key=lambda row: (year.lines[grid.rows][row], row))] = OTHERS
        rows = dict(sorted(rows.items(), key=lambda item: item[1] == OTHERS))


def _gathered(line: Mapping[str, int | Hidden]) -> dict[str, str]:
    """For each key of a list, its line in a grid: itself, or ``OTHERS`` when it is hidden. ``OTHERS`` comes last."""
    shown = {key: key for key, value in line.items() if value is not HIDDEN}
    return shown | {key: OTHERS for key, value in line.items() if value is HIDDEN}
