"""The launch evening, from an officer's first minutes in the editor to the person who gets the last place."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from PIL import Image

from intake import duties
from intake.mail.delivery import deliver
from portal.demo.site import load_pages, load_settings
from portal.models import EventPage
from portal.roles import STAFF, role_name
from tests.factories import CommuneFactory, UserFactory
from tests.portal.event_factories import agenda, in_days
from tests.portal.test_registration import post

TITLE = "Soirée de lancement"
PATH = "/agenda/soiree-de-lancement/"


@pytest.fixture
def site(real_files):
    CommuneFactory(name="Mézières-en-Brenne")
    load_settings()
    load_pages("1001 services", 80)
    agenda()


@pytest.fixture
def officer(visit, site):
    """Signed in, before the admin's home page."""
    client = Client()
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    visited = visit("/robots.txt", height=1000)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    visited.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visited.address}]
    )
    visited.page.set_default_timeout(60_000)  # the editor is heavy
    return visited.goto("/admin/")


def write(page, picture) -> None:
    """All that the evening needs, as somebody finds it on the screen."""
    page.get_by_role("button", name="Agenda").click()
    page.get_by_role("link", name="Événements", exact=True).click()
    page.get_by_role("link", name="Ajouter").first.click()
    page.fill("#id_title", TITLE)
    page.fill("#id_introduction", "Venez voir ce que c’est.")
    page.fill("#id_dates-0-first_day", in_days(3).strftime("%d/%m/%Y"))
    page.keyboard.press("Tab")
    page.fill("#id_dates-0-start_time", "18:30")
    page.keyboard.press("Tab")
    page.fill("#id_place_name", "Salle des fêtes")
    page.get_by_role("button", name="Choisir commune").click()
    page.locator(".modal-body").get_by_role("link", name="Mézières-en-Brenne").click()
    page.locator(".modal-body").wait_for(state="detached")
    page.get_by_role("button", name="Choisir une image").click()
    window = page.locator(".modal-body")
    window.get_by_role("tab", name="Transférer").click()
    window.locator("input[type=file]").set_input_files(picture)
    window.get_by_label("Intitulé").fill("La salle des fêtes")
    window.get_by_role("button", name="Transférer").click()
    window.wait_for(state="detached")
    page.fill("#id_picture_alt", "Une salle pleine de monde.")
    page.get_by_role("tab", name="Inscription").click()
    page.check("#id_takes_registrations")
    page.fill("#id_places", "30")


def schedule(page, when: datetime.datetime) -> None:
    page.locator("[data-side-panel-toggle=status]").click()
    page.get_by_role("button", name="Programmer").first.click()
    page.fill("#id_go_live_at", timezone.localtime(when).strftime("%d/%m/%Y %H:%M"))
    page.keyboard.press("Tab")
    keep = page.get_by_role("button", name="Enregistrer la programmation")
    keep.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/**")
    page.locator("footer [name=action-publish]").click()
    page.wait_for_url(lambda url: "/edit" not in url)


def register(visited, name: str) -> str:
    """On the page of the event, by hand; returns the heading of the answer."""
    page = visited.goto(PATH).page
    page.click("a.btn")
    page.fill("[name=nom]", name)
    page.fill("[name=courriel]", f"{name.lower()}@exemple.example")
    page.click("#envoyer")
    page.wait_for_url("**/inscriptions/suivi/**")
    return page.locator("h1").inner_text()


def test_an_officer_prepares_the_evening_and_thirty_one_people_come(officer, visit, tmp_path):
    picture = tmp_path / "salle.jpg"
    Image.linear_gradient("L").resize((1200, 800)).convert("RGB").save(picture)
    hour = timezone.now() + datetime.timedelta(hours=2)
    write(officer.page, picture)
    schedule(officer.page, hour)

    # Nothing is public before its hour.
    resident = visit("/agenda/", javascript=False, width=390)
    assert TITLE not in resident.page.content()
    duties.publish(timezone.now())
    assert Client().get(PATH).status_code == 404

    with time_machine.travel(hour + datetime.timedelta(minutes=1), tick=True):
        duties.publish(timezone.now())
        event = EventPage.objects.get(slug="soiree-de-lancement")
        assert event.live and event.location == ""  # the map was not touched
        for path in ("/", "/agenda/"):
            assert resident.goto(path).page.get_by_role("link", name=TITLE).first.is_visible(), path
        client = Client()
        for path in ("/agenda.ics", f"/agenda/{event.pk}.ics"):
            (found,) = Calendar.from_ical(client.get(path).content).walk("VEVENT")
            assert (found["SUMMARY"], "Mézières-en-Brenne" in found["LOCATION"]) == (TITLE, True)
        page = resident.goto(PATH).page
        assert page.get_by_alt_text("Une salle pleine de monde.").evaluate("image => image.naturalWidth") > 0

        for number in range(29):
            post(client, event, nom=f"Visiteur {number}", courriel=f"v{number}@exemple.example")
        assert register(visit("/", width=390), "Paul") == "Votre inscription est confirmée"
        assert register(visit("/"), "Jeanne") == "Vous êtes sur la liste d’attente"
        deliver()
        told = {message.to[0]: message for message in mail.outbox}
        assert [name for name, _content, _type in told["paul@exemple.example"].attachments] == [
            "soiree-de-lancement.ics"
        ]

        # Paul follows the link of his e-mail, days later, and cannot come.
        link = re.search(r"/inscriptions/suivi/\S+", told["paul@exemple.example"].body)[0]
        page = visit(link).page
        page.get_by_role("button", name="Annuler mon inscription").click()
        page.wait_for_selector("text=Votre inscription est annulée")
        mail.outbox.clear()
        deliver()
        (promoted,) = [message for message in mail.outbox if message.to == ["jeanne@exemple.example"]]
        assert promoted.subject.replace("\xa0", " ") == f"Une place pour vous : {TITLE}"
        officer.goto(f"/admin/inscriptions/{event.pk}/")
        assert "30" in officer.page.locator("main").inner_text()
        assert not officer.violations
    resident.expect_clean()
