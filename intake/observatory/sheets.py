"""Tables as files that spreadsheets open: CSV in the French manner, XLSX; nothing in them runs."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from intake.suppression import Hidden
from providers.census.cells import defuse

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")
WIDEST, NARROWEST = 60, 10  # characters


@dataclass(frozen=True)
class Sheet:
    """One table: its tab, what it is, its headings, its rows, what to say under it."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = field(default_factory=tuple)


def cell(value: Any) -> Any:
    """*value* as a spreadsheet may hold it: numbers and dates as they are, hidden in words, unknown blank, text defused."""
    if value is None:
        return None
    if isinstance(value, Hidden):
        return _("hidden")
    if isinstance(value, (bool, int, float, Decimal, datetime.date)):
        return value
    return defuse(str(value))


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Semicolons, a comma before decimals, and the mark by which Excel knows UTF-8."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow([defuse(str(heading)) for heading in headings])
    for row in rows:
        writer.writerow([_plain(cell(value)) for value in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _plain(value: Any) -> Any:
    return str(value).replace(".", ",") if isinstance(value, (float, Decimal)) else value


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with one tab for each sheet."""
    book = Workbook(write_only=True)
    used: set[str] = set()
    for sheet in sheets:
        page = book.create_sheet(_tab(sheet.name, used))
        lines = [sheet.headings, *sheet.rows]
        for place in range(len(sheet.headings)):
            longest = max(
                (len(str(cell(line[place]) or "")) for line in lines if place < len(line)), default=0
            )
            page.column_dimensions[get_column_letter(place + 1)].width = max(
                NARROWEST, min(longest + 2, WIDEST)
            )
        page.append([_styled(page, sheet.title, bold=True, size=14)])
        page.append([])
        page.append([_styled(page, heading, bold=True) for heading in sheet.headings])
        for row in sheet.rows:
            page.append([_styled(page, value) for value in row])
        if sheet.notes:
            page.append([])
            for note in sheet.notes:
                page.append([cell(note)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _styled(page: Any, value: Any, bold: bool = False, size: int = 11) -> WriteOnlyCell:
    made = WriteOnlyCell(page, cell(value))
    made.font = Font(bold=bold, size=size)
    if isinstance(value, str) and not bold:
        made.alignment = Alignment(wrap_text=True, vertical="top")
    return made


def _tab(name: str, used: set[str]) -> str:
    """A name that a tab may have, once: Excel forbids some signs and more than 31 characters."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name).strip()[:28] or "1"
    wanted, number = plain, 2
    while wanted.lower() in used:
        wanted, number = f"{plain} {number}", number + 1
    used.add(wanted.lower())
    return wanted


def saved(sheets: Sequence[Sheet], kind: str, name: str) -> HttpResponse:
    """A workbook, or a CSV; several tables follow one another there, each line with the name of its own."""
    if kind == "xlsx":
        return download(as_xlsx(sheets), XLSX_TYPE, f"{name}.xlsx")
    if len(sheets) == 1:
        content = as_csv(sheets[0].headings, sheets[0].rows)
    else:
        rows: list[Sequence[Any]] = []
        for sheet in sheets:
            rows.append([sheet.title, sheet.name, *sheet.headings])
            rows += [[sheet.title, sheet.name, *row] for row in sheet.rows]
            rows.append([])
        content = as_csv([_("period"), _("table")], rows)
    return download(content, CSV_TYPE, f"{name}.csv")


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    """The answer that saves *content* as *name*; *kind* is its media type."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
