"""What is known before the call: earlier contacts of the number, the message it answers."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import ServiceRequest, Voicemail
from intake.requests.reasons import Channel
from tests.factories import UserFactory
from tests.intake.console.pages import NEW, page
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


class TestEarlier:
    def test_earlier_contacts_of_the_number(self, operator, structures, place, cleaning):
        request = request_for((cleaning, place), phone="02 61 91 00 77", name="Odile Martin")
        text = operator.post(reverse("calls:earlier"), {"phone": "0261910077"}).content.decode()
        assert "Odile Martin" in text
        assert str(request) in text
        assert request.get_status_display() in text
        assert (
            "Odile" not in operator.post(reverse("calls:earlier"), {"phone": "0261910078"}).content.decode()
        )

    @pytest.mark.parametrize("typed", ["", "02", "nonsense", "+" * 1_000])
    def test_what_is_no_number_yet(self, operator, typed):
        assert operator.post(reverse("calls:earlier"), {"phone": typed}).status_code == 200

    def test_not_for_those_who_may_not_see_people(self, client, structures, place, cleaning):
        from django.contrib.auth.models import Permission

        request_for((cleaning, place), phone="02 61 91 00 77", name="Odile Martin")
        user = UserFactory()
        for codename in ("access_admin", "change_servicerequest"):
            user.user_permissions.add(Permission.objects.get(codename=codename))
        client.force_login(user)
        assert "Odile" not in client.post(reverse("calls:earlier"), {"phone": "0261910077"}).content.decode()


class TestMessages:
    def test_the_answer_becomes_the_request(self, operator):
        received = timezone.now() - datetime.timedelta(hours=3)
        voicemail = Voicemail.objects.create(received_at=received, phone="+33261910077", words="tonte")
        text = operator.get(f"{NEW}?voicemail={voicemail.pk}").content.decode()
        assert "tonte" in text
        sent = page(voicemail=str(voicemail.pk), phone="0261910077", n0_words="tonte")
        operator.post(NEW, sent)
        request = ServiceRequest.objects.get()
        voicemail.refresh_from_db()
        assert (request.channel, request.received_at) == (Channel.VOICEMAIL, received)
        assert (voicemail.request, voicemail.state) == (request, Voicemail.State.CALLED_BACK)

    def test_dealt_with_by_another_meanwhile(self, operator):
        voicemail = Voicemail.objects.create(received_at=timezone.now(), words="tonte")
        operator.post(NEW, page(voicemail=str(voicemail.pk), n0_words="tonte"))
        answer = operator.post(NEW, page(voicemail=str(voicemail.pk), n0_words="tonte et haie"))
        assert answer.status_code == 422
        assert "tonte et haie" in answer.content.decode()
        assert ServiceRequest.objects.count() == 1

    def test_opened_again_it_goes_on_with_what_was_typed(self, operator):
        voicemail = Voicemail.objects.create(received_at=timezone.now(), words="tonte")
        operator.post(reverse("calls:draft"), page(voicemail=str(voicemail.pk), n0_words="tonte et haie"))
        assert "tonte et haie" in operator.get(f"{NEW}?voicemail={voicemail.pk}").content.decode()
