"""The list of those who come: who may read it, on paper, in a spreadsheet; the agenda in the admin."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import PageLogEntry

from portal.events import registering
from portal.events.attendance import RegistrationsViewSet
from portal.events.registering import Wish
from portal.models import EventPage, EventRegistration
from tests.factories import UserFactory
from tests.portal.event_factories import agenda, in_days, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> EventPage:
    event = make_event(takes_registrations=True, places=2)
    for number, (name, people) in enumerate([("Zoé Test", 1), ("=cmd|’A’!A1", 1), ("Jeanne Test", 2)]):
        registering.register(
            event, Wish(token=str(number), people=people, name=name, email=f"v{number}@exemple.example")
        )
    return event


def logged(client: Client, group: str) -> Client:
    client.force_login(UserFactory(groups=[group]))
    return client


def urls(event: EventPage) -> list[str]:
    return [
        reverse(f"registrations:{pattern.name}", args=[event.pk] if "pk" in str(pattern.pattern) else [])
        for pattern in RegistrationsViewSet().get_urlpatterns()
        if pattern.name != "cancel"
    ]


@pytest.mark.parametrize("group", ["Équipe du parc", "Opérateurs"])
def test_staff_and_operators_read_the_list(client: Client, event, group):
    logged(client, group)
    for url in urls(event):
        assert client.get(url).status_code == 200, url
    html = client.get(f"/admin/inscriptions/{event.pk}/").content.decode()
    # By name, then those who wait.
    assert html.index("=cmd") < html.index("Zoé Test") < html.index("Jeanne Test")
    assert "Zoé" not in client.get("/admin/inscriptions/").content.decode()
    assert reverse("registrations:index") in client.get("/admin/").content.decode()


@pytest.mark.parametrize("group", ["Partenaires", "Institutions"])
def test_others_do_not(client: Client, event, group):
    logged(client, group)
    row = event.registrations.first()
    for url in urls(event):
        answer = client.get(url)
        assert answer.status_code in (302, 403) and b"Test" not in answer.content, url
    client.post(reverse("registrations:cancel", args=[event.pk, row.pk]))
    assert not event.registrations.filter(status="cancelled").exists()
    assert reverse("registrations:index") not in client.get("/admin/").content.decode()


def test_visitors_do_not(client: Client, event):
    for url in urls(event):
        assert client.get(url).status_code == 302, url


def test_the_export_is_defused_told_and_never_kept(client: Client, event):
    logged(client, "Équipe du parc")
    answer = client.get(f"/admin/inscriptions/{event.pk}/export/")
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["Zoé Test", "'=cmd|’A’!A1", "Jeanne Test"]
    assert rows[3][1:3] == ["2", "liste d’attente"]
    assert "no-store" in answer["Cache-Control"]
    entry = PageLogEntry.objects.get(action="portal.registrations_exported")
    assert "Zoé" not in str(entry.data)


def test_cancelling_for_somebody_who_calls_frees_the_place(client: Client, event):
    logged(client, "Opérateurs")
    for row in event.registrations.coming():
        url = reverse("registrations:cancel", args=[event.pk, row.pk])
        assert client.get(url).status_code == 405
        client.post(url)
        client.post(url)
    assert [row.name for row in event.registrations.coming()] == ["Jeanne Test"]
    other = make_event("Un autre", takes_registrations=True)
    row = event.registrations.coming().get()
    assert client.post(reverse("registrations:cancel", args=[other.pk, row.pk])).status_code == 404


def test_the_sheet_for_the_door_has_boxes_and_no_e_mail(client: Client, event):
    logged(client, "Équipe du parc")
    html = client.get(f"/admin/inscriptions/{event.pk}/feuille/").content.decode()
    assert html.count('class="box"') == 2 and "@exemple" not in html
    assert "Liste d’attente" in html


def posted(**fields: str) -> dict[str, str]:
    empty = dict.fromkeys(
        [
            "introduction", "type", "status_note", "place_name", "address", "commune", "location", "organiser",
            "contact_phone", "contact_email", "price", "audience", "picture", "picture_alt", "places",
            "registration_closes_at", "seo_title", "search_description", "go_live_at", "expire_at",
        ],
        "",
    )  # fmt: skip
    return (
        empty
        | {
            "title": "Soirée de lancement",
            "slug": "soiree",
            "status": "planned",
            "description": "null",
            "programme": "null",
            "has_waiting_list": "on",
            "dates-TOTAL_FORMS": "1",
            "dates-INITIAL_FORMS": "0",
            "dates-MIN_NUM_FORMS": "1",
            "dates-MAX_NUM_FORMS": "1000",
            "dates-0-id": "",
            "dates-0-ORDER": "1",
            "dates-0-first_day": in_days(10).strftime("%d/%m/%Y"),
            "dates-0-start_time": "18:30",
            "dates-0-last_day": "",
            "dates-0-end_time": "21:00",
            "dates-0-repeats": "",
            "dates-0-until": "",
            "documents-TOTAL_FORMS": "0",
            "documents-INITIAL_FORMS": "0",
            "documents-MIN_NUM_FORMS": "0",
            "documents-MAX_NUM_FORMS": "1000",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0",
            "comments-MAX_NUM_FORMS": "0",
            "action-publish": "1",
        }
        | fields
    )


def test_an_officer_publishes_an_event(client: Client):
    url = f"/admin/pages/add/portal/eventpage/{agenda().pk}/"
    logged(client, "Équipe du parc")
    assert client.get(url).status_code == 200
    answer = client.post(url, posted(takes_registrations="on", places="30"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert "Soirée de lancement" in client.get("/agenda/").content.decode()
    event = EventPage.objects.get()
    assert event.places == 30
    edit = client.get(f"/admin/pages/{event.pk}/edit/").content.decode()
    assert reverse("registrations:event", args=[event.pk]) in edit
    assert "Soirée de lancement" in client.get("/admin/event_pages/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"dates-0-last_day": in_days(9).strftime("%d/%m/%Y")}, "finit avant de commencer"),
        ({"dates-0-end_time": "17:00"}, "finit avant de commencer"),
        ({"dates-0-repeats": "weekly"}, "il faut une fin"),
        ({"places": "0"}, "au moins une place"),
        ({"places": "-1"}, "supérieure ou égale"),
        ({"status": "cancelled"}, "ce qui a changé"),
        ({"location": "ici"}, "pas un endroit"),
        ({"slug": "passes"}, "choisissez-en une autre"),
        ({"introduction": "x" * 10_000}, "300"),
        ({"contact_phone": "12"}, ""),
    ],
)
def test_an_officer_is_told_what_is_wrong_and_loses_nothing(client: Client, wrong, where):
    url = f"/admin/pages/add/portal/eventpage/{agenda().pk}/"
    logged(client, "Équipe du parc")
    answer = client.post(url, posted(place_name="Salle des fêtes", **wrong))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "error-message" in html and where in re.sub(r"\s", " ", html)
    assert "Salle des fêtes" in html
    assert not EventPage.objects.exists()


def test_erased_names_show_as_such(client: Client, event):
    EventRegistration.objects.update(name="", email="", phone="", erased_at="2026-01-01T00:00Z")
    logged(client, "Équipe du parc")
    html = client.get(f"/admin/inscriptions/{event.pk}/").content.decode()
    assert "effacé" in html and "2 personnes ont une place" in html.replace("\u00a0", " ")
