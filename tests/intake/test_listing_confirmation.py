"""“Everything is still right”: one button, no password, once; opening the link confirms nothing."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from intake.models import OutboxMessage
from providers import links, reminders
from providers.confirmation import confirm
from providers.models import Manager, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver"}
Way = Operations.Way


@pytest.fixture
def late():
    """A listing that should have been confirmed ten days ago."""
    town, cleaning = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    provider = ProviderFactory(name="Les Roseaux", base_commune=town, communes=[town], offers=[cleaning])
    day = timezone.localdate() - datetime.timedelta(days=194)
    Operations.objects.update(verified_on=day, verification_way=Way.PHONE, verification_source="Accueil")
    return provider


@pytest.fixture
def link(late):
    assert reminders.remind(timezone.localdate()) == 1
    return re.search(r"/confirmer/\S+", OutboxMessage.objects.get().text)[0]


def facts() -> dict:
    return Operations.objects.values().get()


def test_a_mail_scanner_that_opens_every_link_confirms_nothing(link):
    before, message = facts(), OutboxMessage.objects.get()
    found = set(re.findall(r"http://testserver(/\S*?)(?=[\s\"<]|$)", message.text + message.html))
    assert any("/confirmer/" in path for path in found)
    for path in found:
        Client().get(path, follow=True)
        Client().head(path, follow=True)
    assert facts() == before


def test_the_button_confirms_and_notes_date_and_source(link, late):
    page = Client().get(link)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"] == "noindex"
    assert not page.cookies
    assert "Les Roseaux" in page.content.decode()
    answer = Client().post(link, **OURS)
    assert answer.status_code == 303
    assert "Merci" in Client().get(answer["Location"]).content.decode()
    row = Operations.objects.get()
    assert row.verified_on == timezone.localdate()
    assert row.verification_way == Way.LINK
    assert "lien envoyé le" in row.verification_source


def test_it_is_usable_once(link, late):
    Client().post(link, **OURS)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=20)):
        before = facts()
        assert Client().post(link, **OURS).status_code == 303
        assert facts() == before
        assert "est confirmée" in Client().get(link).content.decode()


def test_one_confirmed_otherwise_meanwhile_is_left_alone(link, late):
    assert confirm(late, Way.PHONE, "Secrétariat")
    Client().post(link, **OURS)
    assert Operations.objects.get().verification_way == Way.PHONE


def test_an_old_or_altered_link_leads_nowhere(link, late):
    before = facts()
    other = ProviderFactory()
    token = link.split("/")[2]
    wrong = [
        token[:-1],
        token + "x",
        token.replace(str(late.pk), str(other.pk), 1),
        "a",
        "1-2.3.4",
        "é",
        "x" * 900,
    ]
    for text in wrong:
        for response in (Client().get(f"/confirmer/{text}/"), Client().post(f"/confirmer/{text}/", **OURS)):
            assert response.status_code == 404, text
            assert "ne fonctionne plus" in response.content.decode()
    with time_machine.travel(timezone.now() + links.LIFE + datetime.timedelta(minutes=1)):
        assert Client().post(link, **OURS).status_code == 404
    assert Operations.objects.filter(pk=late.pk).values().get() == before


def test_a_listing_that_is_gone_or_unpublished_is_not_confirmed(link, late):
    Provider.objects.update(live=False)
    assert Client().post(link, **OURS).status_code == 404
    late.delete()
    assert Client().get(link).status_code == 404


def test_sent_from_elsewhere_it_changes_nothing(link):
    before = facts()
    response = Client().post(link, HTTP_ORIGIN="https://evil.example")
    assert response.status_code == 403
    assert facts() == before


def test_the_email_says_nothing_of_the_structure_in_its_subject(link):
    message = OutboxMessage.objects.get()
    assert "Roseaux" not in message.subject
    assert "Les Roseaux" in message.text
    assert "02 61 91" in message.text.replace("\xa0", " ").replace("\u202f", " ")


def test_each_address_is_written_to_once(late):
    for email in (late.email.upper(), "gestion@structure.example", ""):
        Manager.objects.create(provider=late, user=UserFactory(email=email))
    Manager.objects.create(provider=late, user=UserFactory(email="partie@structure.example", is_active=False))
    reminders.remind(timezone.localdate())
    reminders.remind(timezone.localdate())
    assert sorted(OutboxMessage.objects.values_list("to", flat=True)) == sorted(
        [late.email.upper(), "gestion@structure.example"]
    ) or sorted(OutboxMessage.objects.values_list("to", flat=True)) == sorted(
        [late.email, "gestion@structure.example"]
    )


def test_one_that_cannot_be_written_to_keeps_no_other_from_it(late, monkeypatch, caplog):
    broken = ProviderFactory(offers=[ServiceFactory()])
    Operations.objects.filter(pk=broken.pk).update(verified_on=datetime.date(2020, 1, 1))
    known = reminders.addresses

    def addresses(row):
        if row.pk == broken.pk:
            raise RuntimeError("odile@exemple.fr")
        return known(row)

    monkeypatch.setattr(reminders, "addresses", addresses)
    assert reminders.remind(timezone.localdate()) == 1
    assert "odile" not in caplog.text
    assert Operations.objects.get(pk=broken.pk).warned_for is None


def test_an_older_confirmation_never_replaces_a_newer_one(late):
    today = timezone.localdate()
    assert confirm(late, Way.PHONE, "hier", on=today)
    assert not confirm(late, Way.STAFF, "vieux papier", on=today - datetime.timedelta(days=3))
    assert Operations.objects.get().verified_on == today
