"""What every reader of a spreadsheet gives: rows of cells, or a refusal that says what to do."""

from __future__ import annotations

import datetime
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _

MAX_ROWS = 50_000
MAX_COLUMNS = 500

Cell = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None
Row = tuple[int, list[Cell]]
"""Number of the row as a spreadsheet shows it, and its cells."""


class CensusError(Exception):
    """The file cannot be read, or not now; the text says what is wrong and what to do."""


# What a broken or hostile archive makes the readers raise.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    DefusedXmlException,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Table(Protocol):
    """A file whose rows can be read, as often as wanted."""

    sheets: list[str]

    def rows(self, sheet: str) -> Iterator[Row]:
        """Every row of *sheet* that is not blank. CensusError when the file turns out to be broken."""


def protected() -> str:
    return _("This file is protected by a password. Save a copy without the password, and send that.")


def too_large() -> str:
    return _("This file is far too large once opened. Keep only the list, without pictures.")


def damaged() -> str:
    return _("This file is damaged: open it, save it again, then send the copy.")
