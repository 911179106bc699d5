"""Whole public pages, kept for the minute in the shared cache.

A page may be kept for anonymous visitors because it depends on nothing but
its address, the parameters listed here, the minute (the line's state, hours,
the day's turn) and the generation (see :mod:`providers.generation`). So that
this is true and not hoped for, whatever else a request says (other parameters,
cookies) is taken off it before the view sees it.

Browsers and proxies may keep a page but ask each time whether it still holds:
the answer is a 304 of a few bytes, and going back in history costs nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, ResponseHeaders
from django.middleware.gzip import GZipMiddleware
from django.urls import NoReverseMatch, reverse

from providers import generation, signals
from providers.filters import AUDIENCES, MODES
from providers.generation import cache

logger = logging.getLogger(__name__)


def _one_of(values: object) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, values)))  # type: ignore[call-overload]


# Parameters that change a public page, and the values they may have. Lists, not
# shapes, wherever possible: made-up values must not fill the cache.
PARAMETERS = {
    "cesu": _one_of(["1"]),
    "disponible": _one_of(["1"]),
    "mode": _one_of(MODES),
    "p": re.compile("[1-9][0-9]{0,2}"),  # parts of a sitemap; a number too high is a 404, not kept
    "page": re.compile("[1-9][0-9]?"),
    "public": _one_of(AUDIENCES),
}
# Views that read what people type, and all below: never kept, parameters left as they are.
FREE_TEXT_VIEWS = ("providers:search", "site_search", "intake:form")

SECONDS_KEPT = 120  # the minute is checked too: this only clears the shelves
LARGEST_PAGE = 512 * 1024  # bytes
SMALLEST_GZIPPED = 200  # bytes: below, compression gains nothing
RECENT_PAGES = 256  # kept in the memory of one process
CACHE_CONTROL = "no-cache"  # kept, but asked about each time
_PERSONAL_CACHE_CONTROL = "private, no-cache"
_HARMLESS_VARY = {"accept-encoding", "cookie"}
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


class Copy(NamedTuple):
    """A page ready to be sent, in one encoding."""

    etag: str
    headers: ResponseHeaders
    body: bytes


class Page(NamedTuple):
    plain: Copy
    gzipped: Copy
    # What the page tells each time it is sent (see providers.signals).
    told: signals.Told = ()


class _Headers(ResponseHeaders):
    """Headers of a response that Django has checked already: half the cost of a hit otherwise."""

    def __init__(self, known: ResponseHeaders) -> None:
        self._store = known._store.copy()


class PageCacheMiddleware:
    """Answers anonymous GET and HEAD from the shared cache (``PAGE_CACHE`` turns it off)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)
        self.exempt: tuple[str, ...] | None = None
        self.failing = False
        # Pages of one minute and generation; replaced as a whole when either changes.
        self.recent: tuple[tuple[int, str | None], dict[tuple[str, ...], Page]] = ((0, None), {})

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.PAGE_CACHE or not self._is_public(request):
            return self.get_response(request)
        if _is_personal(request.META):
            response = self.get_response(request)
            if "Cache-Control" not in response:
                response["Cache-Control"] = _PERSONAL_CACHE_CONTROL
            return response
        try:
            host = request.get_host().lower()
        except DisallowedHost:
            return self.get_response(request)  # Django answers 400
        query = _purge(request)
        if not _is_expected_port(host, request):
            return self.get_response(request)
        token = generation.shared_token()
        now = (int(time.time() // 60), token)
        name = (request.scheme or "http", host, request.path, query)
        page = self._find(name, now) if token else None
        if page is None:
            return self._render(request, name, now)
        response = _send(page, request)
        # Somebody who has the page already looks at it again: told once.
        if page.told and response.status_code == 200:
            signals.tell_again(page.told, request)
        return response

    def _is_public(self, request: HttpRequest) -> bool:
        if request.method not in ("GET", "HEAD"):
            return False
        if self.exempt is None:
            self.exempt = _exempt_prefixes()
        # Wagtail previews a draft through a made-up request for the public address.
        return not request.path.startswith(self.exempt) and not getattr(request, "is_dummy", False)

    def _find(self, name: tuple[str, ...], now: tuple[int, str | None]) -> Page | None:
        if self.recent[0] != now:
            self.recent = (now, {})
        pages = self.recent[1]
        page = pages.get(name)
        if page is None:
            try:
                kept = cache.get(_shelf(name))
                # One entry per address, overwritten minute after minute.
                if kept is None or (kept[0], kept[1]) != now:
                    return None
                page = Page(_copy(*kept[2]), _copy(*kept[3]), kept[4])
            except Exception:
                self._report_failure()
                return None
            self._remember(name, now, page)
        return page

    def _remember(self, name: tuple[str, ...], now: tuple[int, str | None], page: Page) -> None:
        known, pages = self.recent
        if known == now:
            if len(pages) >= RECENT_PAGES:
                pages.clear()
            pages[name] = page

    def _render(
        self, request: HttpRequest, name: tuple[str, ...], now: tuple[int, str | None]
    ) -> HttpResponseBase:
        # Compression is done here, once for all who accept it.
        accepted = request.META.pop("HTTP_ACCEPT_ENCODING", None)
        response = self.get_response(request)
        if accepted is not None:
            request.META["HTTP_ACCEPT_ENCODING"] = accepted
        if not (isinstance(response, HttpResponse) and _may_be_kept(response)):
            return self.gzip.process_response(request, response)  # type: ignore[arg-type]
        minute, token = now  # minutes since 1970; what was true when rendering began
        page = _page(response)
        # A HEAD is answered like its GET, but a view might have left the body out.
        if token and request.method == "GET" and not generation.uncommitted():
            try:
                plain, gzipped = ((dict(copy.headers.items()), copy.body) for copy in page[:2])
                cache.set(_shelf(name), (minute, token, plain, gzipped, page.told), SECONDS_KEPT)
                self._remember(name, now, page)
                self.failing = False
            except Exception:
                self._report_failure()
        return _send(page, request)

    def _report_failure(self) -> None:
        # Once per outage: every request would say the same.
        if not self.failing:
            self.failing = True
            logger.exception("The page cache does not answer: pages are rendered each time.")


def _exempt_prefixes() -> tuple[str, ...]:
    prefixes = [settings.ADMIN_PATH, "/documents/", *getattr(settings, "PAGE_CACHE_EXEMPT", ())]
    # "/" would exempt everything: files are then on another host.
    files = (settings.MEDIA_URL, settings.STATIC_URL)
    prefixes += [url for url in files if url.startswith("/") and url != "/"]
    for view in FREE_TEXT_VIEWS:
        try:
            prefixes.append(reverse(view))
        except NoReverseMatch:
            continue
    return tuple(prefixes)


def _is_personal(meta: dict[str, str]) -> bool:
    """Whether the visitor may be somebody: a session, a message kept in a cookie, credentials."""
    cookies = meta.get("HTTP_COOKIE")
    if cookies and (f"{settings.SESSION_COOKIE_NAME}=" in cookies or "messages=" in cookies):
        return True
    return "HTTP_AUTHORIZATION" in meta


def _is_expected_port(host: str, request: HttpRequest) -> bool:
    """Django accepts any port in the Host header: made-up ones must not fill the cache."""
    _name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):  # "[::1]" ends an address, not a port
        return True
    return port == request.META.get("SERVER_PORT") or port == str(urlsplit(settings.SITE_URL).port)


def _purge(request: HttpRequest) -> str:
    """Leave on the request what the page may depend on; returns the query string that remains."""
    meta = request.META
    meta.pop("HTTP_COOKIE", None)
    query = meta.get("QUERY_STRING", "")
    if not query:
        return ""
    try:
        # As in Django, the last of several values is the one that counts.
        given = dict(parse_qsl(query, max_num_fields=50))
    except ValueError:
        given = {}
    kept = [
        (name, given[name])
        for name, shape in PARAMETERS.items()
        if name in given and shape.fullmatch(given[name])
    ]
    meta["QUERY_STRING"] = query = urlencode(kept)
    request.__dict__.pop("GET", None)
    return query


def _shelf(name: tuple[str, ...]) -> str:
    """Cache key of a page, of fixed length."""
    return "page." + hashlib.blake2b("\n".join(name).encode(), digest_size=20).hexdigest()


def _words(header: str) -> set[str]:
    return {word.strip().partition("=")[0].lower() for word in header.split(",") if word.strip()}


def _may_be_kept(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "Set-Cookie" not in response
        and "Content-Encoding" not in response
        and len(response.content) <= LARGEST_PAGE
        and not _words(response.get("Cache-Control", "")) & {"private", "no-store"}
        # A visitor without a session cookie is the same for every cookie.
        and _words(response.get("Vary", "")) <= _HARMLESS_VARY
    )


def _copy(headers: dict[str, str], body: bytes) -> Copy:
    return Copy(headers["ETag"], ResponseHeaders(headers), body)


def _page(response: HttpResponse) -> Page:
    body = response.content
    headers = dict(response.items()) | {"Vary": "Accept-Encoding", "Content-Length": str(len(body))}
    headers.setdefault("Cache-Control", CACHE_CONTROL)
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    plain = _copy(headers | {"ETag": f'"{digest}"'}, body)
    told = signals.told(response)
    if len(body) < SMALLEST_GZIPPED:
        return Page(plain, plain, told)
    # No date inside, so that the same page makes the same bytes. Nothing secret
    # stands beside what a visitor chose, so there is nothing to guess by size.
    small = gzip.compress(body, 6, mtime=0)
    encoded = {
        "ETag": f'"{digest}-gzip"',
        "Content-Encoding": "gzip",
        "Content-Length": str(len(small)),
    }
    return Page(plain, _copy(headers | encoded, small), told)


def _send(page: Page, request: HttpRequest) -> HttpResponse:
    meta = request.META
    copy = page.gzipped if _GZIP.search(meta.get("HTTP_ACCEPT_ENCODING", "")) else page.plain
    known = meta.get("HTTP_IF_NONE_MATCH")
    if known and (known.strip() == "*" or copy.etag in re.findall(r'"[^"]*"', known)):
        response: HttpResponse = HttpResponseNotModified()
        for header in ("Cache-Control", "ETag", "Vary"):
            response[header] = copy.headers[header]
        return response
    response = HttpResponse(b"" if request.method == "HEAD" else copy.body, content_type="")
    response.headers = _Headers(copy.headers)
    return response
