"""A stored file, whole or a part of it: players ask for the part they are at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")
_CHUNK = 64 * 1024


def ranged(request: HttpRequest, file: Any, content_type: str) -> HttpResponseBase:
    """Answer with *file* (a FieldFile), or with the one range of bytes that is asked for."""
    size = file.size
    first, last, status = 0, size - 1, 200
    asked = _RANGE.match(request.headers.get("Range", ""))
    if asked and any(asked.groups()):
        begin, end = asked.groups()
        if begin:
            first, last = int(begin), min(int(end), size - 1) if end else size - 1
        else:  # the last so many bytes
            first = max(0, size - int(end))
        if first > last or first >= size:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        status = 206
    response = StreamingHttpResponse(
        _Part(file.open("rb"), first, last - first + 1), status=status, content_type=content_type
    )
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    # Compressed on the way, a range would mean other bytes.
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


class _Part:
    """Some bytes of an open file, piece by piece; closing it closes the file, begun or not."""

    def __init__(self, file: IO[bytes], first: int, length: int) -> None:
        self._file, self._left = file, length
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (chunk := self._file.read(min(_CHUNK, self._left))):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self._file.close()
