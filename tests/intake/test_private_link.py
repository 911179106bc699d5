"""The private page of a request: seen, corrected, withdrawn, told of; dead once erased."""

from __future__ import annotations

import pytest
from django.test import Client

from intake.models import FollowUp, OutboxMessage, Requester, ServiceRequest, UnmetCase
from intake.requests import lifecycle
from intake.requests.private_link import path_for, request_from, token_for
from intake.requests.reasons import Channel, UnmetReason, WhyNotBefore
from intake.requests.states import NeedStatus, RequestStatus
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import request_for
from tests.intake.form_pages import Visitor, publish_form

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def place():
    publish_form()
    return CommuneFactory(name="Le Blanc")


@pytest.fixture
def cleaning(place):
    service = ServiceFactory(name="Ménage", slug="menage")
    ProviderFactory(name="Les Roseaux", base_commune=place, communes=[place], offers=[service])
    return service


@pytest.fixture
def asked(place, cleaning) -> ServiceRequest:
    """A request sent by the form, by somebody who gave a number."""
    Visitor(query="?service=menage&commune=le-blanc").to_check(
        reach="phone", phone="02 61 91 00 77", name="Odile Exemple"
    ).press("send")
    return ServiceRequest.objects.get()


def page_of(request: ServiceRequest) -> str:
    return Client().get(path_for(request)).content.decode()


def act(request: ServiceRequest, **data):
    return Client().post(path_for(request), data, **OURS)


def test_opening_changes_nothing(asked):
    before = ServiceRequest.objects.values().get(pk=asked.pk), list(FollowUp.objects.values())
    for path in (path_for(asked), path_for(asked) + "corriger/", path_for(asked) + "?retiree"):
        assert Client().get(path).status_code == 200
    assert (ServiceRequest.objects.values().get(pk=asked.pk), list(FollowUp.objects.values())) == before


def test_it_is_for_nobody_else(asked):
    response = Client().get(path_for(asked))
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "Odile" not in path_for(asked)


@pytest.mark.parametrize("wrong", ["", "-", "482917", "482917-", "abc-def", "٤٨٢٩١٧-x", "1" * 300 + "-x"])
def test_a_wrong_link_is_a_plain_page(asked, wrong):
    assert request_from(wrong) is None
    if wrong:
        response = Client().get(f"/demande/suivi/{wrong}/")
        assert response.status_code == 404
        assert "Ce lien ne fonctionne plus" in response.content.decode()


def test_neither_another_signature_nor_another_reference_fits(asked):
    other = request_for((None, None))
    reference, _dash, signature = token_for(asked).partition("-")
    assert request_from(f"{other.reference}-{signature}") is None
    assert request_from(f"{reference}-{signature[:-1]}") is None
    assert request_from(token_for(asked)) == asked


def test_a_link_whose_key_was_drawn_anew_is_dead(asked):
    link = path_for(asked)
    ServiceRequest.objects.update(link_key="another")
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"action": "withdraw"}, **OURS).status_code == 404


def test_corrected_through_the_form_it_is_the_same_request(asked, place):
    garden = ServiceFactory(name="Jardin", slug="jardin")
    visitor = Visitor(query="")
    visitor.response = Client().get(path_for(asked) + "corriger/")
    visitor.read()
    assert visitor.page == "check"
    assert "Odile Exemple" in visitor.html
    visitor.press("need").go_on(services=["menage", garden.slug])
    visitor.press("person").go_on(name="Odile Modèle").press("send")
    assert visitor.private == path_for(asked)
    assert ServiceRequest.objects.get().requester.name == "Odile Modèle"
    assert set(asked.needs.values_list("service__slug", flat=True)) == {"menage", "jardin"}


def test_a_request_the_form_did_not_make_is_not_put_into_it(place, cleaning):
    call = request_for((cleaning, place), channel=Channel.PHONE)
    assert "corriger/" not in page_of(call)
    assert Client().get(path_for(call) + "corriger/").status_code == 303


def test_withdrawn_by_one_button(asked):
    assert act(asked, action="withdraw").status_code == 303
    asked.refresh_from_db()
    assert asked.status == RequestStatus.CLOSED
    assert asked.needs.get().status == NeedStatus.WITHDRAWN
    page = page_of(asked)
    assert "annulée" in page
    assert "Annuler ma demande" not in page
    assert act(asked, action="withdraw").status_code == 303


def test_found(asked):
    act(asked, action="news", need=asked.needs.get().pk, answer="found")
    need = asked.needs.get()
    assert need.status == NeedStatus.MET
    assert need.follow_ups.get().way == FollowUp.Way.LINK
    assert "avoir trouvé quelqu’un" in page_of(asked)


def test_not_found_needs_a_reason_and_is_on_the_unmet_list(asked):
    need = asked.needs.get()
    refused = act(asked, action="news", need=need.pk, answer="not_found")
    assert refused.status_code == 200
    assert f'href="#reason-{need.pk}"' in refused.content.decode()
    act(asked, action="news", need=need.pk, answer="not_found", reason="full")
    case = UnmetCase.objects.get(need=need)
    assert (case.stage, case.reason) == (UnmetCase.Stage.FOLLOW_UP, UnmetReason.FULL)


def test_not_yet_asks_again_later(asked):
    act(asked, action="news", need=asked.needs.get().pk, answer="not_yet")
    need = asked.needs.get()
    assert need.status == NeedStatus.DIRECTED
    assert need.follow_ups.filter(answer="").count() == 1


def test_found_by_oneself_after_nobody_could_be_given(place):
    rare = ServiceFactory(name="Garde de nuit")
    request = request_for((rare, place))
    act(request, action="news", need=request.needs.get().pk, answer="found")
    assert request.needs.get().status == NeedStatus.MET


@pytest.mark.parametrize(
    "data",
    [
        {"action": "news", "need": "99999999999999999999", "answer": "found"},
        {"action": "news", "need": "x", "answer": "found"},
        {"action": "news", "need": "²", "answer": "found"},
        {"action": "explode"},
        {},
    ],
)
def test_nonsense_changes_nothing(asked, data):
    version = asked.version
    assert act(asked, **data).status_code == 200
    asked.refresh_from_db()
    assert asked.version == version


def test_the_need_of_somebody_else_is_out_of_reach(asked, place, cleaning):
    other = request_for((cleaning, place))
    act(asked, action="news", need=other.needs.get().pk, answer="found")
    assert other.needs.get().status == NeedStatus.DIRECTED


def test_what_can_no_longer_be_said_changes_nothing(asked):
    need = asked.needs.get()
    lifecycle.withdraw(asked)
    assert act(asked, action="news", need=need.pk, answer="found").status_code == 303
    assert asked.needs.get().status == NeedStatus.WITHDRAWN


def test_why_not_before_is_asked_once(asked):
    assert "Pourquoi ne pas nous avoir appelés avant" in page_of(asked)
    act(asked, action="why", why="family")
    act(asked, action="why", why="price")
    asked.refresh_from_db()
    assert asked.why_not_before == WhyNotBefore.FAMILY
    assert "Pourquoi ne pas nous avoir appelés avant" not in page_of(asked)


def test_the_list_by_email_goes_to_the_address_given_and_is_queued_once(asked):
    for _time in range(2):
        assert act(asked, action="email", email="odile@test.example").status_code == 303
    message = OutboxMessage.objects.get()
    assert message.to == "odile@test.example"
    assert "Les Roseaux" in message.text
    assert path_for(asked) in message.text
    assert Requester.objects.get().email == "odile@test.example"
    assert "odile" not in message.subject.lower()


def test_who_said_nothing_may_have_the_list_too(place, cleaning):
    Visitor(query="?service=menage&commune=le-blanc").to_check().press("send")
    request = ServiceRequest.objects.get()
    act(request, action="email", email="anonyme@test.example")
    assert OutboxMessage.objects.get().to == "anonyme@test.example"
    assert not Requester.objects.get().consents_to_contact


def test_a_wrong_address_is_told_and_a_flood_is_stopped(asked):
    page = act(asked, action="email", email="odile@").content.decode()
    assert 'value="odile@"' in page
    assert 'href="#email"' in page
    for number in range(7):
        act(asked, action="email", email=f"n{number}@test.example")
    assert OutboxMessage.objects.count() == 5


def test_sent_from_elsewhere_it_changes_nothing(asked):
    response = Client().post(path_for(asked), {"action": "withdraw"}, HTTP_ORIGIN="https://evil.example")
    assert response.status_code == 403
    assert asked.needs.get().status == NeedStatus.DIRECTED


def test_a_structure_that_is_no_longer_listed_is_not_shown(asked):
    asked.needs.get().referrals.get().provider.__class__.objects.update(live=False)
    assert "Les Roseaux" not in page_of(asked)
