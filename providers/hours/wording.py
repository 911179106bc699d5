"""Opening hours in words, in the language in force.

Times are written “9 h”, “13 h 30” in French, with no-break spaces (Lexique des
règles typographiques en usage à l'Imprimerie nationale); never “midi” or
“minuit”: a day runs from 0 h to 24 h.
"""

import datetime
from collections import Counter
from collections.abc import Sequence

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from opening_hours import State as Openness

from .schedule import State
from .syntax import parsed
from .week import ALL_DAY, DAY_MINUTES, Openings, read_week, runs

NOON = 12 * 60


def moment(at: datetime.datetime, now: datetime.datetime) -> str:
    """When, seen from *now*: “à 12 h”, “demain à 9 h”, “jeudi 27 à 9 h”…

    The month is said when it is another one, the year too.
    """
    at, today = timezone.localtime(at), timezone.localtime(now).date()
    time = clock(at.hour * 60 + at.minute)
    if at.date() == today:
        return _("at %(time)s") % {"time": time}
    return _("%(day)s at %(time)s") % {"day": _day(at.date(), today), "time": time}


def until(at: datetime.datetime, now: datetime.datetime) -> str:
    """“jusqu’à 12 h”, “jusqu’à demain à 6 h”; midnight is the 24 h of the day before."""
    at, today = timezone.localtime(at), timezone.localtime(now).date()
    day, minutes = at.date(), at.hour * 60 + at.minute
    if minutes == 0:
        day, minutes = day - datetime.timedelta(days=1), DAY_MINUTES
    if day == today:
        return _("until %(time)s") % {"time": clock(minutes)}
    return _("until %(day)s at %(time)s") % {"day": _day(day, today), "time": clock(minutes)}


def open_text(state: State | None, now: datetime.datetime) -> str:
    """One line for a structure; empty when nothing is known."""
    if state is None:
        return ""
    if state.is_open:
        if state.until is None:
            return _("Open around the clock")
        return _("Open %(until)s") % {"until": until(state.until, now)}
    if state.opens_at:
        return _("Closed, reopens %(moment)s") % {"moment": moment(state.opens_at, now)}
    return pgettext("structure", "Closed")


def week_rows(osm: str, on: datetime.date | None = None) -> list[dict[str, str]]:
    """``{day, hours}`` in words, Monday first; empty when the hours are not known.

    Hours richer than a plain week are those of the week that holds the date *on*
    (today by default).
    """
    if not osm.strip():
        return []
    week = read_week(osm)
    days = week.days if week else _days_around(osm, on or timezone.localdate())
    return [
        {"day": str(WEEKDAYS[number]), "hours": hours_text(openings, ", ")}
        for number, openings in enumerate(days)
    ]


def week_summary(osm: str) -> str:
    """“du lundi au vendredi, 9 h – 12 h et 14 h – 17 h, sauf le jeudi après-midi”.

    The hours are left out when one phrase cannot say them; empty when they are
    not a plain week.
    """
    week = read_week(osm) if osm.strip() else None
    open_days = {number: openings for number, openings in enumerate(week.days) if openings} if week else {}
    if not open_days:
        return ""
    days = _days(sorted(open_days))
    usual = Counter(open_days.values()).most_common(1)[0][0]
    others = {number: openings for number, openings in open_days.items() if openings != usual}
    phrase = _("%(days)s, %(hours)s") % {"days": days, "hours": hours_text(usual, _(" and "))}
    if not others:
        return phrase
    missing = _missing_half(usual, next(iter(others.values()))) if len(others) == 1 else ""
    if not missing:
        return days
    day = str(WEEKDAYS[next(iter(others))])
    if missing == "afternoon":
        return _("%(phrase)s, except %(day)s afternoon") % {"phrase": phrase, "day": day}
    return _("%(phrase)s, except %(day)s morning") % {"phrase": phrase, "day": day}


def clock(minutes: int) -> str:
    """A time of day, in minutes after midnight: “9 h”, “13 h 30”."""
    hour, minute = divmod(minutes, 60)
    if minute:
        return _("%(hour)d:%(minute)02d") % {"hour": hour, "minute": minute}
    return _("%(hour)d:00") % {"hour": hour}


def day_of_month(day: datetime.date) -> str:
    """ "1er", "2"."""
    return pgettext("day of the month", "1") if day.day == 1 else str(day.day)


def day_and_month(day: datetime.date) -> str:
    """ "1er mai": Django's own formats write "1 mai"."""
    return f"{day_of_month(day)} {MONTHS[day.month]}"


def full_day(day: datetime.date) -> str:
    """ "1er mai 2027"."""
    return f"{day_and_month(day)} {day.year}"


def _day(day: datetime.date, today: datetime.date) -> str:
    if day == today + datetime.timedelta(days=1):
        return _("tomorrow")
    names = {
        "weekday": WEEKDAYS[day.weekday()],
        "day": day_of_month(day),
        "month": MONTHS[day.month],
        "year": day.year,
    }
    if day.year != today.year:
        return _("%(weekday)s %(day)s %(month)s %(year)s") % names
    if day.month != today.month:
        return _("%(weekday)s %(day)s %(month)s") % names
    return _("%(weekday)s %(day)s") % names


def hours_text(openings: Openings, joint: str = ", ") -> str:
    """“9 h – 12 h, 14 h – 17 h”, “fermé”: the openings of a day in minutes after midnight."""
    if not openings:
        return pgettext("hours of a day", "closed")
    if openings == ALL_DAY:
        return _("around the clock")
    return joint.join(
        _("%(start)s – %(end)s") % {"start": clock(start), "end": clock(end)} for start, end in openings
    )


def _days(numbers: Sequence[int]) -> str:
    """“du lundi au mercredi et le vendredi”."""
    if len(numbers) == 7:
        return _("every day")
    parts: list[str] = []
    for first, last in runs(list(numbers)):
        if last - first >= 2:
            parts.append(_("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]})
        else:
            parts += [
                pgettext("day of the week", "%(day)s") % {"day": WEEKDAYS[number]}
                for number in range(first, last + 1)
            ]
    if len(parts) == 1:
        return parts[0]
    return ", ".join(parts[:-1]) + _(" and ") + parts[-1]


def _missing_half(usual: Openings, other: Openings) -> str:
    """Which half of the usual day *other* leaves out: "morning", "afternoon" or ""."""
    if len(usual) == 2 and usual[0][1] <= NOON + 120 and usual[1][0] >= NOON:
        if other == usual[:1]:
            return "afternoon"
        if other == usual[1:]:
            return "morning"
    return ""


def _days_around(osm: str, on: datetime.date) -> list[Openings]:
    """Openings of the seven days of the week of *on*, each cut at midnight."""
    hours = parsed(osm)
    if hours is None:
        return []
    monday = datetime.datetime.combine(on - datetime.timedelta(days=on.weekday()), datetime.time.min)
    one_day, one_minute = datetime.timedelta(days=1), datetime.timedelta(minutes=1)
    days = []
    for midnight in (monday + number * one_day for number in range(7)):
        spans = hours.intervals(midnight, midnight + one_day)
        days.append(
            tuple(
                ((start - midnight) // one_minute, (end - midnight) // one_minute)
                for start, end, openness, _comment in spans
                if openness == Openness.OPEN
            )
        )
    return days
