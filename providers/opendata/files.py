"""Each file is written once, then sent from disk for as long as it is right.

A file holds for a day and a generation (see :mod:`providers.generation`), and for
OPENDATA_SECONDS whatever is written meanwhile: a busy base does not write it again
for every visitor. Its date is that of the last change of its contents.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NamedTuple

from django.conf import settings
from django.utils import timezone

from providers import generation

_SEPARATOR = "~"  # in no name of ours
_KEPT_DAYS = 2


class Kept(NamedTuple):
    """A file on disk, open for reading; the digest of its contents and the moment they last changed."""

    stream: IO[bytes]
    digest: str
    modified: datetime.datetime


def kept(name: str, write: Callable[[], Iterable[str]]) -> Kept:
    """The file *name*, written by *write* unless what is on disk still holds."""
    folder = Path(settings.OPENDATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    day = timezone.localdate().isoformat()
    passing = generation.uncommitted()
    # Read before the rows: a change in between leaves the file under a token that is gone.
    token = secrets.token_hex(8) if passing else generation.current()
    if not passing:
        for path in _newest_first(folder, name):
            with contextlib.suppress(FileNotFoundError):  # taken away by another process
                if _holds(path, day, token):
                    return _open(path)
    return _open(_write(folder, name, day, token, write))


def _newest_first(folder: Path, name: str) -> list[Path]:
    return sorted(folder.glob(f"{name}{_SEPARATOR}*"), key=_written, reverse=True)


def _parts(path: Path) -> list[str]:
    _name, day, token, written, digest = path.name.split(_SEPARATOR)
    return [day, token, written, digest]


def _written(path: Path) -> float:
    return float(_parts(path)[2])


def _holds(path: Path, day: str, token: str) -> bool:
    known_day, known_token, written, _digest = _parts(path)
    if known_day != day:
        return False
    return known_token == token or 0 <= time.time() - float(written) < settings.OPENDATA_SECONDS


def _open(path: Path) -> Kept:
    stream = path.open("rb")
    moment = datetime.datetime.fromtimestamp(int(path.stat().st_mtime), datetime.UTC)
    return Kept(stream, _parts(path)[3], moment)


def _write(folder: Path, name: str, day: str, token: str, write: Callable[[], Iterable[str]]) -> Path:
    began = time.time()
    digest = hashlib.blake2b(digest_size=12)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            for text in write():
                data = text.encode()
                digest.update(data)
                stream.write(data)
        known = _newest_first(folder, name)
        path = folder / _SEPARATOR.join([name, day, token, f"{began:.3f}", digest.hexdigest()])
        # Written again with nothing changed: it keeps its date.
        same = [old for old in known if _parts(old)[3] == digest.hexdigest()]
        with contextlib.suppress(FileNotFoundError):
            moment = same[0].stat().st_mtime if same else began
            os.utime(temporary, (moment, moment))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    for old in known:
        if old != path:
            old.unlink(missing_ok=True)
    _sweep(folder)
    return path


def _sweep(folder: Path) -> None:
    """Files half written by a process that was killed."""
    for left in folder.glob("new-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _KEPT_DAYS * 86400:
                left.unlink()
