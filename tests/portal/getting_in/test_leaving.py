"""A manager who leaves: refused at once, then erased; requests and invitations emptied in time."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection

from portal.accounts import leaving
from portal.roles import PARTNERS, role_name
from providers import access, invitations
from providers.models import AccessRequest, Departure, ListingLogEntry, Manager, Provider
from tests.factories import ProviderFactory, UserFactory
from tests.portal.getting_in.people import EMAIL, invited

pytestmark = pytest.mark.django_db


# --- Leaving -----------------------------------------------------------------------------------


def manager_of(provider: Provider) -> tuple[Manager, Client]:
    user = UserFactory(groups=[role_name(PARTNERS)], last_name="Zqxwnom", email="zqxw@structure.example")
    client = Client()
    client.force_login(user)
    return Manager.objects.create(provider=provider, user=user), client


def test_an_open_session_is_refused_on_the_next_click(staff_client: Client, provider: Provider) -> None:
    """Shown by 5."""
    provider.save_revision().publish()
    manager, client = manager_of(provider)
    edit = reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])
    operations = reverse("operations:edit", args=[provider.pk])
    confirm = reverse("operations:confirm", args=[provider.pk])
    for address in (edit, operations, confirm):
        assert client.get(address).status_code == 200
    staff_client.post(reverse("access:remove", args=[provider.pk, manager.pk]))
    for address in (edit, operations, confirm):
        for answer in (client.get(address, follow=True), client.post(address, {}, follow=True)):
            assert answer.redirect_chain == [("/admin/", 302)]
            assert "Vous ne tenez pas cette fiche, ou ne la tenez plus" in answer.text
            assert "Vous ne tenez plus aucune fiche" in answer.text
            assert provider.name not in answer.text
    assert client.post(edit, headers={"x-requested-with": "XMLHttpRequest"}).status_code in (302, 403)


def test_the_words_are_the_same_for_a_listing_that_never_was_theirs(provider: Provider) -> None:
    _manager, client = manager_of(ProviderFactory())
    edit = reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])
    gone = reverse("wagtailsnippets_providers_provider:edit", args=[999_999])
    said = [
        "Vous ne tenez pas cette fiche" in client.get(address, follow=True).text for address in (edit, gone)
    ]
    assert said == [True, True]


def test_a_manager_of_nothing_has_a_plain_home() -> None:
    client = Client()
    client.force_login(UserFactory(groups=[role_name(PARTNERS)]))
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "Vous ne tenez aucune fiche pour le moment" in page.text
    assert "effacé" not in page.text


def test_leaving_the_last_listing_erases_the_account_later(provider: Provider) -> None:
    provider.save_revision().publish()
    manager, _client = manager_of(provider)
    other = Manager.objects.create(provider=ProviderFactory(), user=manager.user)
    revision = provider.save_revision(user=manager.user, log_action=True)
    invitations.remove_manager(manager, None)
    assert not Departure.objects.exists(), "another listing is kept still"
    other.delete()
    departure = Departure.objects.get()
    month = datetime.timedelta(days=30)
    assert leaving.purge(departure.left_at + month - datetime.timedelta(hours=1), False) == 0
    assert leaving.purge(departure.left_at + month, True) == 1
    assert leaving.purge(departure.left_at + month, False) == 1
    assert not get_user_model().objects.filter(pk=manager.user_id).exists()
    revision.refresh_from_db()
    entry = ListingLogEntry.objects.filter(revision=revision).first()
    assert entry is not None
    assert entry.user_display_name == "ancien gestionnaire"
    page = Client()
    page.force_login(UserFactory(admin=True))
    history = page.get(reverse("wagtailsnippets_providers_provider:history", args=[provider.pk])).text
    assert "Zqxwnom" not in history
    assert "ancien gestionnaire" in history


def test_who_comes_back_or_is_somebody_else_too_is_kept(staff: Any, provider: Provider) -> None:
    manager, _client = manager_of(provider)
    user = manager.user
    invitations.remove_manager(manager, staff)
    _row, link = invited(provider, staff, user.email)
    client = Client()
    client.force_login(user)
    client.post(link)
    assert not Departure.objects.exists()
    Manager.objects.all().delete()
    user.groups.add(*list(staff.groups.all()))
    assert leaving.purge(timezone.now() + datetime.timedelta(days=365), False) == 0


def test_a_structure_that_is_deleted_leaves_its_managers_with_nothing(provider: Provider) -> None:
    _manager, client = manager_of(provider)
    provider.delete()
    assert Departure.objects.count() == 1
    assert "Vous ne tenez plus aucune fiche" in client.get("/admin/").text


def test_deleting_an_account_is_plain(provider: Provider) -> None:
    manager, _client = manager_of(provider)
    manager.user.delete()
    assert not Departure.objects.exists()
    assert not Manager.objects.exists()


def test_a_collection_comes_with_the_first_manager_and_stays(provider: Provider) -> None:
    assert not Collection.objects.filter(depth=2).exists()
    manager, _client = manager_of(provider)
    provider.operations.refresh_from_db()
    collection = provider.operations.collection
    assert collection is not None
    manager.delete()
    manager_of_again = UserFactory()
    Manager.objects.create(provider=provider, user=manager_of_again)
    provider.operations.refresh_from_db()
    assert provider.operations.collection == collection
    assert Collection.objects.filter(depth=2).count() == 1


# --- Erased in time ------------------------------------------------------------------------------


def test_requests_and_invitations_are_emptied(staff: Any, provider: Provider) -> None:
    row = access.ask(
        {"name": "Léa", "role": "", "email": EMAIL, "phone": "", "words": "mots"}, provider=provider, key="k"
    )
    access.refuse(row.pk, staff, "Non.")
    invitation, link = invited(provider, staff)
    invitations.withdraw(invitation, staff)
    later = timezone.now() + datetime.timedelta(days=91)
    assert (access.purge(later, True), invitations.purge(later, True)) == (1, 1)
    assert (access.purge(later, False), invitations.purge(later, False)) == (1, 1)
    row.refresh_from_db()
    invitation.refresh_from_db()
    assert (row.name, row.email, row.words, row.answer, row.entry_key) == ("", "", "", "", None)
    assert row.state == AccessRequest.State.REFUSED
    assert invitation.email == ""
    assert Client().get(link).status_code == 404
    assert (access.purge(later, False), invitations.purge(later, False)) == (0, 0)
