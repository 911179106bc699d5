"""The campaign somebody came through, carried in addresses from page to page, and nowhere else.

No cookie and no page of its own: the page cache keeps one page for everybody.
When an address names a campaign, the page about to be sent is rewritten: its
links and forms to the search, to results and to the request form name it too.
Every other request passes through untouched.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.cache import get_conditional_response

from intake.visits.campaigns import PARAMETER, known_code

_NAMED = re.compile(rf"(?:^|&){PARAMETER}=")
_TAG = re.compile(rb"<(?:a|form)\b[^>]*>")
_TARGET = re.compile(rb'(\s(?:href|action)=")([^"]*)"')
_POST = re.compile(rb'\smethod="?post\b', re.IGNORECASE)


class CampaignMiddleware:
    """Stands around the page cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING")
        if not query or request.method != "GET" or not _NAMED.search(query):
            return self.get_response(request)
        code = _code(query)
        if not code or request.path.startswith(settings.ADMIN_PATH):
            return self.get_response(request)
        # The page is asked for whole and plain, rewritten, then compared and compressed.
        waiting: dict[str, str] = {
            name: request.META.pop(name)
            for name in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH")
            if name in request.META
        }
        response = self.get_response(request)
        request.META.update(waiting)
        if "Location" in response:
            response["Location"] = _carry_redirect(response["Location"], code, request.path)
        if not isinstance(response, HttpResponse) or "Content-Encoding" in response:
            return response
        if response.get("Content-Type", "").startswith("text/html"):
            response.content = carry(response.content, code, request.path)
            response["Content-Length"] = str(len(response.content))
        if "ETag" in response:
            response["ETag"] = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
            answer = get_conditional_response(request, etag=response["ETag"], response=response)
            if answer is not response:
                return answer  # type: ignore[return-value]
        return self.gzip.process_response(request, response)  # type: ignore[arg-type]


def _code(query: str) -> str:
    try:
        # As in Django, the last of several values is the one that counts.
        given = dict(parse_qsl(query, max_num_fields=50))
    except ValueError:
        return ""
    return known_code(given.get(PARAMETER, ""))


@functools.cache
def _carrying() -> re.Pattern[str]:
    """Paths of the pages that the campaign goes on to."""
    search = re.escape(reverse("providers:search"))
    results = re.escape(reverse("providers:results", args=["x", "x"])).replace("x/x", "[^/]+/[^/]+")
    return re.compile(f"{search}|{results}|{re.escape(reverse('intake:form'))}")


def carry(html: bytes, code: str, path: str) -> bytes:
    """*html*, the page at *path*, with *code* in its links and forms that lead on.

    The code's shape (letters, digits, hyphens) makes it safe in an attribute.
    """

    def rewrite(match: re.Match[bytes]) -> bytes:
        tag = match[0]
        target = _TARGET.search(tag)
        if tag.startswith(b"<form"):
            where = target[2].decode() if target and target[2] else path
            if _POST.search(tag) or not _carrying().fullmatch(urlsplit(where).path):
                return tag
            # Sending a form leaves out what its address had after the question mark.
            return tag + f'<input type="hidden" name="{PARAMETER}" value="{code}">'.encode()
        if not target:
            return tag
        old = target[2].decode()
        new = _with_code(old, code, "&amp;") if _leads_on(old) else old
        return tag if new == old else tag.replace(target[0], target[1] + new.encode() + b'"', 1)

    return _TAG.sub(rewrite, html)


def _leads_on(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.netloc and bool(_carrying().fullmatch(parts.path))


def _with_code(address: str, code: str, separator: str = "&") -> str:
    parts = urlsplit(address)
    if re.search(rf"(?:^|[&;]){PARAMETER}=", parts.query):
        return address
    query = f"{parts.query}{separator}" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}{PARAMETER}={code}"))


def _carry_redirect(location: str, code: str, path: str) -> str:
    """Wherever the search leads, its answer still belongs to the campaign."""
    here = not urlsplit(location).netloc and location.startswith("/")
    from_search = path == reverse("providers:search")
    return _with_code(location, code) if here and (from_search or _leads_on(location)) else location
