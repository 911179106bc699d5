"""Days on which somebody is at the phone."""

from __future__ import annotations

import datetime

from intake.hotline.line import line_schedule
from intake.requests.definitions import day_start

_FRIDAY = 4
HORIZON = datetime.timedelta(days=31)


def next_working_day(day: datetime.date) -> datetime.date:
    """The first day after *day* on which the line opens; the next weekday when its hours are not known."""
    tomorrow = day + datetime.timedelta(days=1)
    schedule = line_schedule()
    state = schedule.state(day_start(tomorrow)) if schedule else None
    if state and state.is_open:
        return tomorrow
    if state and state.opens_at and state.opens_at.date() <= day + HORIZON:
        return state.opens_at.date()
    while tomorrow.weekday() > _FRIDAY:
        tomorrow += datetime.timedelta(days=1)
    return tomorrow
