"""Working on the unmet list: take, plan, solve, open again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from intake.console.overview import overview
from intake.models import UnansweredSearch, UnmetCase
from intake.requests import lifecycle
from intake.requests.reasons import SetAsideReason
from intake.requests.states import NeedStatus, RequestStatus
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(structures, elsewhere, cleaning):
    request_for((cleaning, elsewhere))
    return UnmetCase.objects.get()


def save(client, case, version=None, **fields):
    case.need.request.refresh_from_db()
    data = {"version": version or case.need.request.version, "seen": 0} | fields
    answer = client.post(reverse("intake_unmet:edit", args=[case.pk]), data)
    case.refresh_from_db()
    return answer


def test_taken_once(operator, staff, case):
    operator.post(reverse("intake_unmet:take", args=[case.pk]))
    staff.post(reverse("intake_unmet:take", args=[case.pk]))
    case.refresh_from_db()
    assert case.owner == operator.user


def test_planned_solved_and_opened_again(operator, case):
    assert save(operator, case, next_action="rappeler", next_action_on="2027-09-01").status_code == 302
    assert (case.next_action, str(case.next_action_on)) == ("rappeler", "2027-09-01")
    save(operator, case, resolution="no_answer", resolution_note="personne")
    case.need.request.refresh_from_db()
    assert case.need.request.status == RequestStatus.CLOSED and case.resolution_note == "personne"
    save(operator, case)
    case.need.request.refresh_from_db()
    assert case.need.request.status == RequestStatus.WAITING and case.resolved_at is None
    save(operator, case, resolution="found")
    case.need.refresh_from_db()
    assert case.need.status == NeedStatus.MET


def test_nothing_is_overwritten_silently(operator, staff, case):
    seen = case.need.request.version
    save(staff, case, next_action="celle de Solange")
    answer = save(operator, case, version=seen, next_action="celle de Jeanne")
    assert answer.status_code == 409 and "celle de Jeanne" in answer.content.decode()
    assert case.next_action == "celle de Solange"


def test_what_is_wrong_is_said(operator, case):
    answer = save(operator, case, next_action_on="demain", resolution_note="fini")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"next_action_on", "resolution"}


def test_searches_that_found_nobody_are_added_up(operator, elsewhere, cleaning):
    for day in ("2026-01-01", "2026-02-01"):
        UnansweredSearch.objects.create(day=day, service=cleaning, commune=elsewhere, count=3)
    url = reverse("intake_searches:index")
    assert [row["times"] for row in operator.get(url).context["object_list"]] == [6]
    assert [row["times"] for row in operator.get(url, {"day_from": "2026-01-15"}).context["object_list"]] == [
        3
    ]
    export = b"".join(operator.get(url, {"export": "csv"}).streaming_content).decode()
    assert "Azay-le-Ferron" in export and ",6," in export


def test_panel_and_list_agree_and_leave_out_what_is_set_aside(operator, place, cleaning):
    request = request_for((cleaning, place))

    def seen_and_listed():
        page = operator.get(reverse("intake_unmet:index") + "?state=open")
        return overview().unmet, len(page.context["object_list"])

    assert seen_and_listed() == (1, 1)
    lifecycle.set_aside(request, SetAsideReason.TEST, operator.user)
    assert UnmetCase.objects.open().count() == 1
    assert seen_and_listed() == (0, 0)
