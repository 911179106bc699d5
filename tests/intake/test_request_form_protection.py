"""One form, one request; nobody refused, nothing dropped; no cookie and no third party."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils import timezone

from intake.models import NetworkCount, OutboxMessage, ServiceRequest
from intake.protection import networks, tokens
from intake.protection.doubts import MANY, TRAP, find_doubts
from intake.protection.origin import comes_from_here
from intake.requests.reasons import Doubt
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.apart import base_for_others, run_apart
from tests.intake.form_pages import ADDRESS, Visitor, publish_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def query():
    """The form with what for and where filled in."""
    publish_form()
    town, cleaning = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage", slug="menage")
    ProviderFactory(base_commune=town, communes=[town], offers=[cleaning])
    return "?service=menage&commune=le-blanc"


def doubts() -> list[str]:
    return ServiceRequest.objects.get().doubts.split()


# --- One form, one request ---


def test_the_same_page_opened_by_two_and_sent_by_both_is_two_requests(query):
    ours, theirs = Visitor(query=query).to_check(), Visitor(query=query).to_check()
    assert {**ours.values, "token": 0} == {**theirs.values, "token": 0}, "the same answers"
    ours.press("send")
    theirs.press("send")
    assert ServiceRequest.objects.count() == 2
    assert ours.private != theirs.private


def test_sent_twice_it_is_one_request_with_one_reference(query):
    visitor = Visitor(query=query).to_check()
    first = visitor.press("send").private
    assert visitor.press("send").private == first
    request = ServiceRequest.objects.get()
    assert request.version == ServiceRequest.objects.get().version
    assert request.needs.get().referrals.count() == 1


def test_sent_again_with_other_answers_it_is_amended(query):
    visitor = Visitor(query=query).to_check()
    first = visitor.press("send").private
    visitor.press("details").go_on(urgency="today").press("send")
    assert visitor.private == first
    assert ServiceRequest.objects.get().needs.get().urgency == "today"


def test_what_an_operator_noted_survives_a_correction(query):
    visitor = Visitor(query=query).to_check().press("send")
    ServiceRequest.objects.update(notes="À rappeler lundi.")
    visitor.press("details").go_on(urgency="today").press("send")
    assert ServiceRequest.objects.get().notes == "À rappeler lundi."


PARALLEL = """
from intake.models import ServiceRequest
ready, found = threading.Barrier(8), []
def send():
    client = Client(raise_request_exception=False)
    ready.wait()
    response = client.post("/demande/", given["body"], content_type="application/x-www-form-urlencoded")
    found.append((response.status_code, response.headers.get("Location", "")))
    connection.close()
threads = [threading.Thread(target=send) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
rows = ServiceRequest.objects.count()
print(json.dumps({"found": found, "rows": rows, "needs": sum(row.needs.count() for row in ServiceRequest.objects.all())}))
"""


@pytest.mark.django_db(transaction=True)
def test_sent_eight_times_in_parallel_it_is_one_request(query, tmp_path):
    visitor = Visitor(query=query).to_check(reach="phone", phone="02 61 91 00 77")
    body = urlencode(visitor.values | {"go": ["send"]}, doseq=True)
    seen = run_apart(PARALLEL, base_for_others(tmp_path), body=body)
    assert {status for status, _location in seen["found"]} == {303}
    assert len({location for _status, location in seen["found"]}) == 1
    assert (seen["rows"], seen["needs"]) == (1, 1)


# --- Doubts: kept and flagged ---


def test_a_person_raises_no_doubt(query):
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False) as clock:
        visitor = Visitor(query=query).to_check()
        clock.shift(40)
        visitor.press("send")
    assert doubts() == []


def test_a_field_nobody_sees_is_filled_in(query):
    visitor = Visitor(query=query).to_check()
    visitor.post(go="send", **{TRAP: "https://spam.example"})
    assert Doubt.HONEYPOT in doubts()
    assert visitor.response.status_code == 303, "it is kept all the same"


def test_the_trap_is_remembered_whatever_page_it_was_filled_on(query):
    visitor = Visitor(query=query)
    visitor.fill(**{TRAP: "x"}).to_check().press("send")
    assert Doubt.HONEYPOT in doubts()


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime.timedelta(seconds=1), [Doubt.TOO_FAST]),
        (datetime.timedelta(seconds=5), []),
        (datetime.timedelta(hours=23), []),
        (datetime.timedelta(days=3), [Doubt.OLD_FORM]),
    ],
)
def test_too_fast_and_too_old(query, after, expected):
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=False) as clock:
        visitor = Visitor(query=query).to_check()
        clock.shift(after)
        visitor.press("send")
    assert doubts() == expected


@pytest.mark.parametrize("token", ["", "forged", "a:b:c", "é" * 900, "x\x00:1:y"])
def test_an_altered_token_is_kept_flagged_and_still_one_request(query, token):
    visitor = Visitor(query=query).to_check()
    visitor.post(go="send", token=token)
    assert visitor.response.status_code == 303
    assert Doubt.OLD_FORM in doubts()
    if token:
        first = visitor.private
        assert visitor.post(go="send", token=token).private == first
    visitor.post(go="send", token=token, urgency="today")
    assert ServiceRequest.objects.count() == 2, "nobody amends a request with a token that is not ours"


def test_a_token_of_another_form_is_none_of_ours():
    assert tokens.read("request", tokens.draw("registration")).opened_at is None


def test_many_from_one_network_are_flagged_and_kept(query):
    for number in range(MANY + 1):
        Visitor(query=query, REMOTE_ADDR=f"203.0.113.{number}").to_check().press("send")
    flagged = [row for row in ServiceRequest.objects.all() if Doubt.MANY in row.doubts.split()]
    assert (ServiceRequest.objects.count(), len(flagged)) == (MANY + 1, 1)
    Visitor(query=query, REMOTE_ADDR="198.51.100.1").to_check().press("send")
    assert Doubt.MANY not in ServiceRequest.objects.order_by("-pk").first().doubts


def test_no_address_is_kept_and_the_count_only_for_a_day(query):
    ask = RequestFactory(REMOTE_ADDR="203.0.113.77").post(ADDRESS)
    assert (networks.count(ask), networks.count(ask)) == (1, 2)
    row = NetworkCount.objects.get()
    assert "203" not in row.network[:12] or len(row.network) == 64
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        assert networks.count(ask) == 1
        assert NetworkCount.objects.get().network != row.network, "not followed from day to day"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_networks(address, network):
    assert networks.network_of(RequestFactory(REMOTE_ADDR=address).get("/")) == network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "198.51.100.9", "203.0.113.0/24"),
        (1, "10.9.9.9, 198.51.100.9", "198.51.100.0/24"),
        (2, "1.2.3.4, 198.51.100.9, 10.0.0.1", "198.51.100.0/24"),
        (2, "198.51.100.9", "203.0.113.0/24"),
        (1, "nonsense", ""),
    ],
)
def test_proxies_are_believed_as_far_as_the_setting_says(settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    ask = RequestFactory(REMOTE_ADDR="203.0.113.1").get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert networks.network_of(ask) == network


def test_doubts_add_up():
    token = tokens.Token("k", timezone.now() - datetime.timedelta(days=2))
    assert find_doubts(token, "x", MANY + 1) == [Doubt.HONEYPOT, Doubt.MANY, Doubt.OLD_FORM]


# --- Where it comes from ---


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"HTTP_ORIGIN": "http://testserver"}, True),
        ({"HTTP_ORIGIN": "https://evil.example"}, False),
        ({"HTTP_ORIGIN": "http://testserver.evil.example"}, False),
        ({"HTTP_ORIGIN": "http://[broken"}, False),
        ({"HTTP_ORIGIN": "null"}, False),
        ({"HTTP_ORIGIN": "null", "HTTP_SEC_FETCH_SITE": "same-origin"}, True),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, False),
        ({"HTTP_REFERER": "http://testserver/demande/"}, True),
        ({"HTTP_REFERER": "https://evil.example/"}, False),
        ({}, True),
    ],
)
def test_origin(headers, expected):
    assert comes_from_here(RequestFactory().post(ADDRESS, **headers)) is expected


def test_from_elsewhere_nothing_is_recorded_and_every_word_is_still_there(query):
    visitor = Visitor(query=query).to_check(reach="phone", phone="02 61 91 00 77", name="Odile")
    visitor.headers["HTTP_ORIGIN"] = "https://evil.example"
    visitor.press("send")
    assert visitor.response.status_code == 403
    assert not ServiceRequest.objects.exists()
    assert "Odile" in visitor.html
    visitor.headers["HTTP_ORIGIN"] = "http://testserver"
    visitor.press("send")
    assert ServiceRequest.objects.get().requester.name == "Odile"


def test_csrf_is_exempt_here_only(query):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ADDRESS, {"go": "details"}).status_code == 200
    assert strict.post("/compte/login/", {"login": "x"}).status_code == 403
    assert not OutboxMessage.objects.exists()
