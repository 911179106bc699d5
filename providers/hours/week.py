"""A plain week of opening hours: between what people type and OSM text.

A week is written once for all Mondays, all Tuesdays… Anything richer (seasons,
odd weeks, comments) stays OSM text: :func:`week_of` answers None for it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAYS = "PH"
DAY_MINUTES = 24 * 60
ALL_DAY = ((0, DAY_MINUTES),)
# An opening may run past midnight, but not past noon of the next day: “17h-14h”
# is a slip of the pen, not a 21-hour night.
LATEST_MORNING_END = 12 * 60

Opening = tuple[int, int]
"""Minutes from midnight; the end is at most the start when it is on the next day."""
Openings = tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Openings of each day, Monday first, and what happens on public holidays."""

    days: tuple[Openings, ...]
    closed_on_holidays: bool = False


_CLOSED = {"ferme", "fermé", "fermée", "closed", "off", "-"}
_ALL_DAY = {"24h/24", "24h/24h", "24/24", "24/7", "24h", "24h/24-7j/7", "24h/247j/7", "0h-24h"}
_START = r"(\d{1,2}(?:\s?[h:.](?:\s?[0-5]\d)?)?)"
# In “12 h 14 h - 17 h”, 14 is the next hour, not the minutes of 12 h.
_END = r"(\d{1,2}(?:\s?[h:.](?:\s?[0-5]\d(?!\d|\s?[-h:.]))?)?)"
_RANGE = re.compile(rf"{_START}\s*-\s*{_END}")
_TYPED = re.compile(rf"{_RANGE.pattern}(?:[\s,]+{_RANGE.pattern})*")
_OSM_RULE = re.compile(
    r"(?:(?P<days>(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su))*)\s+)?"
    r"(?:(?P<closed>off|closed)|(?P<times>\d\d?:\d\d-\d\d:\d\d(?:,\s?\d\d?:\d\d-\d\d:\d\d)*))"
)


def day_name(day: str) -> str:
    """“lundi” for ``Mo``, in the language in force."""
    return str(WEEKDAYS[DAYS.index(day)])


def parse_week(typed: Mapping[str, str]) -> str:
    """OSM text for what was typed for each day (keys of :data:`DAYS`).

    With a non-empty ``PH`` the week closes on public holidays. An empty day is
    closed, but seven empty days are hours nobody knows: the answer is empty.
    Raises a ValidationError with one message for each day that cannot be read,
    its key in ``params["key"]``.
    """
    days: list[Openings] = []
    errors = []
    for key in DAYS:
        try:
            days.append(parse_day(key, typed.get(key, "")))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    if not any(typed.get(key, "").strip() for key in DAYS):
        return ""
    return write_week(Week(tuple(days), bool(typed.get(HOLIDAYS))))


def parse_day(key: str, text: str) -> Openings:
    """Openings typed for one day: “9h-12h 14h-17h30”, “24h/24”, “fermé” or nothing.

    Raises a ValidationError that names the day and what was expected.
    """
    plain = _plain(text)
    compact = plain.replace(" ", "")
    if not compact or compact in _CLOSED or compact == pgettext("hours of a day", "closed").lower():
        return ()
    if compact in _ALL_DAY:
        return ALL_DAY
    plain = re.sub(r"\s(?:et|puis|and)\s|[,;/&]", " , ", plain)
    if len(plain) > 100 or not _TYPED.fullmatch(plain):
        raise _refusal(
            key,
            text,
            _("%(day)s: “%(text)s” is not understood. Write for example 9h-12h 14h-17h30, or “closed”."),
        )
    openings = tuple((_minutes(a), _minutes(b)) for a, b in _RANGE.findall(plain))
    if any(start >= DAY_MINUTES or end > DAY_MINUTES for start, end in openings):
        raise _refusal(
            key, text, _("%(day)s: “%(text)s” holds a time that does not exist. A day ends at 24h.")
        )
    if not in_order(openings):
        raise _refusal(
            key,
            text,
            _(
                "%(day)s: in “%(text)s”, the hours overlap or are not in order. "
                "Write them from morning to evening, for example 9h-12h 14h-17h30."
            ),
        )
    return tuple((start, end or DAY_MINUTES) for start, end in openings)


def in_order(openings: Iterable[Opening]) -> bool:
    """Whether the openings of a day follow one another; only the last may pass midnight."""
    last_end = 0
    for start, end in openings:
        if start < last_end:
            return False
        if end <= start:
            if end == start or end > LATEST_MORNING_END:
                return False
            end += DAY_MINUTES
        last_end = end
    return True


def write_week(week: Week) -> str:
    """OSM text of a week; days with the same hours share a rule."""
    groups: dict[Openings, list[int]] = {}
    for number, openings in enumerate(week.days):
        if openings:
            groups.setdefault(openings, []).append(number)
    # After “;” a day's rule wipes what the night before left on that day; after
    # “,” it adds to it. Without nights both are the same and “;” is usual.
    separator = ", " if any(_is_night(opening) for day in week.days for opening in day) else "; "
    rules = [f"{_write_days(numbers)} {_write_openings(openings)}" for openings, numbers in groups.items()]
    if set(groups) == {ALL_DAY} and len(groups[ALL_DAY]) == 7:
        rules = ["24/7"]
    text = separator.join(rules) or "off"
    return f"{text}; PH off" if week.closed_on_holidays and rules else text


@lru_cache(maxsize=1024)
def read_week(osm: str) -> Week | None:
    """The plain week that *osm* says, or None when it says more than that."""
    text = " ".join(osm.split())
    holidays = re.search(r"\s?;\s?PH (?:off|closed)$", text)
    if holidays:
        text = text[: holidays.start()]
    if text == "24/7":
        return Week((ALL_DAY,) * 7, bool(holidays))
    added = re.split(r", (?=[A-Z])", text)
    rules = added if len(added) > 1 else re.split(r"\s?;\s?", text)
    days: dict[int, Openings] = {}
    for rule in rules:
        match = _OSM_RULE.fullmatch(rule)
        if match is None:
            return None
        numbers = _read_days(match["days"])
        openings = () if match["closed"] else _read_openings(match["times"])
        if openings is None or (len(added) > 1 and not days.keys().isdisjoint(numbers)):
            return None
        days.update(dict.fromkeys(numbers, openings))
        if len(rules) > 1 and len(added) == 1 and any(map(_is_night, openings)):
            # See write_week: this text cuts the night where a week would not.
            return None
    return Week(tuple(days.get(number, ()) for number in range(7)), bool(holidays))


def week_of(osm: str) -> dict[str, str] | None:
    """What to type for each day to get *osm* back, or None when no week says it.

    The inverse of :func:`parse_week`: ``PH`` is “off” or empty.
    """
    if not osm.strip():
        return dict.fromkeys((*DAYS, HOLIDAYS), "")
    week = read_week(osm)
    if week is None:
        return None
    typed = {key: _type_openings(openings) for key, openings in zip(DAYS, week.days, strict=True)}
    return {**typed, HOLIDAYS: "off" if week.closed_on_holidays else ""}


def _refusal(key: str, text: str, message: str) -> ValidationError:
    shown = text.strip()
    shown = f"{shown[:40]}…" if len(shown) > 40 else shown
    params = {"key": key, "day": capfirst(day_name(key)), "text": shown}
    return ValidationError(message, code="invalid", params=params)


def _plain(text: str) -> str:
    """One spelling for dashes, spaces and link words."""
    text = re.sub(r"[–—−‑]", "-", " ".join(text.lower().replace("heures", "h").split()))
    text = re.sub(r"\s(?:à|to)\s", "-", text)
    return re.sub(r"(?:^|\s)de\s", " ", text).strip()


def _minutes(time: str) -> int:
    hour, minute = re.fullmatch(r"(\d+)\D*(\d*)", time).groups()  # type: ignore[union-attr]
    return int(hour) * 60 + int(minute or 0)


def _is_night(opening: Opening) -> bool:
    return opening[1] <= opening[0]


def _read_days(text: str | None) -> list[int]:
    if not text:
        return list(range(7))
    numbers: list[int] = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last[:2] or first)
        numbers += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return numbers


def _read_openings(text: str) -> Openings | None:
    openings = tuple((_minutes(a), _minutes(b)) for a, b in re.findall(r"(\d+:\d+)-(\d+:\d+)", text))
    if any(start >= DAY_MINUTES or end > DAY_MINUTES for start, end in openings) or not in_order(openings):
        return None
    return tuple((start, end or DAY_MINUTES) for start, end in openings)


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as (first, last) pairs."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _write_days(numbers: list[int]) -> str:
    return ",".join(DAYS[a] if a == b else f"{DAYS[a]}-{DAYS[b]}" for a, b in runs(numbers))


def _write_openings(openings: Openings) -> str:
    return ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in openings)


def _type_openings(openings: Openings) -> str:
    if not openings:
        return pgettext("hours of a day", "closed")
    if openings == ALL_DAY:
        return "24h/24"
    return " ".join("-".join(f"{m // 60}h{m % 60:02}".removesuffix("00") for m in pair) for pair in openings)
