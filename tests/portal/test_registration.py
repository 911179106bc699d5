"""Registering for an event: places, waiting list, link to cancel, e-mails, erasure."""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connections, transaction
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from intake.models import OutboxMessage
from portal.events import notices, registering
from portal.events.registering import Full, Wish
from portal.models import EventDate, EventPage, EventRegistration
from tests.portal.event_factories import in_days, make_event

pytestmark = pytest.mark.django_db
Status = EventRegistration.Status
ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def evening() -> EventPage:
    return make_event(takes_registrations=True, places=30, contact_phone="+33261911099")


def url(event: EventPage) -> str:
    return f"/inscriptions/{event.pk}/"


def token(client: Client, event: EventPage) -> str:
    html = client.get(url(event)).content.decode()
    return re.search(r'name="jeton" value="([^"]+)"', html)[1]


def post(client: Client, event: EventPage, headers: dict[str, str] = ORIGIN, **typed: str) -> Any:
    data = {"nom": "Marie Test", "personnes": "1", "telephone": "", "courriel": "marie@exemple.example"}
    data |= {"jeton": token(client, event)} | typed
    return client.post(url(event), data, headers=headers)


def wish(number: int, people: int = 1, email: str | None = None) -> Wish:
    address = f"visiteur-{number}@exemple.example" if email is None else email
    return Wish(token=f"jeton-{number}", people=people, name=f"Visiteur {number}", email=address)


def queued() -> list[str]:
    """Address and subject of each e-mail, in order."""
    rows = OutboxMessage.objects.order_by("pk")
    return [f"{row.to} {row.subject}".replace("\u00a0", " ") for row in rows]


def test_thirty_one_people_for_thirty_places(client, evening):
    """One waits, and gets the place of whoever cancels."""
    links = []
    for number in range(31):
        answer = post(client, evening, nom=f"Visiteur {number}", courriel=f"v{number}@exemple.example")
        assert answer.status_code == 302
        links.append(answer["Location"])
    assert "Votre inscription est confirmée" in client.get(links[0]).content.decode()
    assert "Vous êtes sur la liste d’attente" in client.get(links[30]).content.decode()
    assert evening.registrations.coming().people() == 30
    assert [row.name for row in evening.registrations.waiting()] == ["Visiteur 30"]
    assert "Toutes les places sont prises" in client.get("/agenda/soiree-de-lancement/").content.decode()

    OutboxMessage.objects.all().delete()
    client.post(links[4], headers=ORIGIN)
    assert "Votre inscription est confirmée" in client.get(links[30]).content.decode()
    assert "Votre inscription est annulée" in client.get(links[4]).content.decode()
    assert evening.registrations.coming().people() == 30
    assert set(queued()) == {
        "v4@exemple.example Inscription annulée : Soirée de lancement",
        "v30@exemple.example Une place pour vous : Soirée de lancement",
    }


def test_the_confirmation_has_the_event_for_calendars_and_a_link(client, evening):
    answer = post(client, evening, personnes="2")
    message = OutboxMessage.objects.get()
    assert message.to == "marie@exemple.example"
    assert message.subject.replace("\u00a0", " ") == "Inscription confirmée : Soirée de lancement"
    assert f"http://testserver{answer['Location']}" in message.text
    assert "2 personnes" in message.text and "18\u00a0h\u00a030" in message.text
    assert "Marie" not in message.subject and "&" not in message.text
    (attached,) = message.attachments
    assert (attached["name"], attached["type"]) == ("soiree-de-lancement.ics", "text/calendar")
    (found,) = Calendar.from_ical(attached["content"]).walk("VEVENT")
    (public,) = Calendar.from_ical(client.get(f"/agenda/{evening.pk}.ics").content).walk("VEVENT")
    assert found["UID"] == public["UID"]


def test_opening_the_link_changes_nothing_and_a_post_from_elsewhere_neither(client, evening):
    link = post(client, evening)["Location"]
    for _ in range(2):
        answer = client.get(link)
        assert "no-store" in answer["Cache-Control"]
        assert "Annuler mon inscription" in answer.content.decode()
    client.post(link, headers={"Origin": "https://elsewhere.example"})
    client.post(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert evening.registrations.coming().count() == 1
    client.post(link, headers=ORIGIN)
    client.post(link, headers=ORIGIN)
    assert evening.registrations.get().status == Status.CANCELLED


@pytest.mark.parametrize("altered", ["1.abc", "abc", "1", "99.x", "1:2.3", "é.é"])
def test_an_altered_link_is_told_in_words(client, evening, altered):
    post(client, evening)
    answer = client.get(f"/inscriptions/suivi/{altered}/")
    assert answer.status_code == 404
    assert "Ce lien ne fonctionne pas" in answer.content.decode()


def test_a_link_leads_to_one_registration_only(client, evening):
    first, second = post(client, evening)["Location"], post(client, evening)["Location"]
    other = second.replace(second.split("/")[3].split(".")[0], first.split("/")[3].split(".")[0], 1)
    assert client.get(other).status_code == 404


def test_the_form_leaves_no_cookie_and_is_never_kept(client, evening):
    for answer in (client.get(url(evening)), post(client, evening)):
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
    assert token(client, evening) != token(client, evening)


def test_the_same_form_twice_is_one_registration(client, evening):
    jeton = token(client, evening)
    answers = [post(client, evening, jeton=jeton) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert evening.registrations.count() == 1
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "typed"),
    [
        ({"Origin": "https://elsewhere.example"}, {}),
        ({"Origin": "null"}, {}),
        (ORIGIN, {"jeton": "inventé"}),
        (ORIGIN, {"jeton": ""}),
        (ORIGIN, {"site_web": "https://spam.example"}),
    ],
)
def test_what_no_form_of_ours_sent_is_refused_and_words_are_kept(client, evening, headers, typed):
    answer = post(client, evening, headers, **({"nom": "Marie <b>Test</b>"} | typed))
    html = answer.content.decode()
    assert 'value="Marie &lt;b&gt;Test&lt;/b&gt;"' in html and 'role="alert"' in html
    assert not evening.registrations.exists()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("nom", {"nom": ""}, "Écrivez votre nom"),
        ("nom", {"nom": "x" * 10_000}, "au plus 120 caractères"),
        ("personnes", {"personnes": ""}, "Écrivez combien"),
        ("personnes", {"personnes": "1000"}, "appelez-nous"),
        ("personnes", {"personnes": "0"}, "au moins 1"),
        ("personnes", {"personnes": "-3"}, "au moins 1"),
        ("personnes", {"personnes": "deux"}, "en chiffres"),
        ("personnes", {"personnes": "9" * 5000}, "chiffres"),
        ("courriel", {"courriel": "marie"}, "adresse électronique complète"),
        ("telephone", {"telephone": "12"}, "numéro complet"),
        ("telephone", {"telephone": "", "courriel": ""}, "un numéro de téléphone ou une adresse"),
        ("nom", {"nom": "a\x00b"}, "nul"),
    ],
)
def test_bad_input_is_told_next_to_the_field_and_nothing_is_lost(client, evening, field, typed, words):
    answer = post(client, evening, **({"nom": "Jeanne d’ici", "telephone": "02 54 28 12 12"} | typed))
    html = answer.content.decode()
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
    assert f'href="#id_{field}"' in html and f'id="id_{field}_error"' in html
    described = re.search(rf'<input[^>]*name="{field}"[^>]*>', html)[0]
    assert f"id_{field}_error" in described and 'aria-invalid="true"' in described
    if field != "nom":
        assert 'value="Jeanne d’ici"' in html
    assert not EventRegistration.objects.exists()


def test_without_e_mail_a_phone_number_is_enough(client, evening):
    answer = post(client, evening, courriel="", telephone="02 54 28 12 12")
    assert "Gardez l’adresse de cette page" in client.get(answer["Location"]).content.decode()
    assert evening.registrations.get().phone == "+33254281212"
    assert not OutboxMessage.objects.exists()


def test_places_are_counted_in_people():
    event = make_event(takes_registrations=True, places=5)
    first = registering.register(event, wish(1, people=4))
    pair = registering.register(event, wish(2, people=2))
    single = registering.register(event, wish(3, people=1))
    assert [row.status for row in (first, pair, single)] == ["confirmed", "waiting", "confirmed"]
    with pytest.raises(Full):  # more than there are in all: waiting would not help
        registering.register(event, wish(4, people=6))
    late = registering.register(event, wish(5, people=1))
    registering.cancel(first)
    # In order, those for whom there is enough.
    assert [EventRegistration.objects.get(pk=row.pk).status for row in (first, pair, single, late)] == [
        "cancelled",
        "confirmed",
        "confirmed",
        "confirmed",
    ]
    assert event.registrations.coming().people() == 4


def test_without_a_waiting_list_it_is_full(client):
    event = make_event(takes_registrations=True, places=2, has_waiting_list=False)
    jeton = token(client, event)
    assert "Il ne reste plus que" in post(client, event, personnes="3").context["form"].errors["personnes"][0]
    registering.register(event, wish(1, people=2))
    data = {"nom": "Marie", "personnes": "1", "courriel": "m@exemple.example", "jeton": jeton}
    answer = client.post(url(event), data, headers=ORIGIN)
    assert "viennent d’être prises" in answer.context["form"].errors["personnes"][0]
    assert "/inscriptions/" not in client.get("/agenda/soiree-de-lancement/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"first_day": datetime.date(2020, 1, 1)},
        {"registration_closes_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)},
        {"status": "cancelled", "status_note": "neige"},
    ],
)
def test_nobody_registers_for_what_is_over_closed_or_cancelled(client, fields):
    event = make_event(takes_registrations=True, **fields)
    html = client.get(url(event)).content.decode()
    assert "<form" not in html
    with pytest.raises(registering.Closed):
        registering.register(event, wish(1))


def test_an_event_without_registration_has_no_form(client):
    assert client.get(url(make_event())).status_code == 404
    assert client.get(url(make_event("Brouillon", takes_registrations=True, live=False))).status_code == 404


def test_more_places_go_to_those_who_wait(evening):
    evening.places = 1
    evening.save_revision().publish()
    for number in range(3):
        registering.register(evening, wish(number))
    evening.places = 2
    evening.save_revision().publish()
    assert [row.name for row in evening.registrations.coming()] == ["Visiteur 0", "Visiteur 1"]
    assert OutboxMessage.objects.filter(kind="event_promoted").get().to == "visiteur-1@exemple.example"


def test_people_are_told_once_when_the_event_is_moved_or_cancelled(evening):
    registering.register(evening, wish(1))
    registering.cancel(registering.register(evening, wish(2)))
    OutboxMessage.objects.all().delete()

    def publish() -> list[str]:
        OutboxMessage.objects.all().delete()
        evening.save_revision().publish()
        return queued()

    evening.introduction = "Une faute corrigée."
    assert publish() == []
    evening.dates = [EventDate(first_day=in_days(21), start_time=datetime.time(18))]
    moved = "visiteur-1@exemple.example Changement de date ou de lieu : Soirée de lancement"
    assert publish() == [moved]
    assert publish() == []
    evening.status, evening.status_note = "cancelled", "neige"
    assert publish() == ["visiteur-1@exemple.example Événement annulé : Soirée de lancement"]
    message = OutboxMessage.objects.get()
    assert "neige" in message.text
    assert "STATUS:CANCELLED" in message.attachments[0]["content"]


def test_names_are_erased_after_a_delay_and_the_count_remains(client, settings):
    settings.REGISTRATION_KEPT_DAYS = 30
    old = make_event("Ancien", first_day=in_days(-31), takes_registrations=True)
    recent = make_event("Récent", first_day=in_days(-28), takes_registrations=True)
    for number, event in enumerate((old, recent)):
        EventRegistration.objects.create(
            event=event, people=3, status="confirmed", name="Marie", email="m@exemple.example",
            phone="+33254281212", form_token=str(number),
        )  # fmt: skip
    for _ in range(2):
        call_command("purge_personal_data", verbosity=0)
        erased, kept = old.registrations.get(), recent.registrations.get()
        assert (erased.name, erased.email, str(erased.phone)) == ("", "", "")
        assert erased.erased_at and old.registrations.coming().people() == 3
        assert (kept.name, kept.erased_at) == ("Marie", None)
    moment = old.registrations.get().erased_at
    call_command("purge_personal_data", verbosity=0)
    assert old.registrations.get().erased_at == moment
    assert client.get(notices.follow_url(erased)).status_code == 200


def test_the_database_refuses_no_people_and_names_that_are_erased_by_half(evening):
    for wrong in ({"people": 0}, {"people": 11}, {"name": ""}, {"erased_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EventRegistration.objects.create(
                **{"event": evening, "people": 1, "status": "confirmed", "name": "x", "form_token": "t"}
                | wrong
            )


def test_when_the_base_is_away_every_word_is_given_back(evening, monkeypatch):
    def away(*args: Any) -> None:
        raise OperationalError("away")

    client = Client(raise_request_exception=False)
    jeton = token(client, evening)
    monkeypatch.setattr(registering, "register", away)
    answer = post(client, evening, nom="Jeanne d’ici", personnes="3", jeton=jeton)
    html = answer.content.decode()
    assert answer.status_code == 503
    assert 'value="Jeanne d’ici"' in html and 'value="3"' in html and jeton in html
    assert not answer.cookies


@pytest.fixture
def at_once() -> Any:
    """Run functions at the same moment, each with a connection of its own to the same rows."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        barrier, results = threading.Barrier(len(functions)), []

        def one(function: Callable[[], Any]) -> None:
            try:
                barrier.wait()
                results.append(function())
            except Exception as error:
                results.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=[function]) for function in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return results

    return run


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def last_place(self) -> EventPage:
        event = make_event(takes_registrations=True, places=1)
        return event

    def test_one_of_two_gets_the_last_place(self, last_place, at_once):
        found = at_once(
            *(lambda number=number: registering.register(last_place, wish(number)) for number in range(6))
        )
        assert sorted(row.status for row in found) == ["confirmed", *["waiting"] * 5]

    def test_the_same_form_at_once_is_one_registration(self, last_place, at_once):
        found = at_once(*(lambda: registering.register(last_place, wish(1)) for _ in range(4)))
        assert len({row.pk for row in found}) == 1
