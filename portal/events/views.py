"""Calendar files."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.events.calendar import calendar_of
from portal.models import EventPage
from portal.names import site_identity

CALENDAR = "text/calendar; charset=utf-8"
# What was is kept by those who follow the feed; newcomers get a year of it.
YEAR = datetime.timedelta(days=366)
MOST_EVENTS = 500


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """All events to come and those of the last year, to follow in a calendar."""
    recent = EventPage.objects.shown().filter(occurrences__end__gt=timezone.now() - YEAR).distinct()
    events = recent.prefetch_related("dates").order_by("pk")[:MOST_EVENTS]
    name = _("Agenda of %(service)s") % {"service": site_identity().full_name}
    return HttpResponse(calendar_of(events, name), content_type=CALENDAR)


@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, to put in a calendar."""
    event = get_object_or_404(EventPage.objects.shown(), pk=pk)
    response = HttpResponse(calendar_of([event]), content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
    return response
