"""What visitors get when the database does not answer: our number, and nothing that needs a query."""

from __future__ import annotations

import contextlib
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.views.defaults import server_error as plain_server_error

from intake.hotline import last_known
from providers.hours import week_summary


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``, called by Django while the error is being handled.

    A form that was sent gives back what was typed, whatever failed; else, when
    the database is away, the page says so with the number of the line.
    """
    error = sys.exc_info()[1]
    if request.method == "POST":
        with contextlib.suppress(Exception):
            kept = _words_kept(request)
            if kept is not None:
                return kept
    if isinstance(error, (InterfaceError, OperationalError)):
        with contextlib.suppress(Exception):
            return _away()
    return plain_server_error(request)


def _words_kept(request: HttpRequest) -> HttpResponse | None:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    when_broken = getattr(view, "when_broken", None)
    return when_broken(request) if when_broken else None


def _away() -> HttpResponse:
    line = last_known.recall()
    # Without the request: the usual context would be read from the database.
    body = render_to_string("away.html", {"phone": line.phone, "week": week_summary(line.hours)})
    return HttpResponse(body, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})
