"""Who may open the console, and the panel of the admin’s home."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import ServiceRequest, Voicemail
from intake.requests.reasons import Channel
from intake.views.console import CallsViewSet
from intake.views.voicemail import VoicemailViewSet
from tests.factories import CommuneFactory, UserFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


class TestWhoMay:
    def addresses(self) -> list[str]:
        found = []
        for viewset in (CallsViewSet(), VoicemailViewSet()):
            for pattern in viewset.get_urlpatterns():
                arguments = {"pk": 1, "key": uuid.uuid4()}
                wanted = pattern.pattern.converters
                found.append(
                    reverse(
                        f"{viewset.name}:{pattern.name}", kwargs={name: arguments[name] for name in wanted}
                    )
                )
        return found

    @pytest.mark.parametrize("group", ["Partenaires", "Institutions"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_partners_and_institutions_reach_nothing(self, client, group, method):
        Voicemail.objects.create(pk=1, received_at=timezone.now(), words="Secret")
        client.force_login(UserFactory(groups=[group]))
        addresses = self.addresses()
        assert len(addresses) == 14
        for address in addresses:
            answer = getattr(client, method)(address, {"do": "save", "n0-words": "x", "need": "0"})
            assert answer.status_code in (302, 403), address
            assert answer.status_code == 403 or answer["Location"] == reverse("wagtailadmin_home"), address
        assert not ServiceRequest.objects.exists()
        assert Voicemail.objects.get().state == Voicemail.State.WAITING

    def test_nobody_without_signing_in(self):
        for address in self.addresses():
            assert "/login/" in Client().get(address)["Location"]

    @pytest.mark.parametrize(
        ("group", "seen"),
        [("Opérateurs", True), ("Équipe du parc", True), ("Partenaires", False), ("Institutions", False)],
    )
    def test_the_home(self, client, group, seen, django_assert_max_num_queries):
        client.force_login(UserFactory(groups=[group]))
        text = client.get(reverse("wagtailadmin_home")).content.decode()
        assert ('class="requests-tiles"' in text) == seen
        assert ('href="/admin/calls/"' in text) == seen


def test_the_panel_counts_in_seven_queries(structures, place, cleaning, django_assert_num_queries):
    from intake.console.overview import overview

    azay = CommuneFactory(name="Azay-le-Ferron")
    request_for((cleaning, place), (cleaning, azay))
    request_for((None, None), channel=Channel.WEB)
    Voicemail.objects.create(received_at=timezone.now())
    with django_assert_num_queries(7):
        seen = overview()
    assert (seen.to_call_back, seen.from_the_web, seen.follow_ups, seen.unmet) == (1, 1, 0, 1)
    assert (seen.contacts, seen.needs, seen.directed, seen.unmet_today) == (2, 3, 1, 1)
