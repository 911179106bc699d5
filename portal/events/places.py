"""How many places are left, and whether people may register now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.models import EventPage


@dataclass(frozen=True)
class Places:
    """Registration for an event at one moment; ``left`` is None when there is no limit."""

    is_offered: bool = False
    is_open: bool = False
    left: int | None = None
    waits: bool = False
    text: str = ""


def closes_at(event: EventPage) -> datetime.datetime | None:
    """The moment after which nobody registers any more: as staff said, else when the event begins."""
    if event.registration_closes_at:
        return event.registration_closes_at
    return event.spans[-1].start if event.spans else None


def left(event: EventPage) -> int | None:
    """Places that nobody has taken; None when there is no limit."""
    if event.places is None:
        return None
    # Fewer than none when staff have lowered the limit: nobody loses a place.
    return max(0, event.places - event.registrations.coming().people())


def state(event: EventPage, now: datetime.datetime) -> Places:
    """Whether people may register at the moment *now*, and what to say of it."""
    if not event.takes_registrations:
        return Places()
    end = closes_at(event)
    if event.is_cancelled or end is None or end <= now:
        closed = "" if event.is_cancelled else _("Registration is closed.")
        return Places(is_offered=True, text=closed)
    free = left(event) if event.pk else event.places
    if free is None:
        return Places(is_offered=True, is_open=True, text=_("Register so that we know how many will come."))
    if free:
        words = ngettext("%(count)s place left.", "%(count)s places left.", free) % {"count": free}
        return Places(is_offered=True, is_open=True, left=free, text=words)
    if event.has_waiting_list:
        words = _("All places are taken, but you can join the waiting list.")
        return Places(is_offered=True, is_open=True, left=0, waits=True, text=words)
    return Places(is_offered=True, left=0, text=_("All places are taken."))
