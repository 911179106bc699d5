"""When events take place, in words, in the language in force.

Times as in :mod:`providers.hours.wording`: “18 h 30”, with no-break spaces.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.events.recurrence import Repeats, week_of_month
from portal.events.spans import Span
from providers.hours.week import DAY_MINUTES
from providers.hours.wording import clock, day_of_month


def when(span: Span) -> str:
    """“jeudi 15 janvier 2009, de 18 h 30 à 21 h”, “du 3 au 5 décembre 2026”."""
    if span.first_day == span.last_day:
        return _one_day(span)
    if span.all_day:
        return _days(span.first_day, span.last_day)
    start = _("%(day)s at %(time)s") % {"day": day_name(span.first_day), "time": _time(span.start)}
    if span.open_ended:
        return _("from %(start)s to %(end)s") % {"start": start, "end": day_name(span.last_day)}
    end = _("%(day)s at %(time)s") % {"day": day_name(span.last_day), "time": _end_time(span)}
    return _("from %(start)s to %(end)s") % {"start": start, "end": end}


def _one_day(span: Span) -> str:
    day = day_name(span.first_day)
    if span.all_day:
        return day
    if span.open_ended:
        return _("%(day)s at %(time)s") % {"day": day, "time": _time(span.start)}
    return _("%(day)s, from %(start)s to %(end)s") % {
        "day": day,
        "start": _time(span.start),
        "end": _end_time(span),
    }


def _days(first: datetime.date, last: datetime.date) -> str:
    """The month and the year are said once when they are the same."""
    names = {"first": day_of_month(first), "last": day_name(last, weekday=False)}
    if first.year != last.year:
        names["first"] = day_name(first, weekday=False)
    elif first.month != last.month:
        names["first"] = f"{names['first']} {MONTHS[first.month]}"
    return _("from %(first)s to %(last)s") % names


def day_name(day: datetime.date, weekday: bool = True) -> str:
    """“jeudi 1er janvier 2009”."""
    words = [str(WEEKDAYS[day.weekday()])] if weekday else []
    return " ".join([*words, day_of_month(day), str(MONTHS[day.month]), str(day.year)])


def month_name(day: datetime.date) -> str:
    """“décembre 2026”."""
    return f"{MONTHS[day.month]} {day.year}"


def repetition(repeats: str, first: datetime.date, until: datetime.date | None) -> str:
    """“chaque semaine, le jeudi, jusqu’au 26 juin 2027”; "" when it does not repeat."""
    if not repeats or until is None:
        return ""
    names = {
        "weekday": WEEKDAYS[first.weekday()],
        "day": day_of_month(first),
        "until": day_name(until, weekday=False),
        "rank": _rank(week_of_month(first)),
    }
    return {
        Repeats.WEEKLY: _("every %(weekday)s until %(until)s"),
        Repeats.FORTNIGHTLY: _("every second %(weekday)s until %(until)s"),
        Repeats.MONTHLY_DATE: _("on the %(day)s of every month until %(until)s"),
        Repeats.MONTHLY_WEEKDAY: _("on the %(rank)s %(weekday)s of every month until %(until)s"),
    }[Repeats(repeats)] % names


def _rank(number: int) -> str:
    return {
        1: pgettext("weekday of the month", "first"),
        2: pgettext("weekday of the month", "second"),
        3: pgettext("weekday of the month", "third"),
        4: pgettext("weekday of the month", "fourth"),
    }.get(number, pgettext("weekday of the month", "last"))


def _time(at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    return clock(local.hour * 60 + local.minute)


def _end_time(span: Span) -> str:
    """Midnight is the 24 h of the day before."""
    local = timezone.localtime(span.end)
    return clock(local.hour * 60 + local.minute or DAY_MINUTES)
