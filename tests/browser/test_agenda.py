"""The agenda, registration, jobs and the line in a real browser: for everybody, on paper, without script."""

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from intake.models import HotlineClosure
from portal.demo.agenda import load_agenda, load_jobs
from portal.demo.site import load_pages, load_settings
from portal.models import EventPage, EventRegistration
from providers.models import Commune, JobOpening, Service
from providers.nomenclature import load_nomenclature
from tests.factories import ProviderFactory

MEETING = "/agenda/rencontre-des-metiers-de-l-aide-a-domicile/"
LISTS = {
    "agenda": "/agenda/",
    "past": "/agenda/passes/",
    "commune": "/agenda/commune/mezieres-en-brenne/",
    "nothing": "/agenda/commune/rosnay/",
    "type": "/agenda/type/atelier/",
    "launch": "/agenda/soiree-de-lancement/",
    "open": MEETING,
    "repeated": "/agenda/cafe-des-aidants/",
    "cancelled": "/agenda/atelier-preparer-le-jardin/",
    "jobs": "/emplois/",
}


@pytest.fixture
def site(settings, tmp_path):
    # The drawing of the launch evening is served as any picture is.
    settings.MEDIA_ROOT = tmp_path
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"default": files}
    call_command("load_territory", verbosity=0)
    load_nomenclature()
    load_settings()
    load_pages("1001 services", 80)
    town = Commune.objects.get(slug="mezieres-en-brenne")
    cleaning = Service.objects.get(slug="menage-repassage")
    for slug in ("au-fil-des-etangs", "jardins-du-butor"):
        ProviderFactory(name=slug, slug=slug, base_commune=town, communes=[town], offers=[cleaning])
    load_agenda()
    load_jobs()


def paths() -> list[str]:
    event = EventPage.objects.get(slug=MEETING.split("/")[2])
    job = JobOpening.objects.first()
    return [*LISTS.values(), f"/inscriptions/{event.pk}/", "/inscriptions/suivi/1.x/", f"/emplois/{job.pk}/"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(site, visit, axe, dark):
    visited = visit("/", dark=dark)
    for path in paths():
        axe(visited.goto(path))


@pytest.mark.parametrize(("width", "text_size"), [(320, 100), (390, 200)], ids=["320 px", "200 % on a phone"])
def test_every_page_fits_without_javascript_and_leaves_no_trace(site, visit, width, text_size):
    visited = visit("/", javascript=False, width=width, text_size=text_size)
    for path in paths():
        if "suivi" in path:
            continue  # a link that does not work is a 404
        visited.goto(path)
        assert visited.overflow == 0, path
    visited.expect_clean()


def fill(page, **typed: str) -> None:
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    page.click("#envoyer")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_register_be_told_of_a_mistake_and_cancel_on_a_phone(site, visit, axe, dark):
    visited = visit(MEETING, width=390, dark=dark)
    page = visited.page
    page.click("a.btn")
    fill(page, nom="Jeanne d’ici", personnes="1000", telephone="02 54 28 12 12")
    assert page.locator(".problem").is_visible()
    axe(visited)
    page.click('.problem a[href="#id_personnes"]')
    assert page.locator("#id_personnes:focus").count() == 1
    assert page.input_value("#id_nom") == "Jeanne d’ici"
    fill(page, personnes="2")
    page.wait_for_url("**/inscriptions/suivi/**")
    assert page.locator("h1").inner_text() == "Votre inscription est confirmée"
    axe(visited)
    address = page.url
    page.reload()
    page.get_by_role("button", name="Annuler mon inscription").click()
    page.wait_for_url(address)
    page.wait_for_selector("text=Votre inscription est annulée")
    axe(visited)
    row = EventRegistration.objects.latest("pk")
    assert (row.people, row.status) == (2, "cancelled")
    visited.expect_clean()


def test_register_without_script_by_keyboard_and_wait_when_it_is_full(site, visit):
    visited = visit(MEETING, javascript=False, width=320)
    page = visited.page
    page.click("a.btn")
    page.focus("#id_nom")
    page.keyboard.type("Paul d’ici")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    page.keyboard.type("02 54 28 12 12")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscriptions/suivi/**")
    assert page.locator("h1").inner_text() == "Vous êtes sur la liste d’attente"
    assert visited.overflow == 0
    visited.expect_clean()


@pytest.mark.parametrize("path", [LISTS["agenda"], LISTS["launch"], MEETING, LISTS["jobs"]])
def test_paper_has_what_is_needed_and_nothing_to_click(site, visit, path):
    visited = visit(path, dark=True)
    page = visited.page
    page.emulate_media(media="print", color_scheme="dark")
    for useless in ("nav", "form", ".btn", "svg.map", "a[type='text/calendar']", ".skip"):
        assert not any(node.is_visible() for node in page.locator(useless).all()), useless
    assert page.locator("h1").evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"
    assert page.locator(".line .tel").is_visible()
    sheets = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))
    assert sheets <= 2


def login(page, address: str, username: str) -> None:
    page.goto(address + "/admin/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", "étang-roseau")
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")


def test_staff_close_the_line_in_one_click_and_every_page_says_so(site, visit):
    get_user_model().objects.create_superuser("admin", "a@test.example", "étang-roseau")
    visited = visit("/admin/login/")
    page = visited.page
    login(page, visited.address, "admin")
    page.get_by_role("button", name="Fermer pour aujourd’hui").click()
    page.wait_for_selector("text=Rouvrir maintenant")
    closure = HotlineClosure.objects.get()
    assert timezone.localdate(closure.end) == timezone.localdate() + datetime.timedelta(days=1)
    page.goto(visited.address + "/agenda/")
    assert "La ligne est fermée" in page.locator(".line").inner_text()
    page.goto(visited.address + "/admin/")
    page.get_by_role("button", name="Rouvrir maintenant").click()
    page.wait_for_selector("text=Fermer pour aujourd’hui")
    assert not visited.violations


def test_an_officer_writes_an_event_in_the_editor(site, visit):
    """As somebody would who has never seen it: type, add a date, publish."""
    get_user_model().objects.create_superuser("admin", "a@test.example", "étang-roseau")
    visited = visit("/admin/login/", width=1280, height=1400)
    page = visited.page
    login(page, visited.address, "admin")
    parent = EventPage.objects.first().get_parent()
    page.goto(f"{visited.address}/admin/pages/add/portal/eventpage/{parent.pk}/")
    page.fill("#id_title", "Portes ouvertes")
    day = timezone.localdate() + datetime.timedelta(days=5)
    page.fill("#id_dates-0-first_day", day.strftime("%d/%m/%Y"))
    page.keyboard.press("Tab")
    page.fill("#id_dates-0-start_time", "14:00")
    page.keyboard.press("Tab")
    page.get_by_role("tab", name="Inscription").click()
    page.check("#id_takes_registrations")
    page.fill("#id_places", "30")
    page.click("[data-w-dropdown-target='toggle'] >> nth=-1")
    page.get_by_role("button", name="Publier").first.click()
    page.wait_for_url("**/admin/pages/**")
    page.goto(visited.address + "/agenda/")
    assert page.get_by_role("link", name="Portes ouvertes").is_visible()
    assert EventPage.objects.get(slug="portes-ouvertes").places == 30
