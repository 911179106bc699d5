"""Closing the line at once: public within the minute, gone by itself; the fortnight staff see."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.test import Client
from django.urls import reverse

from intake.hotline import closing
from intake.hotline.coming_days import coming_days
from intake.hotline.line import line_now
from intake.models import Hotline, HotlineClosure
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
HOURS = "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"
CLOSE, REOPEN = "/admin/ligne/fermer/", "/admin/ligne/rouvrir/"
# A Tuesday.
AFTERNOON = datetime.datetime(2026, 11, 24, 14, 30, tzinfo=PARIS)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.fixture
def hotline() -> Hotline:
    return Hotline.objects.create(phone="+33261911001", opening_hours=HOURS)


@pytest.fixture
def operator(client: Client, hotline: Hotline) -> Client:
    client.force_login(UserFactory(groups=["Opérateurs"]))
    return client


@pytest.mark.django_db(transaction=True)
def test_closed_this_afternoon_on_pages_already_kept_and_gone_tomorrow(settings, tmp_path):
    """Through the page cache: the page kept just before says it at once, and no longer tomorrow."""
    files = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path}
    settings.CACHES = settings.CACHES | {"shared": files}
    settings.PAGE_CACHE = True
    assert isinstance(caches["shared"], FileBasedCache)
    Hotline.objects.create(phone="+33261911001", opening_hours=HOURS)
    operator = Client()

    def page() -> str:
        html = Client().get("/annuaire/").content.decode().replace("\u00a0", " ")
        return re.sub(r"<[^>]+>", "", html)

    with time_machine.travel(AFTERNOON, tick=False):
        operator.force_login(UserFactory(groups=["Opérateurs"]))
        assert "La ligne est ouverte jusqu’à 17 h" in page()
        assert "La ligne est ouverte" in page()  # from the cache
        assert operator.post(CLOSE, {"today": "1", "reason": "panne"}).status_code == 302
        assert "La ligne est fermée rouvre demain à 9 h (panne)" in page()
    with time_machine.travel(at("2026-11-24T23:59"), tick=False):
        assert "La ligne est fermée" in page()
    with time_machine.travel(at("2026-11-25T09:00"), tick=False):
        assert "La ligne est ouverte jusqu’à 12 h" in page()


def test_one_click_from_the_dashboard(operator):
    with time_machine.travel(AFTERNOON, tick=False):
        home = operator.get("/admin/").content.decode()
        assert CLOSE in home and REOPEN not in home
        operator.post(CLOSE, {"today": "1", "reason": ""})
        home = operator.get("/admin/").content.decode()
        assert REOPEN in home and CLOSE not in home
        assert "jusqu’à 24\u00a0h" in home
        closure = HotlineClosure.objects.get()
        assert (closure.start, closure.end) == (AFTERNOON, at("2026-11-25T00:00"))
    with time_machine.travel(AFTERNOON + datetime.timedelta(minutes=20), tick=False):
        operator.post(REOPEN)
        assert line_now().is_open
        assert CLOSE in operator.get("/admin/").content.decode()


def test_until_another_moment(operator):
    with time_machine.travel(AFTERNOON, tick=False):
        operator.post(CLOSE, {"until": "2026-11-24T16:00", "reason": "réunion"})
    assert not line_now(at("2026-11-24T15:59")).is_open
    assert line_now(at("2026-11-24T16:00")).is_open


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"until": "2026-11-24T14:00"}, "until"),
        ({"until": "2027-06-01T09:00"}, "until"),
        ({"until": ""}, "until"),
        ({"until": "demain"}, "until"),
        ({"until": "2026-11-24T16:00", "reason": "x" * 10_000}, "reason"),
    ],
)
def test_a_wrong_end_is_told_next_to_the_field_and_nothing_is_lost(operator, typed, field):
    with time_machine.travel(AFTERNOON, tick=False):
        answer = operator.post(CLOSE, {"reason": "réunion"} | typed)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in html and 'value="' + ({"reason": "réunion"} | typed)["reason"] in html
    assert not HotlineClosure.objects.exists()


def test_closing_twice_makes_one_closure_and_the_last_end_holds(hotline):
    closing.close(at("2026-11-24T16:00"), "réunion", now=AFTERNOON)
    closing.close(at("2026-11-25T00:00"), now=AFTERNOON + datetime.timedelta(minutes=5))
    closure = HotlineClosure.objects.get()
    assert (closure.end, closure.reason) == (at("2026-11-25T00:00"), "réunion")


def test_reopening_within_the_minute_leaves_nothing(hotline):
    closing.close(at("2026-11-24T16:00"), now=AFTERNOON)
    assert closing.reopen(AFTERNOON + datetime.timedelta(seconds=20)) == 1
    assert not HotlineClosure.objects.exists()
    assert closing.reopen(AFTERNOON) == 0


def test_reopening_ends_a_planned_closure_too_and_leaves_those_to_come(hotline):
    for start, end in (("2026-11-23T00:00", "2026-11-28T00:00"), ("2026-12-24T12:00", "2027-01-04T09:00")):
        HotlineClosure.objects.create(hotline=hotline, start=at(start), end=at(end), reason="congés")
    assert closing.reopen(AFTERNOON) == 1
    assert line_now(AFTERNOON).is_open
    assert not line_now(at("2026-12-28T10:00")).is_open


@pytest.mark.parametrize("group", ["Partenaires", "Institutions"])
def test_others_may_neither_close_nor_see_the_panel(client, hotline, group):
    client.force_login(UserFactory(groups=[group]))
    assert CLOSE not in client.get("/admin/").content.decode()
    for url in (CLOSE, REOPEN):
        assert client.post(url, {"today": "1"}).status_code in (302, 403)
    assert not HotlineClosure.objects.exists()


def test_visitors_may_not_and_a_link_changes_nothing(client, operator, hotline):
    assert operator.get(CLOSE).status_code == 405
    operator.logout()
    operator.post(CLOSE, {"today": "1"})
    assert not HotlineClosure.objects.exists()


def test_without_a_line_there_is_no_panel(client):
    client.force_login(UserFactory(groups=["Opérateurs"]))
    assert CLOSE not in client.get("/admin/").content.decode()
    assert client.post(CLOSE, {"today": "1"}).status_code == 302


def test_the_coming_fortnight_has_holidays_and_closures_taken_off():
    closures = [
        (at("2026-12-23T14:00"), at("2026-12-23T15:00"), "réunion"),
        (at("2026-12-24T12:00"), at("2026-12-28T00:00"), ""),
    ]
    days = {day.name: day for day in coming_days(HOURS, closures, datetime.date(2026, 12, 22))}
    assert len(days) == 14

    def hours(name: str) -> str:
        return days[name].hours.replace("\u00a0", " ")

    assert hours("mardi 22 décembre") == "9 h – 12 h, 14 h – 17 h"
    assert hours("mercredi 23 décembre") == "9 h – 12 h, 15 h – 17 h"
    assert days["mercredi 23 décembre"].notes == ["fermeture exceptionnelle\u00a0: réunion"]
    assert hours("jeudi 24 décembre") == "9 h – 12 h"
    assert hours("vendredi 25 décembre") == "fermé"
    assert days["vendredi 25 décembre"].notes == ["jour férié", "fermeture exceptionnelle"]
    assert days["vendredi 1er janvier"].notes == ["jour férié"]
    assert coming_days("", [], datetime.date(2026, 12, 22)) == []


def test_the_screen_of_the_line_shows_them(client, hotline):
    url = reverse("wagtailsettings:edit", args=["intake", "hotline", hotline.pk])
    with time_machine.travel(at("2026-12-22T10:00"), tick=False):
        client.force_login(UserFactory(groups=["Équipe du parc"]))
        html = client.get(url).content.decode()
    assert html.count('<th scope="row">') >= 14
    assert "vendredi 25 décembre" in html and "jour férié" in html
