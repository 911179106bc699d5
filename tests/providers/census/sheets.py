"""Files as people send them: the same rows as CSV, XLSX or ODS, and archives that mean harm."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook

from providers.census import analysis, application, reading
from providers.census.files import open_table
from providers.census.header import find_layout
from providers.models import CensusImport, CensusLine

Rows = Iterable[Sequence[Any]]
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)


def csv_file(path: Path, rows: Rows, *, encoding: str = "utf-8-sig", delimiter: str = ";") -> Path:
    """A CSV; numbers as a French spreadsheet writes them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx_file(path: Path, rows: Rows, *, before: Sequence[str] = ()) -> Path:
    """A workbook as openpyxl writes it; *before*: names of sheets that come first, with a few words in."""
    workbook = Workbook(write_only=True)
    for name in before:
        workbook.create_sheet(name).append(["Notes", "de la réunion"])
    sheet = workbook.create_sheet("Structures")
    for row in rows:
        sheet.append(list(row))
    workbook.save(path)
    return path


def ods_cell(value: Any) -> str:
    """One cell of an ODS, a number if *value* is one."""
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>{value}</text:p></table:table-cell>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def ods_row(cells: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(ods_cell, cells))}</table:table-row>"


def ods_file(path: Path, rows: Rows = (), *, body: str = "", name: str = "Structures", **parts: str) -> Path:
    """An ODS of one sheet; *body* is XML that follows its rows, *parts* replace those of the archive."""
    sheet = "".join(map(ods_row, rows)) + body
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES}><office:body>'
        f"<office:spreadsheet><table:table table:name={quoteattr(name)}>{sheet}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        path, {"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"} | parts
    )


def archive(path: Path, parts: dict[str, str]) -> Path:
    """A zip of *parts*, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, text in parts.items():
            stream.writestr(name, text)
    return path


def with_part(path: Path, name: str, text: str) -> Path:
    """The archive at *path* with another text in the part *name*."""
    with zipfile.ZipFile(path) as stream:
        parts = {known: stream.read(known).decode("utf-8") for known in stream.namelist()}
    return archive(path, parts | {name: text})


WRITERS = {
    "csv": lambda path, rows: csv_file(path, rows, encoding="cp1252"),
    "xlsx": xlsx_file,
    "ods": ods_file,
}


def bring(path: Path, **options: Any) -> CensusImport:
    """The census of a file, read and compared, as the admin's worker does; options are fields of it."""
    table = open_table(path)
    layout = find_layout(table)
    census = CensusImport.objects.create(
        file_name=path.name,
        sheet=layout.sheet,
        header_row=layout.header_row,
        mapping=layout.mapping,
        state=CensusImport.State.READING,
        **options,
    )
    reading.read_lines(census, table, nobody)
    analysis.compare_all(census, nobody)
    return census


def put_in(census: CensusImport, user: Any = None) -> None:
    """Apply a census whose lines are all clear."""
    application.apply(census, user, nobody)


def nobody(done: int, total: int | None) -> None:
    """Progress that nobody looks at."""


def lines(census: CensusImport) -> list[CensusLine]:
    return list(census.lines.order_by("number"))


def statuses(census: CensusImport) -> list[str]:
    """Status of each line, in the order of the file."""
    return [line.status for line in lines(census)]


def faults(census: CensusImport) -> set[tuple[int, str]]:
    """``(row, heading)`` of everything that is wrong."""
    return {(fault["row"], fault["column"]) for line in lines(census) for fault in line.faults}
