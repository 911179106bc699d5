"""OSM opening hours text: read once, and refused when it cannot be told honestly."""

import datetime
import re
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]
from opening_hours import State as Openness

from .week import parse_week

MAX_LENGTH = 250
# Two openings a day make about 1,600 changes in the look-ahead of 400 days; more
# than this is a slip or an attack, and would cost every page that shows it.
MAX_CHANGES = 6000
# opening-hours-py reads these but answers something else than what they say: it
# has no school holidays, no sun without coordinates, takes “09:00+” to last
# until midnight and a 30 February for every day of the year.
_UNTELLABLE = re.compile(
    r"\bSH\b|\b(?:sunrise|sunset|dawn|dusk)\b|\d\d\+|\bFeb\s+3[01]\b|\b(?:Apr|Jun|Sep|Nov)\s+31\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r'"[^"]*"')
_UNREAD = "?"


def parsed(text: str) -> OpeningHours | None:
    """The hours that *text* says; None when it is blank or cannot be followed.

    Works on local dates without time zone: :class:`providers.hours.Schedule`
    does the clock changes.
    """
    return _parsed(text.strip(), settings.HOLIDAYS_COUNTRY)


@lru_cache(maxsize=4096)
def _parsed(text: str, country: str) -> OpeningHours | None:
    if not text or len(text) > MAX_LENGTH or _UNTELLABLE.search(_COMMENT.sub("", text)):
        return None
    try:
        hours = _read(text, country)
    except ParserError:
        return None
    plain = hours.normalize()
    # Otherwise "00:00-24:00" is followed day by day to the horizon.
    return plain if str(plain) == "24/7" else hours


def is_holiday(day: datetime.date) -> bool:
    """Whether *day* is a public holiday of ``settings.HOLIDAYS_COUNTRY``."""
    holidays = parsed("PH")
    noon = datetime.datetime.combine(day, datetime.time(12))
    return holidays is not None and holidays.state(noon)[0] == Openness.OPEN


def _read(text: str, country: str) -> OpeningHours:
    return OpeningHours(text, country=country, auto_country=False, auto_timezone=False)


def validate_hours(text: str) -> None:
    """Refuse OSM text that cannot be read, or that would be told wrong. Blank is fine."""
    text = text.strip()
    if text.startswith(_UNREAD):
        parse_week(dict(line.split(": ", 1) for line in text.splitlines()[1:] if ": " in line))
    if not text:
        return
    if len(text) > MAX_LENGTH:
        raise ValidationError(
            _("These opening hours are too long: at most %(max)d characters."),
            code="too_long",
            params={"max": MAX_LENGTH},
        )
    try:
        hours = _read(text, settings.HOLIDAYS_COUNTRY)
    except ParserError as error:
        raise ValidationError(
            _(
                "These opening hours are not understood from “%(rest)s” on. "
                "Write for example: Mo-Fr 09:00-12:00,14:00-17:00; PH off"
            ),
            code="invalid",
            params={"rest": _unread_part(text, str(error))},
        ) from None
    untellable = _UNTELLABLE.search(_COMMENT.sub("", text))
    if untellable:
        raise ValidationError(
            _(
                "“%(part)s” cannot be followed here: school holidays, sunrise, sunset, openings "
                "without an end and dates that do not exist. Write plain hours."
            ),
            code="untellable",
            params={"part": untellable[0]},
        )
    if _has_too_many_changes(hours):
        raise ValidationError(
            _("These opening hours change too often: write at most seven openings a day."), code="too_many"
        )


def unread_week(typed: dict[str, str]) -> str:
    """A text that :func:`validate_hours` refuses, with a message for each day of *typed*.

    A widget can only hand text to its field: this carries days that could not be
    read as far as the validator.
    """
    return "\n".join([_UNREAD, *(f"{day}: {' '.join(text.split())}" for day, text in typed.items())])


def _has_too_many_changes(hours: OpeningHours) -> bool:
    # A year with leap day, so that the same text is always judged the same.
    start = datetime.datetime.combine(datetime.date(2028, 1, 1), datetime.time.min)
    changes = hours.intervals(start, start + datetime.timedelta(days=400))
    return any(number > MAX_CHANGES for number, _change in enumerate(changes))


def _unread_part(text: str, error: str) -> str:
    """What follows the column that the parser complains about, at most 30 characters."""
    position = re.search(r"--> \d+:(\d+)", error)
    column = int(position[1]) - 1 if position else 0
    rest = text[column:].strip() or text
    return rest if len(rest) <= 30 else f"{rest[:30]}…"
