"""Taking a place, giving it back, and who gets it then.

Everything that counts places does so while it holds the event's row: of two
people who want the last place at the same moment, exactly one gets it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from portal.events import notices, places
from portal.models import EventPage, EventRegistration

Status = EventRegistration.Status


@dataclass(frozen=True)
class Wish:
    """What somebody asks for; ``token`` names the form it came from."""

    token: str
    people: int
    name: str
    email: str = ""
    phone: str = ""


class Closed(Exception):
    """Nobody registers any more: over, cancelled, or not offered."""


class Full(Exception):
    """Not enough places, and no waiting list or none that could ever help; ``left`` are free."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def _held(pk: int) -> EventPage:
    """The event, held until the end of the transaction (SQLite holds the whole base)."""
    return EventPage.objects.select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def register(event: EventPage, wish: Wish) -> EventRegistration:
    """Give places, or a place on the waiting list. The same form twice makes one registration."""
    event = _held(event.pk)
    known = EventRegistration.objects.filter(form_token=wish.token).first()
    if known:
        return known
    state = places.state(event, timezone.now())
    enough = state.left is None or wish.people <= state.left
    if not state.is_open and state.left != 0:
        raise Closed
    possible = event.places is None or wish.people <= event.places
    if not enough and not (event.has_waiting_list and possible):
        raise Full(state.left or 0)
    registration = EventRegistration.objects.create(
        event=event,
        people=wish.people,
        name=wish.name,
        email=wish.email,
        phone=wish.phone,
        form_token=wish.token,
        status=Status.CONFIRMED if enough else Status.WAITING,
        told=notices.digest(event),
    )
    notices.registered(registration)
    return registration


@transaction.atomic
def cancel(registration: EventRegistration) -> bool:
    """Give the places back, to those who wait; False when that was done already."""
    event = _held(registration.event_id)
    changed = EventRegistration.objects.filter(pk=registration.pk).exclude(status=Status.CANCELLED)
    if not changed.update(status=Status.CANCELLED):
        return False
    registration.status = Status.CANCELLED
    notices.cancelled(registration)
    fill(event)
    return True


@transaction.atomic
def fill(event: EventPage) -> list[EventRegistration]:
    """Give free places to those who wait, in order: the first ones for whom there are enough."""
    event = _held(event.pk)
    if event.is_cancelled or not event.spans or event.spans[-1].end <= timezone.now():
        return []
    left = places.left(event)
    promoted = []
    for registration in event.registrations.waiting():
        if left is not None and registration.people > left:
            continue
        registration.status = Status.CONFIRMED
        registration.save(update_fields=["status"])
        notices.promoted(registration)
        promoted.append(registration)
        if left is not None:
            left -= registration.people
    return promoted
