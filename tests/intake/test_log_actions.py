"""What the screen of a request does, in every state, for two people at once, and for nobody else."""

from __future__ import annotations

import itertools

import pytest
from django.urls import reverse

from intake.models import Need, Referral, Requester, RequestLogEntry, UnmetCase
from intake.requests import following_up, lifecycle, unmet
from intake.requests.entry import NeedEntry
from intake.requests.reasons import Doubt, SetAsideReason, UnmetReason
from intake.requests.states import POSSIBLE, ContactOutcome, NeedStatus, RequestStatus
from intake.viewsets import actions
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db


def act(client, request, action, target=None, seen=None, /, **fields):
    target = target or request
    request.refresh_from_db()
    url = reverse("intake_requests:act", args=[request.pk, action, target.pk])
    prefix = f"{action}-{target.pk}-"
    data = {prefix + key: value for key, value in fields.items()}
    return client.post(url, data | {"version": seen or request.version, "seen": 0})


def screen(client, request):
    return client.get(reverse("intake_requests:edit", args=[request.pk])).content.decode()


def test_all_at_a_glance_for_those_who_may_see_it(operator, structures, place, cleaning):
    asked = NeedEntry(cleaning, place, words="<script>alert(1)</script> vitres")
    request = request_for(asked, phone=PHONE, name="Odile", notes="le matin", doubts=[Doubt.MANY])
    page = screen(operator, request)
    for shown in ("Odile", 'href="tel:+33-2-61-91-00-77"', "le matin", "&lt;script&gt;", structures[0].name):
        assert shown in page
    title = page.split("<title>")[1].split("</title>")[0]
    assert str(request) in title and "Odile" not in title


def test_own_words_then_service_then_the_nearest(operator, structures, place, cleaning):
    request = request_for(NeedEntry(words="laver les vitres", place_as_typed="Mezieres"))
    need = request.needs.get()
    assert (
        act(operator, request, "give", need, providers=[structures[0].pk], way="read_out").status_code == 422
    )
    answer = act(operator, request, "describe", need, service=cleaning.pk, commune="mezieres en brenne")
    assert answer.status_code == 302, answer.context["failed"]["form"].errors
    page = screen(operator, request)
    assert all(structure.name in page for structure in structures)
    chosen = [structures[1].pk, structures[2].pk]
    assert act(operator, request, "give", need, providers=chosen, way="read_out").status_code == 302
    need = request.needs.get()
    assert (need.contact_outcome, need.status, need.commune) == ("directed", "directed", place)
    assert set(need.referrals.values_list("provider", flat=True)) == set(chosen)
    assert need.referrals.first().given_by == operator.user


def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(operator, structures, place, cleaning):
    request = request_for((cleaning, place), notes="avant")
    need, given = request.needs.get(), request.needs.get().referrals.first()
    for name, target, fields, said in (
        ("outcome", given, {"outcome": "failed"}, "pas pu aider"),
        ("add_need", request, {"words": "w" * 10_001}, "10000"),
        ("add_need", request, {"commune": "Atlantide", "words": "resté"}, "Atlantide"),
        ("person", request, {"email": "pas une adresse", "name": "Odette"}, "Odette"),
        ("give", need, {"providers": [99999999], "way": "read_out"}, "relisez la liste"),
        ("set_aside", request, {}, "error-message"),
    ):
        answer = act(operator, request, name, target, **fields)
        assert answer.status_code == 422, name
        assert said in answer.content.decode(), name
    assert request.needs.count() == 1


def test_two_operators_are_told_of_each_other(operator, staff, structures, place, cleaning):
    request = request_for((cleaning, place), notes="avant")
    seen = request.version
    act(staff, request, "facts", notes="celle de Solange")
    answer = act(operator, request, "facts", None, seen, notes="celle de Jeanne")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "celle de Jeanne" in page and "celle de Solange" in page
    assert "Solange" in page.split('role="alert"')[1].split("</section>")[0]
    request.refresh_from_db()
    assert request.notes == "celle de Solange"
    # Having read, they send it again.
    act(operator, request, "facts", notes="celle de Jeanne")
    request.refresh_from_db()
    assert request.notes == "celle de Jeanne"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_overwrites_nothing(operator, structures, place, cleaning, version):
    request = request_for((cleaning, place))
    url = reverse("intake_requests:act", args=[request.pk, "withdraw", request.pk])
    assert operator.post(url, {"version": version}).status_code == 409
    assert request.needs.get().status == NeedStatus.DIRECTED


def test_others_on_the_screen_are_named(operator, staff, place, cleaning):
    request = request_for((cleaning, place))
    screen(staff, request)
    assert "Solange" in screen(operator, request)


def test_who_asked_is_corrected_and_the_history_does_not_say_it(operator, place, cleaning):
    request = request_for((cleaning, place))
    act(operator, request, "person", name="Odette Marque", phone="02 61 91 00 12", consents_to_contact="on")
    assert Requester.objects.get(request=request).phone == "+33261910012"
    act(operator, request, "facts", notes="Marque", why_not_before="price")
    rows = RequestLogEntry.objects.filter(request=request)
    assert "Marque" not in str([(row.label, row.data, row.message) for row in rows])
    history = operator.get(reverse("intake_requests:history", args=[request.pk])).content.decode()
    assert "Demande corrigée" in history and "Marque" not in history
    act(operator, request, "person", name="")
    assert not Requester.objects.exists()


def _in_state(outcome, status, cleaning, place, elsewhere):
    """A request whose need is in this state, by the rules of the house."""
    where = elsewhere if outcome == ContactOutcome.UNMET else place
    entry = NeedEntry(cleaning, where, given=() if outcome == ContactOutcome.PENDING else None)
    request = request_for(entry, doubts=[Doubt.MANY])
    need = request.needs.get()
    if outcome == ContactOutcome.OUT_OF_SCOPE:
        lifecycle.put_out_of_scope(need)
    elif status == NeedStatus.WITHDRAWN:
        lifecycle.withdraw(request)
    elif status == NeedStatus.NOT_KNOWN:
        following_up.close_without_news(need)
    elif status == NeedStatus.MET and outcome == ContactOutcome.DIRECTED:
        lifecycle.record_outcome(need.referrals.first(), Referral.Outcome.HELPED)
    elif status == NeedStatus.MET:
        unmet.resolve(need.unmet_cases.get(), UnmetCase.Resolution.FOUND)
    elif status == NeedStatus.UNMET and outcome == ContactOutcome.DIRECTED:
        for referral in need.referrals.all():
            lifecycle.record_outcome(referral, Referral.Outcome.FAILED, UnmetReason.FULL)
    elif status == NeedStatus.DIRECTED and outcome == ContactOutcome.UNMET:
        lifecycle.put_through(need.referrals.first())
    need.refresh_from_db()
    assert (need.contact_outcome, need.status) == (outcome, status)
    return request


FIELDS = {
    "set_aside": [{"reason": "spam"}],
    "find_nobody": [{"reason": "full"}],
    "outcome": [
        {"outcome": "helped"},
        {"outcome": "failed", "reason": "cost"},
        {"outcome": "pending"},
    ],
    "add_need": [{"words": "autre chose"}],
    "describe": [{"words": "autrement"}],
    "facts": [{"notes": "vu"}],
    "person": [{"name": "Odile"}],
}
STATES = [(outcome, status) for outcome, statuses in POSSIBLE.items() for status in sorted(statuses)]


@pytest.mark.parametrize("aside", [False, True], ids=["counted", "set aside"])
@pytest.mark.parametrize(("outcome", "status"), STATES)
def test_every_action_in_every_state_is_done_or_refused_in_words(
    operator, structures, place, elsewhere, cleaning, outcome, status, aside
):
    elsewhere_structure = structures[3]
    for action in actions.ALL:
        request = _in_state(outcome, status, cleaning, place, elsewhere)
        if aside:
            lifecycle.set_aside(request, SetAsideReason.TEST, operator.user)
        need = request.needs.get()
        target = {Need: need, Referral: need.referrals.first()}.get(action.of, request)
        if target is None:
            continue
        fields = FIELDS.get(action.name, [{}])
        if action.name == "give":
            fields = [{"providers": [elsewhere_structure.pk], "way": "read_out"}]
        for values in fields:
            before = request.version
            answer = act(operator, request, action.name, target, **values)
            assert answer.status_code in (302, 409, 422), (action.name, values)
            request.refresh_from_db()
            if answer.status_code != 302:
                assert 'role="alert"' in answer.content.decode()
                continue
            assert request.version >= before
            for left in request.needs.all():
                assert left.status in POSSIBLE[left.contact_outcome]
                assert left.status != NeedStatus.UNMET or left.unmet_cases.exists()
                waiting = left.follow_ups.filter(answer="").exists()
                assert not waiting or request.status != RequestStatus.SET_ASIDE
            assert screen(operator, request)


def test_what_is_offered_can_be_done(operator, structures, place, elsewhere, cleaning):
    """The screen offers an action exactly when it would be done."""
    for (outcome, status), action in itertools.product(STATES, actions.ALL):
        if action.of is not Need or action.name == "give":
            continue
        request = _in_state(outcome, status, cleaning, place, elsewhere)
        need = request.needs.get()
        offered = f"/{action.name}/{need.pk}/" in screen(operator, request)
        done = (
            act(operator, request, action.name, need, **FIELDS.get(action.name, [{}])[0]).status_code == 302
        )
        assert offered == done, (outcome, status, action.name)


def test_a_need_of_another_request_is_not_reached(operator, structures, place, cleaning):
    mine, other = request_for((cleaning, place)), request_for((cleaning, place))
    need = other.needs.get()
    url = reverse("intake_requests:act", args=[mine.pk, "out_of_scope", need.pk])
    assert operator.post(url, {"version": mine.version}, follow=True).status_code == 200
    need.refresh_from_db()
    assert need.status == NeedStatus.DIRECTED
    assert operator.post(reverse("intake_requests:act", args=[mine.pk, "erase", mine.pk])).status_code == 404
