"""Days and times as French writes them, on every page."""

import datetime

import pytest

from portal.templatetags.portal_text import day, hour, weekday


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.date(2009, 1, 1), "1er janvier 2009"),
        (datetime.date(2009, 12, 31), "31 décembre 2009"),
    ],
)
def test_the_first_of_the_month_is_an_ordinal(value, text):
    assert day(value) == text


def test_weekday_and_time():
    assert weekday(datetime.date(2026, 12, 1)) == "mardi 1er décembre 2026"
    assert hour(datetime.time(14, 30)).replace("\u00a0", " ") == "14 h 30"
    assert hour(datetime.time(9)).replace("\u00a0", " ") == "9 h"
