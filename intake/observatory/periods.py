"""Whole months and whole years, in the portal's time zone."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from intake.requests.orientation import rules

FIRST_YEAR = 1990  # before that nobody keeps a log of requests
MOST_MONTHS = 240
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


@dataclass(frozen=True)
class Period:
    """From the first day of a month to the last day of a month, both included."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def of_year(cls, year: int) -> Period:
        """The calendar *year*."""
        return cls(datetime.date(year, 1, 1), datetime.date(year, 12, 31))

    @classmethod
    def of_months(cls, year: int, first: int, last: int) -> Period:
        """From the month *first* of *year* to its month *last*, both from 1 to 12."""
        return cls(datetime.date(year, first, 1), _month_end(datetime.date(year, last, 1)))

    @classmethod
    def last_twelve(cls, today: datetime.date | None = None) -> Period:
        """The month of *today* and the eleven before."""
        today = today or timezone.localdate()
        return cls(_months_before(today.replace(day=1), 11), _month_end(today))

    @classmethod
    def between(cls, first: str, last: str) -> Period:
        """From two months written ``2026-01``; raises ValidationError that says what is wrong."""
        start, end = _read(first), _read(last)
        if end < start:
            raise ValidationError(
                _("The period ends before it starts: choose a last month after the first."), "order"
            )
        if start > timezone.localdate():
            raise ValidationError(_("This period has not begun: nothing is counted yet."), "future")
        period = cls(start, _month_end(end))
        if len(period.months) > MOST_MONTHS:
            raise ValidationError(
                _("Twenty years at most: choose a shorter period."),
                "long",
            )
        return period

    @property
    def months(self) -> list[datetime.date]:
        """The first day of each month."""
        found, day = [], self.first
        while day <= self.last:
            found.append(day)
            day = _month_end(day) + datetime.timedelta(days=1)
        return found

    @property
    def year_before(self) -> Period:
        """The same months, one year earlier."""
        return Period(
            self.first.replace(year=self.first.year - 1),
            _month_end(self.last.replace(year=self.last.year - 1, day=1)),
        )

    @property
    def year(self) -> int | None:
        """The calendar year, when the period is exactly one."""
        return self.first.year if self == Period.of_year(self.first.year) else None

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}–{self.last:%Y-%m}"


def _month_end(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _months_before(month: datetime.date, count: int) -> datetime.date:
    place = month.year * 12 + month.month - 1 - count
    return datetime.date(place // 12, place % 12 + 1, 1)


def _read(text: str) -> datetime.date:
    match = _MONTH.match(text or "")
    if not match or not FIRST_YEAR <= int(match[1]) <= timezone.localdate().year + 1:
        raise ValidationError(_("Give a month and a year, for example 2026-01."), "month")
    return datetime.date(int(match[1]), int(match[2]), 1)


def closing_delay() -> datetime.timedelta:
    """How long after its end a year is closed: until all were asked what came of it as often as the rules say."""
    known = rules()
    return datetime.timedelta(days=known.follow_up_days * known.follow_up_times)


def closes_on(year: int) -> datetime.date:
    """The day from which *year* is closed."""
    return datetime.date(year + 1, 1, 1) + closing_delay()


def last_closed_year(today: datetime.date | None = None) -> int:
    """The latest year that is closed."""
    today = today or timezone.localdate()
    year = today.year - 1
    while closes_on(year) > today:
        year -= 1
    return year
