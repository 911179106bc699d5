"""The line at chosen moments: open or closed, until when, and what the page says."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from intake.hotline.line import line_now
from intake.models import Hotline, HotlineClosure
from providers import generation

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
HOURS = "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"

# The day of the week is there for the reader; the test checks it.
MOMENTS = """
an ordinary Monday, both sides of each opening
lun 2026-08-24 08:59:59 | fermée  | rouvre à 9 h
lun 2026-08-24 09:00:00 | ouverte | jusqu’à 12 h
lun 2026-08-24 11:59:59 | ouverte | jusqu’à 12 h
lun 2026-08-24 12:00:00 | fermée  | rouvre à 14 h
lun 2026-08-24 13:59:59 | fermée  | rouvre à 14 h
lun 2026-08-24 14:00:00 | ouverte | jusqu’à 17 h
lun 2026-08-24 16:59:59 | ouverte | jusqu’à 17 h
lun 2026-08-24 17:00:00 | fermée  | rouvre demain à 9 h
Thursday afternoon
mer 2026-08-26 17:00:00 | fermée  | rouvre demain à 9 h
jeu 2026-08-27 08:59:59 | fermée  | rouvre à 9 h
jeu 2026-08-27 09:00:00 | ouverte | jusqu’à 12 h
jeu 2026-08-27 11:59:59 | ouverte | jusqu’à 12 h
jeu 2026-08-27 12:00:00 | fermée  | rouvre demain à 9 h
jeu 2026-08-27 14:00:00 | fermée  | rouvre demain à 9 h
jeu 2026-08-27 16:59:59 | fermée  | rouvre demain à 9 h
the week-end
ven 2026-08-28 16:59:59 | ouverte | jusqu’à 17 h
ven 2026-08-28 17:00:00 | fermée  | rouvre lundi 31 à 9 h
sam 2026-08-29 20:15:00 | fermée  | rouvre lundi 31 à 9 h
dim 2026-08-30 00:00:00 | fermée  | rouvre demain à 9 h
dim 2026-08-30 23:59:59 | fermée  | rouvre demain à 9 h
lun 2026-08-31 00:00:00 | fermée  | rouvre à 9 h
the month is said when it changes
ven 2026-10-30 17:00:00 | fermée  | rouvre lundi 2 novembre à 9 h
sam 2026-10-31 10:00:00 | fermée  | rouvre lundi 2 novembre à 9 h
dim 2026-11-01 10:00:00 | fermée  | rouvre demain à 9 h
lun 2026-08-31 17:00:00 | fermée  | rouvre demain à 9 h
Easter Monday, 6 April
sam 2026-04-04 12:00:00 | fermée  | rouvre mardi 7 à 9 h
dim 2026-04-05 18:00:00 | fermée  | rouvre mardi 7 à 9 h
lun 2026-04-06 09:00:00 | fermée  | rouvre demain à 9 h
lun 2026-04-06 15:00:00 | fermée  | rouvre demain à 9 h
mar 2026-04-07 08:59:59 | fermée  | rouvre à 9 h
mar 2026-04-07 09:00:00 | ouverte | jusqu’à 12 h
1 May, a Friday, after the Thursday afternoon
jeu 2026-04-30 11:59:59 | ouverte | jusqu’à 12 h
jeu 2026-04-30 12:00:00 | fermée  | rouvre lundi 4 mai à 9 h
ven 2026-05-01 00:00:00 | fermée  | rouvre lundi 4 à 9 h
ven 2026-05-01 10:00:00 | fermée  | rouvre lundi 4 à 9 h
ven 2026-05-01 15:00:00 | fermée  | rouvre lundi 4 à 9 h
8 May, Ascension, Whit Monday, 14 July, 11 November
jeu 2026-05-07 12:00:00 | fermée  | rouvre lundi 11 à 9 h
ven 2026-05-08 11:00:00 | fermée  | rouvre lundi 11 à 9 h
mer 2026-05-13 17:00:00 | fermée  | rouvre vendredi 15 à 9 h
jeu 2026-05-14 09:00:00 | fermée  | rouvre demain à 9 h
ven 2026-05-22 17:00:00 | fermée  | rouvre mardi 26 à 9 h
lun 2026-05-25 14:00:00 | fermée  | rouvre demain à 9 h
lun 2026-07-13 17:00:00 | fermée  | rouvre mercredi 15 à 9 h
mar 2026-11-10 17:00:00 | fermée  | rouvre jeudi 12 à 9 h
mer 2026-11-11 10:00:00 | fermée  | rouvre demain à 9 h
Saturday 15 August changes nothing to the days around
ven 2026-08-14 16:59:59 | ouverte | jusqu’à 17 h
ven 2026-08-14 17:00:00 | fermée  | rouvre lundi 17 à 9 h
29 March, the clocks go forward
ven 2026-03-27 17:00:00 | fermée  | rouvre lundi 30 à 9 h
dim 2026-03-29 01:59:59 | fermée  | rouvre demain à 9 h
dim 2026-03-29 03:00:00 | fermée  | rouvre demain à 9 h
lun 2026-03-30 08:59:59 | fermée  | rouvre à 9 h
lun 2026-03-30 09:00:00 | ouverte | jusqu’à 12 h
25 October, the clocks go back
ven 2026-10-23 17:00:00 | fermée  | rouvre lundi 26 à 9 h
dim 2026-10-25 02:30:00 | fermée  | rouvre demain à 9 h
lun 2026-10-26 08:59:59 | fermée  | rouvre à 9 h
lun 2026-10-26 09:00:00 | ouverte | jusqu’à 12 h
Christmas and the new year
jeu 2026-12-24 12:00:00 | fermée  | rouvre lundi 28 à 9 h
ven 2026-12-25 09:00:00 | fermée  | rouvre lundi 28 à 9 h
mer 2026-12-30 17:00:00 | fermée  | rouvre demain à 9 h
jeu 2026-12-31 09:00:00 | ouverte | jusqu’à 12 h
jeu 2026-12-31 11:59:59 | ouverte | jusqu’à 12 h
jeu 2026-12-31 12:00:00 | fermée  | rouvre lundi 4 janvier 2027 à 9 h
jeu 2026-12-31 23:59:59 | fermée  | rouvre lundi 4 janvier 2027 à 9 h
ven 2027-01-01 00:00:00 | fermée  | rouvre lundi 4 à 9 h
dim 2027-01-03 12:00:00 | fermée  | rouvre demain à 9 h
lun 2027-01-04 09:00:00 | ouverte | jusqu’à 12 h
mer 2025-12-31 17:00:00 | fermée  | rouvre vendredi 2 janvier 2026 à 9 h
"""

WITH_CLOSURES = """
a meeting in the middle of the morning
mar 2026-06-16 09:59:59 | ouverte | jusqu’à 10 h
mar 2026-06-16 10:00:00 | fermée  | rouvre à 11 h (réunion d’équipe)
mar 2026-06-16 10:59:59 | fermée  | rouvre à 11 h (réunion d’équipe)
mar 2026-06-16 11:00:00 | ouverte | jusqu’à 12 h
a closure that fills the lunch hour shortens nothing
mar 2026-09-08 11:59:59 | ouverte | jusqu’à 12 h
mar 2026-09-08 12:00:00 | fermée  | rouvre à 14 h (panne)
mar 2026-09-08 14:00:00 | ouverte | jusqu’à 17 h
a whole morning, without a reason
lun 2026-10-12 17:00:00 | fermée  | rouvre demain à 14 h
mar 2026-10-13 09:00:00 | fermée  | rouvre à 14 h
mar 2026-10-13 14:00:00 | ouverte | jusqu’à 17 h
two closures that touch, the second ending within an opening
lun 2026-11-16 08:00:00 | fermée  | rouvre demain à 10 h 30 (travaux)
lun 2026-11-16 18:00:00 | fermée  | rouvre demain à 10 h 30 (peinture)
mar 2026-11-17 10:30:00 | ouverte | jusqu’à 12 h
holidays until an opening
mar 2026-12-22 11:59:59 | ouverte | jusqu’à 12 h
mar 2026-12-22 12:00:00 | fermée  | rouvre lundi 4 janvier 2027 à 9 h (congés de fin d’année)
jeu 2026-12-31 10:00:00 | fermée  | rouvre lundi 4 janvier 2027 à 9 h (congés de fin d’année)
lun 2027-01-04 08:59:59 | fermée  | rouvre à 9 h (congés de fin d’année)
lun 2027-01-04 09:00:00 | ouverte | jusqu’à 12 h
"""

CLOSURES = [
    ("2026-06-16 10:00", "2026-06-16 11:00", "réunion d’équipe"),
    ("2026-09-08 12:00", "2026-09-08 14:00", "panne"),
    ("2026-10-13 09:00", "2026-10-13 12:00", ""),
    ("2026-11-16 00:00", "2026-11-16 17:00", "travaux"),
    ("2026-11-16 17:00", "2026-11-17 10:30", "peinture"),
    ("2026-12-22 12:00", "2027-01-04 09:00", "congés de fin d’année"),
]


def paris(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


def rows(table: str) -> list[tuple[str, str, str]]:
    return [
        tuple(cell.strip() for cell in line.split("|"))  # type: ignore[misc]
        for line in table.strip().splitlines()
        if "|" in line
    ]


def plain(text: str) -> str:
    """*text* with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2060", "")


def hotline(**kwargs: object) -> Hotline:
    values = {"phone": "+33261911001", "opening_hours": HOURS, "has_answering_machine": True}
    return Hotline.objects.create(**(values | kwargs))


def check(at: str, state: str, detail: str) -> None:
    day, text = at.split(" ", 1)
    moment = paris(text)
    assert day == ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")[moment.weekday()]
    line = line_now(moment)
    assert line.is_open is (state == "ouverte")
    assert line.headline == f"La ligne est {state}"
    assert plain(line.detail) == detail + ("" if line.is_open else ", laissez un message")


@pytest.mark.parametrize(("at", "state", "detail"), rows(MOMENTS))
def test_at_a_moment(at: str, state: str, detail: str) -> None:
    hotline()
    check(at, state, detail)


@pytest.mark.parametrize(("at", "state", "detail"), rows(WITH_CLOSURES))
def test_at_a_moment_with_closures(at: str, state: str, detail: str) -> None:
    line = hotline()
    for start, end, reason in CLOSURES:
        HotlineClosure.objects.create(hotline=line, start=paris(start), end=paris(end), reason=reason)
    check(at, state, detail)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-03-27T07:59:59", False),  # winter: 9 h is 8 h UTC
        ("2026-03-27T08:00:00", True),
        ("2026-03-30T06:59:59", False),  # summer: 9 h is 7 h UTC
        ("2026-03-30T07:00:00", True),
        ("2026-10-23T07:00:00", True),
        ("2026-10-26T07:59:59", False),
        ("2026-10-26T08:00:00", True),
    ],
)
def test_changes_of_hour_in_universal_time(at: str, is_open: bool) -> None:
    hotline()
    assert line_now(datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)).is_open is is_open


def test_without_answering_machine_nobody_is_asked_to_leave_a_message() -> None:
    hotline(has_answering_machine=False, answering_message="Bonjour")
    line = line_now(paris("2026-08-27 15:00"))
    assert plain(line.detail) == "rouvre demain à 9 h"
    assert line.message == ""


def test_without_hours_nothing_is_claimed() -> None:
    hotline(opening_hours="", answering_message="Bonjour")
    line = line_now(paris("2026-08-27 10:00"))
    assert (line.is_open, line.headline, line.detail, line.week, line.summary) == (False, "", "", [], "")
    assert (line.phone, line.message) == ("+33261911001", "Bonjour")


def test_without_a_line() -> None:
    assert line_now().phone == ""


def test_closed_with_no_opening_in_sight() -> None:
    line = hotline(opening_hours="off")
    assert line_now(paris("2026-08-27 10:00")).detail == "laissez un message"
    start, end = paris("2026-08-01 00:00"), paris("2028-08-01 00:00")
    HotlineClosure.objects.create(hotline=line, start=start, end=end, reason="travaux")
    assert line_now(paris("2026-08-27 10:00")).detail == "travaux, laissez un message"


def test_always_open() -> None:
    hotline(opening_hours="24/7")
    line = line_now(paris("2026-08-27 10:00"))
    assert (line.headline, plain(line.detail)) == ("La ligne est ouverte", "24 h/24")
    assert plain(line.summary) == "tous les jours, 24 h/24"


def test_week_and_summary() -> None:
    hotline(answering_message="Dites-nous votre besoin.")
    line = line_now(paris("2026-08-27 10:00"))
    full = "9 h – 12 h, 14 h – 17 h"
    assert [(row["day"], plain(row["hours"])) for row in line.week] == [
        ("lundi", full),
        ("mardi", full),
        ("mercredi", full),
        ("jeudi", "9 h – 12 h"),
        ("vendredi", full),
        ("samedi", "fermé"),
        ("dimanche", "fermé"),
    ]
    assert plain(line.summary) == "du lundi au vendredi, 9 h – 12 h et 14 h – 17 h, sauf le jeudi après-midi"
    assert line.message == "Dites-nous votre besoin."


def test_in_english() -> None:
    hotline()
    with translation.override("en"):
        line = line_now(paris("2026-08-27 13:00"))
        assert line.headline == "The line is closed"
        assert line.detail == "reopens tomorrow at 9:00, leave a message"


def test_rows_are_read_once_and_time_goes_on(commit, django_assert_num_queries) -> None:
    line = hotline()
    HotlineClosure.objects.create(
        hotline=line, start=paris("2026-08-27 10:00"), end=paris("2026-08-27 11:00")
    )
    commit()
    generation.bump()
    with django_assert_num_queries(2):
        assert line_now(paris("2026-08-27 09:59")).is_open
    with django_assert_num_queries(0):
        assert not line_now(paris("2026-08-27 10:00")).is_open
        assert line_now(paris("2026-08-27 11:00")).is_open
        assert not line_now(paris("2026-08-27 12:00")).is_open


def test_a_change_shows_at_once(commit) -> None:
    line = hotline()
    commit()
    assert not line_now(paris("2026-08-27 15:00")).is_open
    Hotline.objects.filter(pk=line.pk).update(opening_hours="Th 14:00-17:00")
    commit()
    assert line_now(paris("2026-08-27 15:00")).is_open
