"""The demonstration's requests: what the first year's evaluation says, and a log that could be true."""

from __future__ import annotations

import datetime
import io
import time
import wave

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from intake.models import (
    Campaign,
    FollowUp,
    HeardFrom,
    Hotline,
    IntakeSettings,
    Need,
    OutboxMessage,
    Referral,
    Requester,
    RequestLogEntry,
    ServiceRequest,
    UnansweredSearch,
    UnmetCase,
    Voicemail,
)
from intake.requests.reasons import Channel
from intake.requests.states import ContactOutcome, NeedStatus, request_status
from portal.demo import accounts, requests, site, structures
from providers.hours import Schedule

pytestmark = pytest.mark.django_db
YEAR = (datetime.date(2009, 1, 1), datetime.date(2009, 12, 31))


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for all these tests, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_territory", verbosity=0)
        call_command("load_nomenclature", verbosity=0)
        structures.load_structures()
        site.load_settings()
        accounts.load_accounts()
        start = time.process_time()
        requests.load_requests()
        spent = time.process_time() - start
        yield spent
        transaction.set_rollback(True)


def test_2009_is_132_calls_all_answered_none_unmet():
    contacts = ServiceRequest.objects.contacts().between(*YEAR)
    needs = Need.objects.between(*YEAR)
    assert contacts.count() == 132
    assert set(contacts.values_list("channel", flat=True)) == {Channel.PHONE}
    assert needs.directed_at_once().count() == needs.counted().count() >= 132
    assert needs.unsuccessful().count() == 0
    assert needs.unmet_at_contact().count() == needs.unmet_at_follow_up().count() == 0
    # The breakdown is ours, and says so.
    assert set(contacts.values_list("invented", flat=True)) == {True}


def test_the_calls_of_2009_came_when_the_line_was_open():
    schedule = Schedule(Hotline.objects.get().opening_hours)
    moments = list(ServiceRequest.objects.between(*YEAR).values_list("received_at", flat=True))
    assert all(schedule.is_open(moment) for moment in moments)
    assert len({timezone.localdate(moment) for moment in moments}) > 60
    assert min(moments) > datetime.datetime(2009, 1, 12, tzinfo=datetime.UTC)


def test_the_last_twelve_months_have_everything_an_operator_meets():
    today = timezone.localdate()
    recent = ServiceRequest.objects.between(today - datetime.timedelta(days=366), today)
    needs = Need.objects.filter(request__in=recent)
    assert 300 < recent.count() < 500
    assert set(recent.values_list("channel", flat=True)) == set(Channel.values)
    assert needs.unmet_at_contact().count() == requests.UNMET_AT_CONTACT
    assert needs.unmet_at_follow_up().count() == requests.UNMET_AT_FOLLOW_UP
    assert 0 < UnmetCase.objects.open().count() < needs.unsuccessful().count()
    assert needs.filter(status=NeedStatus.OPEN).count() == 3
    assert Voicemail.objects.waiting().count() == 4
    assert 3 <= FollowUp.objects.due(today).count() <= 30
    assert HeardFrom.objects.count() == 8 and Campaign.objects.count() == 3
    for campaign in Campaign.objects.all():
        first = recent.filter(campaign=campaign).order_by("received_at").first()
        assert first is not None
        assert timezone.localdate(first.received_at) >= campaign.starts_on - datetime.timedelta(days=1)
    assert UnansweredSearch.objects.count() > 20
    assert IntakeSettings.objects.count() == 1


def test_nothing_lies_in_the_future():
    now = timezone.now()
    for model, field in (
        (ServiceRequest, "received_at"),
        (ServiceRequest, "closed_at"),
        (Need, "status_changed_at"),
        (Referral, "given_at"),
        (Referral, "outcome_at"),
        (FollowUp, "answered_at"),
        (UnmetCase, "resolved_at"),
        (Voicemail, "done_at"),
        (RequestLogEntry, "timestamp"),
    ):
        assert not model.objects.filter(**{f"{field}__gt": now}).exists(), (model, field)
    # Waiting follow-ups are those of needs that are waited for.
    waiting = FollowUp.objects.filter(answer="")
    assert not waiting.exclude(need__status=NeedStatus.DIRECTED).exists()
    assert waiting.count() == Need.objects.filter(status=NeedStatus.DIRECTED).count()


def test_every_request_stands_where_its_needs_say():
    cases = set(UnmetCase.objects.open().values_list("need", flat=True))
    for request in ServiceRequest.objects.prefetch_related("needs__referrals", "needs__unmet_cases"):
        needs = list(request.needs.all())
        assert request.status == request_status([(need.status, need.pk in cases) for need in needs])
        for need in needs:
            given = [row for row in need.referrals.all() if row.way != Referral.Way.SUGGESTED]
            outcomes = {row.outcome for row in given}
            assert bool(given) is (need.contact_outcome == ContactOutcome.DIRECTED)
            assert ("helped" in outcomes) is (need.status == NeedStatus.MET)
            assert (outcomes == {"failed"}) is (bool(given) and need.status == NeedStatus.UNMET)
            assert bool(need.unmet_cases.all()) is (need.status == NeedStatus.UNMET)
            assert len({row.rank for row in given}) == len(given) <= 3


def test_nobody_in_it_is_real_and_few_have_a_name():
    named = Requester.objects.exclude(name="")
    assert 0 < named.count() <= 10
    assert all("nom inventé" in name for name in named.values_list("name", flat=True))
    numbers = [
        *Requester.objects.values_list("phone", flat=True),
        *Voicemail.objects.values_list("phone", flat=True),
    ]
    assert all(str(number).startswith("+3326191") for number in numbers if number)
    assert not Requester.objects.exclude(email="").exists()
    # Those of 2009 are long erased.
    assert not Requester.objects.filter(request__received_at__year=2009).exists()
    assert not ServiceRequest.objects.filter(~Q(invented=True)).exists()
    assert not Voicemail.objects.filter(invented=False).exists()


def test_no_email_is_queued():
    assert not OutboxMessage.objects.exists()


def test_recordings_can_be_played():
    for message in Voicemail.objects.waiting():
        with message.audio.open() as file, wave.open(io.BytesIO(file.read())) as recording:
            assert recording.getnframes() / recording.getframerate() == 2.0


def test_again_without_harm(demonstration):
    before = [model.objects.count() for model in (ServiceRequest, Need, FollowUp, Voicemail, Campaign)]
    assert requests.load_requests() == 0
    assert [
        model.objects.count() for model in (ServiceRequest, Need, FollowUp, Voicemail, Campaign)
    ] == before


def test_the_same_every_time():
    def told() -> list[tuple[object, ...]]:
        rows = Need.objects.filter(request__received_at__year=2009).order_by("request__received_at", "pk")
        return list(
            rows.values_list("request__reference", "request__received_at", "service", "commune", "status")
        )

    before = told()
    ServiceRequest.objects.filter(entry_key__startswith="demo-2009-").delete()
    assert requests.load_requests() == 132
    assert told() == before


def test_in_a_few_seconds(demonstration):
    assert demonstration < 10
