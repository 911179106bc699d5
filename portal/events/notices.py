"""What people who registered are told by e-mail: queued with what it announces."""

from __future__ import annotations

import hashlib

from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.hotline.line import line_now
from intake.mail import outbox
from portal.events.calendar import calendar_of
from portal.events.wording import repetition, when
from portal.models import EventPage, EventRegistration
from portal.names import fill
from providers.views import public

_signer = signing.Signer(salt="portal.events.registration")


def follow_url(registration: EventRegistration) -> str:
    """The path of the page where somebody sees their registration and may cancel it."""
    return reverse("events:follow", args=[_signer.sign(str(registration.pk)).replace(":", ".")])


def followed(token: str) -> EventRegistration | None:
    """The registration that a link leads to; None when the link was altered."""
    key, _dot, signature = token.partition(".")
    try:
        pk = int(_signer.unsign(f"{key}:{signature}"))
    except (signing.BadSignature, ValueError):
        return None
    return EventRegistration.objects.select_related("event__commune").filter(pk=pk).first()


def digest(event: EventPage) -> str:
    """Changes when people who registered must know: the time, the place, whether it takes place."""
    facts = [event.is_cancelled, event.place_name, event.commune_id, *event.spans]
    return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()


def registered(registration: EventRegistration) -> None:
    """A place, or the waiting list."""
    if registration.status == EventRegistration.Status.CONFIRMED:
        _queue(registration, _("Registration confirmed: %(event)s"), "registered", with_calendar=True)
    else:
        _queue(registration, _("Waiting list: %(event)s"), "waiting")


def promoted(registration: EventRegistration) -> None:
    """A place at last."""
    _queue(registration, _("A place for you: %(event)s"), "promoted", with_calendar=True)


def cancelled(registration: EventRegistration) -> None:
    """The registration is cancelled, by the person or by staff."""
    _queue(registration, _("Registration cancelled: %(event)s"), "cancelled")


def event_changed(event: EventPage) -> int:
    """Tell those who are registered what has changed since they were last told; returns how many."""
    now = digest(event)
    active = event.registrations.exclude(status=EventRegistration.Status.CANCELLED).filter(erased_at=None)
    told = 0
    for registration in active.exclude(told=now):
        if event.is_cancelled:
            _queue(registration, _("Event cancelled: %(event)s"), "event_cancelled", with_calendar=True)
        else:
            _queue(registration, _("Change of date or place: %(event)s"), "event_moved", with_calendar=True)
        registration.told = now
        registration.save(update_fields=["told"])
        told += 1
    return told


def _queue(registration: EventRegistration, subject: str, template: str, with_calendar: bool = False) -> None:
    if not registration.email:
        return  # staff call: the attendance list says so
    event = registration.event
    line = line_now()
    context = {
        "title": fill(event.title),
        "note": fill(event.status_note),
        "url": public.canonical(event.get_url() or "/"),
        "place": ", ".join(
            filter(None, [event.place_name, event.address, event.commune.name if event.commune else ""])
        ),
        "dates": [
            ", ".join(
                filter(
                    None, [capfirst(when(row.spans()[0])), repetition(row.repeats, row.first_day, row.until)]
                )
            )
            for row in event.dates.all()
        ],
        "people": registration.people,
        "number": registration.pk,
        "follow_url": public.canonical(follow_url(registration)),
        "phone": str(event.contact_phone or line.phone),
    }
    outbox.queue(
        f"event_{template}",
        registration.email,
        " ".join((subject % {"event": fill(event.title)}).split()),
        render_to_string(f"portal/events/mail/{template}.txt", context),
        attachments=[_calendar(event)] if with_calendar else [],
    )


def _calendar(event: EventPage) -> dict[str, str]:
    content = calendar_of([event]).decode()
    return {"name": f"{event.slug}.ics", "type": "text/calendar", "content": content}
