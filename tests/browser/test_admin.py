"""Wagtail's admin under its own policy: everything it needs runs, and nothing of a third party's."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Site

from providers.models import Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory


@pytest.fixture
def staff_visit(visit):
    """``staff_visit(path)``: the visit of an administrator who is signed in."""
    client = Client()
    client.force_login(UserFactory(admin=True))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_page(path: str):
        visited = visit("/robots.txt")
        visited.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visited.address}]
        )
        return visited.goto(path)

    return open_page


@pytest.fixture
def provider():
    return ProviderFactory(
        name="Les Roseaux", offers=[ServiceFactory()], communes=[CommuneFactory(name="Le Blanc")]
    )


def quiet(visited) -> None:
    """No refused resource, no script error; map tiles are not to be had in the tests."""
    tiles = settings.MAP_TILES_URL.split("/{")[0]
    assert visited.violations == []
    assert [url for url in visited.third_parties if not url.startswith(tiles)] == []
    assert [url for url in visited.failures if not url.startswith(tiles)] == []
    assert [error for error in visited.errors if "Failed to load resource" not in error] == []


def axe_of_main(page) -> None:
    """What is ours of a page of the admin: its main content."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, context=".census", options=rules).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []


def test_the_dashboard(staff_visit):
    visited = staff_visit("/admin/")
    quiet(visited)
    assert visited.page.locator("[data-side-panel], .sidebar").count() > 0, "the menu is drawn by a script"


def test_the_editor_of_a_structure_with_its_map(staff_visit, provider):
    visited = staff_visit(reverse(Provider.snippet_viewset.get_url_name("edit"), args=[provider.pk]))
    quiet(visited)
    assert visited.page.locator(".leaflet-container").count() == 1


def test_a_census_goes_in_by_keyboard(staff_visit, tmp_path):
    ServiceFactory(name="Ménage")
    CommuneFactory(name="Le Blanc")
    census = tmp_path / "recensement.csv"
    census.write_text("Nom;Ville;Tél;Activités\nSARL Ajoncs;Le Blanc;261910155;Ménage", "cp1252")
    visited = staff_visit(reverse("census:index"))
    page = visited.page
    page.locator("input[type=file]").set_input_files(census)

    def press(text: str) -> None:
        button = page.locator("main button", has_text=text).first
        button.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    press("Lire le fichier")
    axe_of_main(page)
    press("Voir ce qui changerait")
    axe_of_main(page)
    press("Intégrer")
    page.locator("h2", has_text="est intégré").wait_for()
    assert Provider.objects.get().name == "SARL Ajoncs"
    quiet(visited)


def test_the_editor_of_a_page_with_its_preview(staff_visit, live_server):
    home = Page.objects.filter(depth=2).first()
    Site.objects.update(hostname="localhost", port=live_server.thread.port)
    visited = staff_visit(reverse("wagtailadmin_pages:edit", args=[home.pk]))
    visited.page.locator("[data-side-panel-toggle=preview]").click()
    frame = visited.page.frame_locator("iframe[data-preview-iframe], .w-preview__iframe, iframe").first
    frame.locator("h1").first.wait_for()
    quiet(visited)
