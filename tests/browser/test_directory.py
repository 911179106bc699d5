"""The directory in a real browser: for everybody, in every scheme, light and without a trace."""

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from intake.models import Hotline
from portal.demo.site import load_pages, load_settings
from providers.hours.wording import full_day
from providers.models import Availability, Commune, Provider, Service
from providers.nomenclature import load_nomenclature
from tests.factories import ProviderFactory, offer

RESULTS = "/annuaire/services/menage-repassage/mezieres-en-brenne/"
TEMPLATES = {
    "home": "/",
    "results": RESULTS,
    "results filtered": RESULTS + "?cesu=1&mode=mandataire",
    "nobody comes": "/annuaire/services/menage-repassage/tilly/",
    "outside": "/annuaire/services/menage-repassage/chateauroux/",
    "directory": "/annuaire/",
    "service": "/annuaire/services/menage-repassage/",
    "commune": "/annuaire/communes/mezieres-en-brenne/",
    "structure": "/annuaire/structures/au-fil-des-etangs/",
    "which service": "/annuaire/trouver/?quoi=garder+mon+fils&ou=rosnay",
    "which commune": "/annuaire/trouver/?quoi=menage&ou=36290",
    "error": "/annuaire/trouver/?quoi=licorne&ou=Atlantide",
    "text": "/comprendre-le-service/",
    "site map": "/plan-du-site/",
}


@pytest.fixture
def site():
    """The true territory, nomenclature and pages; a few structures around Mézières."""
    call_command("load_territory", verbosity=0)
    load_nomenclature()
    load_settings()
    load_pages("1001 services", 80)
    cleaning = Service.objects.get(slug="menage-repassage")
    communes = {
        row.slug: row for row in Commune.objects.filter(slug__in=["mezieres-en-brenne", "le-blanc", "rosnay"])
    }
    priced = {"price_text": "à partir de 23,50 € l’heure", "price_checked_on": datetime.date(2026, 9, 1)}
    for number, (slug, traits) in enumerate(
        [
            ("mezieres-en-brenne", {"name": "Au Fil des Étangs", "accepts_cesu": True}),
            ("mezieres-en-brenne", {"hours": "24/7"}),
            ("rosnay", {"waiting": True, "note": "environ 3 semaines"}),
            ("le-blanc", {"hours": "Mo-Fr 09:00-12:00,14:00-17:00; PH off"}),
            (
                "le-blanc",
                {
                    "name": "Une structure au nom vraiment très long, de Saint-Hilaire-sur-Benaize et des environs"
                },
            ),
        ]
    ):
        ProviderFactory(
            base_commune=communes[slug],
            communes=[communes["mezieres-en-brenne"], communes["rosnay"]],
            offers=[offer(cleaning, **priced)],
            description="Une association d’ici.\nElle vient chez vous.",
            address=f"{number} rue des Roseaux",
            **traits,
        )
    assert Hotline.objects.exists()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(site, visit, axe, dark):
    visited = visit("/", dark=dark)
    for path in TEMPLATES.values():
        axe(visited.goto(path))
    visited.page.goto(visited.address + "/n-existe-pas/")
    axe(visited)


@pytest.mark.parametrize(
    ("width", "text_size"), [(320, 100), (1280, 200), (390, 200)], ids=["320 px", "200 %", "200 % on a phone"]
)
def test_every_page_fits_without_javascript_and_leaves_no_trace(site, visit, width, text_size):
    visited = visit("/", javascript=False, width=width, text_size=text_size)
    for name, path in TEMPLATES.items():
        visited.goto(path)
        assert visited.overflow == 0, name
    visited.expect_clean()


def test_no_violation_nor_cookie_with_javascript(site, visit):
    visited = visit("/")
    for path in TEMPLATES.values():
        visited.goto(path)
    visited.expect_clean()


def test_first_visit_to_home_search_and_results_is_light(site, visit):
    visited = visit("/", javascript=False, width=390)
    visited.page.fill("#quoi", "ménage")
    visited.page.fill("#ou", "mezieres")
    visited.page.click("form.find button")
    visited.page.wait_for_url(f"**{RESULTS}")
    assert visited.page.locator(".card").count() == 5
    assert visited.transferred <= 40_000, visited.requests
    # What the browser had kept from the first page weighs nothing and asks for nothing.
    asked = [record for record in visited.requests if record["bytes"]]
    assert len(asked) <= 6, asked
    visited.expect_clean()


def test_a_first_visit_by_the_service_alone_is_light_too(site, visit):
    visited = visit("/", javascript=False, width=390)
    visited.page.fill("#quoi", "ménage")
    visited.page.click("form.find button")
    visited.page.get_by_role("main").locator(f"ul a[href='{RESULTS}']").click()
    visited.page.wait_for_url(f"**{RESULTS}")
    assert visited.transferred <= 40_000, visited.requests


def test_the_first_call_button_is_on_the_first_screen_of_a_phone(site, visit):
    visited = visit(RESULTS, width=390, height=844)
    box = visited.page.locator(".card .call").first.bounding_box()
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 44


def test_search_and_reach_a_number_by_keyboard_alone(site, visit):
    visited = visit("/", javascript=False)
    page = visited.page
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#contenu"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("#quoi:focus").count():
            break
    page.keyboard.type("femme de menage")
    page.keyboard.press("Tab")
    page.keyboard.type("mezieres en brenne")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{RESULTS}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(".call:focus").count():
            break
    focused = page.locator(":focus")
    assert focused.get_attribute("href").startswith("tel:+33")
    assert "solid" in focused.evaluate("node => getComputedStyle(node).outlineStyle")


def _sheets(page):
    """Pages of paper that *page* takes."""
    return len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize(
    ("path", "sheets"),
    [(TEMPLATES["structure"], 1), (TEMPLATES["service"], 2), (TEMPLATES["commune"], 2), (RESULTS, 1)],
    ids=["structure", "service", "commune", "results"],
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_paper_has_numbers_and_nothing_to_click(site, visit, path, sheets, dark):
    visited = visit(path, dark=dark)
    page = visited.page
    page.emulate_media(media="print", color_scheme="dark" if dark else "light")
    for useless in ("nav", "form", "svg.map", "summary", "a[type='text/vcard']", ".line p", ".open", ".skip"):
        assert not any(node.is_visible() for node in page.locator(useless).all()), useless
    # Our number and that of each structure, the address and the day.
    assert page.locator(".line .tel").is_visible()
    numbers = page.get_by_text(re.compile("^02\\s61\\s91\\s02\\s[0-9]{2}$"))
    assert numbers.count()
    assert all(node.is_visible() for node in numbers.all())
    colophon = page.locator("p.printed").inner_text()
    assert f"http://testserver{path}" in colophon
    assert full_day(timezone.localdate()) in colophon
    for node in ("h1", ".line .tel", numbers.first):
        locator = page.locator(node) if isinstance(node, str) else node
        assert locator.evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert _sheets(page) <= sheets


def test_paper_splits_no_card_and_leaves_no_heading_alone(site, visit):
    town = Commune.objects.get(slug="mezieres-en-brenne")
    cleaning = Service.objects.get(slug="menage-repassage")
    for _number in range(20):
        ProviderFactory(base_commune=town, communes=[town], offers=[cleaning])
    visited = visit(RESULTS)
    page = visited.page
    page.emulate_media(media="print")
    assert {
        node.evaluate("node => getComputedStyle(node).breakInside") for node in page.locator(".card").all()
    } == {"avoid"}
    assert page.locator("h2").first.evaluate("node => getComputedStyle(node).breakAfter") == "avoid"
    assert 2 <= _sheets(page) <= 4


def test_a_commune_of_the_map_leads_to_it(site, visit):
    visited = visit("/", javascript=False)
    visited.page.locator('svg.map a[href="/annuaire/communes/rosnay/"]').click()
    assert visited.page.locator("h1").inner_text().endswith("Rosnay")


def test_staff_set_the_point_on_the_map_without_third_party(site, visit, settings):
    """Leaflet comes from our own files; the tile server of the settings is all else that is asked."""
    get_user_model().objects.create_superuser("admin", "a@test.example", "étang-roseau")
    visited = visit("/admin/login/")
    page = visited.page
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", "étang-roseau")
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto(visited.address + "/admin/snippets/providers/provider/")
    page.get_by_role("link", name="Au Fil des Étangs").first.click()
    page.get_by_role("tab", name="Contact").click()
    page.fill("#id_location_latlng", "46.8,1.2")
    page.dispatch_event("#id_location_latlng", "input")
    assert page.input_value("#id_location") == "SRID=4326;POINT(1.2 46.8)"
    tiles = settings.MAP_TILES_URL.split("/{")[0]
    assert all(url.startswith(tiles) for url in visited.third_parties), visited.third_parties
    assert not visited.violations


def test_a_date_typed_the_french_way_is_the_date_kept(site, visit):
    """The date picker once took "24/12/2026" for no date, and put today instead without a word."""
    get_user_model().objects.create_superuser("admin", "a@test.example", "étang-roseau")
    provider = Provider.objects.get(name="Au Fil des Étangs")
    visited = visit("/admin/login/")
    page = visited.page
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", "étang-roseau")
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto(f"{visited.address}/admin/operations/edit/{provider.pk}/")
    page.click("#id_availabilities-ADD")
    page.select_option("#id_availabilities-0-state", "suspended")
    christmas = datetime.date(timezone.localdate().year + 1, 12, 24)
    page.click("#id_availabilities-0-until")
    page.keyboard.type(christmas.strftime("%d/%m/%Y"))
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    page.wait_for_url("**/admin/operations/")
    assert Availability.objects.get(operations=provider.pk).until == christmas


def test_the_line_follows_the_minute_through_the_page_cache(site, visit, settings, tmp_path):
    """The same page, kept, says open at 11:59 and closed at 12:00."""
    import time_machine
    from django.test import Client

    files = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": tmp_path,
    }
    caches = settings.CACHES | {"shared": files}
    with override_settings(PAGE_CACHE=True, CACHES=caches):
        for moment, words in (
            ("11:58:30", "est ouverte"),
            ("11:59:59", "est ouverte"),
            ("12:00:00", "est fermée"),
        ):
            with time_machine.travel(f"2026-11-24T{moment}+01:00", tick=False):
                for _ in range(2):
                    page = Client().get("/").content.decode()
                    assert f"La ligne {words}" in page, moment
