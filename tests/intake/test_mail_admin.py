"""E-mails and one person's data in the administration: who sees them, and what can be done."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.mail.outbox import queue
from intake.models import CallDraft, OutboxMessage, Requester, RequestLogEntry, Voicemail
from intake.requests.states import RequestStatus
from intake.views.outbox import OutboxViewSet
from intake.views.person import PersonViewSet
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db
EMAIL = "odile.martin@exemple.fr"


@pytest.fixture
def signed_in(client):
    def as_role(role):
        client.force_login(UserFactory(groups=[role] if role else []))
        return client

    return as_role


@pytest.fixture
def message():
    return queue("list", EMAIL, "Votre liste", "Bonjour Odile", "<p>Bonjour <b>Odile</b></p>")


def addresses(viewset, message):
    name = viewset.name
    if viewset is PersonViewSet:
        return [reverse(f"{name}:index")]
    return [
        reverse(f"{name}:index"),
        reverse(f"{name}:index_results"),
        reverse(f"{name}:edit", args=[message.pk]),
    ]


@pytest.mark.parametrize("role", ["Partenaires", "Institutions"])
@pytest.mark.parametrize("viewset", [OutboxViewSet, PersonViewSet])
def test_partners_and_institutions_reach_none_of_it(signed_in, message, role, viewset):
    client = signed_in(role)
    assert len(addresses(viewset, message)) == len(viewset().get_urlpatterns())
    for address in addresses(viewset, message):
        for method in (client.get, client.post):
            answer = method(address, {"do": "resend", "step": "search", "email": EMAIL})
            # Wagtail sends those it refuses back to the home page.
            assert answer.status_code in (302, 403)
            assert EMAIL not in answer.content.decode()


def test_operators_see_emails_but_do_not_erase_people(signed_in, message):
    client = signed_in("Opérateurs")
    assert client.get(reverse("intake_outbox:index")).status_code == 200
    assert client.get(reverse("intake_person:index")).status_code == 302


class TestOutbox:
    def test_the_list_and_its_filters(self, signed_in, message):
        queue("digest", "accueil@exemple.fr", "Demandes infructueuses", "…")
        client = signed_in("Équipe du parc")
        page = client.get(reverse("intake_outbox:index")).content.decode()
        assert EMAIL in page
        assert str(OutboxMessage.State.QUEUED.label) in page
        page = client.get(reverse("intake_outbox:index"), {"kind": "digest"}).content.decode()
        assert EMAIL not in page
        page = client.get(reverse("intake_outbox:index"), {"state": "sent"}).content.decode()
        assert EMAIL not in page

    def test_a_stopped_worker_is_seen(self, signed_in, message):
        client = signed_in("Équipe du parc")
        warning = "le travail de fond semble arrêté"
        assert warning not in client.get(reverse("intake_outbox:index")).content.decode()
        OutboxMessage.objects.update(send_after=timezone.now() - timezone.timedelta(minutes=30))
        assert warning in client.get(reverse("intake_outbox:index")).content.decode()

    def test_one_message_shown_without_running_anything_in_it(self, signed_in, message):
        OutboxMessage.objects.update(html='<script>alert(1)</script>"><p>Bonjour</p>')
        page = signed_in("Équipe du parc").get(reverse("intake_outbox:edit", args=[message.pk]))
        text = page.content.decode()
        assert "Bonjour Odile" in text
        assert "<script>alert(1)" not in text
        assert " sandbox " in text

    def test_resend_and_give_up(self, signed_in, message):
        client = signed_in("Équipe du parc")
        address = reverse("intake_outbox:edit", args=[message.pk])
        client.post(address, {"do": "give_up"})
        message.refresh_from_db()
        assert message.state == "failed"
        client.post(address, {"do": "resend"})
        message.refresh_from_db()
        assert message.state == "queued"
        OutboxMessage.objects.update(state="sending")
        page = client.post(address, {"do": "give_up"}, follow=True).content.decode()
        assert "Son état a changé entre-temps" in page
        assert client.post(address, {"do": "anything"}).status_code == 404

    def test_an_erased_one(self, signed_in, message):
        OutboxMessage.objects.update(text="", html="", to="", state="sent")
        page = signed_in("Équipe du parc").get(reverse("intake_outbox:edit", args=[message.pk]))
        assert "Le texte a été effacé" in page.content.decode()
        assert "Renvoyer" not in page.content.decode()


class TestPerson:
    @pytest.fixture
    def odile(self):
        place, service = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
        ProviderFactory(base_commune=place, communes=[place], offers=[service])
        request = request_for((service, place), name="Odile", phone=PHONE, email=EMAIL, notes="une note")
        Voicemail.objects.create(received_at=timezone.now(), phone=PHONE, words="rappelez Odile")
        CallDraft.objects.create(
            user=UserFactory(), started_at=timezone.now(), answers={"phone": "02.61.91.00.77"}
        )
        queue("list", EMAIL, "Votre liste", "Bonjour Odile", request=request)
        request_for((service, place), name="Paul", phone="02 61 91 00 78")
        return request

    @pytest.fixture
    def staff(self, signed_in):
        return signed_in("Équipe du parc")

    def post(self, client, **data):
        return client.post(reverse("intake_person:index"), data)

    @pytest.mark.parametrize(
        "asked", [{"phone": "02 61 91 00 77"}, {"email": EMAIL.upper()}, {"phone": "+33 2 61 91 00 77"}]
    )
    def test_all_that_is_held_is_shown_and_nobody_else(self, staff, odile, asked):
        page = self.post(staff, step="search", **asked).content.decode()
        assert "Odile" in page
        assert "une note" in page
        assert "Bonjour Odile" in page
        assert "Paul" not in page
        assert odile.link_key not in page
        if "phone" in asked:
            assert "rappelez Odile" in page
            assert "02.61.91.00.77" in page

    def test_by_reference(self, staff, odile):
        page = self.post(staff, step="search", reference=str(odile)).content.decode()
        assert "une note" in page

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"phone": "abc"}, "Ce n’est pas un numéro de téléphone"),
            ({"reference": "12"}, "Une référence a six ou dix chiffres"),
            ({}, "Indiquez un numéro de téléphone"),
            ({"email": "pas une adresse"}, "adresse"),
        ],
    )
    def test_wrong_input_is_told(self, staff, odile, typed, said):
        answer = self.post(staff, step="search", **typed)
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_nothing_found(self, staff, odile):
        page = self.post(staff, step="search", email="personne@exemple.fr").content.decode()
        assert "Rien n’est gardé" in page

    def test_a_copy_can_be_read_and_is_noted_without_the_value(self, staff, odile):
        answer = self.post(staff, step="copy", phone=PHONE)
        assert answer["Content-Disposition"].endswith('.json"')
        assert "no-store" in answer["Cache-Control"]
        copy = json.loads(answer.content)
        assert copy["Demandeurs"][0]["Nom"] == "Odile"
        entry = RequestLogEntry.objects.get(action="intake.copy_person")
        assert "77" not in json.dumps(entry.data)

    def test_erasure_needs_a_box(self, staff, odile):
        page = self.post(staff, step="erase", phone=PHONE).content.decode()
        assert "cochez la case" in page
        assert Requester.objects.count() == 2

    def test_erasure_leaves_nothing_and_touches_nobody_else(self, staff, odile):
        answer = self.post(staff, step="erase", phone=PHONE, sure="1")
        assert answer.status_code == 302
        odile.refresh_from_db()
        assert (odile.notes, odile.status) == ("", RequestStatus.CLOSED)
        assert Requester.objects.get().name == "Paul"
        assert not CallDraft.objects.exists()
        assert not OutboxMessage.objects.exists()
        voicemail = Voicemail.objects.get()
        assert (voicemail.words, str(voicemail.phone)) == ("", "")
        assert odile.needs.count() == 1
        page = self.post(staff, step="search", phone=PHONE).content.decode()
        assert "Rien n’est gardé" in page
        # Twice is no error.
        assert self.post(staff, step="erase", phone=PHONE, sure="1").status_code == 302
