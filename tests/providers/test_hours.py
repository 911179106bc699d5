"""Opening hours: open or closed at any minute, and in words."""

from __future__ import annotations

import datetime
import time
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.hours import Schedule, State, moment, open_text, until, week_rows, week_summary
from providers.hours.week import Week, in_order, write_week

PARIS = ZoneInfo("Europe/Paris")
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
SCAN_DAYS = 8


def paris(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


def plain(text: str) -> str:
    """*text* with ordinary spaces; where they must not break has a test of its own."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2060", "")


# --- Against a scan, minute by minute ---------------------------------------

HOLIDAYS_2026 = {
    datetime.date(2026, month, day)
    for month, day in [
        (1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25),
    ]
} | {datetime.date(2027, 1, 1)}  # fmt: skip


def openings() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
    pairs = st.lists(st.tuples(minutes, minutes.map(lambda m: m or 1440)), max_size=3).map(sorted).map(tuple)
    return pairs.filter(in_order)


weeks = st.builds(Week, st.tuples(*[openings()] * 7), st.booleans())
# Around the clock changes, the holidays and the new year of 2026.
starts = st.builds(
    lambda day, minutes: (day + minutes * MINUTE).astimezone(PARIS),
    st.sampled_from(
        [
            datetime.datetime(2026, month, day, tzinfo=datetime.UTC)
            for month, day in [(3, 27), (3, 28), (4, 30), (5, 13), (8, 24), (10, 23), (10, 24), (12, 30)]
        ]
    ),
    st.integers(0, 2 * 1440),
)


def open_by_the_clock(week: Week, wall: datetime.datetime) -> bool:
    """Whether the wall clock falls in an opening of that day, or of the night before."""
    if week.closed_on_holidays and wall.date() in HOLIDAYS_2026:
        return False
    minute = wall.hour * 60 + wall.minute
    today, yesterday = week.days[wall.weekday()], week.days[wall.weekday() - 1]
    if any(start <= minute < (end if end > start else 1440) for start, end in today):
        return True
    # After midnight too when the eve was a holiday: OSM closes dates, not nights.
    return any(end <= start and minute < end for start, end in yesterday)


@settings(max_examples=100, deadline=None)
@given(
    week=weeks,
    at=starts,
    exception=st.none() | st.tuples(st.integers(0, 3), st.integers(0, 2), st.none() | weeks),
    closures=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 2000)), max_size=3),
)
@example(Week((((60, 150),),) * 7), paris("2026-10-25 00:30"), None, [])
@example(Week((((120, 180),),) * 7), paris("2026-03-29 00:30"), None, [])
@example(Week((((1320, 360),),) * 7, True), paris("2026-04-30 23:00"), None, [])
@example(Week((((0, 1440),),) * 7), paris("2026-12-31 23:59"), None, [(10, 20), (20, 30), (5, 100)])
def test_agrees_with_a_scan(week, at, exception, closures) -> None:
    # Python adds to the wall clock of an aware date: count in universal time.
    at = at.astimezone(datetime.UTC)
    stretch = [(at + start * MINUTE, at + (start + length) * MINUTE) for start, length in closures]
    special = []
    if exception:
        first = at.astimezone(PARIS).date() + exception[0] * DAY
        other = exception[2]
        special = [(first, first + exception[1] * DAY, write_week(other) if other else "")]

    @lru_cache
    def is_open(minutes: int) -> bool:
        if any(start <= at + minutes * MINUTE < end for start, end in stretch):
            return False
        instant = (at + minutes * MINUTE).astimezone(PARIS)
        for first, last, _text in special:
            if first <= instant.date() <= last:
                return bool(exception[2]) and open_by_the_clock(exception[2], instant)
        return open_by_the_clock(week, instant)

    state = Schedule(write_week(week), special, stretch).state(at)
    assert state is not None and state.is_open is is_open(0)
    scanned = range(1, SCAN_DAYS * 1440)
    change = next((minutes for minutes in scanned if is_open(minutes) is not is_open(0)), None)
    told = state.until if state.is_open else state.opens_at
    if change is None:
        assert told is None or told - at >= SCAN_DAYS * DAY
    else:
        assert told is not None and told.astimezone(datetime.UTC) == at + change * MINUTE


# --- Chosen cases -----------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "  ", "Lu-Ve 9h-12h", "Mo-Fr 09:00-12:00; SH off", "sunrise-sunset", "?"]
)
def test_unknown_hours_claim_nothing(text: str) -> None:
    assert Schedule(text).state(paris("2026-08-27 10:00")) is None
    assert Schedule(text).is_open() is None


@pytest.mark.parametrize("text", ['"sur rendez-vous"', 'Mo-Fr 09:00-12:00 "sur rendez-vous"', "24/7 unknown"])
def test_hours_under_a_condition_are_not_open(text: str) -> None:
    assert Schedule(text).state(paris("2026-08-27 10:00")) is None


def test_closed_is_certain_between_hours_under_a_condition() -> None:
    text = 'Mo-Fr 09:00-12:00 "sur rendez-vous"; Sa 09:00-12:00'
    state = Schedule(text).state(paris("2026-08-27 13:00"))
    assert state == State(False, opens_at=paris("2026-08-29 09:00"))


def test_exceptions() -> None:
    exceptions = [
        (datetime.date(2026, 8, 3), datetime.date(2026, 8, 16), ""),
        (datetime.date(2026, 8, 10), datetime.date(2026, 8, 10), "10:00-11:00"),
    ]
    schedule = Schedule("Mo-Fr 09:00-12:00", exceptions)
    assert schedule.state(paris("2026-07-31 12:00")) == State(False, opens_at=paris("2026-08-10 10:00"))
    assert schedule.state(paris("2026-08-10 10:30")) == State(True, until=paris("2026-08-10 11:00"))
    assert schedule.state(paris("2026-08-10 11:00")) == State(False, opens_at=paris("2026-08-17 09:00"))
    # The usual hours are not known, but a closure is a closure.
    assert Schedule("", exceptions).state(paris("2026-08-04 10:00")) == State(
        False, opens_at=paris("2026-08-10 10:00")
    )
    assert Schedule("", exceptions).state(paris("2026-08-12 10:00")) == State(False)
    assert Schedule("", exceptions).state(paris("2026-08-17 10:00")) is None


def test_an_opening_goes_through_a_change_of_text() -> None:
    schedule = Schedule("24/7", [(datetime.date(2026, 8, 4), datetime.date(2026, 8, 4), "00:00-18:00")])
    assert schedule.state(paris("2026-08-03 10:00")) == State(True, until=paris("2026-08-04 18:00"))
    assert schedule.state(paris("2026-08-05 00:00")) == State(True)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("off", None),
        ("24/7 off", None),
        ("PH off", None),
        ("2020 Mo 09:00-10:00", None),
        ("1900-9999/7999 Feb 29 Mo[5] 10:00-11:00", None),
        ("Aug 27 08:00-09:00", "2027-08-27 08:00"),
        ("week 1 Mo 09:00-10:00", "2027-01-04 09:00"),
    ],
)
def test_seldom_or_never_open_is_found_quickly(text: str, opens: str | None) -> None:
    schedule, at = Schedule(text), paris("2026-08-27 10:00")
    spent = []
    for _attempt in range(3):
        before = time.perf_counter()
        state = schedule.state(at)
        spent.append(time.perf_counter() - before)
    assert state == State(False, opens_at=paris(opens) if opens else None)
    # next_change() of opening-hours-py looks as far as the year 9999: half a second.
    assert min(spent) < 0.05


def test_closed_for_years_by_closures() -> None:
    closures = [(paris("2026-01-01"), paris("2026-09-01")), (paris("2026-08-01"), paris("2040-01-01"))]
    # 1 January 2040 is a Sunday.
    state = Schedule("Mo-Fr 09:00-12:00", closures=closures).state(paris("2026-08-27 10:00"))
    assert state == State(False, opens_at=paris("2040-01-02 09:00"))


def test_in_another_country(settings) -> None:
    good_friday = paris("2026-04-03 10:00")
    assert Schedule("Mo-Fr 09:00-12:00; PH off").is_open(good_friday) is True
    settings.HOLIDAYS_COUNTRY = "DE"
    assert Schedule("Mo-Fr 09:00-12:00; PH off").is_open(good_friday) is False


# --- In words ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "now", "text"),
    [
        ("2026-08-27 12:00", "2026-08-27 09:00", "à 12 h"),
        ("2026-08-27 13:30", "2026-08-27 09:00", "à 13 h 30"),
        ("2026-08-27 00:05", "2026-08-27 00:00", "à 0 h 05"),
        ("2026-08-28 09:00", "2026-08-27 23:59", "demain à 9 h"),
        ("2026-08-27 09:00", "2026-08-25 09:00", "jeudi 27 à 9 h"),
        ("2026-12-03 09:00", "2026-11-27 09:00", "jeudi 3 décembre à 9 h"),
        ("2026-05-01 09:00", "2026-04-20 09:00", "vendredi 1er mai à 9 h"),
        ("2027-01-04 09:00", "2026-12-31 12:00", "lundi 4 janvier 2027 à 9 h"),
        ("2027-01-01 09:00", "2026-12-31 12:00", "demain à 9 h"),
    ],
)
def test_moment(at: str, now: str, text: str) -> None:
    assert plain(moment(paris(at), paris(now))) == text


@pytest.mark.parametrize(
    ("at", "now", "text"),
    [
        ("2026-08-27 17:00", "2026-08-27 09:00", "jusqu’à 17 h"),
        ("2026-08-28 00:00", "2026-08-27 09:00", "jusqu’à 24 h"),
        ("2026-08-28 06:00", "2026-08-27 22:00", "jusqu’à demain, 6 h"),
        ("2026-11-01 00:00", "2026-10-27 22:00", "jusqu’à samedi 31, 24 h"),
    ],
)
def test_until(at: str, now: str, text: str) -> None:
    assert plain(until(paris(at), paris(now))) == text


def test_times_do_not_break_at_the_end_of_a_line() -> None:
    now = paris("2026-08-27 09:00")
    assert moment(paris("2026-08-27 13:30"), now) == "à 13\u00a0h\u00a030"
    assert until(paris("2026-08-27 12:00"), now) == "jusqu’à 12\u00a0h"


def test_utc_moments_are_told_in_local_time() -> None:
    now = datetime.datetime(2026, 8, 26, 22, 30, tzinfo=datetime.UTC)  # the 27th in Paris
    assert moment(datetime.datetime(2026, 8, 27, 7, 0, tzinfo=datetime.UTC), now) == "à 9\u00a0h"


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("Th 09:00-17:00", "Ouvert jusqu’à 17 h"),
        ("Fr 09:00-17:00", "Fermé, rouvre demain à 9 h"),
        ("24/7", "Ouvert 24 h/24"),
        ("Mo-Su 00:00-24:00", "Ouvert 24 h/24"),
        ("off", "Fermé"),
        ("", ""),
    ],
)
def test_open_text(hours: str, text: str) -> None:
    now = paris("2026-08-27 10:00")
    assert plain(open_text(Schedule(hours).state(now), now)) == text


def test_rows_of_hours_richer_than_a_week_are_those_of_that_week() -> None:
    hours = "Jul-Aug Mo-Sa 08:00-13:00; Sep-Jun Mo,Tu 09:00-12:00,14:00-17:30"
    august = [plain(row["hours"]) for row in week_rows(hours, datetime.date(2026, 8, 27))]
    assert august == ["8 h – 13 h"] * 6 + ["fermé"]
    october = [plain(row["hours"]) for row in week_rows(hours, datetime.date(2026, 10, 8))]
    assert october[0] == "9 h – 12 h, 14 h – 17 h 30"
    assert october[2:] == ["fermé"] * 5
    assert week_rows("") == [] and week_rows("not hours") == []


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("Mo-Fr 09:00-12:00,14:00-17:00", "du lundi au vendredi, 9 h – 12 h et 14 h – 17 h"),
        ("Mo-Tu,Th-Fr 09:00-12:00", "le lundi, le mardi, le jeudi et le vendredi, 9 h – 12 h"),
        ("Mo-We,Fr 09:00-12:00", "du lundi au mercredi et le vendredi, 9 h – 12 h"),
        (
            "Mo-Fr 09:00-12:00,14:00-17:00; We 14:00-17:00",
            "du lundi au vendredi, 9 h – 12 h et 14 h – 17 h, sauf le mercredi matin",
        ),
        ("Mo-Fr 09:00-12:00; Sa 10:00-11:00", "du lundi au samedi"),
        ("24/7", "tous les jours, 24 h/24"),
        ("off", ""),
        ("Jul 09:00-12:00", ""),
    ],
)
def test_summary(hours: str, text: str) -> None:
    assert plain(week_summary(hours)) == text
