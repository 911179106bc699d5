"""“This is my structure” and “propose my structure”: asked without an account, answered by the park."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import OutboxMessage
from providers import access
from providers.models import AccessRequest, Invitation, Manager, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.portal.getting_in.people import ASKER, EMAIL, LEA, link_of

pytestmark = pytest.mark.django_db


# --- “This is my structure” ------------------------------------------------------------------


def claim_address(provider: Provider) -> str:
    return f"/c-est-ma-structure/{provider.slug}/"


def asked(client: Client, address: str, data: dict[str, Any]) -> Any:
    token = re.search(r'name="token" value="([^"]+)"', client.get(address).text)[1]  # type: ignore[index]
    return client.post(address, {**data, "token": token})


def test_asked_from_the_public_page_accepted_then_invited(
    client: Client, staff: Any, staff_client: Client, provider: Provider
) -> None:
    assert claim_address(provider) in client.get(provider.get_absolute_url()).text
    thanks = client.get(asked(client, claim_address(provider), ASKER)["Location"])
    assert "Merci" in thanks.text
    assert not client.cookies
    [told] = OutboxMessage.objects.all()
    assert told.to == "parc@parc.example"
    for word in ("Léa", EMAIL, "Petit", "20 20"):
        assert word not in told.subject + told.text
    row = AccessRequest.objects.get()
    page = staff_client.get(reverse("access:show", args=[row.pk])).text
    assert "Léa Brossard" in page
    assert "Je remplace M. Petit." in page
    assert not Invitation.objects.exists()
    staff_client.post(reverse("access:accept", args=[row.pk]))
    message = OutboxMessage.objects.get(kind="invitation")
    assert message.to == EMAIL
    assert "est d’accord" in message.text
    Client().post(link_of(message), LEA)
    assert provider.managers.count() == 1


def test_refused_with_a_word(client: Client, staff_client: Client, provider: Provider) -> None:
    asked(client, claim_address(provider), ASKER)
    row = AccessRequest.objects.get()
    OutboxMessage.objects.all().delete()
    empty = staff_client.post(reverse("access:refuse", args=[row.pk]), {"answer": " "})
    assert empty.status_code == 422
    staff_client.post(reverse("access:refuse", args=[row.pk]), {"answer": "Nous n’avons pu vous joindre."})
    [message] = OutboxMessage.objects.all()
    assert message.to == EMAIL
    assert "Nous n’avons pu vous joindre." in message.text
    late = staff_client.post(reverse("access:accept", args=[row.pk]), follow=True)
    assert "entre-temps" in late.text
    assert not Invitation.objects.exists()


def test_it_tells_nobody_whether_somebody_keeps_it(client: Client, provider: Provider) -> None:
    def page() -> str:
        text = client.get(claim_address(provider)).text + client.get(f"{claim_address(provider)}?envoye").text
        return re.sub(r'name="token" value="[^"]+"', "", text)

    before = page()
    Manager.objects.create(provider=provider, user=UserFactory(email=EMAIL))
    assert page() == before
    answer = asked(client, claim_address(provider), ASKER)
    assert answer["Location"] == f"{claim_address(provider)}?envoye"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "Donnez votre nom"),
        ({"role": ""}, "Dites ce que vous faites"),
        ({"email": "lea"}, "adresse complète"),
        ({"phone": "12"}, "à dix chiffres"),
        ({"phone": "\x00"}, "où le parc peut vous appeler"),
        ({"words": "x" * 1001}, "1 000 caractères"),
        ({"name": "x" * 121}, "120"),
    ],
)
def test_claim_what_is_wrong_is_told(
    client: Client, provider: Provider, change: dict[str, str], told: str
) -> None:
    response = asked(client, claim_address(provider), ASKER | change)
    assert response.status_code == 200
    assert told in response.text.replace("\u202f", " ").replace("\xa0", " ")
    assert not AccessRequest.objects.exists()


def test_sent_twice_is_one_request(client: Client, provider: Provider) -> None:
    token = re.search(r'name="token" value="([^"]+)"', client.get(claim_address(provider)).text)[1]  # type: ignore[index]
    for words in ("un", "deux"):
        client.post(claim_address(provider), {**ASKER, "words": words, "token": token})
    assert AccessRequest.objects.get().words == "deux"
    assert OutboxMessage.objects.filter(kind="access").count() <= 1


def test_from_elsewhere_it_is_not_taken(client: Client, provider: Provider) -> None:
    response = client.post(claim_address(provider), ASKER, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert "Léa Brossard" in response.text
    assert not AccessRequest.objects.exists()


def test_a_program_is_flagged_and_announces_nothing(client: Client, staff: Any, provider: Provider) -> None:
    asked(client, claim_address(provider), {**ASKER, "site_web": "http://spam.example"})
    assert "honeypot" in AccessRequest.objects.get().doubts
    assert not OutboxMessage.objects.exists()


def test_only_of_structures_that_the_public_sees(client: Client) -> None:
    hidden = ProviderFactory(live=False)
    assert client.get(claim_address(hidden)).status_code == 404
    assert client.post(claim_address(hidden), ASKER).status_code == 404


def test_words_are_text(client: Client, staff_client: Client, provider: Provider) -> None:
    evil = "<img src=x onerror=alert(1)>"
    asked(client, claim_address(provider), ASKER | {"name": evil, "role": evil, "words": evil})
    row = AccessRequest.objects.get()
    for address in (
        reverse("access:show", args=[row.pk]),
        reverse("access:index"),
        "/admin/",
        reverse("access:keepers", args=[provider.pk]),
    ):
        assert "<img src=x" not in staff_client.get(address).text


def test_a_claim_survives_a_base_that_is_away(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(access, "ask", away)
    client.raise_request_exception = False
    response = client.post(claim_address(provider), ASKER)
    assert response.status_code == 503
    for word in ("Léa Brossard", EMAIL, "02 61 91 20 20", "Je remplace M. Petit."):
        assert word in response.text


# --- “Propose my structure” -----------------------------------------------------------------


@pytest.fixture
def proposal() -> dict[str, Any]:
    CommuneFactory(name="Le Blanc")
    CommuneFactory(name="Bélâbre")
    service = ServiceFactory(name="Jardinage")
    return ASKER | {
        "structure": "Les Jardins de Léa",
        "legal_form": "micro_enterprise",
        "siret": "",
        "services": [service.slug],
        "base": "36300",
        "zone": "some",
        "km": "",
        "communes": "le blanc\nBelabre",
        "description": "Tonte et taille.",
        "public_phone": "02 61 91 30 30",
    }


def test_proposed_accepted_completed(
    client: Client, staff_client: Client, staff: Any, proposal: dict[str, Any]
) -> None:
    assert "/proposer-ma-structure/" in client.get("/annuaire/").text
    answer = asked(client, "/proposer-ma-structure/", proposal)
    assert answer.status_code == 303
    assert not Provider.objects.exists(), "nothing enters the base before the park has agreed"
    row = AccessRequest.objects.get()
    page = staff_client.get(reverse("access:show", args=[row.pk])).text
    for word in ("Les Jardins de Léa", "Jardinage", "Le Blanc", "Bélâbre", "Tonte et taille."):
        assert word in page
    response = staff_client.post(reverse("access:accept", args=[row.pk]))
    draft = Provider.objects.get()
    assert response["Location"] == reverse("wagtailsnippets_providers_provider:edit", args=[draft.pk])
    assert not draft.live
    assert draft.legal_form == "micro_enterprise"
    assert [offer.service.name for offer in draft.offers.all()] == ["Jardinage"]
    assert {commune.name for commune in draft.covers_communes.all()} == {"Le Blanc", "Bélâbre"}
    assert Client().get(draft.get_absolute_url()).status_code == 404
    edit = staff_client.get(response["Location"])
    assert "Les Jardins de Léa" in edit.text
    assert "proposée par elle-même" in edit.text
    Client().post(link_of(OutboxMessage.objects.get(kind="invitation")), LEA)
    assert draft.managers.count() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"structure": ""}, "Donnez le nom de la structure"),
        ({"legal_form": "pirate"}, "Choisissez une forme juridique"),
        ({"siret": "123"}, "SIRET"),
        ({"services": []}, "Cochez au moins un service"),
        ({"services": ["inconnu"]}, "Cochez des services"),
        ({"base": "Paris-sur-Mer"}, "Nous ne connaissons pas"),
        ({"zone": ""}, "sans aucune commune"),
        ({"zone": "around"}, "nombre de kilomètres"),
        ({"zone": "around", "km": "beaucoup"}, "nombre entier"),
        ({"zone": "around", "km": "0"}, "au moins 1"),
        ({"communes": " ,\n;"}, "au moins une commune"),
        ({"communes": "Le Blanc, Nulle-Part-en-Mer"}, "Nulle-Part-en-Mer"),
        ({"communes": "\n".join(["Le Blanc"] * 101)}, "100 communes au plus"),
        ({"public_phone": "0"}, "à dix chiffres"),
    ],
)
def test_proposal_what_is_wrong_is_told(
    client: Client, proposal: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    response = asked(client, "/proposer-ma-structure/", proposal | change)
    assert response.status_code == 200
    assert told in response.text
    assert "Tonte et taille." in response.text, "every word typed is still there"
    assert not AccessRequest.objects.exists()


@pytest.mark.parametrize("shared", ["siret", "phone", "name"])
def test_doubles_are_shown_and_one_may_be_chosen(
    client: Client, staff_client: Client, proposal: dict[str, Any], shared: str
) -> None:
    known = ProviderFactory(
        name="Les Jardins de Léa" if shared == "name" else "Tout autre nom",
        base_commune=CommuneFactory(name="Le Blanc"),
        siret="73282932000074" if shared == "siret" else None,
        phone="+33261913030" if shared == "phone" else "+33261914040",
        live=False,
    )
    asked(client, "/proposer-ma-structure/", proposal | {"siret": "732 829 320 00074"})
    row = AccessRequest.objects.get()
    page = staff_client.get(reverse("access:show", args=[row.pk])).text
    assert known.name in page
    staff_client.post(reverse("access:accept", args=[row.pk]), {"known": str(known.pk)})
    assert Provider.objects.count() == 1
    assert Invitation.objects.get().provider == known


def test_a_siret_that_is_taken_is_told_to_nobody_and_harms_nobody(
    client: Client, staff_client: Client, proposal: dict[str, Any]
) -> None:
    ProviderFactory(name="La vraie", siret="73282932000074")
    answer = asked(client, "/proposer-ma-structure/", proposal | {"siret": "73282932000074"})
    assert answer.status_code == 303
    staff_client.post(reverse("access:accept", args=[AccessRequest.objects.get().pk]))
    assert Provider.objects.get(name="Les Jardins de Léa").siret is None


@pytest.mark.parametrize("known", ["0", "x", "9" * 30])
def test_only_a_double_that_was_shown_can_be_chosen(
    client: Client, staff_client: Client, proposal: dict[str, Any], known: str
) -> None:
    other = ProviderFactory(name="Rien à voir", base_commune=CommuneFactory(name="Rosnay"))
    asked(client, "/proposer-ma-structure/", proposal)
    row = AccessRequest.objects.get()
    for key in (known, str(other.pk)):
        staff_client.post(reverse("access:accept", args=[row.pk]), {"known": key})
        row.refresh_from_db()
        assert row.is_waiting
