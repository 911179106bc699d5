"""What the directory tells others, so that it need not know them.

A page kept in the page cache is shown without its view: what it has to tell
stays with it, and is told again each time it is sent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

# Somebody asked and nobody comes: ``request``, ``service`` and ``commune`` (their keys).
nobody_found = Signal()

# A page of the directory was sent: ``request``.
directory_seen = Signal()

# A listing has to be confirmed: ``operations``, ``to`` (addresses), ``state`` (providers.freshness.State),
# ``due`` (date) and ``hidden_on`` (date, or None when it will only be marked).
confirmation_awaited = Signal()
# Somebody who left an address is answered: ``report`` (an ErrorReport that was just closed).
report_answered = Signal()
# A change was sent to the park, or got its answer: ``submission`` (ListingSubmission),
# ``user`` (who did it). Sent inside the transaction.
submission_changed = Signal()
# An error was reported: ``report`` (ErrorReport). Sent inside the transaction, once for a report.
error_reported = Signal()
# Somebody asks to keep a listing, or was told no: ``request`` (AccessRequest). Inside the transaction.
access_asked = Signal()
access_answered = Signal()
# An invitation is to be sent (again), or its link came too late: ``invitation``. Inside the transaction.
invitation_sent = Signal()
invitation_asked_again = Signal()

_SIGNALS = {"nobody_found": nobody_found, "directory_seen": directory_seen}
Told = tuple[tuple[str, dict[str, Any]], ...]


def seen(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the directory: each time it is sent, from the page cache too, ``directory_seen`` is told."""

    @functools.wraps(view)
    def told_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            tell("directory_seen", request, response)
        return response

    return told_view


def tell(name: str, request: HttpRequest, response: HttpResponseBase, **facts: Any) -> None:
    """Send the signal *name* with plain *facts*, and leave on *response* what to tell again."""
    response.told = (*told(response), (name, facts))  # type: ignore[attr-defined]
    _SIGNALS[name].send(sender=None, request=request, **facts)


def told(response: HttpResponseBase) -> Told:
    """What was told while *response* was made."""
    return getattr(response, "told", ())


def tell_again(messages: Iterable[tuple[str, dict[str, Any]]], request: HttpRequest) -> None:
    """Send what was told when a page was made: it is sent to somebody else now."""
    for name, facts in messages:
        _SIGNALS[name].send(sender=None, request=request, **facts)
