"""Is the line open, until when, and what to do if it is not: shown on every page."""

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from intake.hotline import last_known
from intake.models import Hotline
from providers.generation import per_generation
from providers.hours import Schedule, State, moment, until, week_rows, week_summary

Closure = tuple[datetime.datetime, datetime.datetime, str]


@dataclass(frozen=True)
class Line:
    """The line at one moment, in the language in force; texts may be empty.

    ``headline`` is empty when the hours are not known: neither “open” nor
    “closed” would be true.
    """

    phone: str = ""
    is_open: bool = False
    headline: str = ""
    detail: str = ""
    week: list[dict[str, str]] = field(default_factory=list)
    message: str = ""
    summary: str = ""
    # For other software: OSM text, and all closures, past and to come.
    hours: str = ""
    closures: Sequence[Closure] = ()


def line_now(at: datetime.datetime | None = None) -> Line:
    """The line at the aware moment *at* (now by default).

    No query when the rows are known for the present generation, two otherwise.
    """
    known = _hotline()
    if known is None:
        return Line()
    hotline, schedule, closures = known
    now = at or timezone.now()
    state = schedule.state(now)
    message = hotline.answering_message if hotline.has_answering_machine else ""
    return Line(
        phone=hotline.phone.as_e164 if hotline.phone else "",
        is_open=state is not None and state.is_open,
        headline=_headline(state),
        detail=_detail(state, now, closures, hotline.has_answering_machine),
        week=_week(hotline.opening_hours, timezone.localdate(now), get_language()),
        message=message,
        summary=_summary(hotline.opening_hours, get_language()),
        hours=hotline.opening_hours,
        closures=closures,
    )


def open_time_between(start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta | None:
    """Hours of the line between two aware moments: closures, holidays and nights left out.

    None when the hours of the line are not known.
    """
    known = _hotline()
    return known[1].open_time(start, end) if known else None


def line_schedule() -> Schedule | None:
    """The line's hours with its closures; None before anybody has set them."""
    known = _hotline()
    return known[1] if known else None


@functools.lru_cache(maxsize=50)
def _week(hours: str, day: datetime.date, language: str | None) -> list[dict[str, str]]:
    return week_rows(hours, day)


@functools.lru_cache(maxsize=50)
def _summary(hours: str, language: str | None) -> str:
    return week_summary(hours)


@per_generation
def _hotline() -> tuple[Hotline, Schedule, Sequence[Closure]] | None:
    """The rows, whatever the time: what is kept here outlives the minute."""
    hotline = Hotline.objects.first()
    if hotline is None:
        return None
    closures = list(hotline.closures.values_list("start", "end", "reason"))
    schedule = Schedule(hotline.opening_hours, closures=[(start, end) for start, end, _reason in closures])
    last_known.keep(hotline.phone.as_e164 if hotline.phone else "", hotline.opening_hours)
    return hotline, schedule, closures


def _headline(state: State | None) -> str:
    if state is None:
        return ""
    return _("The line is open") if state.is_open else _("The line is closed")


def _detail(
    state: State | None, now: datetime.datetime, closures: Sequence[Closure], has_machine: bool
) -> str:
    """“jusqu’à 12 h”, “rouvre jeudi 27 à 9 h (réunion d’équipe), laissez un message”."""
    if state is None:
        return ""
    if state.is_open:
        return until(state.until, now) if state.until else _("around the clock")
    reason = _reason(state, now, closures)
    if state.opens_at is None:
        opening = reason
    else:
        opening = _("reopens %(moment)s") % {"moment": moment(state.opens_at, now)}
        if reason:
            opening = f"{opening} ({reason})"
    return ", ".join(filter(None, [opening, _("leave a message") if has_machine else ""]))


def _reason(state: State, now: datetime.datetime, closures: Sequence[Closure]) -> str:
    """Why the line is closed now, or opens later than usual."""
    for start, end, reason in closures:
        if reason and end > now and (start <= now or (state.opens_at and start < state.opens_at)):
            return reason
    return ""
