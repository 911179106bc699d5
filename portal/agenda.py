"""The agenda: which events to show, and what a list says of each."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Max, Min, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS_AP
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.events.spans import Span
from portal.events.wording import month_name, when
from portal.models import AgendaPage, EventOccurrence, EventPage
from portal.models.events import EventQuerySet
from portal.names import fill
from providers.generation import per_generation
from providers.models import Commune

MOST_EVENTS = 300  # of one list; an agenda has tens

# An event with the times it takes place in the list that is asked for, in order.
Timed = tuple[EventPage, list[Span]]


@dataclass(frozen=True)
class EventCard:
    """An event in a list, with the next time it takes place there."""

    title: str
    url: str
    span: Span
    when: str
    day: str
    month: str
    place: str
    introduction: str
    type_name: str
    status: str
    status_text: str
    others_text: str


def coming_events(limit: int, on: datetime.datetime | None = None) -> list[EventCard]:
    """The *limit* events that come first after the aware moment *on* (now by default)."""
    return cards(coming() if on is None else _timed(_coming(on)))[:limit]


def _with_spans(events: EventQuerySet, scope: Q) -> EventQuerySet:
    """*events* with the occurrences of *scope* as ``in_scope``, one query for all."""
    rows = EventOccurrence.objects.filter(scope).order_by("start", "pk")
    return events.prefetch_related(Prefetch("occurrences", queryset=rows, to_attr="in_scope"))


def _timed(events: Iterable[EventPage]) -> list[Timed]:
    return [(event, [row.span for row in event.in_scope]) for event in events if event.in_scope]


def _coming(now: datetime.datetime) -> EventQuerySet:
    return _with_spans(EventPage.objects.shown().coming(now), Q(end__gt=now))[:MOST_EVENTS]


@per_generation
def _ahead() -> list[Timed]:
    """What was coming when this was worked out: :func:`coming` leaves out what is over since."""
    return _timed(_coming(timezone.now()))


def coming() -> list[Timed]:
    """All events that are not over with what is left of each, the soonest first; no query when warm."""
    now = timezone.now()
    left = [(event, [span for span in spans if span.end > now]) for event, spans in _ahead()]
    return sorted((row for row in left if row[1]), key=lambda row: row[1][0].start)


def during_month(month: datetime.date) -> list[Timed]:
    """What takes place in the month that begins on the date *month*."""
    start, end = month_bounds(month)
    events = EventPage.objects.shown().during(start, end)
    return _timed(_with_spans(events, Q(end__gt=start, start__lt=end))[:MOST_EVENTS])


def past(first: int, count: int) -> list[Timed]:
    """What is over, the latest first: *count* events from the place *first* on."""
    now = timezone.now()
    events = EventPage.objects.shown().past(now)
    return _timed(_with_spans(events, Q(end__lte=now))[first : first + count])


def month_bounds(month: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """The midnights that a month lies between."""
    following = (month.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    return _midnight(month.replace(day=1)), _midnight(following)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@per_generation
def first_and_last_month() -> tuple[datetime.date, datetime.date] | None:
    """The months of the first and the last event ever; None while there is none."""
    found = EventOccurrence.objects.filter(event__live=True).aggregate(first=Min("start"), last=Max("start"))
    if found["first"] is None:
        return None
    return timezone.localdate(found["first"]).replace(day=1), timezone.localdate(found["last"]).replace(day=1)


def cards(events: Iterable[Timed], latest: bool = False) -> list[EventCard]:
    """What lists say of *events*: the first of their times, or the last if *latest*."""
    return [_card(event, spans, latest) for event, spans in events]


def _card(event: EventPage, spans: list[Span], latest: bool) -> EventCard:
    span = spans[-1] if latest else spans[0]
    day = span.first_day
    return EventCard(
        title=fill(event.title),
        url=event.get_url() or "",
        span=span,
        when=capfirst(when(span)),
        day=str(day.day),
        month=str(MONTHS_AP[day.month]),
        place=", ".join(filter(None, [event.place_name, event.commune.name if event.commune else ""])),
        introduction=fill(event.introduction),
        type_name=event.type.name if event.type else "",
        status=event.status,
        status_text=status_text(event),
        others_text=_others(len(spans) - 1),
    )


def _others(count: int) -> str:
    if count < 1:
        return ""
    return ngettext("and %(count)s other date", "and %(count)s other dates", count) % {"count": count}


def status_text(event: EventPage) -> str:
    """“Annulé : salle indisponible”; "" when all is as planned."""
    if event.status == EventPage.Status.PLANNED:
        return ""
    words = _("Cancelled") if event.is_cancelled else _("Moved")
    if event.status_note:
        return _("%(state)s: %(note)s") % {"state": words, "note": fill(event.status_note)}
    return words


def by_month(found: Iterable[EventCard]) -> list[tuple[str, list[EventCard]]]:
    """Cards under the name of the month they begin in."""
    return [
        (capfirst(name), list(group))
        for name, group in groupby(found, key=lambda card: month_name(card.span.first_day))
    ]


def communes_of(events: Iterable[Timed]) -> list[Commune]:
    """The communes where *events* take place, by name."""
    found = {event.commune.pk: event.commune for event, _spans in events if event.commune}
    return sorted(found.values(), key=lambda commune: commune.search_name)


@per_generation
def agenda_url() -> str:
    """The address of the agenda; "" while the site has none."""
    page = AgendaPage.objects.live().first()
    return (page.get_url() or "") if page else ""


def feed_url() -> str:
    return reverse("events:feed")
