"""What the views of public forms have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def public_form(when_broken: Callable[[HttpRequest], HttpResponse] | None = None) -> Callable[[View], View]:
    """A view that reads and writes without a cookie, is never kept, and never loses what was typed.

    It checks by itself where a form comes from (see :mod:`.origin`), hence no
    CSRF cookie. *when_broken* answers from what was posted alone, without a
    query, when the database is away or anything else fails; see
    :mod:`portal.outage`, which calls it.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            response["Cache-Control"] = "no-store"
            return response

        wrapper.when_broken = when_broken  # type: ignore[attr-defined]
        return wrapper

    return decorate
