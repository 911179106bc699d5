"""Follow-ups by phone."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.console.overview import overview
from intake.hotline.working_days import next_working_day
from intake.models import FollowUp, Need, Requester
from intake.requests import lifecycle
from intake.requests.orientation import Given
from intake.requests.states import NeedStatus
from providers.models import Commune, Provider
from tests.factories import CommuneFactory, ProviderFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def follow_up(structures, place, cleaning):
    request_for((cleaning, place), phone=PHONE, name="Odile")
    FollowUp.objects.update(due_on=timezone.localdate())
    return FollowUp.objects.get()


def answer(client, follow_up, said, **fields):
    prefix = f"follow-up-{follow_up.pk}-"
    request = type(follow_up.need.request).objects.get(pk=follow_up.need.request_id)
    data = {prefix + name: value for name, value in {"answer": said, **fields}.items()}
    return client.post(
        reverse("intake_followups:answer", args=[follow_up.pk]), data | {"version": request.version}
    )


def test_the_list_says_whom_to_call(operator, follow_up):
    page = operator.get(reverse("intake_followups:index")).content.decode()
    assert "Odile" in page and 'href="tel:+33-2-61-91-00-77"' in page


def test_found(operator, follow_up):
    helped = follow_up.need.referrals.first().provider_id
    answer(operator, follow_up, "found", helped_by=helped, satisfaction=4, why_not_before="price")
    follow_up.refresh_from_db()
    assert (follow_up.answer, follow_up.satisfaction, follow_up.answered_to) == ("found", 4, operator.user)
    need = type(follow_up.need).objects.get()
    assert (need.status, need.request.why_not_before) == (NeedStatus.MET, "price")
    assert not operator.get(reverse("intake_followups:index")).context["cards"]


def test_not_found_needs_its_reason_and_keeps_the_rest(operator, follow_up):
    refused = answer(operator, follow_up, "not_found", satisfaction=2)
    assert refused.status_code == 422 and 'value="2" selected' in refused.content.decode()
    answer(operator, follow_up, "not_found", reason="cost")
    assert type(follow_up.need).objects.unmet_at_follow_up().count() == 1


def test_nobody_answered_is_called_again_the_next_working_day(operator, follow_up):
    answer(operator, follow_up, "nobody")
    follow_up.refresh_from_db()
    assert (follow_up.attempts, follow_up.due_on) == (1, next_working_day(timezone.localdate()))
    for _ in range(2):
        answer(operator, follow_up, "nobody")
    assert type(follow_up.need).objects.get().status == NeedStatus.NOT_KNOWN


def test_a_friday_is_followed_by_a_monday():
    assert next_working_day(datetime.date(2026, 11, 27)) == datetime.date(2026, 11, 30)


def seen_and_listed(operator):
    """What the panel says, and the cards of the list."""
    return overview().follow_ups, len(operator.get(reverse("intake_followups:index")).context["cards"])


def test_one_call_for_all_needs_of_one_person(operator, structures, place, cleaning):
    request_for((cleaning, place), (cleaning, CommuneFactory(name="Azay-le-Ferron")), phone=PHONE)
    ProviderFactory(communes=Commune.objects.all(), offers=[cleaning])
    lifecycle.direct(Need.objects.last(), [Given(Provider.objects.last().pk, 1)], "read_out")
    FollowUp.objects.update(due_on=timezone.localdate())
    assert FollowUp.objects.count() == 2
    assert seen_and_listed(operator) == (1, 1)


def test_who_has_an_address_is_asked_by_email_first(operator, follow_up):
    Requester.objects.update(email="odile@exemple.fr")
    assert seen_and_listed(operator) == (0, 0)
    FollowUp.objects.update(emailed_at=timezone.now())
    assert seen_and_listed(operator) == (0, 0)
    FollowUp.objects.update(emailed_at=timezone.now() - datetime.timedelta(days=20))
    assert seen_and_listed(operator) == (1, 1)


@pytest.mark.parametrize("change", [{"phone": ""}, {"consents_to_contact": False}])
def test_nobody_is_called_without_number_or_leave(operator, follow_up, change):
    Requester.objects.update(**change)
    assert seen_and_listed(operator) == (0, 0)
