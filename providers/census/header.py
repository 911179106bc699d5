"""Which row holds the headings, and what each column is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from providers.generation import per_generation
from providers.models import Service
from providers.naming import normalise

from .cells import CellFault, read_emails, read_phones, text_of
from .columns import aliases
from .tables import MAX_COLUMNS, Cell, CensusError, Row, Table

SEARCHED_ROWS = 30
SAMPLES = 3
SERVICE = "service:"
"""Prefix of the key of a column that stands for one service, ticked row by row."""


@dataclass
class Heading:
    """One column of a file: its place, its words, what it was recognised as ("" for nothing)."""

    index: int
    text: str
    key: str = ""
    samples: list[str] = field(default_factory=list)

    @property
    def letter(self) -> str:
        """What a spreadsheet calls the column: A, B… AA."""
        return get_column_letter(self.index + 1)


@dataclass
class Layout:
    """Where the list is in a file."""

    sheet: str
    header_row: int
    headings: list[Heading]

    @property
    def mapping(self) -> dict[str, int]:
        """Place of each recognised column, by its key."""
        return {heading.key: heading.index for heading in self.headings if heading.key}


@per_generation
def _known_headings() -> dict[str, str]:
    services = {normalise(service.name): f"{SERVICE}{service.pk}" for service in Service.objects.current()}
    return services | aliases()


def recognise(texts: Sequence[str]) -> dict[int, str]:
    """Key of each column by its place, from the headings; a key is given once, to the first that fits.

    A further column of phones is the second phone.
    """
    known = _known_headings()
    found: dict[int, str] = {}
    for place, text in enumerate(texts):
        key = _key_of(text, known)
        if key == "phone" and key in found.values():
            key = "phone_2"
        if key and key not in found.values():
            found[place] = key
    return found


def _key_of(text: str, known: dict[str, str]) -> str:
    """What a heading names; "" when it names nothing, or several things.

    "Téléphone *", "Téléphone (fixe)", "2. Téléphone" are the word without what
    surrounds it; "Nom / Raison sociale" is what its parts agree on.
    """
    if key := known.get(normalise(text)):
        return key
    parts = [
        normalise(part).lstrip("0123456789 ")
        for part in re.split(r"[/\n]|\bou\b", text.split("(")[0])
        if normalise(part)
    ]
    keys = {known.get(part) or known.get(part.removesuffix("s"), "") for part in parts}
    return keys.pop() if len(keys) == 1 else ""


class NoHeadings(CensusError):
    """No row of the file names its columns."""


def find_layout(table: Table, sheet: str | None = None) -> Layout:
    """Where the headings are: the row, among the first of each sheet, that names most columns.

    NoHeadings when no row names two.
    """
    best: tuple[int, Layout] | None = None
    for name in [sheet] if sheet else table.sheets:
        rows = _first(table, name)
        for place, (number, cells) in enumerate(rows):
            keys = recognise([text_of(cell) for cell in cells])
            if len(keys) >= 2 and (best is None or len(keys) > best[0]):
                best = (len(keys), Layout(name, number, _headings(cells, keys, rows[place + 1 :])))
    if best is None:
        raise NoHeadings(
            _(
                "No line of headings was found. The first lines must hold one that names the columns, "
                "such as Nom, Commune, Téléphone, Services. The template shows them all."
            )
        )
    return best[1]


def guess_layout(table: Table, sheet: str | None = None) -> Layout:
    """:func:`find_layout`, or when no row is recognised the first that is about as full as the fullest.

    A row that holds a phone number or an address is a structure already: there
    are no headings then. Either way a person names the columns. NoHeadings when
    no row has two cells, which no list of structures does without.
    """
    try:
        return find_layout(table, sheet)
    except NoHeadings:
        rows = [
            (name, number, [text for cell in cells if (text := text_of(cell))])
            for name in ([sheet] if sheet else table.sheets)
            for number, cells in _first(table, name)
        ]
        fullest = max((len(texts) for _name, _number, texts in rows), default=0)
        if fullest < 2:
            raise
        name, number, texts = next(row for row in rows if len(row[2]) >= max(2, fullest * 2 / 3))
        return layout_at(table, name, 0 if any(map(_reaches_somebody, texts)) else number)


def _reaches_somebody(text: str) -> bool:
    try:
        return bool(read_emails(text) if "@" in text else read_phones(text))
    except CellFault:
        return False


def layout_at(table: Table, sheet: str, header_row: int) -> Layout:
    """The columns when the headings are on row *header_row* of *sheet*; 0: there are none."""
    rows = _first(table, sheet)
    texts: list[Cell] = next((cells for number, cells in rows if number == header_row), [])
    below = [row for row in rows if row[0] > header_row]
    width = max([len(texts), *(len(cells) for _number, cells in below)], default=0)
    texts = [*texts, *[None] * (width - len(texts))]
    return Layout(sheet, header_row, _headings(texts, recognise([text_of(cell) for cell in texts]), below))


def first_rows(table: Table, sheet: str) -> list[tuple[int, list[str]]]:
    """Number and texts of the rows among which the headings are looked for."""
    return [(number, [text_of(cell) for cell in cells]) for number, cells in _first(table, sheet)]


def _first(table: Table, sheet: str) -> list[Row]:
    rows = list(islice(table.rows(sheet), SEARCHED_ROWS))
    for _number, cells in rows:
        if len(cells) > MAX_COLUMNS and any(cell not in (None, "") for cell in cells[MAX_COLUMNS:]):
            raise CensusError(
                _("This file has more than %(count)s columns. Keep only those of the list.")
                % {"count": MAX_COLUMNS}
            )
    return rows


def _headings(cells: list[Cell], keys: dict[int, str], below: list[tuple[int, list[Cell]]]) -> list[Heading]:
    headings = []
    for index, cell in enumerate(cells[:MAX_COLUMNS]):
        samples = [text_of(row[index]) for _number, row in below if index < len(row)]
        samples = [sample for sample in samples if sample][:SAMPLES]
        text = text_of(cell)
        if text or samples:
            headings.append(Heading(index, text, keys.get(index, ""), [sample[:60] for sample in samples]))
    return headings
