"""The background duties: when they are due, one at a time, none stopping another."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from intake import duties
from intake.mail.outbox import queue
from intake.models import Duty, FollowUp, IntakeSettings, OutboxMessage
from intake.requests.states import NeedStatus
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db
OFTEN = {"publish", "send", "voicemail"}
PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.fixture
def calls(monkeypatch):
    """What each duty was called with, none of them doing anything."""
    made: list[str] = []

    def noted(task):
        return duties.Task(task.name, lambda now: made.append(task.name), task.next_after)

    monkeypatch.setattr(duties, "TASKS", [noted(task) for task in duties.TASKS])
    return made


class TestTimetable:
    def test_each_has_its_hour(self, calls):
        # A Sunday: a new portal does nothing but send.
        duties.run_due(at("2026-11-22 10:00"))
        assert calls == ["send"]
        calls.clear()
        for hour in range(24):
            duties.run_due(at(f"2026-11-23 {hour:02d}:10"))
        assert [name for name in calls if name not in OFTEN] == [
            "purge",
            "observatory",
            "digest",
            "failures",
            "follow_up",
            "confirmations",
        ]
        assert calls.count("send") == 24
        calls.clear()
        for hour in range(24):
            duties.run_due(at(f"2026-11-24 {hour:02d}:10"))
        assert [name for name in calls if name not in OFTEN] == [
            "purge",
            "observatory",
            "failures",
            "follow_up",
            "confirmations",
        ]

    def test_days_off_are_caught_up_once(self, calls):
        duties.run_due(at("2026-11-22 10:00"))
        calls.clear()
        duties.run_due(at("2026-12-02 15:00"))
        duties.run_due(at("2026-12-02 15:01"))
        assert [name for name in calls if name not in OFTEN] == [
            "purge",
            "observatory",
            "digest",
            "failures",
            "follow_up",
            "confirmations",
        ]

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
    def test_the_night_the_clocks_change(self, day):
        before = at(f"{day} 00:30")
        due = timezone.localtime(duties.at_hour(3)(before))
        assert (due.date().isoformat(), due.hour) == (day, 3)


class TestOneAtATime:
    def test_a_duty_held_by_another_is_left_to_it(self, calls):
        now = at("2026-11-23 03:10")
        Duty.objects.create(name="purge", next_at=now, held_until=now + datetime.timedelta(minutes=5))
        duties.run_due(now)
        assert "purge" not in calls
        # The other one died: it is anybody's again.
        duties.run_due(now + datetime.timedelta(minutes=6))
        assert calls.count("purge") == 1

    def test_one_that_fails_is_noted_and_stops_no_other(self, monkeypatch, caplog):
        def fail(now):
            raise RuntimeError("odile@exemple.fr")

        done = []
        monkeypatch.setattr(
            duties,
            "TASKS",
            [
                duties.Task("purge", fail, duties.at_hour(3)),
                duties.Task("send", lambda now: done.append(now), duties.every_pass),
            ],
        )
        now = at("2026-11-23 03:10")
        Duty.objects.create(name="purge", next_at=now)
        assert duties.run_due(now) == ["send"]
        row = Duty.objects.get(name="purge")
        assert (row.problem, row.held_until, row.next_at) == ("RuntimeError", None, now + duties.AGAIN)
        assert "RuntimeError" in caplog.text
        assert "odile" not in caplog.text


class TestFollowUps:
    TODAY = timezone.localdate

    @pytest.fixture
    def directed(self):
        place, service = CommuneFactory(), ServiceFactory()
        ProviderFactory(base_commune=place, communes=[place], offers=[service])

        def make(**person):
            request = request_for((service, place), **person)
            FollowUp.objects.filter(need__request=request).update(due_on=timezone.localdate())
            return request.needs.get()

        return make

    def in_days(self, days):
        now = timezone.now() + datetime.timedelta(days=days)
        duties.ask_what_came_of_it(now)
        return timezone.localdate(now)

    def test_by_email_then_by_phone(self, directed):
        need = directed(phone=PHONE, email="o@exemple.fr")
        day = self.in_days(0)
        assert OutboxMessage.objects.get().kind == "follow_up"
        assert not FollowUp.objects.to_call(day, 14).exists()
        day = self.in_days(16)
        assert FollowUp.objects.to_call(day, 14).get().need == need
        need.refresh_from_db()
        assert need.status == NeedStatus.DIRECTED
        assert OutboxMessage.objects.count() == 1

    def test_with_an_address_only_it_ends_as_not_known(self, directed):
        need = directed(email="o@exemple.fr")
        for days in range(200):
            self.in_days(days)
        need.refresh_from_db()
        assert need.status == NeedStatus.NOT_KNOWN
        assert OutboxMessage.objects.filter(kind="follow_up").count() == 3  # as the settings say

    def test_of_whom_nobody_may_ask_it_ends_as_not_known(self, directed):
        need = directed()
        for days in range(60):
            self.in_days(days)
        need.refresh_from_db()
        assert need.status == NeedStatus.NOT_KNOWN
        assert not OutboxMessage.objects.exists()

    def test_a_number_is_for_the_phone_list_alone(self, directed):
        need = directed(phone=PHONE)
        day = self.in_days(30)
        assert FollowUp.objects.to_call(day, 14).get().need == need
        need.refresh_from_db()
        assert need.status == NeedStatus.DIRECTED


def test_staff_are_told_once_a_day_of_what_was_given_up():
    IntakeSettings.objects.create(notified_email="accueil@exemple.fr")
    now = timezone.now()
    queue("list", "o@exemple.fr", "x", "x")
    OutboxMessage.objects.update(state="failed", claimed_at=now)
    for _ in range(2):
        duties.tell_failures(now)
    message = OutboxMessage.objects.get(kind="failures")
    assert message.to == "accueil@exemple.fr"
    assert "1 courriel n’a pas pu être remis" in message.text
    # The message that tells it is not itself a reason to tell.
    OutboxMessage.objects.update(state="failed", claimed_at=now + datetime.timedelta(days=1))
    OutboxMessage.objects.filter(kind="list").delete()
    duties.tell_failures(now + datetime.timedelta(days=1))
    assert OutboxMessage.objects.count() == 1
