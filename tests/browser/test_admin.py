"""Wagtail's admin under its own policy: everything it needs runs, and nothing of a third party's."""

import pytest
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
    failed = [record["url"] for record in visited.requests if not 200 <= record["status"] < 400]
    assert visited.violations == []
    assert [url for url in visited.third_parties if not url.startswith(tiles)] == []
    assert [url for url in failed if not url.startswith(tiles) and "favicon" not in url] == []
    assert [error for error in visited.errors if "Failed to load resource" not in error] == []


def test_the_dashboard(staff_visit):
    visited = staff_visit("/admin/")
    quiet(visited)
    assert visited.page.locator("[data-side-panel], .sidebar").count() > 0, "the menu is drawn by a script"


def test_the_editor_of_a_structure_with_its_map(staff_visit, provider):
    visited = staff_visit(reverse(Provider.snippet_viewset.get_url_name("edit"), args=[provider.pk]))
    quiet(visited)
    assert visited.page.locator(".leaflet-container").count() == 1


def test_the_editor_of_a_page_with_its_preview(staff_visit, live_server):
    home = Page.objects.filter(depth=2).first()
    Site.objects.update(hostname="localhost", port=live_server.thread.port)
    visited = staff_visit(reverse("wagtailadmin_pages:edit", args=[home.pk]))
    visited.page.locator("[data-side-panel-toggle=preview]").click()
    frame = visited.page.frame_locator("iframe[data-preview-iframe], .w-preview__iframe, iframe").first
    frame.locator("h1").first.wait_for()
    quiet(visited)
