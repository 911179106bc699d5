"""Counters: nothing lost, nothing counted twice, few statements, no robot."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import OperationalError

from intake.models import UnansweredSearch
from intake.visits import counting
from intake.visits.counting import Tally, is_person, is_robot
from providers import generation
from tests.factories import CommuneFactory, ServiceFactory

DAY = datetime.date(2026, 11, 24)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def tally(settings):
    settings.COUNTING_SECONDS = 3600
    made = Tally(UnansweredSearch, "day", "service", "commune")
    yield made
    if made.timer:
        made.timer.cancel()
    counting._tallies.remove(made)


@pytest.fixture
def keys(db):
    return ServiceFactory().pk, CommuneFactory().pk


def counts() -> dict[tuple[datetime.date, int, int], int]:
    return {
        (row.day, row.service_id, row.commune_id): row.count
        for row in UnansweredSearch.objects.order_by("pk")
    }


def test_many_at_once_in_one_statement(tally, keys, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _time in range(10):
            tally.add(DAY, *keys)
        tally.add(DAY + datetime.timedelta(days=1), *keys, times=3)
    with django_assert_num_queries(1):
        tally.flush()
    with django_assert_num_queries(0):
        tally.flush()
    assert counts() == {(DAY, *keys): 10, (DAY + datetime.timedelta(days=1), *keys): 3}


def test_added_to_what_other_processes_wrote(tally, keys):
    UnansweredSearch.objects.create(day=DAY, service_id=keys[0], commune_id=keys[1], count=40)
    tally.add(DAY, *keys)
    tally.flush()
    tally.add(DAY, *keys)
    tally.flush()
    assert counts() == {(DAY, *keys): 42}


def test_many_rows_go_in_parts(tally, keys, monkeypatch):
    monkeypatch.setattr(counting, "ROWS_AT_ONCE", 7)
    for number in range(30):
        tally.add(DAY + datetime.timedelta(days=number), *keys)
    tally.flush()
    assert len(counts()) == 30 and set(counts().values()) == {1}


def test_at_once_when_the_settings_say_so(tally, keys, settings):
    settings.COUNTING_SECONDS = 0
    tally.add(DAY, *keys)
    assert counts() == {(DAY, *keys): 1}


def test_counts_wait_while_the_database_is_away(tally, keys, monkeypatch):
    tally.add(DAY, *keys)

    def refuse(rows):
        raise OperationalError("no route to host")

    with monkeypatch.context() as patch:
        patch.setattr(tally, "_write", refuse)
        tally.flush()
    tally.add(DAY, *keys)
    tally.flush()
    assert counts() == {(DAY, *keys): 2}


def test_what_waits_is_bounded(tally, keys, monkeypatch):
    monkeypatch.setattr(counting, "MOST_WAITING", 2)
    for number in range(5):
        tally.add(DAY + datetime.timedelta(days=number), *keys)
    tally.add(DAY, *keys)
    assert dict(tally.waiting) == {(DAY, *keys): 2, (DAY + datetime.timedelta(days=1), *keys): 1}


@pytest.mark.django_db(transaction=True)
def test_a_service_that_is_gone_takes_no_other_count_along(tally):
    keys = ServiceFactory().pk, CommuneFactory().pk
    tally.add(DAY, *keys)
    tally.add(DAY, 999_999, keys[1])
    tally.flush()
    assert counts() == {(DAY, *keys): 1}


@pytest.mark.django_db(transaction=True)
def test_written_by_itself_and_by_several_at_once(tally, settings):
    """Threads that count while the timer writes: the sum is right in the end."""
    settings.COUNTING_SECONDS = 0.02
    keys = ServiceFactory().pk, CommuneFactory().pk

    def work():
        for _time in range(200):
            tally.add(DAY, *keys)

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while tally.timer:
        tally.timer.join()
    tally.flush()
    assert counts() == {(DAY, *keys): 800}


@pytest.mark.django_db(transaction=True)
def test_counting_leaves_the_page_cache_alone(tally):
    keys = ServiceFactory().pk, CommuneFactory().pk
    before = generation.current()
    tally.add(DAY, *keys)
    tally.flush()
    assert counts() and generation.current() == before


def test_an_ending_process_writes_what_it_counted(tmp_path):
    """A process of its own ends normally, its timer still far away."""
    script = """
import os
os.environ.update(DJANGO_SETTINGS_MODULE="portal.settings", SECRET_KEY="x", COUNTING_SECONDS="3600")
import django
django.setup()
from intake.models import UnansweredSearch
from intake.visits.searches import unanswered
import intake.visits.counting
unanswered._write = lambda rows: print("written", rows[0][1])
unanswered.add(None, 1, 2)
unanswered.add(None, 1, 2)
"""
    env = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": ""}
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.strip() == "written 2", run.stderr


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 SamsungBrowser/25.0 Mobile Safari/537.36",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; fr) Presto/2.12 Version/12.16",
    ],
)
def test_people(agent):
    assert not is_robot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "   ",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120 Safari/537.36",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    ],
)
def test_robots(agent):
    assert is_robot(agent)


def test_looking_is_a_get_by_a_person_who_does_not_work_here(rf):
    assert is_person(rf.get("/", headers={"user-agent": FIREFOX}))
    assert not is_person(rf.head("/", headers={"user-agent": FIREFOX}))
    assert not is_person(rf.get("/", headers={"user-agent": FIREFOX, "sec-purpose": "prefetch"}))
    staff = rf.get("/", headers={"user-agent": FIREFOX})
    staff.COOKIES["sessionid"] = "x"
    assert not is_person(staff)
