"""What each e-mail says, to whom, and what it never says."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from intake.mail import notifications
from intake.models import FollowUp, IntakeSettings, OutboxMessage, UnmetCase
from intake.requests import following_up, private_link
from intake.requests.entry import NeedEntry
from intake.requests.reasons import Channel, UnmetReason
from providers.models import Operations
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, request_for

pytestmark = pytest.mark.django_db
EMAIL = "odile.martin@exemple.fr"
WORDS = "ma mère ne voit plus <script>alert(1)</script>"
PERSONAL = ["Odile", EMAIL, PHONE, "61 91 00 77", "ma mère"]


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def structures(place, cleaning):
    rows = [
        ProviderFactory(
            name=name,
            phone=f"+3326191008{number}",
            base_commune=place,
            communes=[place],
            offers=[cleaning],
        )
        for number, name in enumerate(["L’Aide d’ici", "Coup de main & Cie"])
    ]
    return rows


@pytest.fixture
def notified():
    IntakeSettings.objects.create(notified_email="accueil@exemple.fr")


def ask(cleaning, place, **fields):
    need = NeedEntry(cleaning, place, words=WORDS)
    return request_for(need, channel=Channel.WEB, phone=PHONE, name="Odile Martin", email=EMAIL, **fields)


class TestListToTheResident:
    def test_it_says_who_to_call(self, structures, cleaning, place):
        request = ask(cleaning, place)
        message = notifications.list_to_resident(request)
        assert (message.to, message.request) == (EMAIL, request)
        for provider in structures:
            assert provider.name in message.text
        assert "02\xa061\xa091\xa000\xa080" in message.text
        assert 'href="tel:+33261910080"' in message.html
        assert "Coup de main &amp; Cie" in message.html
        assert private_link.absolute_url_for(request) in message.text
        assert private_link.absolute_url_for(request) in message.html
        assert str(request) in message.text
        assert "<script>alert" not in message.html

    def test_the_same_list_is_sent_once_and_a_new_one_again(self, structures, cleaning, place):
        request = ask(cleaning, place)
        first = notifications.list_to_resident(request)
        assert notifications.list_to_resident(request) == first
        request.requester.email = "autre@exemple.fr"
        request.requester.save()
        assert notifications.list_to_resident(request) != first
        assert OutboxMessage.objects.count() == 2
        assert EMAIL not in first.key

    def test_nobody_comes(self, structures, cleaning):
        elsewhere = CommuneFactory(name="Azay-le-Ferron")
        message = notifications.list_to_resident(ask(cleaning, elsewhere))
        assert "pourront peut-être" in message.text
        assert structures[0].name in message.text

    def test_hours_and_waiting_list(self, structures, cleaning, place):
        Operations.objects.filter(provider=structures[0]).update(opening_hours="Mo-Fr 09:00-12:00")
        request = ask(cleaning, place)
        request.needs.get().referrals.filter(provider=structures[1]).update(waiting_list=True)
        text = notifications.list_to_resident(request).text
        assert "9\xa0h" in text
        assert "Liste d’attente" in text

    def test_without_an_address_there_is_none(self, structures, cleaning, place):
        assert notifications.list_to_resident(request_for((cleaning, place), phone=PHONE)) is None
        assert notifications.list_to_resident(request_for((cleaning, place))) is None
        assert not OutboxMessage.objects.exists()


class TestNewWebRequest:
    def test_it_says_that_there_is_one_and_where_never_who(self, notified, structures, cleaning, place):
        request = ask(cleaning, place)
        message = OutboxMessage.objects.get(kind="new_request")
        assert message.to == "accueil@exemple.fr"
        assert message.request == request
        assert "Ménage, Mézières-en-Brenne" in message.text
        everything = message.text + message.html + message.subject
        assert [word for word in PERSONAL if word in everything] == []

    def test_only_of_the_site_and_only_with_an_address(self, structures, cleaning, place):
        ask(cleaning, place)
        IntakeSettings.objects.create(notified_email="accueil@exemple.fr")
        request_for((cleaning, place), channel=Channel.PHONE)
        assert not OutboxMessage.objects.exists()

    def test_a_message_that_fails_does_not_cost_the_request(
        self, notified, structures, cleaning, place, monkeypatch, caplog
    ):
        def fail(request):
            raise ValueError(EMAIL)

        monkeypatch.setattr(notifications, "new_web_request", fail)
        request = ask(cleaning, place)
        assert request.pk
        assert "ValueError" in caplog.text
        assert EMAIL not in caplog.text


class TestFollowUp:
    @pytest.fixture
    def due(self, structures, cleaning, place):
        need = NeedEntry(cleaning, place, words=WORDS)
        request = request_for(need, need, name="Odile Martin", email=EMAIL)
        FollowUp.objects.update(due_on=timezone.localdate())
        return request

    def test_one_message_per_request_once(self, due):
        rows = list(FollowUp.objects.all())
        assert len(rows) == 2
        (message,) = notifications.follow_up(rows)
        assert message.to == EMAIL
        assert private_link.absolute_url_for(due) + "#suivi" in message.text
        assert all(row.emailed_at for row in FollowUp.objects.all())
        assert notifications.follow_up(rows) == []
        assert "Odile" not in message.text + message.html

    def test_only_those_who_agreed_and_gave_an_address(self, due):
        due.requester.consents_to_contact = False
        due.requester.save()
        assert notifications.follow_up(FollowUp.objects.all()) == []
        due.requester.delete()
        assert notifications.follow_up(FollowUp.objects.all()) == []
        assert not FollowUp.objects.exclude(emailed_at=None).exists()

    def test_an_answered_one_is_not_asked(self, due):
        for row in FollowUp.objects.all():
            following_up.answer_follow_up(row, FollowUp.Answer.FOUND, FollowUp.Way.PHONE)
        assert notifications.follow_up(FollowUp.objects.all()) == []


class TestDigest:
    MONDAY = datetime.date(2026, 11, 23)

    def test_it_tells_each_unmet_need_once(self, notified, cleaning, place):
        for _ in range(2):
            ask(cleaning, place)
        OutboxMessage.objects.all().delete()
        (message,) = notifications.weekly_digest(self.MONDAY)
        assert message.to == "accueil@exemple.fr"
        assert "Ménage, Mézières-en-Brenne × 2" in message.text
        assert str(UnmetReason.NO_PROVIDER.label) in message.text
        assert [word for word in PERSONAL if word in message.text + message.html] == []
        assert UnmetCase.objects.filter(told_at=None).count() == 0
        assert notifications.weekly_digest(self.MONDAY + datetime.timedelta(days=7)) == []

    def test_once_a_week(self, notified, cleaning, place):
        ask(cleaning, place)
        assert notifications.weekly_digest(self.MONDAY)
        ask(cleaning, place)
        assert notifications.weekly_digest(self.MONDAY + datetime.timedelta(days=3)) == []
        assert len(notifications.weekly_digest(self.MONDAY + datetime.timedelta(days=7))) == 1

    def test_without_an_address_operators_are_told(self, cleaning, place):
        operator = UserFactory(email="operateur@exemple.fr", groups=["Opérateurs"])
        UserFactory(email="partenaire@exemple.fr", groups=["Partenaires"])
        ask(cleaning, place)
        assert [message.to for message in notifications.weekly_digest(self.MONDAY)] == [operator.email]

    def test_nothing_told_is_kept_when_nobody_is_there_to_read(self, cleaning, place):
        ask(cleaning, place)
        assert notifications.weekly_digest(self.MONDAY) == []
        assert UnmetCase.objects.filter(told_at=None).count() == 1


def test_subjects_hold_nothing_personal_and_emails_are_in_french(notified, structures, cleaning, place):
    request = ask(cleaning, place)
    notifications.list_to_resident(request)
    notifications.follow_up(FollowUp.objects.all())
    with time_machine.travel("2026-11-23T08:00:00+00:00", tick=False):
        elsewhere = CommuneFactory(name="Le Blanc")
        ask(ServiceFactory(name="Bricolage"), elsewhere)
        notifications.weekly_digest(datetime.date(2026, 11, 23))
    subjects = set(OutboxMessage.objects.values_list("subject", flat=True))
    assert subjects == {
        "Votre liste\xa0: qui peut venir chez vous",
        "Avez-vous trouvé quelqu’un\u00a0?",
        "Une nouvelle demande par le site",
        "Demandes infructueuses de la semaine",
    }
    for message in OutboxMessage.objects.all():
        assert '<html lang="fr">' in message.html
        assert "<img" not in message.html
        assert "http://testserver/" in message.text
