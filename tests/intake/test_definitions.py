"""What counts, at the edges: moments, corrections, and the two counts of unmet needs."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from intake.models import FollowUp, Need, Referral, ServiceRequest, UnmetCase
from intake.requests import following_up, lifecycle
from intake.requests.entry import NeedEntry
from intake.requests.reasons import SetAsideReason, UnmetReason
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def structure(place, cleaning):
    return ProviderFactory(base_commune=place, communes=[place], offers=[cleaning])


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("received", "counted"),
    [
        ("2026-02-28 23:59:59", False),
        ("2026-03-01 00:00:00", True),
        ("2026-03-28 23:30:00", True),
        ("2026-03-29 03:30:00", True),  # the night the clocks go forward
        ("2026-03-31 23:59:59", True),
        ("2026-04-01 00:00:00", False),
    ],
)
def test_a_period_is_whole_days_of_here(place, cleaning, received, counted):
    request = request_for((cleaning, place), received_at=moment(received))
    first, last = datetime.date(2026, 3, 1), datetime.date(2026, 3, 31)
    assert ServiceRequest.objects.between(first, last).filter(pk=request.pk).exists() is counted
    assert Need.objects.between(first, last).filter(request=request).exists() is counted


def test_a_period_that_ends_before_it_starts_is_empty(place, cleaning):
    request_for((cleaning, place), received_at=moment("2026-03-10 10:00"))
    assert not Need.objects.between(datetime.date(2026, 3, 31), datetime.date(2026, 3, 1)).exists()


def test_directed_at_once_or_unmet_at_contact_never_both(structure, place, cleaning):
    elsewhere = CommuneFactory(name="Le Blanc")
    request_for((cleaning, place), (cleaning, elsewhere))
    directed, unmet = Need.objects.directed_at_once(), Need.objects.unmet_at_contact()
    assert [need.commune for need in directed] == [place]
    assert [need.commune for need in unmet] == [elsewhere]
    assert ServiceRequest.objects.contacts().count() == 1


def test_what_is_suggested_for_want_of_better_is_not_given(structure, place, cleaning):
    elsewhere = CommuneFactory(name="Azay-le-Ferron")
    need = request_for((cleaning, elsewhere)).needs.get()
    assert need.referrals.exists()
    assert list(Need.objects.unmet_at_contact()) == [need]
    assert not Need.objects.unmet_at_follow_up().exists()
    assert Need.objects.with_given().get(pk=need.pk).given == 0
    assert not Referral.objects.given().exists()


def test_several_structures_count_one_need(place, cleaning):
    for _number in range(3):
        ProviderFactory(communes=[place], offers=[cleaning])
    need = request_for((cleaning, place)).needs.get()
    assert Need.objects.with_given().get(pk=need.pk).given == 3
    for referral in need.referrals.all():
        lifecycle.record_outcome(referral, Referral.Outcome.FAILED, UnmetReason.FULL)
    assert Need.objects.unmet_at_follow_up().count() == 1 == Need.objects.unsuccessful().count()


def test_a_failure_corrected_is_no_longer_unmet_but_stays_on_the_list(structure, place, cleaning):
    need = request_for((cleaning, place)).needs.get()
    referral = need.referrals.get()
    lifecycle.record_outcome(referral, Referral.Outcome.FAILED, UnmetReason.REFUSED)
    lifecycle.record_outcome(referral, Referral.Outcome.HELPED)
    assert not Need.objects.unmet_at_follow_up().exists()
    assert list(Need.objects.met()) == [need] == list(Need.objects.unsuccessful())
    assert need.unmet_cases.get().resolution == UnmetCase.Resolution.FOUND


def test_an_entry_in_doubt_counts_until_it_is_set_aside_and_again_when_taken_back(structure, place, cleaning):
    request, operator = request_for((cleaning, place), doubts=["honeypot"]), UserFactory()
    elsewhere = request_for((cleaning, CommuneFactory(name="Le Blanc")))
    assert ServiceRequest.objects.contacts().count() == 2
    assert list(ServiceRequest.objects.to_do()) == [request]
    for entry in (request, elsewhere):
        lifecycle.set_aside(entry, SetAsideReason.TEST, operator)
    for nothing in (
        ServiceRequest.objects.contacts(),
        ServiceRequest.objects.to_do(),
        Need.objects.counted(),
        Need.objects.directed_at_once(),
        Need.objects.unmet_at_contact(),
        Need.objects.unsuccessful(),
        Need.objects.not_known(),
    ):
        assert not nothing.exists()
    lifecycle.take_back(elsewhere, operator)
    assert Need.objects.unsuccessful().count() == 1


def test_out_of_scope_is_neither_asked_nor_unmet(place, cleaning):
    need = request_for((cleaning, place)).needs.get()
    assert Need.objects.unsuccessful().exists()
    lifecycle.put_out_of_scope(need)
    assert not Need.objects.counted().exists() and not Need.objects.unsuccessful().exists()


def test_a_need_taken_up_again_is_where_its_contact_had_left_it(structure, place, cleaning):
    request = request_for(
        (cleaning, place), (cleaning, CommuneFactory(name="Le Blanc")), NeedEntry(words="autre chose")
    )
    before = list(request.needs.order_by("pk").values_list("contact_outcome", "status"))
    assert before == [("directed", "directed"), ("unmet", "unmet"), ("pending", "open")]
    for end in (lambda need: lifecycle.withdraw(request), lifecycle.put_out_of_scope):
        for need in request.needs.all():
            end(need)
        for need in request.needs.all():
            lifecycle.reopen(need)
        assert list(request.needs.order_by("pk").values_list("contact_outcome", "status")) == before
        assert UnmetCase.objects.open().count() == 1 == Need.objects.unsuccessful().count()
        assert FollowUp.objects.filter(answer="").count() == 1


def test_all_those_given_having_failed_it_is_unmet_again(structure, place, cleaning):
    need = request_for((cleaning, place)).needs.get()
    lifecycle.record_outcome(need.referrals.get(), Referral.Outcome.FAILED, UnmetReason.COST)
    lifecycle.withdraw(need.request)
    assert not Need.objects.unmet_at_follow_up().exists()
    lifecycle.reopen(need)
    assert list(Need.objects.unmet_at_follow_up()) == [need] == list(Need.objects.directed_at_once())
    assert not Need.objects.unmet_at_contact().exists()


def test_asked_often_enough_without_news_is_not_known(structure, place, cleaning):
    need = request_for((cleaning, place)).needs.get()
    assert list(Need.objects.not_known()) == [need]
    while follow_up := need.follow_ups.filter(answer="").first():
        following_up.answer_follow_up(follow_up, FollowUp.Answer.NO_NEWS, FollowUp.Way.PHONE)
    assert list(Need.objects.not_known()) == [need]
    assert not Need.objects.met().exists() and not Need.objects.unmet_at_follow_up().exists()
