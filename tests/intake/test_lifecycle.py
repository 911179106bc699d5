"""A request from its entry to what came of it."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from intake.models import FollowUp, Need, Referral, Requester, RequestLogEntry, ServiceRequest, UnmetCase
from intake.requests import following_up, lifecycle, unmet
from intake.requests.entry import Entry, NeedEntry, Person, record
from intake.requests.reasons import Channel, SetAsideReason, UnmetReason
from intake.requests.states import (
    CHANGES,
    POSSIBLE,
    ContactOutcome,
    ImpossibleChange,
    NeedStatus,
    RequestStatus,
)
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def structures(place, cleaning):
    return [ProviderFactory(base_commune=place, communes=[place], offers=[cleaning]) for _ in range(4)]


def need_of(request: ServiceRequest) -> Need:
    return request.needs.get()


class TestEntry:
    def test_the_nearest_are_given_at_once(self, structures, place, cleaning):
        request = request_for((cleaning, place), phone=PHONE, name="Odile")
        need = need_of(request)
        assert [row.rank for row in need.referrals.all()] == [1, 2, 3]
        assert (need.contact_outcome, need.status) == (ContactOutcome.DIRECTED, NeedStatus.DIRECTED)
        assert request.status == RequestStatus.WAITING
        follow_up = need.follow_ups.get()
        assert follow_up.due_on == timezone.localdate() + datetime.timedelta(days=14)
        assert str(request.requester.phone) == "+33261910077"

    def test_nobody_comes(self, structures, cleaning):
        elsewhere = CommuneFactory(name="Azay-le-Ferron")  # 11 km away
        need = need_of(request_for((cleaning, elsewhere)))
        assert (need.contact_outcome, need.status) == (ContactOutcome.UNMET, NeedStatus.UNMET)
        case = need.unmet_cases.get()
        assert (case.stage, case.reason) == (UnmetCase.Stage.CONTACT, UnmetReason.OUTSIDE_COVERAGE)
        # Those shown for want of better do not count as given.
        assert need.referrals.count() > 0
        assert not need.referrals.given().exists()

    def test_nobody_offers_it_or_all_are_full(self, structures, place, cleaning):
        gardening = ServiceFactory(name="Jardinage")
        assert need_of(request_for((gardening, place))).unmet_cases.get().reason == UnmetReason.NO_PROVIDER
        ProviderFactory(suspended=True, communes=[place], offers=[gardening])
        assert need_of(request_for((gardening, place))).unmet_cases.get().reason == UnmetReason.FULL

    def test_own_words_wait_for_an_operator(self, place):
        request = request_for(NeedEntry(words="une dame de compagnie", commune=place))
        assert (need_of(request).status, request.status) == (NeedStatus.OPEN, RequestStatus.TO_DO)

    def test_no_name_no_requester(self, place, cleaning):
        request_for((cleaning, place))
        assert not Requester.objects.exists()

    def test_a_number_that_is_none_is_kept_as_typed(self, place, cleaning):
        requester = request_for((cleaning, place), phone="demander à Jeanne").requester
        assert (str(requester.phone or ""), requester.phone_as_typed) == ("", "demander à Jeanne")

    def test_the_same_key_and_answers_are_the_same_request(self, structures, place, cleaning):
        first = request_for((cleaning, place), key="k", phone=PHONE)
        second = request_for((cleaning, place), key="k", phone=PHONE)
        assert second.pk == first.pk and second.version == first.version
        assert Need.objects.count() == 1

    def test_other_answers_correct_it(self, structures, place, cleaning):
        gardening = ServiceFactory(name="Jardinage")
        first = request_for((cleaning, place), key="k", phone=PHONE)
        referrals = set(need_of(first).referrals.values_list("pk", flat=True))
        second = request_for((cleaning, place), (gardening, place), key="k", email="o@test.example")
        assert second.pk == first.pk and second.reference == first.reference
        assert second.needs.count() == 2
        assert set(second.needs.get(service=cleaning).referrals.values_list("pk", flat=True)) == referrals
        assert (second.requester.email, str(second.requester.phone or "")) == ("o@test.example", "")
        third = request_for((gardening, place), key="k", email="o@test.example")
        assert [need.service for need in third.needs.all()] == [gardening]

    def test_references_go_on_when_one_is_taken(self, place, cleaning, monkeypatch):
        drawn = iter(["111111", "111111", "222222"])
        monkeypatch.setattr("intake.requests.references.draw", lambda attempt=0: next(drawn))
        assert request_for((cleaning, place)).reference == "111111"
        assert request_for((cleaning, place)).reference == "222222"


class TestOutcomes:
    def test_one_helped(self, structures, place, cleaning):
        request = request_for((cleaning, place))
        first, second, _third = need_of(request).referrals.all()
        lifecycle.record_outcome(first, Referral.Outcome.FAILED, UnmetReason.FULL)
        assert need_of(request).status == NeedStatus.DIRECTED
        lifecycle.record_outcome(second, Referral.Outcome.HELPED)
        request.refresh_from_db()
        assert (need_of(request).status, request.status) == (NeedStatus.MET, RequestStatus.CLOSED)
        assert request.closed_at is not None

    def test_all_failed(self, structures, place, cleaning):
        request = request_for((cleaning, place))
        for referral in need_of(request).referrals.all():
            lifecycle.record_outcome(referral, Referral.Outcome.FAILED, UnmetReason.COST)
        need = need_of(request)
        assert (need.contact_outcome, need.status) == (ContactOutcome.DIRECTED, NeedStatus.UNMET)
        assert list(Need.objects.unmet_at_follow_up()) == [need]
        assert not Need.objects.unmet_at_contact().exists()
        case = need.unmet_cases.get()
        assert (case.stage, case.reason) == (UnmetCase.Stage.FOLLOW_UP, UnmetReason.COST)
        request.refresh_from_db()
        assert request.status == RequestStatus.WAITING
        unmet.resolve(case, UnmetCase.Resolution.NO_ANSWER)
        request.refresh_from_db()
        assert request.status == RequestStatus.CLOSED

    def test_somebody_found_later_stays_unmet_at_contact(self, place, cleaning):
        request = request_for((cleaning, place))
        provider = ProviderFactory(communes=[place], offers=[cleaning])
        lifecycle.direct(need_of(request), [lifecycle.Given(provider.pk, 1)], Referral.Way.READ_OUT)
        need = need_of(request)
        assert (need.contact_outcome, need.status) == (ContactOutcome.UNMET, NeedStatus.DIRECTED)
        assert list(Need.objects.unmet_at_contact()) == [need] == list(Need.objects.unsuccessful())
        assert not Need.objects.unmet_at_follow_up().exists()
        assert not UnmetCase.objects.open().exists()

    def test_follow_up_is_answered_once(self, structures, place, cleaning):
        request = request_for((cleaning, place))
        follow_up = need_of(request).follow_ups.get()
        following_up.answer_follow_up(follow_up, FollowUp.Answer.FOUND, FollowUp.Way.LINK)
        following_up.answer_follow_up(
            follow_up, FollowUp.Answer.NOT_FOUND, FollowUp.Way.LINK, UnmetReason.COST
        )
        assert need_of(request).status == NeedStatus.MET

    def test_not_yet_asks_again_then_gives_up(self, structures, place, cleaning):
        request = request_for((cleaning, place))
        for _ in range(3):
            follow_up = need_of(request).follow_ups.get(answer="")
            following_up.answer_follow_up(follow_up, FollowUp.Answer.NOT_YET, FollowUp.Way.PHONE)
        request.refresh_from_db()
        assert (need_of(request).status, request.status) == (NeedStatus.NOT_KNOWN, RequestStatus.CLOSED)

    def test_withdrawn_and_set_aside(self, structures, place, cleaning):
        withdrawn, advert = request_for((cleaning, place)), request_for((cleaning, place))
        lifecycle.withdraw(withdrawn)
        operator = UserFactory()
        lifecycle.set_aside(advert, SetAsideReason.SPAM, operator)
        assert list(ServiceRequest.objects.contacts()) == [withdrawn]
        assert list(Need.objects.counted()) == [need_of(withdrawn)]
        assert not FollowUp.objects.due(datetime.date(2999, 1, 1)).exists()
        lifecycle.take_back(advert, operator)
        advert.refresh_from_db()
        assert advert.status == RequestStatus.WAITING
        assert Need.objects.counted().count() == 2


class TestImpossible:
    def test_the_model_refuses_a_change_that_is_not_allowed(self, structures, place, cleaning):
        request = request_for((cleaning, place))
        lifecycle.withdraw(request)
        need = need_of(request)
        need.status = NeedStatus.MET
        with pytest.raises(ImpossibleChange):
            need.save()

    def test_every_other_change_is_refused(self):
        for before in NeedStatus:
            for after in NeedStatus:
                if after == before or after in CHANGES[before]:
                    lifecycle.check_change(before, after)
                else:
                    with pytest.raises(ImpossibleChange):
                        lifecycle.check_change(before, after)

    @pytest.mark.parametrize("outcome", ContactOutcome.values)
    def test_the_database_refuses_impossible_pairs(self, place, cleaning, outcome):
        need = need_of(request_for((cleaning, place)))
        for status in NeedStatus.values:
            change = Need.objects.filter(pk=need.pk)
            if status in POSSIBLE[outcome]:
                assert change.update(contact_outcome=outcome, status=status) == 1
            else:
                with pytest.raises(IntegrityError), transaction.atomic():
                    change.update(contact_outcome=outcome, status=status)

    def test_two_operators_are_told_of_each_other(self, place, cleaning):
        request = request_for((cleaning, place))
        seen = request.version
        lifecycle.touch(request, version=seen)
        with pytest.raises(lifecycle.Outdated):
            lifecycle.touch(request, version=seen)


def test_the_history_says_who_and_what_and_never_what_was_said(structures, place, cleaning):
    operator = UserFactory()
    entry = Entry(
        channel=Channel.PHONE,
        needs=[NeedEntry(cleaning, place, words="MARQUE")],
        person=Person(name="MARQUE", phone=PHONE, email="marque@test.example"),
        notes="MARQUE",
    )
    request = record(entry, by=operator)
    lifecycle.withdraw(request, by=operator)
    rows = RequestLogEntry.objects.filter(request=request)
    assert [row.action for row in rows] == ["intake.withdraw", "intake.direct", "intake.record"]
    assert {row.user for row in rows} == {operator}
    assert "MARQUE" not in str([(row.label, row.data) for row in rows]).upper()
