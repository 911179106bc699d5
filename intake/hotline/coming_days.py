"""The line over the coming days, as the public will find it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _

from intake.hotline.line import Closure
from providers.hours import Schedule, hours_text, is_holiday
from providers.hours.wording import day_of_month

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day: its name, its hours in words, and why they are not the usual ones."""

    name: str
    hours: str
    is_open: bool
    notes: list[str]


def coming_days(hours: str, closures: Sequence[Closure], first: datetime.date, count: int = 14) -> list[Day]:
    """*count* days from *first* on; none when the hours (OSM text) are not known."""
    if not hours.strip():
        return []
    schedule = Schedule(hours, closures=[(start, end) for start, end, _reason in closures])
    return [_day(schedule, closures, first + number * ONE_DAY) for number in range(count)]


def _day(schedule: Schedule, closures: Sequence[Closure], day: datetime.date) -> Day:
    start, end = _midnight(day), _midnight(day + ONE_DAY)
    spans = schedule.open_between(start, end)
    notes = [_("public holiday")] if is_holiday(day) else []
    for closed_from, closed_to, reason in sorted(closures):
        if closed_from < end and closed_to > start:
            notes.append(
                _("exceptional closure: %(reason)s") % {"reason": reason}
                if reason
                else _("exceptional closure")
            )
    return Day(
        name=f"{WEEKDAYS[day.weekday()]} {day_of_month(day)} {MONTHS[day.month]}",
        hours=hours_text(tuple((_minutes(opens, day), _minutes(closes, day)) for opens, closes in spans)),
        is_open=bool(spans),
        notes=notes,
    )


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _minutes(at: datetime.datetime, day: datetime.date) -> int:
    """Minutes on the clock of the wall; the next midnight is 24 h."""
    return at.hour * 60 + at.minute if at.date() == day else 24 * 60
