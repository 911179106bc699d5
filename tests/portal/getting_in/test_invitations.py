"""From an invitation to a listing: links that expire, are withdrawn, and are used once."""

from __future__ import annotations

import datetime
import re
import threading
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import OutboxMessage
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers import invitations
from providers.models import Invitation, Manager, Provider
from tests.factories import ProviderFactory, UserFactory
from tests.portal.getting_in.people import EMAIL, LEA, PASSWORD, invited, link_of

pytestmark = pytest.mark.django_db


# --- The park invites --------------------------------------------------------------------


def test_staff_invite_from_the_listing(staff_client: Client, provider: Provider) -> None:
    listing = staff_client.get(reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])).text
    keepers = reverse("access:keepers", args=[provider.pk])
    assert keepers in listing
    page = staff_client.post(reverse("access:invite", args=[provider.pk]), {"email": EMAIL}, follow=True)
    assert EMAIL in page.text
    [message] = OutboxMessage.objects.all()
    assert (message.kind, message.to) == ("invitation", EMAIL)
    assert "Étangs" not in message.subject
    assert "Au Fil des Étangs" in message.text
    assert link_of(message) in message.html


@pytest.mark.parametrize(
    "email", ["", "lea", "lea@", "a@b.example\nBcc: x@y.example", "x" * 250 + "@a.example"]
)
def test_a_wrong_address_is_told(staff_client: Client, provider: Provider, email: str) -> None:
    response = staff_client.post(reverse("access:invite", args=[provider.pk]), {"email": email})
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_invited_twice_is_sent_again_and_both_links_are_one(staff: Any, provider: Provider) -> None:
    first, old = invited(provider, staff)
    again, new = invited(provider, staff, EMAIL.upper())
    assert first == again
    assert Invitation.objects.get().sendings == 2
    client = Client()
    assert client.post(new, LEA).status_code == 302
    assert "ne peut plus servir" in Client().get(old).text


def test_several_managers(staff: Any, provider: Provider) -> None:
    for email in (EMAIL, "max@structure.example"):
        _row, link = invited(provider, staff, email)
        Client().post(link, LEA)
    assert provider.managers.count() == 2


def test_the_text_with_the_link_is_shown_to_no_operator(staff: Any, provider: Provider) -> None:
    invited(provider, staff)
    client = Client()
    client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
    page = client.get(reverse("intake_outbox:edit", args=[OutboxMessage.objects.get().pk]))
    assert page.status_code == 200
    assert "/compte/invitation/" not in page.text


# --- The person answers --------------------------------------------------------------------


def test_opening_the_link_changes_nothing(staff: Any, provider: Provider) -> None:
    row, link = invited(provider, staff)
    for client in (Client(), Client(headers={"user-agent": "link scanner"})):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
        assert "sessionid" not in client.cookies
    row.refresh_from_db()
    assert row.is_pending
    assert not get_user_model().objects.filter(email=EMAIL).exists()


def test_one_page_then_the_partners_home(staff: Any, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    client = Client()
    response = client.post(link, LEA, follow=True)
    assert response.redirect_chain[-1][0] == "/admin/"
    assert "Au Fil des Étangs" in response.text
    assert "Vous tenez désormais la fiche" in response.text
    user = get_user_model().objects.get(email=EMAIL)
    assert [group.name for group in user.groups.all()] == [role_name(PARTNERS)]
    assert EmailAddress.objects.get(user=user).verified
    assert Manager.objects.get().user == user
    assert not user.is_staff
    assert (
        client.get(reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])).status_code == 200
    )
    fresh = Client().post("/compte/login/", {"login": EMAIL, "password": PASSWORD})
    assert fresh["Location"] == "/admin/"


def test_a_password_or_codes(staff: Any, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    Client().post(link, LEA | {"way": "code", "password": ""})
    user = get_user_model().objects.get(email=EMAIL)
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"first_name": ""}, "Donnez votre prénom"),
        ({"last_name": " "}, "Donnez votre nom"),
        ({"way": ""}, "Choisissez comment"),
        ({"way": "magic"}, "Choisissez comment"),
        ({"password": ""}, "Choisissez un mot de passe"),
        ({"password": "Zq7!x"}, "trop court"),
        ({"password": "83650174926"}, "entièrement numérique"),
        ({"password": "motdepasse"}, "trop courant"),
        ({"password": EMAIL}, "trop semblable"),
        ({"first_name": "x" * 151}, "150"),
    ],
)
def test_what_is_wrong_is_told_and_the_invitation_stays(
    staff: Any, provider: Provider, change: dict[str, str], told: str
) -> None:
    row, link = invited(provider, staff)
    response = Client().post(link, LEA | change)
    assert response.status_code == 200
    assert told in response.text
    assert PASSWORD not in response.text
    row.refresh_from_db()
    assert row.is_pending


def test_names_are_text(staff: Any, provider: Provider, staff_client: Client) -> None:
    _row, link = invited(provider, staff)
    name = "<script>alert(1)</script>"
    client = Client()
    home = client.post(link, LEA | {"first_name": name}, follow=True)
    page = staff_client.get(reverse("access:keepers", args=[provider.pk]))
    assert name not in home.text + page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("address", [EMAIL, EMAIL.upper()])
def test_an_address_with_an_account_is_added_to_it_once_signed_in(
    staff: Any, provider: Provider, address: str
) -> None:
    known = UserFactory(groups=[role_name(PARTNERS)], email=EMAIL, username="lea")
    other = ProviderFactory(name="La Cistude")
    Manager.objects.create(provider=other, user=known)
    row, link = invited(provider, staff, address)
    client = Client()
    assert "déjà un compte" in client.get(link).text
    client.post(link, LEA)
    assert get_user_model().objects.filter(email__iexact=EMAIL).count() == 1
    row.refresh_from_db()
    assert row.is_pending, "not before that person has signed in"
    client.force_login(known)
    assert "La fiche" not in client.get(link).text
    assert Manager.objects.filter(user=known).count() == 1
    assert client.post(link)["Location"] == "/admin/"
    assert set(Manager.objects.filter(user=known).values_list("provider__name", flat=True)) == {
        "La Cistude",
        "Au Fil des Étangs",
    }


def test_staff_are_not_told_whether_an_address_has_an_account(
    staff_client: Client, provider: Provider
) -> None:
    UserFactory(email="connue@structure.example")
    pages = []
    for email in ("connue@structure.example", "nouvelle@structure.example"):
        Invitation.objects.all().delete()
        page = staff_client.post(reverse("access:invite", args=[provider.pk]), {"email": email}, follow=True)
        text = re.sub(r"[\w-]{30,}|/\d+/|csrf\S+", "", page.text.replace(email, ""))
        pages.append(text)
    assert pages[0] == pages[1]


def test_whoever_is_signed_in_accepts_with_that_account(staff: Any, provider: Provider) -> None:
    """An institution may keep a listing too; its other rights stay."""
    user = UserFactory(groups=[role_name(INSTITUTIONS)])
    _row, link = invited(provider, staff)
    client = Client()
    client.force_login(user)
    client.post(link)
    assert Manager.objects.get().user == user
    assert [group.name for group in user.groups.all()] == [role_name(INSTITUTIONS)]


def test_another_site_cannot_make_somebody_accept(staff: Any, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(groups=[role_name(PARTNERS)]))
    assert client.post(link, headers={"origin": "https://evil.example"}).status_code == 403
    assert not Manager.objects.exists()


# --- Links that no longer work ----------------------------------------------------------------


def test_used_once(staff: Any, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    Client().post(link, LEA)
    again = Client().post(link, LEA | {"last_name": "Autre"})
    assert again.status_code == 410
    assert "déjà été acceptée" in again.text
    assert "Demander un autre lien" not in again.text
    assert get_user_model().objects.filter(email=EMAIL).count() == 1


def test_too_old_then_asked_again_by_one_button(staff: Any, staff_client: Client, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    OutboxMessage.objects.all().delete()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=14, minutes=1)):
        page = Client().get(link)
        assert page.status_code == 410
        assert "trop ancien" in page.text
        assert Client().get(f"{link}?demande").status_code == 410
        assert "prévenu" not in Client().get(f"{link}?demande").text
        for _click in range(2):
            assert "Le parc est prévenu" in Client().post(link, follow=True).text
        [message] = OutboxMessage.objects.all()
        assert message.to == "parc@parc.example"
        assert EMAIL not in message.text + message.subject
        staff_client.force_login(staff)
        assert (
            "Demande un nouveau lien" in staff_client.get(reverse("access:keepers", args=[provider.pk])).text
        )
        assert "Demandes d’accès" in staff_client.get("/admin/").text
        row = Invitation.objects.get()
        staff_client.post(reverse("access:resend", args=[provider.pk, row.pk]))
        new = link_of(OutboxMessage.objects.get(kind="invitation"))
        assert Client().post(new, LEA).status_code == 302


def test_withdrawn(staff: Any, staff_client: Client, provider: Provider) -> None:
    row, link = invited(provider, staff)
    staff_client.post(reverse("access:withdraw", args=[provider.pk, row.pk]))
    page = Client().post(link, LEA)
    assert not get_user_model().objects.filter(email=EMAIL).exists()
    assert page.status_code == 303  # asked the park for another, which changes nothing else
    assert "retiré" in Client().get(link).text


def test_altered(staff: Any, provider: Provider) -> None:
    row, link = invited(provider, staff)
    other = invitations.invite(ProviderFactory(), "autre@structure.example", staff)
    token = link.split("/")[-2]
    _number, rest = token.split("-", 1)
    for wrong in (
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{other.pk}-{rest}",
        token.upper(),
        "x",
        "1-.a.b",
        "é" * 20,
        f"{'9' * 40}-{rest}",
    ):
        page = Client().get(f"/compte/invitation/{wrong}/")
        assert page.status_code == 404, wrong
        assert "Ce lien ne fonctionne pas" in page.text
        assert "Étangs" not in page.text
    row.refresh_from_db()
    assert row.is_pending


def test_of_a_structure_that_is_gone(staff: Any, provider: Provider) -> None:
    _row, link = invited(provider, staff)
    provider.delete()
    assert Client().get(link).status_code == 404
    assert Client().post(link, LEA).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_make_one_account(provider: Provider) -> None:
    staff = UserFactory(groups=[role_name(STAFF)])
    _row, link = invited(provider, staff)
    barrier, answers = threading.Barrier(2), []

    def answer() -> None:
        client = Client(raise_request_exception=False)
        client.get(link)
        barrier.wait()
        answers.append(client.post(link, LEA).status_code)
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=answer) for _tab in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in ([302, 303], [302, 410])
    assert get_user_model().objects.filter(email__iexact=EMAIL).count() == 1
    assert Manager.objects.count() == 1
