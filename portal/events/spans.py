"""One time that an event takes place."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.utils import timezone

ONE_DAY = datetime.timedelta(days=1)


class Span(NamedTuple):
    """From one moment to another, aware.

    ``all_day``: no time is told, ``end`` is the midnight after the last day.
    ``open_ended``: only the beginning is told, ``end`` is the midnight after it.
    """

    start: datetime.datetime
    end: datetime.datetime
    all_day: bool = False
    open_ended: bool = False

    @property
    def first_day(self) -> datetime.date:
        return timezone.localdate(self.start)

    @property
    def last_day(self) -> datetime.date:
        """The last day of which something is left before the end."""
        return timezone.localdate(self.end - datetime.timedelta(microseconds=1))


def span(
    first_day: datetime.date,
    start_time: datetime.time | None,
    last_day: datetime.date | None,
    end_time: datetime.time | None,
) -> Span:
    """The span that staff typed, on the clock of the wall."""
    last = last_day or first_day
    start = _local(first_day, start_time or datetime.time.min)
    if start_time is None:
        return Span(start, _local(last + ONE_DAY, datetime.time.min), all_day=True)
    if end_time is None:
        return Span(start, _local(last + ONE_DAY, datetime.time.min), open_ended=True)
    return Span(start, _local(last, end_time))


def _local(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))
