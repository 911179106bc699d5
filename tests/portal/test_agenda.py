"""The agenda: what takes place when, in lists, words, calendars and linked data."""

from __future__ import annotations

import datetime
import json
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from portal.agenda import coming_events
from portal.events import recurrence
from portal.events.spans import span
from portal.events.wording import repetition, when
from portal.models import EventDate, EventPage, EventType
from portal.site_search import search_site
from tests.factories import CommuneFactory
from tests.portal.event_factories import agenda, in_days, make_event

pytestmark = pytest.mark.django_db
NOW = "2026-11-24T10:00:00+01:00"
DAY, TIME = datetime.date, datetime.time
SOON = DAY(2026, 12, 3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def plain(text: str) -> str:
    """With ordinary spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ((DAY(2009, 1, 15), TIME(18, 30), None, TIME(21)), "jeudi 15 janvier 2009, de 18 h 30 à 21 h"),
        ((DAY(2009, 1, 1), TIME(9), None, None), "jeudi 1er janvier 2009 à 9 h"),
        ((DAY(2026, 12, 3), None, None, None), "jeudi 3 décembre 2026"),
        ((DAY(2026, 12, 3), None, DAY(2026, 12, 5), None), "du 3 au 5 décembre 2026"),
        ((DAY(2026, 11, 30), None, DAY(2026, 12, 2), None), "du 30 novembre au 2 décembre 2026"),
        ((DAY(2026, 12, 31), None, DAY(2027, 1, 2), None), "du 31 décembre 2026 au 2 janvier 2027"),
        (
            (DAY(2026, 12, 3), TIME(20), DAY(2026, 12, 4), TIME(2)),
            "du jeudi 3 décembre 2026 à 20 h au vendredi 4 décembre 2026 à 2 h",
        ),
        ((DAY(2026, 12, 3), TIME(20), DAY(2026, 12, 4), TIME(0)), "jeudi 3 décembre 2026, de 20 h à 24 h"),
    ],
)
def test_when_in_words(typed, words):
    assert plain(when(span(*typed))) == words


@pytest.mark.parametrize(
    ("first", "repeats", "until", "days"),
    [
        (
            DAY(2026, 12, 3),
            "weekly",
            DAY(2026, 12, 17),
            [DAY(2026, 12, 3), DAY(2026, 12, 10), DAY(2026, 12, 17)],
        ),
        (DAY(2026, 12, 3), "fortnightly", DAY(2026, 12, 30), [DAY(2026, 12, 3), DAY(2026, 12, 17)]),
        # No 31 in February nor April.
        (
            DAY(2027, 1, 31),
            "monthly_date",
            DAY(2027, 5, 31),
            [DAY(2027, 1, 31), DAY(2027, 3, 31), DAY(2027, 5, 31)],
        ),
        (
            DAY(2026, 12, 8),
            "monthly_weekday",
            DAY(2027, 2, 28),
            [DAY(2026, 12, 8), DAY(2027, 1, 12), DAY(2027, 2, 9)],
        ),
        # The last Monday.
        (
            DAY(2026, 11, 30),
            "monthly_weekday",
            DAY(2027, 1, 31),
            [DAY(2026, 11, 30), DAY(2026, 12, 28), DAY(2027, 1, 25)],
        ),
    ],
)
def test_days_of_a_repetition(first, repeats, until, days):
    assert recurrence.days(first, repeats, until) == days


def test_a_repetition_in_words():
    assert repetition("weekly", SOON, DAY(2027, 6, 24)) == "tous les jeudis jusqu’au 24 juin 2027"
    assert repetition("monthly_weekday", DAY(2026, 12, 8), DAY(2027, 6, 8)) == (
        "le deuxième mardi de chaque mois jusqu’au 8 juin 2027"
    )
    assert repetition("", SOON, None) == ""


def test_the_clock_change_does_not_move_the_hour():
    row = EventDate(first_day=DAY(2027, 3, 22), start_time=TIME(14), repeats="weekly", until=DAY(2027, 4, 5))
    assert [timezone.localtime(found.start).hour for found in row.spans()] == [14, 14, 14]
    assert [found.start.astimezone(datetime.UTC).hour for found in row.spans()] == [13, 12, 12]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_day", {"last_day": DAY(2026, 12, 2)}),
        ("end_time", {"start_time": TIME(18), "end_time": TIME(17)}),
        ("start_time", {"end_time": TIME(17)}),
        ("until", {"repeats": "weekly"}),
        ("until", {"repeats": "weekly", "until": DAY(2026, 12, 1)}),
        ("until", {"repeats": "weekly", "until": DAY(2036, 1, 1)}),
        ("repeats", {"until": DAY(2027, 1, 1)}),
        ("last_day", {"repeats": "weekly", "until": DAY(2027, 1, 1), "last_day": DAY(2026, 12, 12)}),
        ("first_day", {"first_day": DAY(9999, 1, 1)}),
    ],
)
def test_dates_that_make_no_sense_are_told_next_to_the_field(field, typed):
    row = EventDate(**({"first_day": SOON} | typed))
    with pytest.raises(ValidationError) as refused:
        row.full_clean(exclude=["event"])
    assert list(refused.value.message_dict) == [field]


def test_the_database_refuses_them_too():
    event = make_event()
    for wrong in ({"last_day": DAY(2026, 12, 2)}, {"repeats": "weekly"}, {"until": DAY(2027, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EventDate.objects.create(event=event, first_day=SOON, **wrong)


def test_a_picture_without_words_and_no_place_at_all_are_refused():
    event = make_event()
    event.places = 0
    event.status = EventPage.Status.MOVED
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert set(refused.value.message_dict) == {"places", "status_note"}
    event.slug, event.places, event.status_note = "passes", 3, "salle prise"
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert set(refused.value.message_dict) == {"slug"}


def test_coming_events_are_the_soonest_and_leave_by_themselves():
    make_event("Plus tard", first_day=DAY(2027, 1, 5))
    make_event("Bientôt", first_day=SOON, end_time=TIME(20))
    make_event("Brouillon", first_day=SOON, live=False)
    make_event("Atelier", first_day=DAY(2026, 11, 5), repeats="weekly", until=DAY(2026, 12, 10))
    make_event("Passé", first_day=DAY(2026, 11, 23))
    assert [card.title for card in coming_events(5)] == ["Atelier", "Bientôt", "Plus tard"]
    assert [card.title for card in coming_events(1)] == ["Atelier"]
    first = coming_events(1)[0]
    assert (first.day, first.others_text) == ("26", "et 2 autres dates")
    later = datetime.datetime(2026, 12, 3, 20, 1, tzinfo=timezone.get_default_timezone())
    assert [card.title for card in coming_events(5, later)] == ["Atelier", "Plus tard"]


def test_an_event_of_several_days_stays_until_its_end():
    make_event("Foire", first_day=DAY(2026, 11, 22), last_day=DAY(2026, 11, 24), start_time=None)
    assert [card.title for card in coming_events(5)] == ["Foire"]
    with time_machine.travel("2026-11-25T00:01:00+01:00"):
        assert coming_events(5) == []


def test_publishing_resolves_dates_and_a_draft_does_not():
    event = make_event(first_day=SOON)
    event.dates = [EventDate(first_day=DAY(2026, 12, 10), start_time=TIME(18))]
    revision = event.save_revision()
    assert [card.day for card in coming_events(1)] == ["3"]
    revision.publish()
    assert [card.day for card in coming_events(1)] == ["10"]


def test_scheduled_publishing_reaches_lists_and_feed(client: Client):
    event = make_event(first_day=SOON, live=False)
    event.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    event.save_revision(approved_go_live_at=event.go_live_at)
    call_command("publish_scheduled", verbosity=0)
    assert coming_events(5) == []
    with time_machine.travel("2026-11-24T11:01:00+01:00"):
        call_command("publish_scheduled", verbosity=0)
        assert [card.title for card in coming_events(5)] == ["Soirée de lancement"]
        assert "Soirée de lancement" in client.get("/agenda.ics").content.decode()
        assert "Soirée de lancement" in client.get("/agenda/").content.decode()


def test_lists_by_month_commune_and_type(client: Client):
    town = CommuneFactory(name="Le Blanc")
    meeting = EventType.objects.create(name="Réunion", slug="reunion")
    make_event("Au Blanc", first_day=SOON, commune=town)
    make_event("Réunion en janvier", first_day=DAY(2027, 1, 5), type=meeting)
    page = client.get("/agenda/").content.decode()
    assert page.index("Au Blanc") < page.index("Réunion en janvier")
    for path, title, other in (
        ("mois/2026/12/", "Au Blanc", "Réunion en janvier"),
        ("mois/2027/01/", "Réunion en janvier", "Au Blanc"),
        ("commune/le-blanc/", "Au Blanc", "Réunion en janvier"),
        ("type/reunion/", "Réunion en janvier", "Au Blanc"),
    ):
        assert f'href="/agenda/{path}"' in page
        answer = client.get(f"/agenda/{path}")
        html = answer.content.decode()
        assert f">{title}</a>" in html and f">{other}</a>" not in html
    for unknown in ("mois/2026/13/", "mois/1999/01/", "mois/2027/02/", "commune/atlantide/", "type/bal/"):
        assert client.get(f"/agenda/{unknown}").status_code == 404


def test_past_events_are_kept_the_latest_first(client: Client):
    make_event("Lancement", first_day=DAY(2009, 1, 15))
    make_event("Hier", first_day=DAY(2026, 11, 23))
    make_event("Demain", first_day=DAY(2026, 11, 25))
    html = client.get("/agenda/passes/").content.decode()
    assert html.index(">Hier</a>") < html.index(">Lancement</a>")
    assert ">Demain</a>" not in html
    assert "Cet événement est passé" in client.get("/agenda/lancement/").content.decode()
    assert "/agenda/lancement/" in client.get("/sitemap-pages.xml").content.decode()


def test_a_cancelled_event_stays_and_says_so(client: Client):
    event = make_event("Atelier", first_day=SOON, status="cancelled", status_note="salle indisponible")
    for path in ("/agenda/", "/agenda/atelier/"):
        assert "Annulé : salle indisponible" in plain(client.get(path).content.decode())
    ics = client.get(f"/agenda/{event.pk}.ics").content.decode()
    assert "STATUS:CANCELLED" in ics


def read(client: Client, path: str) -> list:
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_the_calendar_file_says_when_in_paris(client: Client):
    town = CommuneFactory(name="Le Blanc")
    event = make_event(
        first_day=SOON, end_time=TIME(21), commune=town, place_name="Salle des fêtes",
        location="SRID=4326;POINT(1.06 46.63)",
    )  # fmt: skip
    (found,) = read(client, f"/agenda/{event.pk}.ics")
    assert found["DTSTART"].dt.isoformat() == "2026-12-03T18:30:00+01:00"
    assert found["DTSTART"].params["TZID"] == "Europe/Paris"
    assert found["DTEND"].dt.isoformat() == "2026-12-03T21:00:00+01:00"
    assert found["LOCATION"] == "Salle des fêtes, Le Blanc"
    assert found["GEO"].to_ical() == "46.63;1.06"
    assert found["URL"] == "http://testserver/agenda/soiree-de-lancement/"
    assert found["DTSTAMP"].dt == timezone.now()
    assert Calendar.from_ical(client.get(f"/agenda/{event.pk}.ics").content).walk("VTIMEZONE")


def test_moving_keeps_the_uid_and_raises_the_sequence(client: Client):
    event = make_event(first_day=SOON)
    (before,) = read(client, f"/agenda/{event.pk}.ics")
    with time_machine.travel("2026-11-25T10:00:00+01:00"):
        row = event.dates.get()
        row.first_day = DAY(2026, 12, 10)
        event.dates = [row]
        event.status, event.status_note = "moved", "d’abord prévue le 3 décembre"
        event.save_revision().publish()
        (after,) = read(client, f"/agenda/{event.pk}.ics")
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"] > 0) == (0, True)
    assert after["DTSTART"].dt.date() == DAY(2026, 12, 10)
    assert after["STATUS"] == "CONFIRMED"


def test_several_dates_and_repetitions_in_the_calendar(client: Client):
    event = make_event(
        dates=[
            EventDate(first_day=SOON, start_time=TIME(14), repeats="weekly", until=DAY(2026, 12, 17)),
            EventDate(first_day=DAY(2027, 1, 4), last_day=DAY(2027, 1, 5)),
            EventDate(first_day=DAY(2026, 12, 8), repeats="monthly_weekday", until=DAY(2027, 2, 9)),
        ]
    )
    weekly, days, monthly = read(client, f"/agenda/{event.pk}.ics")
    assert len({weekly["UID"], days["UID"], monthly["UID"]}) == 3
    assert weekly["RRULE"].to_ical() == b"FREQ=WEEKLY;UNTIL=20261217T225959Z;INTERVAL=1"
    assert (days["DTSTART"].dt, days["DTEND"].dt) == (DAY(2027, 1, 4), DAY(2027, 1, 6))
    assert monthly["RRULE"].to_ical() == b"FREQ=MONTHLY;UNTIL=20270209;BYDAY=2TU"
    assert event.occurrences.count() == 3 + 1 + 3
    assert len(read(client, "/agenda.ics")) == 3


def test_the_feed_leaves_out_drafts_and_what_is_long_past(client: Client):
    make_event("Lancement", first_day=DAY(2009, 1, 15))
    make_event("Brouillon", first_day=SOON, live=False)
    hidden = make_event("Privé", first_day=SOON)
    hidden.view_restrictions.create(restriction_type="login")
    make_event("Public", first_day=SOON)
    assert [str(found["SUMMARY"]) for found in read(client, "/agenda.ics")] == ["Public"]
    assert client.get(f"/agenda/{hidden.pk}.ics").status_code == 404
    assert [card.title for card in coming_events(5)] == ["Public"]


def linked(html: str) -> dict:
    blocks = [json.loads(found) for found in re.findall(r'application/ld\+json">(.*?)</script>', html)]
    return next(block for block in blocks if block["@type"] == "Event")


def test_linked_data_says_when_where_and_whether_it_takes_place(client: Client):
    make_event(
        first_day=SOON, end_time=TIME(21), place_name="Salle des fêtes", commune=CommuneFactory(name="Le Blanc"),
        is_free=True, organiser="Idées en Brenne",
    )  # fmt: skip
    data = linked(client.get("/agenda/soiree-de-lancement/").content.decode())
    assert data["startDate"] == "2026-12-03T18:30:00+01:00"
    assert data["endDate"] == "2026-12-03T21:00:00+01:00"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["location"]["address"]["addressLocality"] == "Le Blanc"
    assert data["isAccessibleForFree"] is True and data["offers"]["price"] == "0"
    make_event("Foire", first_day=SOON, start_time=None, status="cancelled", status_note="neige")
    data = linked(client.get("/agenda/foire/").content.decode())
    assert data["startDate"] == data["endDate"] == "2026-12-03"
    assert data["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_draft_without_date_can_be_previewed():
    parent = agenda()
    draft = EventPage(title="Pas encore", slug="pas-encore")
    draft.dates = []
    for page in (draft, make_event("Un autre", live=False)):
        if page is draft:
            page.set_url_path(parent)
        answer = page.make_preview_request(original_request=None, preview_mode="")
        assert answer.status_code == 200 and page.title in answer.render().content.decode()


def test_lists_cost_few_queries(client: Client, commit):
    meeting = EventType.objects.create(name="Réunion", slug="reunion")
    for number in range(12):
        make_event(
            f"Rencontre {number}", first_day=in_days(number + 1), repeats="weekly", until=in_days(60),
            commune=CommuneFactory(), type=meeting, takes_registrations=True, places=30,
        )  # fmt: skip
    make_event("Ancien", first_day=DAY(2026, 10, 1))
    commit()
    paths = ["/agenda/", "/agenda/mois/2026/12/", "/agenda/passes/", "/agenda/type/reunion/", "/agenda.ics"]
    for path in [*paths, "/agenda/rencontre-1/"]:
        client.get(path)
        with CaptureQueriesContext(connection) as log:
            assert client.get(path).status_code == 200
        assert len(log) <= 8, (path, [query["sql"][:160] for query in log])


def test_the_search_of_the_site_finds_an_event_by_its_programme_and_its_place():
    make_event(programme="<p>Démonstration de débroussaillage</p>", commune=CommuneFactory(name="Bélâbre"))
    make_event("Brouillon", programme="<p>Débroussailler</p>", live=False)
    for question in ("debroussaillage", "soirée à Bélâbre"):
        assert "Soirée de lancement" in [page["title"] for page in search_site(question).pages], question
    assert "Brouillon" not in [page["title"] for page in search_site("débroussailler").pages]


def test_the_block_of_the_home_page_shows_what_comes_and_costs_no_query_when_warm(client: Client, commit):
    parent = agenda()
    home = parent.get_parent().specific
    home.body = json.dumps([{"type": "events", "value": {"heading": "Rendez-vous", "count": 2}}])
    home.save_revision().publish()
    commit()
    client.get("/")
    with CaptureQueriesContext(connection) as before:
        assert "Rendez-vous" not in client.get("/").content.decode()
    for number in range(3):
        make_event(f"Rencontre {number}", first_day=in_days(number + 1))
    commit()
    client.get("/")
    with CaptureQueriesContext(connection) as after:
        html = client.get("/").content.decode()
    assert "Rendez-vous" in html and "Rencontre 1" in html and "Rencontre 2" not in html
    assert len(after) == len(before)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        html = client.get("/").content.decode()
    assert "Rencontre 0" not in html and "Rencontre 2" in html
