"""Opening a spreadsheet as people send it: CSV, XLSX or ODS, told apart by what is inside.

Nothing is trusted: sizes are checked before anything is unpacked, rows are
read one by one, and a file that cannot be read says what it is and what to do.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from .tables import BROKEN, CensusError, Row, Table, damaged, protected, too_large
from .workbooks import OdsTable, XlsxTable

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PART = 10 * 1024 * 1024  # of what is read whole: styles, list of the sheets…
MAX_STRINGS = 50 * 1024 * 1024
_BLOCK = 1 << 16
_END = "\x03"

# PDF, pictures, RTF, other archives; HTML, XML and JSON.
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc", b"\x1f\x8b")
_MARKUP = (b"<", b"{", b"[{", b"[[")


def open_table(path: Path) -> Table:
    """The spreadsheet at *path*. CensusError when it is not one that can be read."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise CensusError(
            _("This file is larger than %(size)s MB. Divide it into several files, or keep only the list.")
            % {"size": MAX_BYTES // 1024 // 1024}
        )
    with path.open("rb") as stream:
        head = stream.read(16)
    if not head:
        raise CensusError(_("This file is empty."))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise CensusError(_ole_message(path))
    if not head.startswith(b"PK"):
        if head.startswith(_OTHER_KINDS) or head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(_MARKUP):
            raise CensusError(_wrong_kind())
        return CsvTable(path)
    names, kind = _unpackable(path)
    if "xl/workbook.xml" in names:
        return XlsxTable(path)
    if "content.xml" in names and kind == "application/vnd.oasis.opendocument.spreadsheet":
        return OdsTable(path)
    if "encrypted-package" in names:
        raise CensusError(protected())
    raise CensusError(_wrong_kind())


def _wrong_kind() -> str:
    return _(
        "This is not a spreadsheet we can read. Save it as CSV, as Excel (.xlsx) or as OpenDocument (.ods)."
    )


def _ole_message(path: Path) -> str:
    # An encrypted .xlsx is an old-style container around the real file.
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return protected()
    return _("This is an old Excel file (.xls). Open it and save it as .xlsx or .ods, then send that.")


def _unpackable(path: Path) -> tuple[set[str], str]:
    """Names inside the archive and what it says it is, once its size unpacked is known to be bearable."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise CensusError(protected())
            # zipfile never gives more bytes than a part declares.
            if (
                len(parts) > 5000
                or sum(part.file_size for part in parts) > MAX_UNPACKED
                or any(part.file_size > _bearable(part.filename) for part in parts)
            ):
                raise CensusError(too_large())
            names = {part.filename for part in parts}
            if "mimetype" not in names:
                return names, ""
            with archive.open("mimetype") as stream:
                return names, stream.read(100).decode("ascii", "replace").strip()
    except BROKEN as error:
        raise CensusError(damaged()) from error


def _bearable(name: str) -> int:
    """How large a part may be: sheets are read as a stream, pictures are not read."""
    if name == "xl/sharedStrings.xml":
        return MAX_STRINGS
    if name == "content.xml" or name.startswith("xl/worksheets/") or not name.endswith((".xml", ".rels")):
        return MAX_UNPACKED
    return MAX_PART


class CsvTable:
    """Text with separators, in whatever encoding and with whatever separator."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets = [""]
        self.encoding = _encoding(path)
        with path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            sample = stream.read(_BLOCK)
        self.declared = sample[4] if sample[:4].lower() == "sep=" and len(sample) > 4 else ""
        self.delimiter = self.declared or _delimiter(sample)

    def rows(self, sheet: str) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            # The end comes back as a row of its own, unless a quotation mark is still open.
            reader = csv.reader(itertools.chain(stream, [_END]), delimiter=self.delimiter)
            number = -1 if self.declared else 0  # spreadsheets do not show the line "sep=;"
            try:
                for cells in reader:
                    number += 1
                    if cells == [_END]:
                        return
                    if cells and cells[-1].endswith(_END):
                        raise CensusError(
                            _("The quotation mark opened on line %(row)s is never closed.") % {"row": number}
                        )
                    if number and any(cell.strip() for cell in cells):
                        yield number, list(cells)
            except csv.Error as error:
                raise CensusError(
                    _("A cell of this file is too long, or its quotation mark is never closed.")
                ) from error


def _encoding(path: Path) -> str:
    """UTF-8 or UTF-16 when the file is; else the old encoding in which it reads as French."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    counts: Counter[int] = Counter()
    is_utf8 = True
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        stream.seek(0)
        while block := stream.read(_BLOCK):
            if b"\x00" in block:
                raise CensusError(_wrong_kind())
            counts.update(byte for byte in block if byte > 127)
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    if is_utf8:
        return "utf-8-sig"

    def french(encoding: str) -> int:
        return sum(
            count
            for byte, count in counts.items()
            if bytes([byte]).decode(encoding, "replace") in "àâçéèêëîïôùûÉÈÀœ’°€"
        )

    return max(("cp1252", "mac_roman", "cp850"), key=french)


def _delimiter(sample: str) -> str:
    """The separator that cuts most lines of the beginning into the same number of cells."""

    def regularity(delimiter: str) -> tuple[int, int]:
        try:
            widths = [
                len(row) for row in csv.reader(sample.splitlines()[:50], delimiter=delimiter) if len(row) > 1
            ]
        except csv.Error:
            return (0, 0)
        width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (times, width)

    return max(";\t,|", key=regularity)
