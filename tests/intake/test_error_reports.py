"""Anybody reports an error on a listing: no account, no cookie, answered by e-mail for those who wish."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import OutboxMessage
from intake.personal_data import person, retention
from intake.protection.doubts import TRAP
from portal.roles import OPERATORS, PARTNERS, role_name
from providers import reports
from providers.models import ErrorReport, Manager, Operations, Provider
from providers.personal_data import Subject
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver"}
PAGE = "/signaler/les-roseaux/"


@pytest.fixture
def listing():
    town, cleaning = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    return ProviderFactory(name="Les Roseaux", base_commune=town, communes=[town], offers=[cleaning])


def opened() -> str:
    """The token of a form somebody opened a minute ago."""
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=1)):
        page = Client().get(PAGE)
    return re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]


def send(token: str | None = None, **typed):
    data = {"token": token or opened(), "reason": "practical", "words": "Ils ouvrent à 9 h.", "email": ""}
    return Client().post(PAGE, data | typed, **OURS)


def test_from_the_page_of_the_structure(listing):
    page = Client().get(listing.get_absolute_url()).content.decode()
    assert f'href="{PAGE}"' in page
    response = send(email="odile@test.example")
    assert response.status_code == 303
    assert "Merci" in Client().get(response["Location"]).content.decode()
    row = ErrorReport.objects.get()
    assert (row.provider, row.reason, row.words, row.email, row.doubts) == (
        listing,
        "practical",
        "Ils ouvrent à 9 h.",
        "odile@test.example",
        "",
    )


def test_it_sets_no_cookie_and_is_kept_nowhere(listing):
    for response in (Client().get(PAGE), send(), send(reason="")):
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
    assert Client().get(PAGE)["X-Robots-Tag"] == "noindex"


def test_sent_twice_it_is_one_report_with_the_last_words(listing):
    token = opened()
    send(token)
    send(token, words="Ils ouvrent à 10 h.")
    assert ErrorReport.objects.get().words == "Ils ouvrent à 10 h."


def test_one_that_is_closed_is_not_reopened_by_sending_again(listing):
    token = opened()
    send(token)
    assert reports.close(ErrorReport.objects.get(), "Corrigé.", None)
    send(token, words="encore")
    assert ErrorReport.objects.get().words == "Ils ouvrent à 9 h."


@pytest.mark.parametrize(
    ("typed", "anchor"),
    [
        ({"reason": ""}, "#id_reason_0"),
        ({"reason": "secte"}, "#id_reason_0"),
        ({"reason": "other", "words": "   "}, "#id_words"),
        ({"words": "x" * 1001}, "#id_words"),
        ({"email": "odile@"}, "#id_email"),
        ({"email": "odile\x00@"}, "#id_email"),
    ],
)
def test_what_is_wrong_is_told_and_no_word_is_lost(listing, typed, anchor):
    response = send(**({"words": "Mot à garder"} | typed))
    page = response.content.decode()
    assert response.status_code == 200
    assert f'href="{anchor}"' in page
    assert typed.get("words", "Mot à garder").strip() in page
    assert not ErrorReport.objects.exists()


def test_a_program_is_kept_and_marked(listing):
    send(**{TRAP: "https://spam.example"})
    assert ErrorReport.objects.get().doubts == "honeypot"


def test_sent_from_elsewhere_it_is_shown_again(listing):
    response = Client().post(PAGE, {"reason": "delay", "words": "Gardé"}, HTTP_ORIGIN="https://evil.example")
    assert response.status_code == 403
    assert "Gardé" in response.content.decode()
    assert not ErrorReport.objects.exists()


def test_a_forged_token_is_marked_not_believed(listing):
    send("forgé")
    assert ErrorReport.objects.get().doubts == "old_form"


def test_not_about_what_nobody_sees(listing):
    Provider.objects.update(live=False)
    assert Client().get(PAGE).status_code == 404
    Provider.objects.update(live=True)
    Operations.objects.update(verified_on=datetime.date(2020, 1, 1))
    assert Client().get(PAGE).status_code == 404


def test_without_the_database_the_words_are_given_back(listing, monkeypatch):
    token = opened()

    def fail(*args, **kwargs):
        raise OperationalError("away")

    monkeypatch.setattr(reports, "report", fail)
    client = Client(raise_request_exception=False)
    response = client.post(PAGE, {"token": token, "reason": "delay", "words": "Rien n’est perdu"}, **OURS)
    assert response.status_code == 503
    page = response.content.decode()
    assert "Rien n’est perdu" in page
    assert 'value="delay" checked' in page


# --- Answered -------------------------------------------------------------------


@pytest.fixture
def row(listing):
    send(email="odile@test.example")
    return ErrorReport.objects.get()


def signed_in(role: str, provider=None) -> Client:
    user = UserFactory(groups=[role_name(role)])
    if provider:
        Manager.objects.create(provider=provider, user=user)
    client = Client()
    client.force_login(user)
    return client


def test_an_operator_closes_it_with_an_answer_that_is_sent(row):
    operator = signed_in(OPERATORS)
    assert "Les Roseaux" in operator.get(reverse("error_reports:index") + "?state=open").content.decode()
    url = reverse("error_reports:edit", args=[row.pk])
    assert "odile@test.example" in operator.get(url).content.decode()
    assert operator.post(url, {"answer": ""}).status_code == 422
    assert operator.post(url, {"answer": "Corrigé, merci."}).status_code == 302
    message = OutboxMessage.objects.get(kind="report_answer")
    assert message.to == "odile@test.example"
    assert "Corrigé, merci." in message.text
    assert "Roseaux" not in message.subject
    operator.post(url, {"answer": "Une autre réponse"})
    assert OutboxMessage.objects.filter(kind="report_answer").count() == 1
    row.refresh_from_db()
    assert row.answer == "Corrigé, merci."
    assert (
        "Les Roseaux"
        not in operator.get(reverse("error_reports:index_results") + "?state=open").content.decode()
    )


def test_its_manager_sees_it_without_who_told_and_may_close_it(row, listing):
    manager = signed_in(PARTNERS, listing)
    url = reverse("error_reports:edit", args=[row.pk])
    page = manager.get(url).content.decode()
    assert "Ils ouvrent à 9 h." in page
    assert "odile@test.example" not in page
    assert manager.post(url, {"answer": "C’est changé."}).status_code == 302
    assert OutboxMessage.objects.get(kind="report_answer").to == "odile@test.example"


def test_another_structure_sees_nothing_of_it(row):
    other = signed_in(PARTNERS, ProviderFactory(name="Ailleurs"))
    assert "Les Roseaux" not in other.get(reverse("error_reports:index")).content.decode()
    for url in (reverse("error_reports:edit", args=[row.pk]), reverse("error_reports:edit", args=[10**9])):
        for response in (other.get(url), other.post(url, {"answer": "x"})):
            assert response.status_code in (302, 403, 404)
    row.refresh_from_db()
    assert row.closed_at is None


def test_one_who_keeps_nothing_is_refused(row):
    assert signed_in(PARTNERS).get(reverse("error_reports:index")).status_code in (302, 403)


# --- Erased ---------------------------------------------------------------------


def test_words_and_address_go_90_days_after_it_is_closed(row):
    reports.close(row, "Corrigé.", None)
    now = timezone.now()
    retention.purge(now + datetime.timedelta(days=89))
    row.refresh_from_db()
    assert row.words
    retention.purge(now + datetime.timedelta(days=90, minutes=1))
    row.refresh_from_db()
    assert (row.words, row.email, row.answer, row.entry_key, row.reason) == ("", "", "", None, "practical")


def test_one_never_answered_goes_after_a_year(row):
    assert reports.purge(timezone.now() + datetime.timedelta(days=366), dry_run=True) == 1
    reports.purge(timezone.now() + datetime.timedelta(days=366), dry_run=False)
    row.refresh_from_db()
    assert row.email == ""


def test_a_person_asks_for_their_copy_and_is_forgotten(row):
    subject = Subject(email="ODILE@test.example")
    assert any(holding.rows for holding in person.held(subject))
    person.erase(subject, UserFactory())
    row.refresh_from_db()
    assert (row.words, row.email) == ("", "")


def test_staff_and_managers_are_told_and_never_by_whom(listing):
    manager = UserFactory(groups=[role_name(PARTNERS)], email="gerante@structure.example")
    Manager.objects.create(provider=listing, user=manager)
    other = UserFactory(groups=[role_name(PARTNERS)], email="autre@structure.example")
    Manager.objects.create(provider=ProviderFactory(), user=other)
    UserFactory(groups=[role_name(OPERATORS)], email="accueil@idees.example")
    row = reports.report(
        listing, "administrative", "Zqxw a changé de numéro", "zqxw@voisin.example", key="k1"
    )
    reports.report(listing, "administrative", "encore", "zqxw@voisin.example", key="k1")
    told = OutboxMessage.objects.filter(kind="report")
    assert sorted(told.values_list("to", flat=True)) == ["accueil@idees.example", "gerante@structure.example"]
    for message in told:
        assert "zqxw" not in (message.subject + message.text + message.html).lower()
        assert listing.name not in message.subject
        assert reverse("error_reports:edit", args=[row.pk]) in message.text


def test_a_program_that_reports_announces_nothing(listing):
    UserFactory(groups=[role_name(OPERATORS)])
    reports.report(listing, "other", "spam", "", key="k2", doubts=["honeypot"])
    assert not OutboxMessage.objects.filter(kind="report").exists()
