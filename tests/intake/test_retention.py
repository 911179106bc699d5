"""What is erased, when, and what stays countable."""

from __future__ import annotations

import datetime
import io
import os
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from intake.mail import delivery
from intake.mail.notifications import list_to_resident
from intake.models import (
    CallDraft,
    FollowUp,
    IntakeSettings,
    Need,
    NetworkCount,
    OutboxMessage,
    Requester,
    RequestLogEntry,
    ServiceRequest,
    UnmetCase,
    Voicemail,
)
from intake.personal_data import retention
from intake.requests import following_up, lifecycle, private_link
from intake.requests.entry import Entry, NeedEntry, Person, record
from intake.requests.reasons import Channel, UnmetReason
from intake.requests.states import NeedStatus, RequestStatus
from providers.personal_data import Declaration, personal_declarations
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
MARK = "zzmarquezz"
MARK_PHONE = "+33261910099"


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    folders = {"private": tmp_path / "private", "default": tmp_path / "media"}
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
        for name, folder in folders.items()
    }


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning(place):
    service = ServiceFactory(name="Ménage")
    ProviderFactory(base_commune=place, communes=[place], offers=[service])
    return service


def asked(cleaning, place, **fields):
    need = NeedEntry(cleaning, place, words="des mots à moi", place_as_typed="")
    return request_for(
        need, phone=PHONE, name="Odile", email="odile@exemple.fr", notes="une note", key="k" * 20, **fields
    )


def closed(request):
    for need in request.needs.all():
        following_up.answer_follow_up(need.follow_ups.get(), FollowUp.Answer.FOUND, FollowUp.Way.PHONE)
    request.refresh_from_db()
    assert request.closed_at
    return request


def purge(days: float = 0, **kwargs: Any) -> dict[str, int]:
    report = retention.purge(timezone.now() + days * DAY, **kwargs)
    assert [row.problem for row in report if row.problem] == []
    return {row.rule.name: row.count for row in report}


class TestRequests:
    def test_kept_for_twelve_months_after_closure_then_only_counted(self, cleaning, place):
        request = closed(asked(cleaning, place))
        list_to_resident(request)
        link = private_link.token_for(request)
        purge(360)
        assert Requester.objects.count() == 1
        assert purge(370)["request"] == 1
        request.refresh_from_db()
        need = request.needs.get()
        assert not Requester.objects.exists()
        assert not OutboxMessage.objects.filter(request=request).exists()
        assert (request.notes, request.entry_key, request.entry_digest) == ("", None, "")
        assert (need.words, need.service, need.commune) == ("", cleaning, place)
        assert need.referrals.count() == 1
        assert (Need.objects.met().count(), ServiceRequest.objects.contacts().count()) == (1, 1)
        assert private_link.request_from(link) is None
        # Again changes nothing.
        assert purge(370)["request"] == 0
        assert RequestLogEntry.objects.filter(action="intake.erase").count() == 1

    def test_the_delay_is_a_setting(self, cleaning, place):
        IntakeSettings.objects.create(retention_months=2)
        closed(asked(cleaning, place))
        assert purge(50)["request"] == 0
        assert purge(70)["request"] == 1

    def test_left_open_it_is_closed_without_news_then_erased(self, cleaning, place):
        request = asked(cleaning, place)
        nobody = request_for((ServiceFactory(name="Dépannage"), place), phone=PHONE)
        unknown = request_for(NeedEntry(words="je ne sais pas"), phone=PHONE)
        assert purge(360)["request"] == 0
        assert purge(370)["request"] == 3
        assert not Requester.objects.exists()
        for row, status in [
            (request, NeedStatus.NOT_KNOWN),
            (nobody, NeedStatus.UNMET),
            (unknown, NeedStatus.WITHDRAWN),
        ]:
            row.refresh_from_db()
            assert row.status == RequestStatus.CLOSED
            assert row.needs.get().status == status
        assert not UnmetCase.objects.open().exists()
        assert not FollowUp.objects.filter(answer="").exists()

    def test_one_that_still_lives_is_kept(self, cleaning, place):
        request = asked(cleaning, place)
        ServiceRequest.objects.update(received_at=timezone.now() - 400 * DAY)
        assert purge()["request"] == 0
        assert Requester.objects.get().request == request

    def test_whoever_has_it_open_cannot_bring_the_words_back(self, cleaning, place):
        request = closed(asked(cleaning, place))
        seen = request.version
        purge(370)
        with pytest.raises(lifecycle.Outdated):
            lifecycle.touch(request, version=seen)

    def test_words_added_later_are_erased_too(self, cleaning, place):
        request = closed(asked(cleaning, place))
        purge(370)
        ServiceRequest.objects.filter(pk=request.pk).update(notes="rappelé hier")
        assert purge(371)["request"] == 1

    def test_batches(self, cleaning, place, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        for _ in range(5):
            request_for((cleaning, place), phone=PHONE)
        assert purge(370)["request"] == 5
        assert not Requester.objects.exists()


class TestTheRest:
    def voicemail(self, **fields: Any) -> Voicemail:
        fields = {"received_at": timezone.now(), "phone": PHONE, "words": "rappelez-moi"} | fields
        row = Voicemail.objects.create(**fields)
        row.audio.save("a.wav", ContentFile(b"son"))
        row.original.save("a.eml", ContentFile(b"message"))
        return row

    def test_audio_after_thirty_days_words_later(self):
        row = self.voicemail()
        audio = Path(row.audio.path)
        assert purge(29)["audio"] == 0
        assert audio.exists()
        assert purge(31)["audio"] == 1
        row.refresh_from_db()
        assert not audio.exists()
        assert (bool(row.audio), bool(row.original), row.words) == (False, False, "rappelez-moi")
        purge(370)
        row.refresh_from_db()
        assert (row.words, str(row.phone), row.state) == ("", "", Voicemail.State.GIVEN_UP)

    def test_audio_once_dealt_with(self):
        row = self.voicemail(state=Voicemail.State.SET_ASIDE, done_at=timezone.now())
        assert purge(0.01)["audio"] == 1
        assert not Path(row.audio.path).exists()

    def test_a_file_already_gone_is_no_error(self):
        Path(self.voicemail().audio.path).unlink()
        assert purge(31)["audio"] == 1

    def test_drafts_networks_and_emails(self):
        CallDraft.objects.create(user=UserFactory(), started_at=timezone.now(), answers={"name": "Odile"})
        NetworkCount.objects.create(day=timezone.localdate(), network="x", count=3)
        message = OutboxMessage.objects.create(
            kind="list", to="o@exemple.fr", text="Bonjour", message_id="<1@x>", send_after=timezone.now()
        )
        delivery.deliver()
        report = purge()
        assert (report["draft"], report["network"], report["email"]) == (0, 0, 0)
        report = purge(1.1)
        assert (report["draft"], report["network"]) == (1, 1)
        assert purge(31)["email"] == 1
        message.refresh_from_db()
        assert (message.to, message.text, message.state) == ("", "", OutboxMessage.State.SENT)

    def test_one_rule_that_fails_stops_no_other(self, monkeypatch, cleaning, place, caplog):
        def fail(*args: Any) -> int:
            raise OSError("odile@exemple.fr")

        monkeypatch.setattr(retention, "erase_files", fail)
        self.voicemail()
        closed(asked(cleaning, place))
        report = {row.rule.name: row for row in retention.purge(timezone.now() + 400 * DAY)}
        assert report["audio"].problem == "OSError"
        assert report["request"].count == 1
        assert "odile" not in caplog.text


class TestCommand:
    def test_a_dry_run_says_and_erases_nothing(self, cleaning, place):
        closed(asked(cleaning, place))
        out = io.StringIO()
        with time_machine.travel(timezone.now() + 400 * DAY):
            call_command("purge_personal_data", "--dry-run", stdout=out)
            assert "À effacer" in out.getvalue()
            assert "1  effacé avec la demande" in out.getvalue()
            assert Requester.objects.count() == 1
            call_command("purge_personal_data", stdout=out)
        assert not Requester.objects.exists()


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 12, "2025-01-15"), ("2028-02-29", 12, "2027-02-28")],
)
def test_months_before(moment, months, expected):
    at = datetime.datetime.fromisoformat(f"{moment}T10:00:00+00:00")
    assert f"{retention.months_before(at, months):%Y-%m-%d}" == expected


# --- A marker in every personal field is nowhere after the purge ----------------


def _marker(column: models.Field[Any, Any]) -> Any:
    if isinstance(column, PhoneNumberField):
        return MARK_PHONE
    if isinstance(column, models.EmailField):
        return f"{MARK}@exemple.fr"
    if isinstance(column, models.JSONField):
        return {"word": MARK}
    length = column.max_length or 10_000
    return (MARK + " " + "x" * length)[:length]


def _rows_of_every_personal_table(cleaning: Any, place: Any) -> None:
    """At least one row in each table that time empties, by the doors that exist."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sessions.models import Session
    from django_tasks_db.models import DBTaskResult
    from wagtail.admin.models import FormState
    from wagtail.contrib.forms.models import FormSubmission
    from wagtail.log_actions import log
    from wagtail.models import APIToken, Page, PageLogEntry, UploadedFile
    from wagtail.users.models import UserProfile

    from portal.events.registering import Wish, register
    from providers.models import AccessRequest, Invitation
    from providers.reports import report
    from tests.portal.event_factories import make_event

    need = NeedEntry(cleaning, None, words=MARK, place_as_typed=MARK)
    unmet = NeedEntry(cleaning, place, words=MARK, given=(), reason=UnmetReason.OTHER, reason_note=MARK)
    person = Person(MARK, MARK_PHONE, f"{MARK}@exemple.fr", MARK, True)
    for phone in (MARK_PHONE, MARK):
        entry = Entry(
            Channel.WEB,
            [need, unmet, NeedEntry(cleaning, place, words=MARK)],
            Person(person.name, phone, person.email, MARK, True),
            notes=MARK,
            key=f"{MARK}{phone}",
        )
        request = record(entry)
        list_to_resident(request)
    voicemail = Voicemail.objects.create(received_at=timezone.now(), request=request, phone=MARK_PHONE)
    other = Voicemail.objects.create(received_at=timezone.now(), words=MARK)
    for row in (voicemail, other):
        row.audio.save("a", ContentFile(MARK.encode()))
        row.original.save("a", ContentFile(MARK.encode()))
    user = UserFactory(username=MARK)
    UserProfile.get_for_user(user)
    APIToken.objects.create(user=user, name=MARK, key_hash="x", prefix="x")
    EmailAddress.objects.create(user=user, email=f"{MARK}@exemple.fr")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": MARK})
    CallDraft.objects.create(user=user, started_at=timezone.now())
    NetworkCount.objects.create(day=timezone.localdate(), network=MARK)
    event = make_event(takes_registrations=True, contact_phone="+33261911099")
    # What a publication writes in the history holds no words.
    PageLogEntry.objects.all().delete()
    register(event, Wish("jeton", 1, MARK, f"{MARK}@exemple.fr", MARK_PHONE))
    structure = ProviderFactory(base_commune=place)
    report(structure, "delay", MARK, f"{MARK}@exemple.fr", key=MARK)
    AccessRequest.objects.create(
        kind=AccessRequest.Kind.PROPOSAL,
        structure={"name": MARK},
        name=MARK,
        role=MARK,
        email=f"{MARK}@exemple.fr",
        phone=MARK_PHONE,
        words=MARK,
        entry_key=MARK,
        answer=MARK,
    )
    Invitation.objects.create(provider=structure, email=f"{MARK}@exemple.fr")
    log(instance=user, action="wagtail.create", user=user)
    page = Page.objects.first()
    PageLogEntry.objects.log_action(page, "wagtail.comments.create", data={"comment": {"text": MARK}})
    kind = ContentType.objects.get_for_model(user)
    FormState.objects.create(user=user, content_type=kind, data=MARK, last_updated_at=timezone.now())
    FormSubmission.objects.create(page=page, form_data={"word": MARK})
    Session.objects.create(session_key="k", session_data=MARK, expire_date=timezone.now() + DAY)
    UploadedFile.objects.create(file=ContentFile(MARK.encode(), name="a.txt"))
    DBTaskResult.objects.create(
        priority=0,
        task_path="x",
        run_after=timezone.now(),
        finished_at=timezone.now(),
        status="SUCCESSFUL",
        args_kwargs={"args": [MARK], "kwargs": {}},
        exception_class_path="",
        traceback="",
    )


def _in_time() -> list[Declaration]:
    return [row for row in personal_declarations() if row.rule and row.rule.purge]


def _dump() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table}: {row!r}" for row in cursor.fetchall()]
    return "\n".join(found)


def _files(*folders: Path) -> str:
    return "\n".join(
        f"{file}: {file.read_bytes()!r}" for folder in folders for file in folder.rglob("*") if file.is_file()
    )


def test_a_marker_in_every_personal_field_is_nowhere_after_the_purge(settings, tmp_path, cleaning, place):
    settings.EMAIL_BACKEND = "intake.mail.eml.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "emails")
    _rows_of_every_personal_table(cleaning, place)
    delivery.deliver()
    for declaration in _in_time():
        rows = declaration.model_class._default_manager.all()
        assert rows.exists(), f"no row of {declaration.model} is made here: add one"
        columns = [declaration.model_class._meta.get_field(name) for name in declaration.fields]
        marks = {
            column.name: _marker(column)
            for column in columns
            # Files and unique keys hold it already.
            if not isinstance(column, models.FileField) and not column.unique
        }
        rows.update(**marks)
    before = _dump() + _files(tmp_path)
    for declaration in _in_time():
        assert f"{declaration.model_class._meta.db_table}: " in before
    assert before.count(MARK) > 30
    assert MARK_PHONE in before

    # The account goes, and a year and more goes by.
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(username=MARK).delete()
    late = timezone.now() + 400 * DAY
    for file in tmp_path.rglob("*"):
        if file.is_file():
            os.utime(file, times=((late - 380 * DAY).timestamp(),) * 2)
    report = retention.purge(late)
    assert [row.problem for row in report if row.problem] == []
    after = _dump() + _files(tmp_path)
    assert [line[:200] for line in after.splitlines() if MARK in line or MARK_PHONE in line] == []
    # What remains can be counted.
    assert Need.objects.counted().count() == 6
    assert ServiceRequest.objects.contacts().count() == 2
