"""The line as it was last known, in a file: what is left to say when the database does not answer."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

logger = logging.getLogger(__name__)


class LastKnown(NamedTuple):
    """Number (E.164) and weekly hours (OSM syntax) of the line; either may be empty."""

    phone: str = ""
    hours: str = ""


# What this process wrote last: reading the line costs no write when nothing changed.
_written: dict[Path, LastKnown] = {}


def _file() -> Path:
    return Path(settings.VAR_DIR) / "line.json"


def keep(phone: str, hours: str) -> None:
    """Write the line to the file, whole or not at all. Never raises: it is a precaution."""
    path, line = _file(), LastKnown(phone, hours)
    if _written.get(path) == line and path.exists():
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".line-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(line._asdict(), stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except OSError:
        logger.exception("The number of the line could not be kept in a file.")
        return
    _written[path] = line


def recall() -> LastKnown:
    """What the file says; nothing when there is none, or it cannot be read."""
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
        return LastKnown(str(known["phone"]), str(known["hours"]))
    except (OSError, ValueError, KeyError, TypeError):
        return LastKnown()
