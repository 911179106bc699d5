"""On which days something that repeats takes place."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_TIMES = 200  # a weekly meeting over almost four years
_WEEK = datetime.timedelta(days=7)


class Repeats(models.TextChoices):
    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every two weeks")
    MONTHLY_DATE = "monthly_date", _("every month, on the same date (the 15th)")
    MONTHLY_WEEKDAY = "monthly_weekday", _("every month, on the same weekday (the second Tuesday)")


# Days that an event may last before it meets its own next time.
LONGEST = {
    Repeats.WEEKLY: 7,
    Repeats.FORTNIGHTLY: 14,
    Repeats.MONTHLY_DATE: 28,
    Repeats.MONTHLY_WEEKDAY: 28,
}


def week_of_month(day: datetime.date) -> int:
    """1 to 4: the how-manieth of its weekday in the month; -1 from the 29th on: the last one."""
    number = (day.day - 1) // 7 + 1
    return number if number < 5 else -1


def days(first: datetime.date, repeats: str, until: datetime.date | None) -> list[datetime.date]:
    """*first* and the days it repeats on, *until* included; at most MOST_TIMES + 1, so that more shows."""
    if not repeats or until is None:
        return [first]
    found: list[datetime.date] = []
    for day in _endless(first, repeats):
        if day > until or len(found) > MOST_TIMES:
            break
        found.append(day)
    return found


def _endless(first: datetime.date, repeats: str) -> Iterator[datetime.date]:
    if repeats in (Repeats.WEEKLY, Repeats.FORTNIGHTLY):
        step = _WEEK if repeats == Repeats.WEEKLY else 2 * _WEEK
        while True:
            yield first
            first += step
    year, month = first.year, first.month
    while True:
        day = (
            _same_date(first, year, month)
            if repeats == Repeats.MONTHLY_DATE
            else _same_weekday(first, year, month)
        )
        if day:
            yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _same_date(first: datetime.date, year: int, month: int) -> datetime.date | None:
    """None in the months that have no such date, as in calendars (RFC 5545)."""
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, first.day) if first.day <= last else None


def _same_weekday(first: datetime.date, year: int, month: int) -> datetime.date:
    number = week_of_month(first)
    offset = (first.weekday() - datetime.date(year, month, 1).weekday()) % 7
    last = calendar.monthrange(year, month)[1]
    matching = range(1 + offset, last + 1, 7)
    return datetime.date(year, month, matching[number if number < 0 else number - 1])
