"""Hours of the line between two moments: nights, Thursday afternoons, holidays and closures left out."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from intake.hotline.line import open_time_between
from intake.models import Hotline, HotlineClosure

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
HOURS = "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.fixture
def hotline():
    return Hotline.objects.create(opening_hours=HOURS)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-08-24 09:30", "2026-08-24 10:15", 0.75),  # within one opening
        ("2026-08-24 11:00", "2026-08-24 15:00", 2),  # over the lunch break
        ("2026-08-24 18:00", "2026-08-25 08:00", 0),  # a night
        ("2026-08-21 18:00", "2026-08-24 09:30", 0.5),  # a week-end
        ("2026-08-26 16:00", "2026-08-28 10:00", 5),  # Thursday afternoon closed
        ("2026-04-03 16:00", "2026-04-07 10:00", 2),  # Easter Monday
        ("2026-08-24 00:00", "2026-08-31 00:00", 27),  # a whole week
        ("2026-10-24 12:00", "2026-10-26 10:00", 1),  # the clocks change on the Sunday
        ("2026-08-24 10:00", "2026-08-24 10:00", 0),
        ("2026-08-24 11:00", "2026-08-24 10:00", 0),  # the wrong way round
        ("2026-01-05 00:00", "2027-06-07 00:00", None),  # beyond the horizon: see below
    ],
)
def test_hours_of_the_line(hotline, start, end, hours):
    found = open_time_between(at(start), at(end))
    if hours is None:
        first, second = at("2026-01-05 00:00"), at("2026-12-01 00:00")
        assert found == open_time_between(first, second) + open_time_between(second, at(end))
        assert found > datetime.timedelta(hours=1_700)
    else:
        assert found == datetime.timedelta(hours=hours)


def test_closures_are_left_out(hotline):
    HotlineClosure.objects.create(
        hotline=hotline, start=at("2026-08-24 10:00"), end=at("2026-08-24 14:30"), reason="réunion"
    )
    assert open_time_between(at("2026-08-24 09:00"), at("2026-08-24 17:00")) == datetime.timedelta(hours=3.5)
    # From within the closure.
    assert open_time_between(at("2026-08-24 11:00"), at("2026-08-24 15:00")) == datetime.timedelta(hours=0.5)
    assert open_time_between(at("2026-08-24 10:30"), at("2026-08-24 11:30")) == datetime.timedelta()


@pytest.mark.parametrize("hours", [None, "", "by appointment, ask"])
def test_unknown_hours_give_no_figure(hours):
    if hours is not None:
        Hotline.objects.create(opening_hours=hours)
    assert open_time_between(at("2026-08-24 09:00"), at("2026-08-24 17:00")) is None
