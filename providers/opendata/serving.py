"""How open data is answered: to anybody's pages, kept for a minute, asked again for nothing, and fairly."""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from providers import generation
from providers.generation import cache
from providers.networks import network_of

from .files import Kept

LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
_METHODS = "GET, HEAD, OPTIONS"
_MINUTE = 60
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After",
    "Link": f'<{LICENCE_URL}>; rel="license"',
    # The pages of the directory are what search engines should find.
    "X-Robots-Tag": "noindex",
}


class Refused(Exception):
    """What was asked cannot be understood; the text says what was expected."""


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """An error in the JSON form of RFC 9457."""
    said = {"type": "about:blank", "title": title, "status": status} | ({"detail": detail} if detail else {})
    return HttpResponse(
        json.dumps(said, ensure_ascii=False), status=status, content_type="application/problem+json"
    )


def open_data(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a view that reads: any origin, no cookie, a fair rate, errors as JSON."""

    @csrf_exempt  # nothing here writes: another method is told so
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answer(request, view, *args, **kwargs)
        for name, value in _HEADERS.items():
            response[name] = value
        if response.status_code >= 400:
            response["Cache-Control"] = "no-store"
        return response

    return answer


def _answer(
    request: HttpRequest, view: Callable[..., HttpResponseBase], *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(
            status=204,
            headers={
                "Allow": _METHODS,
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": "If-Modified-Since, If-None-Match",
                "Access-Control-Max-Age": "86400",
            },
        )
    if request.method not in ("GET", "HEAD"):
        response = problem(405, _("This data can only be read."))
        response["Allow"] = _METHODS
        return response
    if wait := seconds_to_wait(request):
        response = problem(429, _("Too many requests."), _("Try again in %(count)s s.") % {"count": wait})
        response["Retry-After"] = str(wait)
        return response
    try:
        return view(request, *args, **kwargs)
    except Refused as refused:
        return problem(400, _("This request cannot be understood."), str(refused))
    except Http404:
        return problem(404, _("There is nothing at this address."))


def seconds_to_wait(request: HttpRequest) -> int:
    """0 while the network may ask; else the seconds until it may again.

    Counted by minute under a key nobody can go back from to the network. A cache
    that fails refuses nobody.
    """
    limit = settings.OPENDATA_PER_MINUTE
    if limit <= 0:
        return 0
    now = int(time.time())
    named = f"{network_of(request)}.{now // _MINUTE}"
    key = "opendata." + salted_hmac("opendata.network", named, algorithm="sha256").hexdigest()[:32]
    try:
        cache.add(key, 0, 2 * _MINUTE)
        count = cache.incr(key)
    except Exception:
        return 0
    return _MINUTE - now % _MINUTE if count > limit else 0


def json_answer(request: HttpRequest, data: Any) -> HttpResponseBase:
    """*data* as JSON, or a 304 when the caller has it already.

    It has not changed since the generation was drawn, nor since midnight.
    """
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    changed = max(generation.drawn_at(generation.current()), midnight)
    headers = _headers(hashlib.blake2b(body, digest_size=12).hexdigest(), changed)
    return _known(request, headers, changed) or HttpResponse(
        body, content_type="application/json", headers=headers
    )


def file_answer(request: HttpRequest, file: Kept, content_type: str, name: str) -> HttpResponseBase:
    """A file from disk, saved by browsers under *name*; a 304 when the caller has it already."""
    headers = _headers(file.digest, file.modified)
    if known := _known(request, headers, file.modified):
        file.stream.close()
        return known
    return FileResponse(file.stream, filename=name, content_type=content_type, headers=headers)


def _headers(digest: str, modified: datetime.datetime) -> dict[str, str]:
    return {
        "ETag": f'"{digest}"',
        "Last-Modified": http_date(int(modified.timestamp())),
        "Cache-Control": f"public, max-age={settings.OPENDATA_SECONDS}",
    }


def _known(request: HttpRequest, headers: dict[str, str], modified: datetime.datetime) -> HttpResponse | None:
    """A 304 (or 412) when what the caller already has decides; None when all of it must be sent."""
    whole = HttpResponse(headers=headers)
    answer = get_conditional_response(
        request, etag=headers["ETag"], last_modified=int(modified.timestamp()), response=whole
    )
    return None if answer is whole else answer  # type: ignore[return-value]
