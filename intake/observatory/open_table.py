"""Every published count as one long table, for who wants to work with it, and what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.observatory.catalogue import GRIDS, TABLES, UNITS
from intake.observatory.figures import FIGURES
from intake.observatory.published import Edition
from intake.observatory.running import Running
from intake.suppression import HIDDEN, Hidden


class Column(NamedTuple):
    """A column: its heading in the file, which never changes, and what it holds."""

    name: str
    meaning: Any


# Headings are part of the format: not translated, never used for anything else.
COLUMNS = (
    Column("annee", gettext_lazy("Calendar year in which people asked.")),
    Column(
        "tableau",
        gettext_lazy("Name of the table in the catalogue, below; “figures” for those of the whole."),
    ),
    Column("unite", gettext_lazy("What is counted: contacts, needs, or searches that found nobody.")),
    Column(
        "code",
        gettext_lazy(
            "Code of the line: INSEE code of a commune, SIREN of a group of communes, address of a service on this site, "
            "number of a month, or of the first and last of months told together… Empty when it was not told."
        ),
    ),
    Column("libelle", gettext_lazy("The same in words, as they were when the year was published.")),
    Column("code_parent", gettext_lazy("Code of the family of a service, of the group of a commune.")),
    Column("code_colonne", gettext_lazy("In crossed tables, code of the column.")),
    Column("libelle_colonne", gettext_lazy("The same in words.")),
    Column("valeur", gettext_lazy("The count; empty when it is hidden, or not known.")),
    Column(
        "masque",
        gettext_lazy("1 when the count is hidden: it is not zero, or nothing is told of the whole list."),
    ),
    Column("habitants", gettext_lazy("Inhabitants of the commune or group when the year was published.")),
    Column("pour_mille", gettext_lazy("The count for 1,000 inhabitants.")),
    Column(
        "invente", gettext_lazy("1 when the demonstration made the figures of the year up, at least in part.")
    ),
)
HEADINGS = tuple(column.name for column in COLUMNS)
FIGURES_TABLE = "figures"


def rows(editions: Iterable[Edition], begun: Iterable[Running] = ()) -> Iterator[list[Any]]:
    """The lines of the file: the months of years that run, then year after year."""
    for months in begun:
        line = _line(months.year, months.invented)
        for row in months.table.rows:
            yield line(months.table.name, months.table.table.unit, row.key, row.label, row.value)
    for edition in editions:
        yield from _year(edition)


def _line(year: int, is_invented: bool) -> Callable[..., list[Any]]:
    invented = int(is_invented)

    def line(table: str, unit: str, code: str, label: str, value: Any, **more: Any) -> list[Any]:
        hidden = value is HIDDEN
        return [
            year,
            table,
            unit,
            code,
            label,
            more.get("parent", ""),
            more.get("column", ""),
            more.get("column_label", ""),
            None if isinstance(value, Hidden) else value,
            int(hidden),
            more.get("inhabitants"),
            more.get("rate"),
            invented,
        ]

    return line


def _year(edition: Edition) -> Iterator[list[Any]]:
    line = _line(edition.year, edition.invented)
    for figure in edition.figures:
        value = round(figure.value, 4) if isinstance(figure.value, float) else figure.value
        yield line(FIGURES_TABLE, figure.figure.unit, figure.name, figure.label, value)
    for table in edition.tables.values():
        for row in table.rows:
            rate = row.per_thousand
            yield line(
                table.name,
                table.table.unit,
                row.key,
                row.label,
                row.value,
                parent=row.parent,
                inhabitants=row.inhabitants,
                rate=None if rate is None else round(rate, 1),
            )
    for grid in edition.grids.values():
        for grid_row in grid.rows:
            for (column, column_label), value in zip(grid.columns, grid_row.cells, strict=True):
                yield line(
                    grid.name,
                    "needs",
                    grid_row.key,
                    grid_row.label,
                    value,
                    column=column,
                    column_label=column_label,
                )


class Entry(NamedTuple):
    """A line of the dictionary."""

    name: str
    title: str
    meaning: str


def dictionary() -> list[tuple[str, list[Entry]]]:
    """What the file holds: its columns, its figures, its tables, each with its definition."""
    return [
        (_("Columns"), [Entry(column.name, "", str(column.meaning)) for column in COLUMNS]),
        (
            _("Figures of a year"),
            [Entry(figure.name, str(figure.label), str(figure.definition)) for figure in FIGURES.values()],
        ),
        (
            _("Tables"),
            [
                Entry(table.name, str(table.title), f"{table.definition} ({UNITS[table.unit]})")
                for table in TABLES.values()
            ],
        ),
        (
            _("Crossed tables"),
            [Entry(grid.name, str(grid.title), str(grid.definition)) for grid in GRIDS.values()],
        ),
    ]
