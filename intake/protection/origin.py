"""Whether a form was sent from one of our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def comes_from_here(request: HttpRequest) -> bool:
    """True when the Origin header, or else the Referer, names this site.

    A browser that tells neither is believed: what the form needs besides (its
    token) was drawn by us, and there is no cookie that others could abuse.
    """
    origin = request.headers.get("Origin", "")
    if origin and origin != "null":
        return _is_ours(origin, request)
    if site := request.headers.get("Sec-Fetch-Site", ""):
        return site in ("same-origin", "none")
    if origin == "null":
        return False
    referer = request.headers.get("Referer", "")
    return not referer or _is_ours(referer, request)


def _is_ours(address: str, request: HttpRequest) -> bool:
    try:
        netloc = urlsplit(address).netloc.lower()
    except ValueError:
        return False
    return bool(netloc) and netloc in (request.get_host().lower(), urlsplit(settings.SITE_URL).netloc.lower())
