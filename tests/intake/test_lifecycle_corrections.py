"""Mistakes taken back, calls nobody answered: the facts of the contact stay as they were."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from intake.models import FollowUp, Need, Referral, ServiceRequest, UnmetCase
from intake.requests import following_up, lifecycle
from intake.requests.reasons import UnmetReason
from intake.requests.states import ContactOutcome, NeedStatus
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def structures(place, cleaning):
    return [ProviderFactory(base_commune=place, communes=[place], offers=[cleaning]) for _ in range(3)]


def need_of(request: ServiceRequest) -> Need:
    return request.needs.get()


@pytest.mark.parametrize("mistake", [lifecycle.put_out_of_scope, None])
def test_a_directed_need_reopened_is_directed_again(structures, place, cleaning, mistake):
    request = request_for((cleaning, place))
    if mistake:
        mistake(need_of(request))
    else:
        lifecycle.withdraw(request)
    lifecycle.reopen(need_of(request))
    need = need_of(request)
    assert (need.contact_outcome, need.status) == (ContactOutcome.DIRECTED, NeedStatus.DIRECTED)
    assert need.follow_ups.filter(answer="").count() == 1


def test_an_unmet_need_reopened_is_on_the_list_again(place, cleaning):
    request = request_for((cleaning, place))
    lifecycle.withdraw(request)
    assert not UnmetCase.objects.open().exists()
    lifecycle.reopen(need_of(request))
    need = need_of(request)
    assert (need.contact_outcome, need.status) == (ContactOutcome.UNMET, NeedStatus.UNMET)
    assert UnmetCase.objects.open().get().need == need


def test_a_failure_noted_by_mistake_leaves_the_list(structures, place, cleaning):
    request = request_for((cleaning, place))
    first, *_others = referrals = list(need_of(request).referrals.all())
    for referral in referrals:
        lifecycle.record_outcome(referral, Referral.Outcome.FAILED, UnmetReason.FULL)
    assert UnmetCase.objects.open().exists()
    lifecycle.record_outcome(first, Referral.Outcome.PENDING)
    assert need_of(request).status == NeedStatus.DIRECTED
    assert not UnmetCase.objects.exists()


def test_calls_without_answer_end_as_no_news(structures, place, cleaning):
    request = request_for((cleaning, place))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    for attempt in (1, 2):
        following_up.nobody_answered(need_of(request).follow_ups.get(), tomorrow)
        follow_up = need_of(request).follow_ups.get()
        assert (follow_up.answer, follow_up.attempts, follow_up.due_on) == ("", attempt, tomorrow)
    following_up.nobody_answered(follow_up, tomorrow)
    follow_up.refresh_from_db()
    assert (follow_up.answer, need_of(request).status) == (FollowUp.Answer.NO_NEWS, NeedStatus.NOT_KNOWN)


def test_put_through_to_one_that_was_only_shown(structures, cleaning):
    elsewhere = CommuneFactory(name="Azay-le-Ferron")
    need = need_of(request_for((cleaning, elsewhere)))
    lifecycle.put_through(need.referrals.first())
    need.refresh_from_db()
    assert (need.contact_outcome, need.status) == (ContactOutcome.UNMET, NeedStatus.DIRECTED)
    assert need.referrals.given().get().way == Referral.Way.PUT_THROUGH


def test_a_change_needs_the_last_version(structures, place, cleaning):
    request = request_for((cleaning, place))
    seen = request.version
    with lifecycle.as_seen(request.pk, seen):
        lifecycle.put_out_of_scope(need_of(request))
    with pytest.raises(lifecycle.Outdated), lifecycle.as_seen(request.pk, seen):
        raise AssertionError("never reached")


def test_one_failure_among_others_does_not_undo_what_the_person_said(structures, place, cleaning):
    request = request_for((cleaning, place))
    follow_up = need_of(request).follow_ups.get()
    following_up.answer_follow_up(follow_up, FollowUp.Answer.FOUND, FollowUp.Way.PHONE)
    first = need_of(request).referrals.first()
    lifecycle.record_outcome(first, Referral.Outcome.FAILED, UnmetReason.FULL)
    assert need_of(request).status == NeedStatus.MET
    lifecycle.record_outcome(first, Referral.Outcome.HELPED)
    lifecycle.record_outcome(first, Referral.Outcome.FAILED, UnmetReason.FULL)
    assert need_of(request).status == NeedStatus.DIRECTED
