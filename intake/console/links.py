"""The lists of the log, wherever they are."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def link(name: str, *args: Any, query: str = "") -> str:
    """The address of an admin screen; "" where the portal has none such."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{address}?{query}" if query else address


def request_link(pk: int) -> str:
    """The screen of one request."""
    return link("intake_requests:edit", pk)
