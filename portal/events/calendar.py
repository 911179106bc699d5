"""Events for people's calendars (iCalendar, RFC 5545).

Each date of an event is one component that keeps its UID for good; what
repeats has a rule. SEQUENCE counts the seconds from the first publication to
the last: it rises with every change, and needs nothing to be remembered.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator
from icalendar import Calendar, Event, vDuration, vGeo, vRecur, vText

from portal.events.recurrence import Repeats, week_of_month
from portal.events.spans import Span
from portal.models import EventDate, EventPage
from portal.names import fill
from providers.views import public

REFRESHED = datetime.timedelta(hours=6)  # how often to ask for the feed again
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def calendar_of(events: Iterable[EventPage], name: str = "") -> bytes:
    """A calendar file with the dates of *events*; *name* is that of a feed."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{_host()}//1001 services//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", vDuration(REFRESHED), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESHED))
    for event in events:
        for row in event.dates.all():
            calendar.add_component(_component(event, row))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _component(event: EventPage, row: EventDate) -> Event:
    span = row.spans()[0]
    first, last = event.first_published_at, event.last_published_at
    component = Event()
    component.add("uid", f"{row.uid}-{event.pk}@{_host()}")
    component.add("dtstamp", (last or timezone.now()).astimezone(datetime.UTC))
    if first and last:
        component.add("sequence", max(0, int((last - first).total_seconds())))
        component.add("created", first.astimezone(datetime.UTC))
        component.add("last-modified", last.astimezone(datetime.UTC))
    component.add("summary", fill(event.title))
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("dtstart", _value(span.start, span))
    if not span.open_ended:
        component.add("dtend", _value(span.end, span))
    if row.repeats and row.until:
        component.add("rrule", _rule(row, span))
    _tell(component, event)
    return component


def _tell(component: Event, event: EventPage) -> None:
    """Where, what, and the page that says the rest."""
    from portal.agenda import status_text

    url = public.canonical(event.get_url() or "/")
    place = [event.place_name, event.address, event.commune.name if event.commune else ""]
    if any(place):
        component.add("location", ", ".join(filter(None, place)))
    if event.point:
        component.add("geo", vGeo((event.point.latitude, event.point.longitude)))
    words = "\n".join(filter(None, [status_text(event), fill(event.introduction), url]))
    component.add("description", vText(Truncator(words).chars(2000)))
    component.add("url", url)
    if event.type:
        component.add("categories", [event.type.name])


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _value(at: datetime.datetime, span: Span) -> datetime.date | datetime.datetime:
    local = at.astimezone(_zone())
    return local.date() if span.all_day else local


def _rule(row: EventDate, span: Span) -> vRecur:
    rule: dict[str, Any] = {"freq": "monthly"}
    if row.repeats in (Repeats.WEEKLY, Repeats.FORTNIGHTLY):
        rule = {"freq": "weekly", "interval": 1 if row.repeats == Repeats.WEEKLY else 2}
    elif row.repeats == Repeats.MONTHLY_DATE:
        rule["bymonthday"] = row.first_day.day
    else:
        rule["byday"] = f"{week_of_month(row.first_day)}{WEEKDAYS[row.first_day.weekday()]}"
    if span.all_day:
        rule["until"] = row.until
    else:
        # In UTC where the beginning has a zone (RFC 5545, 3.3.10); the last day is included.
        end = datetime.datetime.combine(row.until, datetime.time(23, 59, 59), _zone())  # type: ignore[arg-type]
        rule["until"] = end.astimezone(datetime.UTC)
    return vRecur(rule)


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
