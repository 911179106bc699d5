"""Nobody is locked out of their own listing without being told why, and for how long."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.roles import PARTNERS, STAFF, role_name
from providers.models import Manager, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
LAST_DAY = datetime.date(2026, 11, 30)


@pytest.fixture
def provider() -> Provider:
    town = CommuneFactory(name="Le Blanc")
    row = ProviderFactory(
        name="Au Fil des Étangs", base_commune=town, communes=[town], offers=[ServiceFactory()]
    )
    row.save_revision().publish()
    staff = UserFactory(groups=[role_name(STAFF)], last_name="Zqxwagent")
    Provider.objects.filter(pk=row.pk).update(locked=True, locked_by=staff, locked_at=timezone.now())
    return Provider.objects.get(pk=row.pk)


@pytest.fixture
def client(provider: Provider) -> Client:
    user = UserFactory(groups=[role_name(PARTNERS)])
    Manager.objects.create(provider=provider, user=user)
    client = Client()
    client.force_login(user)
    return client


def said(client: Client, provider: Provider) -> list[str]:
    edit = reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])
    return [client.get(address).text for address in (edit, "/admin/")]


def test_why_and_until_when(client: Client, provider: Provider) -> None:
    Operations.objects.filter(pk=provider.pk).update(
        lock_note="Tarifs en cours de vérification <b>", lock_ends_on=LAST_DAY
    )
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        for text in said(client, provider):
            assert "Le parc a verrouillé cette fiche" in text
            assert "Tarifs en cours de vérification &lt;b&gt;." in text
            assert "30 novembre 2026" in text
            assert "restent modifiables" in text
            assert "Zqxwagent" not in text


def test_without_a_reason_whom_to_call(client: Client, provider: Provider) -> None:
    for text in said(client, provider):
        assert "Appelez le parc" in text


def test_locked_it_takes_no_change_but_hours_go_on(client: Client, provider: Provider) -> None:
    edit = reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])
    before = provider.latest_revision_id
    client.post(edit, {"name": "Autre nom", "action-propose": "1"})
    assert Provider.objects.get(pk=provider.pk).latest_revision_id == before
    assert client.get(reverse("operations:edit", args=[provider.pk])).status_code == 200


def test_the_day_after_it_is_open_by_itself(client: Client, provider: Provider) -> None:
    Operations.objects.filter(pk=provider.pk).update(lock_ends_on=LAST_DAY)
    with time_machine.travel("2026-11-30T22:30:00Z", tick=False):
        assert "a verrouillé" in said(client, provider)[0]
    with time_machine.travel("2026-11-30T23:30:00Z", tick=False):
        for text in said(client, provider):
            assert "a verrouillé" not in text
        assert 'name="action-propose"' in said(client, provider)[0]


def test_only_the_park_says_why(client: Client, provider: Provider) -> None:
    page: Any = client.get(reverse("operations:edit", args=[provider.pk]))
    assert "lock_note" not in page.context["form"].fields
    staff = Client()
    staff.force_login(UserFactory(groups=[role_name(STAFF)]))
    page = staff.get(reverse("operations:edit", args=[provider.pk]))
    assert {"lock_note", "lock_ends_on"} <= set(page.context["form"].fields)
