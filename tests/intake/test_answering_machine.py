"""The queue of messages: one operator at a time, nothing twice, recordings erased in time."""

from __future__ import annotations

import datetime
import os
import threading

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from intake.hotline import answering_machine as machine
from intake.models import CallbackAttempt, Hotline, ServiceRequest, Voicemail
from intake.requests.entry import Entry, NeedEntry, Person
from intake.requests.reasons import Channel
from tests.factories import UserFactory
from tests.intake.messages import recording

pytestmark = pytest.mark.django_db
State, Result = Voicemail.State, CallbackAttempt.Result


@pytest.fixture(autouse=True)
def storage(tmp_path, monkeypatch):
    own = FileSystemStorage(location=tmp_path)
    for name in ("audio", "original"):
        monkeypatch.setattr(Voicemail._meta.get_field(name), "storage", own)
    monkeypatch.setattr(machine, "private_storage", lambda: own)
    return own


def message(**fields) -> Voicemail:
    voicemail = Voicemail(**{"received_at": timezone.now(), "phone": "+33261910077"} | fields)
    voicemail.audio_type = "audio/wav"
    voicemail.audio.save("x", ContentFile(recording()), save=False)
    voicemail.save()
    return voicemail


def entry(key: str = "a-call") -> Entry:
    return Entry(Channel.VOICEMAIL, [NeedEntry(words="tonte")], Person(phone="02 61 91 00 77"), key=key)


@pytest.fixture
def odile():
    return UserFactory(groups=["Opérateurs"], first_name="Odile")


@pytest.fixture
def henri():
    return UserFactory(groups=["Opérateurs"], first_name="Henri")


class TestTaking:
    def test_one_at_a_time(self, odile, henri):
        voicemail = message()
        assert machine.take(voicemail, odile)
        assert not machine.take(voicemail, henri)
        assert machine.holder(voicemail) == odile
        assert machine.take(voicemail, odile), "again by the one who has it"

    def test_left_to_others(self, odile, henri):
        voicemail = message()
        machine.take(voicemail, odile)
        machine.release(voicemail, henri)
        assert machine.holder(voicemail) == odile, "only by the one who has it"
        machine.release(voicemail, odile)
        assert machine.take(voicemail, henri)

    def test_free_again_after_half_an_hour(self, odile, henri):
        voicemail, now = message(), timezone.now()
        machine.take(voicemail, odile, now - datetime.timedelta(minutes=31))
        assert machine.holder(voicemail, now) is None
        assert machine.take(voicemail, henri, now)

    def test_not_once_dealt_with(self, odile):
        voicemail = message()
        machine.give_up(voicemail)
        assert not machine.take(voicemail, odile)


@pytest.mark.django_db(transaction=True)
def test_two_operators_take_the_same_message_at_once():
    users = [UserFactory() for _ in range(6)]
    voicemail = message()
    barrier, taken = threading.Barrier(len(users)), []

    def take(user) -> None:
        try:
            mine = Voicemail.objects.get(pk=voicemail.pk)
            barrier.wait(20)
            if machine.take(mine, user):
                taken.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == 1
    assert machine.holder(Voicemail.objects.get(pk=voicemail.pk)) == taken[0]


@pytest.mark.django_db(transaction=True)
def test_two_operators_save_the_same_message_at_once():
    """The second is told, and its call makes no second request."""
    users = [UserFactory() for _ in range(2)]
    voicemail = message()
    barrier, refused = threading.Barrier(2), []

    def save(number: int) -> None:
        try:
            barrier.wait(20)
            machine.call_back(voicemail, entry(f"call-{number}"), users[number])
        except machine.DealtWith as error:
            refused.append(error.voicemail.request)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == list(ServiceRequest.objects.all())
    assert len(refused) == 1


class TestDealingWith:
    def test_called_back(self, odile, storage, django_capture_on_commit_callbacks):
        voicemail = message()
        name = voicemail.audio.name
        machine.take(voicemail, odile)
        with django_capture_on_commit_callbacks(execute=True):
            request = machine.call_back(voicemail, entry(), odile)
        voicemail.refresh_from_db()
        assert (voicemail.state, voicemail.request, voicemail.taken_by) == (State.CALLED_BACK, request, None)
        assert not voicemail.audio
        assert not storage.exists(name)

    def test_the_same_call_twice_is_one_request(self, odile):
        voicemail = message()
        first = machine.call_back(voicemail, entry(), odile)
        assert machine.call_back(voicemail, entry(), odile) == first
        assert ServiceRequest.objects.count() == 1

    def test_another_call_for_the_same_message(self, odile, henri):
        voicemail = message()
        machine.call_back(voicemail, entry(), odile)
        with pytest.raises(machine.DealtWith):
            machine.call_back(voicemail, entry("another"), henri)
        assert ServiceRequest.objects.count() == 1

    def test_a_request_that_fails_leaves_the_message(self, odile, storage, monkeypatch):
        voicemail = message()
        monkeypatch.setattr(machine, "record", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            machine.call_back(voicemail, entry(), odile)
        voicemail.refresh_from_db()
        assert voicemail.state == State.WAITING
        assert storage.exists(voicemail.audio.name)

    def test_an_attempt_leaves_it_in_the_queue(self, odile, henri):
        voicemail = message()
        machine.take(voicemail, odile)
        machine.note_attempt(voicemail, Result.BUSY, odile)
        assert list(voicemail.attempts.values_list("result", "by")) == [("busy", odile.pk)]
        assert machine.take(voicemail, henri)

    @pytest.mark.parametrize(
        ("action", "state"), [(machine.give_up, State.GIVEN_UP), (machine.set_aside, State.SET_ASIDE)]
    )
    def test_ended_without_a_request(self, action, state):
        voicemail = message()
        action(voicemail)
        voicemail.refresh_from_db()
        assert (voicemail.state, bool(voicemail.audio), voicemail.done_at is not None) == (state, False, True)
        with pytest.raises(machine.DealtWith):
            action(voicemail)

    def test_the_delay_counts_hours_of_the_line(self, odile):
        Hotline.objects.create(opening_hours="Mo-Fr 09:00-12:00")
        monday = datetime.datetime.fromisoformat("2026-08-24T11:00:00+02:00")
        voicemail = message(received_at=monday)
        assert machine.delay(voicemail) is None
        tuesday = monday + datetime.timedelta(days=1)
        machine.note_attempt(voicemail, Result.NO_ANSWER, odile, at=tuesday)
        machine.call_back(voicemail, entry(), odile, at=tuesday + datetime.timedelta(hours=1))
        voicemail.refresh_from_db()
        assert machine.delay(voicemail) == datetime.timedelta(hours=3)


class TestErasing:
    def test_after_the_days_of_the_settings(self, storage, django_capture_on_commit_callbacks):
        now = timezone.now()
        old = message(received_at=now - datetime.timedelta(days=31))
        recent = message(received_at=now - datetime.timedelta(days=29))
        gone = old.audio.name
        with django_capture_on_commit_callbacks(execute=True):
            assert machine.erase_old_audio(now) == 1
        assert not storage.exists(gone)
        old.refresh_from_db()
        recent.refresh_from_db()
        assert (bool(old.audio), bool(recent.audio)) == (False, True)
        assert old.state == State.WAITING, "the message itself still waits"

    def test_files_of_no_message(self, storage):
        orphan = storage.save("voicemail/orphan", ContentFile(b"x"))
        kept = message()
        assert machine.erase_old_audio() == 0
        day_before = timezone.now().timestamp() - 90_000
        for name in (orphan, kept.audio.name):
            os.utime(storage.path(name), (day_before, day_before))
        assert machine.erase_old_audio() == 1
        assert (storage.exists(orphan), storage.exists(kept.audio.name)) == (False, True)


class TestScreen:
    @pytest.fixture
    def operator(self, client, odile):
        client.force_login(odile)
        return client

    def test_oldest_first_with_what_there_is(self, operator, commit, django_assert_max_num_queries):
        now = timezone.now()
        for days in (1, 3, 2):
            message(received_at=now - datetime.timedelta(days=days), words=f"il y a {days} jours")
        message(phone="", words="<script>alert(1)</script>", problem="À écouter")
        commit()
        operator.get(reverse("voicemail:index"))
        with django_assert_max_num_queries(15):
            page = operator.get(reverse("voicemail:index")).content.decode()
        places = [page.index(f"il y a {days} jours") for days in (3, 2, 1)]
        assert places == sorted(places)
        assert "<script>alert" not in page
        assert "02&nbsp;61" in page or "02\u00a061\u00a091\u00a000\u00a077" in page

    def test_entered_by_hand(self, operator):
        answer = operator.post(reverse("voicemail:add"), {"phone": "0261910077", "words": "rappeler"})
        assert answer.status_code == 302
        voicemail = Voicemail.objects.get()
        assert (str(voicemail.phone), voicemail.words, voicemail.state) == (
            "+33261910077",
            "rappeler",
            "waiting",
        )

    @pytest.mark.parametrize(
        "sent",
        [{}, {"phone": " "}, {"words": "x", "received_at": "2999-01-01 10:00"}, {"words": "x" * 10_001}],
    )
    def test_entered_wrongly(self, operator, sent):
        answer = operator.post(reverse("voicemail:add"), sent)
        assert answer.status_code == 422
        assert not Voicemail.objects.exists()

    def test_no_number_is_kept_as_given(self, operator):
        operator.post(reverse("voicemail:add"), {"phone": "finit par 77"})
        assert Voicemail.objects.get().phone_as_typed == "finit par 77"

    def test_call_back_takes_it_and_opens_the_console(self, operator, odile):
        voicemail = message(words="Pour la tonte, à Rosnay")
        answer = operator.post(reverse("calls:answer", args=[voicemail.pk]), follow=True)
        page = answer.content.decode()
        assert "Pour la tonte, à Rosnay" in page
        assert "02 61 91 00 77" in page
        voicemail.refresh_from_db()
        assert voicemail.taken_by == odile

    def test_taken_by_another(self, operator, henri):
        voicemail = message()
        machine.take(voicemail, henri)
        answer = operator.post(reverse("calls:answer", args=[voicemail.pk]), follow=True)
        assert answer.request["PATH_INFO"] == reverse("voicemail:index")
        assert "Henri" in answer.content.decode()

    def test_buttons(self, operator, odile):
        voicemail = message()
        address = reverse("voicemail:attempt", args=[voicemail.pk])
        assert operator.post(address, {"result": "nonsense"}).status_code == 404
        operator.post(address, {"result": "no_answer"})
        assert voicemail.attempts.get().by == odile
        operator.post(reverse("voicemail:set_aside", args=[voicemail.pk]))
        # Twice: told, not refused.
        assert operator.post(reverse("voicemail:set_aside", args=[voicemail.pk])).status_code == 302
        assert operator.get(reverse("voicemail:set_aside", args=[voicemail.pk])).status_code == 405


class TestAudio:
    @pytest.fixture
    def operator(self, client, odile):
        client.force_login(odile)
        return client

    def body(self, answer) -> bytes:
        return b"".join(answer.streaming_content)

    def test_whole(self, operator):
        answer = operator.get(reverse("voicemail:audio", args=[message().pk]), HTTP_ACCEPT_ENCODING="gzip")
        assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert self.body(answer) == recording()

    @pytest.mark.parametrize(
        ("asked", "part"),
        [
            ("bytes=0-3", slice(0, 4)),
            ("bytes=4-", slice(4, None)),
            ("bytes=-10", slice(-10, None)),
            ("bytes=0-999999999", slice(0, None)),
        ],
    )
    def test_a_range(self, operator, asked, part):
        answer = operator.get(reverse("voicemail:audio", args=[message().pk]), HTTP_RANGE=asked)
        body = self.body(answer)
        assert (answer.status_code, body) == (206, recording()[part])
        assert answer["Content-Length"] == str(len(body))
        assert answer["Content-Range"].endswith(f"/{len(recording())}")

    def test_a_range_beyond_the_end(self, operator):
        answer = operator.get(reverse("voicemail:audio", args=[message().pk]), HTTP_RANGE="bytes=99999999-")
        assert answer.status_code == 416

    @pytest.mark.parametrize("asked", ["bytes=x-y", "lines=0-3", "bytes=0-1,4-5", "bytes=-"])
    def test_a_range_that_is_none(self, operator, asked):
        answer = operator.get(reverse("voicemail:audio", args=[message().pk]), HTTP_RANGE=asked)
        assert answer.status_code == 200
        answer.close()

    def test_another_type_is_never_served(self, operator):
        voicemail = message()
        Voicemail.objects.filter(pk=voicemail.pk).update(audio_type="text/html")
        assert operator.get(reverse("voicemail:audio", args=[voicemail.pk])).status_code == 404

    def test_no_file_behind_it(self, operator, storage):
        voicemail = message()
        storage.delete(voicemail.audio.name)
        assert operator.get(reverse("voicemail:audio", args=[voicemail.pk])).status_code == 404
        assert operator.get(reverse("voicemail:original", args=[voicemail.pk])).status_code == 404

    def test_an_original_is_downloaded_only(self, operator):
        voicemail = message()
        voicemail.original.save("x", ContentFile(b"<html>"), save=True)
        answer = operator.get(reverse("voicemail:original", args=[voicemail.pk]))
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")
        assert self.body(answer) == b"<html>"
