"""Opening hours: kept as OpenStreetMap text, typed as a week, told in words.

The syntax is that of https://wiki.openstreetmap.org/wiki/Key:opening_hours,
the one DATA·INCLUSION exchanges (``horaires_accueil``). Public holidays (PH) are
those of ``settings.HOLIDAYS_COUNTRY``; the clock is that of ``settings.TIME_ZONE``.
"""

from .schedule import Schedule, State
from .syntax import is_holiday, validate_hours
from .week import DAYS, parse_week, read_week, week_of
from .widget import WeekField, WeekWidget
from .wording import hours_text, moment, open_text, until, week_rows, week_summary

__all__ = [
    "DAYS",
    "Schedule",
    "State",
    "WeekField",
    "WeekWidget",
    "hours_text",
    "is_holiday",
    "moment",
    "open_text",
    "parse_week",
    "read_week",
    "until",
    "validate_hours",
    "week_of",
    "week_rows",
    "week_summary",
]
