"""Reading XLSX and ODS row by row, without holding the sheet in memory."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .tables import BROKEN, MAX_COLUMNS, Cell, CensusError, Row, damaged, protected, too_large

# No row of a list is that long, and no sheet has more rows: beyond, the parsers' trees fill the memory.
MAX_STRETCH = 4 * 1024 * 1024
MAX_PIECES = 1_100_000
NO_RESULT = "#FORMULA!"
"""Stands for a formula that was saved without its result."""


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """*cells* up to the last that is filled."""
    end = len(cells)
    while end and (cells[end - 1] is None or cells[end - 1] == ""):
        end -= 1
    return cells[:end]


def _survey(archive: zipfile.ZipFile, name: str, piece: bytes, wanted: bytes = b"") -> bool:
    """Whether *wanted* occurs in a part; CensusError when its *piece* elements are too long or too many."""
    start = re.compile(rb"<(?:\w+:)?" + piece + rb"[\s/>]")
    found, count, since, tail = False, 0, 0, b""
    with archive.open(name) as stream:
        while block := stream.read(1 << 20):
            text = tail + block
            places = [match.start() for match in start.finditer(text)]
            count += len(places)
            since = len(text) - places[-1] if places else since + len(block)
            if since > MAX_STRETCH or count > MAX_PIECES:
                raise CensusError(too_large())
            found = found or bool(wanted and re.search(wanted, text))
            # Long enough for a tag cut in two, too short to hold a whole one twice.
            tail = text[-24:] if not places or places[-1] < len(text) - 24 else text[places[-1] + 1 :][-24:]
    return found


class XlsxTable:
    """An Excel workbook; formulas give the result they were saved with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._has_formulas = self._survey()
        except BROKEN as error:
            raise CensusError(damaged()) from error
        workbook = self._load(values=True)
        self.sheets = [sheet.title for sheet in workbook.worksheets]
        workbook.close()
        if not self.sheets:
            raise CensusError(_("This file holds no sheet of cells."))

    def _load(self, *, values: bool) -> Any:
        # By its bytes: openpyxl judges a path by its ending, which says nothing here.
        content = BytesIO(self.path.read_bytes())
        try:
            return load_workbook(content, read_only=True, data_only=values, keep_links=False)
        except (*BROKEN, InvalidFileException) as error:
            raise CensusError(damaged()) from error

    def _survey(self) -> bool:
        """Whether a sheet holds formulas; CensusError when one is out of all proportion."""
        formulas = False
        with zipfile.ZipFile(self.path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    formulas |= _survey(archive, name, b"row", rb"<(?:\w+:)?f[\s/>]")
                elif name == "xl/sharedStrings.xml":
                    _survey(archive, name, b"si")
        return formulas

    def rows(self, sheet: str) -> Iterator[Row]:
        workbook = self._load(values=True)
        sources = [workbook]
        if self._has_formulas:
            sources.append(self._load(values=False))
        try:
            readers = []
            for source in sources:
                worksheet = source[sheet]
                worksheet.reset_dimensions()  # what a file says of its own size may be wrong
                readers.append(worksheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1))
            for number, versions in enumerate(zip(*readers, strict=True), start=1):
                if versions[0].count(None) == len(versions[0]) and len(versions) == 1:
                    continue  # a million of these come before a cell at the far end
                cells = list(versions[0])
                if len(versions) > 1:
                    for place, formula in enumerate(versions[1]):
                        if cells[place] is None and isinstance(formula, str) and formula.startswith("="):
                            cells[place] = NO_RESULT
                if cells := _trimmed(cells):
                    yield number, cells
        except BROKEN as error:
            raise CensusError(damaged()) from error
        finally:
            for source in sources:
                source.close()


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class OdsTable:
    """An OpenDocument spreadsheet, read as a stream: the usual library holds it all as a tree."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
                    "META-INF/manifest.xml"
                ):
                    raise CensusError(protected())
                _survey(archive, "content.xml", b"table-row")
        except BROKEN as error:
            raise CensusError(damaged()) from error
        self.sheets = list(dict.fromkeys(name for name, _number, _cells in self._stream(wanted=None)))
        if not self.sheets:
            raise CensusError(_("This file holds no sheet of cells."))

    def rows(self, sheet: str) -> Iterator[Row]:
        for _name, number, cells in self._stream(wanted=sheet):
            yield number, cells

    def _stream(self, wanted: str | None) -> Iterator[tuple[str, int, list[Cell]]]:
        """Rows of the sheet *wanted*; with None, one empty row for each sheet there is."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open("content.xml") as stream:
                yield from self._parse(stream, wanted)
        except BROKEN as error:
            raise CensusError(damaged()) from error

    def _parse(self, stream: Any, wanted: str | None) -> Iterator[tuple[str, int, list[Cell]]]:
        ancestors: list[Element] = []
        name, number = "", 0
        for event, element in iterparse(stream, events=("start", "end")):
            if event == "start":
                ancestors.append(element)
                if element.tag == f"{_TABLE}table":
                    name, number = element.get(f"{_TABLE}name", ""), 0
                    if wanted is None:
                        yield name, 0, []
                continue
            ancestors.pop()
            if element.tag != f"{_TABLE}table-row":
                continue
            repeated = _count(element, "number-rows-repeated")
            if name == wanted:
                cells = _cells(element)
                if cells:
                    for place in range(repeated):
                        yield name, number + place + 1, list(cells)
            number += repeated
            # The row has been read: take it off its parent, or the tree grows as the file.
            if ancestors:
                ancestors[-1].remove(element)


def _count(element: Element, attribute: str) -> int:
    return max(1, int(element.get(f"{_TABLE}{attribute}", "1")))


def _cells(row: Element) -> list[Cell]:
    cells: list[Cell] = []
    for element in row:
        if element.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        value = _ods_value(element)
        times = min(_count(element, "number-columns-repeated"), MAX_COLUMNS + 1 - len(cells))
        cells += [value] * times
        if len(cells) > MAX_COLUMNS:
            break
    return _trimmed(cells)


def _ods_value(cell: Element) -> Cell:
    kind = cell.get(f"{_OFFICE}value-type")
    value = cell.get(f"{_OFFICE}value")
    if kind in ("float", "currency", "percentage") and value is not None:
        return float(value)
    if kind == "date" and (date := cell.get(f"{_OFFICE}date-value")):
        try:
            return datetime.date.fromisoformat(date[:10])
        except ValueError:
            return date  # one wrong date is a fault of its cell, not of the file
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    text = "\n".join(_paragraph(part) for part in cell if part.tag == f"{_TEXT}p")
    if kind is None and not text:
        return NO_RESULT if cell.get(f"{_TABLE}formula") else None
    return text


def _paragraph(element: Element) -> str:
    """The text of a paragraph; spaces and line breaks are elements of their own."""
    text = element.text or ""
    for part in element:
        if part.tag == f"{_TEXT}s":
            text += " " * min(int(part.get(f"{_TEXT}c", "1")), 1000)
        elif part.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            text += "\n" if part.tag.endswith("line-break") else " "
        elif not part.tag.startswith(_OFFICE):  # a comment of the reader is not the cell
            text += _paragraph(part)
        text += part.tail or ""
    return text
