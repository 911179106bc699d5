"""The residents' form in a real browser: a phone, no JavaScript, in under a minute; every scheme, keyboard, paper."""

from __future__ import annotations

import re
import time

import pytest
from django.core.management import call_command

from intake.models import OutboxMessage, ServiceRequest
from intake.requests.private_link import path_for
from intake.requests.reasons import Channel
from portal.demo.site import load_pages, load_settings
from providers.models import Commune, Service
from providers.nomenclature import load_nomenclature
from tests.factories import ProviderFactory
from tests.intake.factories import request_for

RESULTS = "/annuaire/services/menage-repassage/mezieres-en-brenne/"
FORM = "/demande/"
FILLED = "/demande/?service=menage-repassage&commune=mezieres-en-brenne"


@pytest.fixture
def site():
    """The true territory, nomenclature and pages; four structures around Mézières."""
    call_command("load_territory", verbosity=0)
    load_nomenclature()
    load_settings()
    load_pages("1001 services", 80)
    cleaning = Service.objects.get(slug="menage-repassage")
    town = Commune.objects.get(slug="mezieres-en-brenne")
    for slug in ("mezieres-en-brenne", "rosnay", "le-blanc", "belabre"):
        ProviderFactory(base_commune=Commune.objects.get(slug=slug), communes=[town], offers=[cleaning])
    return cleaning, town


@pytest.fixture
def asked(site) -> ServiceRequest:
    """A request with one need directed, one for which nobody comes, one to be read."""
    cleaning, town = site
    rare = Service.objects.get(slug="petit-jardinage")
    return request_for((cleaning, town), (rare, town), channel=Channel.WEB, phone="02 61 91 00 77", key="k")


def _sheets(page):
    return len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))


def _every_page(visited):
    """Show each page of the form and of the private link, errors included; yields its name."""
    page = visited.page
    send = "button[name=go] >> nth=0"

    def press(selector):
        page.click(selector)
        page.wait_for_load_state("networkidle")

    visited.goto(FORM)
    yield "need"
    press(send)
    yield "need, wrong"
    page.fill("#id_words", "garder mon fils")
    page.fill("#id_place", "36290")
    page.click("details.list > summary")
    page.click("details.family >> nth=1")
    yield "need, list open"
    press(send)
    yield "which commune"
    page.check("#id_commune_0")
    press(send)
    yield "which service"
    page.check("input[name=other]")
    press(send)
    yield "details"
    press(send)
    yield "details, wrong"
    page.check("input[name=reach][value=email]")
    press(send)
    page.fill("#id_email", "odile@")
    press(send)
    yield "person, wrong"
    press("button[value=details]")
    page.check("input[name=reach][value=phone]")
    press(send)
    page.fill("#id_phone", "douze")
    press(send)
    yield "check"
    press("button[value=send]")
    page.wait_for_url("**/suivi/**")
    yield "confirmation"


def test_from_the_directory_to_a_confirmed_request_in_under_a_minute(site, visit):
    visited = visit(RESULTS, javascript=False, width=390, height=844)
    page = visited.page
    started = time.monotonic()
    steps = 0
    page.get_by_role("link", name="Faire une demande en ligne").click()
    page.get_by_label("Pour une personne âgée").check()
    page.get_by_label("Par téléphone").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Votre numéro de téléphone").fill("02 61 91 00 77")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.wait_for_url("**/suivi/**")
    steps = 7  # what a person presses or fills in
    assert page.locator(".card a.call[href^='tel:+33']").count() == 3
    # Even at five seconds a step, which is slow, and the pages' own time besides.
    assert steps * 5 + (time.monotonic() - started) < 60
    request = ServiceRequest.objects.get()
    assert page.locator(".reference").first.inner_text().replace("\u00a0", "") == request.reference
    shown = page.locator(".card .name").all_inner_texts()
    assert shown == list(request.needs.get().referrals.values_list("provider__name", flat=True))
    page.get_by_label("Recevoir cette liste par courriel").fill("odile@test.example")
    page.get_by_role("button", name="Envoyer la liste").click()
    page.wait_for_url("**?mail")
    assert OutboxMessage.objects.get().to == "odile@test.example"
    # Reloading sends nothing again.
    page.reload()
    assert ServiceRequest.objects.count() == 1
    visited.expect_clean()


def test_in_own_words_from_the_first_page(site, visit):
    visited = visit(FORM, javascript=False, width=390)
    page = visited.page
    page.get_by_label("Avec vos mots").fill("femme de ménage")
    page.get_by_label("Dans quelle commune").fill("mezieres en brenne")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Ce n’est pas nécessaire").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.wait_for_url("**/suivi/**")
    assert page.locator(".card").count() == 3
    assert ServiceRequest.objects.get().needs.get().words == "femme de ménage"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(site, visit, axe, dark):
    visited = visit(FORM, dark=dark)
    for _name in _every_page(visited):
        axe(visited)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_the_private_page(asked, visit, axe, dark):
    visited = visit(path_for(asked), dark=dark)
    axe(visited)
    visited.goto(path_for(asked) + "corriger/")
    axe(visited)
    visited.page.goto(visited.address + "/demande/suivi/482917-x/")
    axe(visited)


@pytest.mark.parametrize(
    ("width", "text_size"), [(320, 100), (1280, 200), (390, 200)], ids=["320 px", "200 %", "200 % on a phone"]
)
def test_every_page_fits_without_javascript_and_leaves_no_trace(asked, visit, width, text_size):
    visited = visit(path_for(asked), javascript=False, width=width, text_size=text_size)
    assert visited.overflow == 0
    for name in _every_page(visited):
        assert visited.overflow == 0, name
    visited.expect_clean()


def test_by_keyboard_alone(site, visit):
    visited = visit(FILLED, javascript=False)
    page = visited.page

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.locator(f"{selector}:focus").count():
                return
        raise AssertionError(f"{selector} is never reached")

    tab_to("input[name=reach]")
    page.keyboard.press("Space")
    tab_to("button[name=go]")
    assert "solid" in page.locator(":focus").evaluate("node => getComputedStyle(node).outlineStyle")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_phone")
    assert not page.locator("#site_web").evaluate("node => node.tabIndex >= 0"), "the trap is never reached"
    tab_to("#id_phone")
    page.keyboard.type("02 61 91 00 77")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[value=send]")
    tab_to("button[value=send]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suivi/**")
    tab_to(".call")
    assert page.locator(":focus").get_attribute("href").startswith("tel:+33")


def test_a_link_of_the_summary_leads_to_the_field(site, visit):
    visited = visit(FORM, javascript=False, width=390)
    page = visited.page
    page.click("button[name=go]")
    assert page.title().startswith("Erreur")
    page.get_by_role("link", name=re.compile("Donnez la commune")).click()
    assert page.locator("#id_place:target").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_confirmation_prints_on_one_sheet_with_numbers_and_nothing_to_click(asked, visit, dark):
    visited = visit(path_for(asked) + "?envoyee", dark=dark)
    page = visited.page
    page.emulate_media(media="print", color_scheme="dark" if dark else "light")
    for useless in ("nav", "form", "summary", ".yours", ".skip", "button"):
        assert not any(node.is_visible() for node in page.locator(useless).all()), useless
    assert page.locator(".line .tel").is_visible()
    assert page.locator(".reference").first.is_visible()
    numbers = page.locator(".card .call b")
    assert numbers.count() == 3
    assert all(node.is_visible() for node in numbers.all())
    assert page.locator(".panel h1").evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"
    assert _sheets(page) == 1


def test_the_pages_are_light(site, visit):
    visited = visit(FORM, javascript=False, width=390)
    assert visited.transferred < 25_000, visited.requests
    for _name in _every_page(visited):
        pass
    assert visited.transferred < 90_000, "the style sheet once, then each page"
