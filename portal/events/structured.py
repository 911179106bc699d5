"""An event in the words of schema.org."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from portal.events.places import Places
from portal.events.spans import Span
from portal.models import EventPage
from portal.names import fill
from providers.structured import CONTEXT, Data, filled

STATUSES = {
    EventPage.Status.PLANNED: "EventScheduled",
    EventPage.Status.MOVED: "EventRescheduled",
    EventPage.Status.CANCELLED: "EventCancelled",
}
MOST_TIMES = 30  # told one by one; the calendar has them all


def event_data(event: EventPage, url: str, picture: str, state: Places) -> Data:
    """The event at the absolute address *url*, with the absolute address of its picture."""
    common: Data = {
        "@type": "Event",
        "name": fill(event.title),
        "description": fill(event.introduction),
        "url": url,
        "eventStatus": f"{CONTEXT}/{STATUSES[EventPage.Status(event.status)]}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": _place(event),
        "image": picture,
        "organizer": {"@type": "Organization", "name": fill(event.organiser)} if event.organiser else None,
        "isAccessibleForFree": True if event.is_free else None,
        "offers": _offer(event, url, state),
        "maximumAttendeeCapacity": event.places if event.takes_registrations else None,
        "remainingAttendeeCapacity": state.left,
    }
    if not event.spans:
        return filled({"@context": CONTEXT, "@id": url, **common})
    one = {"@context": CONTEXT, "@id": url, **common, **_times(event.spans[0])}
    if len(event.spans) > 1:
        one["endDate"] = _end(event.spans[-1])
        one["subEvent"] = [filled({**common, **_times(span)}) for span in event.spans[:MOST_TIMES]]
    return filled(one)


def _times(span: Span) -> Data:
    return {"startDate": _start(span), "endDate": _end(span)}


def _start(span: Span) -> str:
    return span.first_day.isoformat() if span.all_day else _moment(span.start)


def _end(span: Span) -> str | None:
    if span.all_day:
        return span.last_day.isoformat()
    return None if span.open_ended else _moment(span.end)


def _moment(at: datetime.datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def _place(event: EventPage) -> Data | None:
    town = event.commune.name if event.commune else ""
    if not (event.place_name or event.address or town):
        return None
    return filled(
        {
            "@type": "Place",
            "name": event.place_name or town,
            "address": filled(
                {
                    "@type": "PostalAddress",
                    "streetAddress": event.address,
                    "addressLocality": town,
                    "addressCountry": "FR",
                }
            ),
            "geo": {"@type": "GeoCoordinates", **event.point._asdict()} if event.point else None,
        }
    )


def _offer(event: EventPage, url: str, state: Places) -> Any:
    if not (event.is_free or state.is_open):
        return None
    full = state.is_offered and state.left == 0
    return filled(
        {
            "@type": "Offer",
            "url": url,
            "price": "0" if event.is_free else "",
            "priceCurrency": "EUR" if event.is_free else "",
            "availability": f"{CONTEXT}/{'SoldOut' if full else 'InStock'}",
        }
    )
