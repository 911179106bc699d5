"""Who comes to which event, for staff: on screen, on paper, in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.viewsets.base import ViewSet
from wagtail.log_actions import log

from portal.events import registering
from portal.events.wording import when
from portal.models import EventPage, EventRegistration
from portal.permissions import cancels_registrations, sees_registrations
from portal.templatetags.portal_text import pairs
from providers.census.cells import defuse
from providers.viewsets import Guarded

Status = EventRegistration.Status
MOST_EVENTS = 200


class _Echo:
    """A file that gives back each line written, so that a list is sent as it is made."""

    def write(self, line: str) -> str:
        return line


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Events that people register for, those to come first, with counts and no name."""
    coming = Q(registrations__status=Status.CONFIRMED)
    waiting = Q(registrations__status=Status.WAITING)
    events = (
        EventPage.objects.filter(takes_registrations=True)
        .annotate(
            confirmed=Sum("registrations__people", filter=coming, default=0),
            in_line=Sum("registrations__people", filter=waiting, default=0),
        )
        .order_by("-first_published_at", "-pk")[:MOST_EVENTS]
    )
    now = timezone.now()
    rows = sorted(events.prefetch_related("dates"), key=lambda event: _nearness(event, now))
    context = {
        "events": [
            {
                "title": event.title,
                "when": capfirst(when(event.spans[0])) if event.spans else "",
                "is_over": bool(event.spans) and event.spans[-1].end <= now,
                "confirmed": event.confirmed,
                "places": event.places,
                "waiting": event.in_line,
                "pk": event.pk,
            }
            for event in rows
        ]
    }
    return render(request, "portal/events/admin/index.html", context)


def _nearness(event: EventPage, now: Any) -> tuple[bool, float]:
    """To come before over, the nearest first in both."""
    if not event.spans:
        return (True, float("inf"))
    return (event.spans[-1].end <= now, abs((event.spans[0].start - now).total_seconds()))


def _registrations(event: EventPage) -> QuerySet[EventRegistration]:
    """Those who have a place by name, then those who wait in their order."""
    return event.registrations.exclude(status=Status.CANCELLED).order_by("status", "created_at", "pk")


def _context(request: HttpRequest, event: EventPage) -> dict[str, Any]:
    rows = list(_registrations(event))
    by_name = sorted(
        (row for row in rows if row.status == Status.CONFIRMED), key=lambda row: (row.name.casefold(), row.pk)
    )
    waiting = [row for row in rows if row.status == Status.WAITING]
    return {
        "event": event,
        "when": [capfirst(when(row.spans()[0])) for row in event.dates.all() if row.first_day],
        "coming": by_name,
        "waiting": waiting,
        "people": sum(row.people for row in by_name),
        "waiting_people": sum(row.people for row in waiting),
        "cancelled": event.registrations.filter(status=Status.CANCELLED).count(),
        "erased": any(row.erased_at for row in rows),
        "may_cancel": cancels_registrations(request.user),
    }


@require_safe
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of one event."""
    event = get_object_or_404(EventPage, pk=pk)
    return render(request, "portal/events/admin/attendance.html", _context(request, event))


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for paper, with a box to tick at the door."""
    event = get_object_or_404(EventPage, pk=pk)
    log(instance=event, action="portal.registrations_printed", user=request.user)
    response = render(request, "portal/events/admin/sheet.html", _context(request, event))
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same as CSV, the way French spreadsheets read it; text that would run is defused."""
    event = get_object_or_404(EventPage, pk=pk)
    log(instance=event, action="portal.registrations_exported", user=request.user)
    response = StreamingHttpResponse(_lines(event), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


def _lines(event: EventPage) -> Iterator[str]:
    yield "\ufeff"
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    heads = (_("Name"), _("People"), _("State"), _("Phone"), _("E-mail"), _("Registered on"))
    yield writer.writerow(heads)
    for row in _registrations(event):
        registered = date_format(timezone.localtime(row.created_at), "Y-m-d H:i")
        texts = (row.name, row.people, row.get_status_display(), pairs(row.phone), row.email, registered)
        yield writer.writerow([defuse(str(text)) for text in texts])


@require_POST
def cancel(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Cancel for somebody who called; who waits gets the place."""
    if not cancels_registrations(request.user):
        raise PermissionDenied
    row = get_object_or_404(EventRegistration, pk=registration, event=pk)
    if registering.cancel(row):
        messages.success(request, _("Registration no. %(number)s is cancelled.") % {"number": row.pk})
    return redirect("registrations:event", pk)


class RegistrationsViewSet(Guarded, ViewSet):
    """Registrations in the admin's menu; every view asks the same predicate."""

    name = "registrations"
    url_prefix = "inscriptions"
    icon = "clipboard-list"
    menu_label = gettext_lazy("Registrations")
    menu_order = 20

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_registrations(user)

    def _view(self, function: Any) -> Any:
        def guarded(request: HttpRequest, *args: Any, **url: Any) -> Any:
            if not self.may_reach(request.user, url):
                raise PermissionDenied
            return function(request, *args, **url)

        return guarded

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order=order)
        item.is_shown = lambda request: sees_registrations(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self._view(index), name="index"),
            path("<int:pk>/", self._view(attendance), name="event"),
            path("<int:pk>/feuille/", self._view(sheet), name="sheet"),
            path("<int:pk>/export/", self._view(export), name="export"),
            path("<int:pk>/annuler/<int:registration>/", self._view(cancel), name="cancel"),
        ]
