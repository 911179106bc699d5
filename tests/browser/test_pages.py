"""The pages of staff in a real browser: legible by all, at every size, without a script, printed."""

import re

import pytest

from portal.demo.site import load_pages, load_settings
from portal.models import ContentPage, SiteIdentity

PATHS = [
    "/",
    "/comprendre-le-service/",
    "/comprendre-le-service/pour-qui/",
    "/comprendre-le-service/qui-fait-quoi/",
    "/credit-impot/",
    "/questions/",
    "/actualites/",
    "/actualites/nouveau-site/",
    "/publications/",
    "/publications/affiche/",
    "/contact/",
    "/mentions-legales/",
    "/accessibilite/",
    "/plan-du-site/",
    "/recherche/?q=impots",
    "/recherche/?q=",
]


@pytest.fixture
def pages(settings, tmp_path):
    # Pictures are served from where they lie, as in production.
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"base_url": settings.MEDIA_URL},
    }
    settings.STORAGES = settings.STORAGES | {"default": files}
    settings.MEDIA_ROOT = tmp_path
    load_settings()
    load_pages("1001 services", 80)


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_axe_finds_nothing(visit, axe, pages, dark):
    visited = visit("/", dark=dark)
    for path in PATHS:
        axe(visited.goto(path))


def test_axe_finds_nothing_in_other_colours(visit, axe, pages):
    for palette in ("lande", "foret", "rivage"):
        SiteIdentity.objects.update(palette=palette)
        for dark in (False, True):
            visited = visit("/", dark=dark)
            for path in ("/", "/comprendre-le-service/", "/questions/"):
                axe(visited.goto(path))


def test_pages_fit_small_screens_and_large_text(visit, pages):
    for options in ({"width": 320}, {"width": 640, "text_size": 200}):
        visited = visit("/", **options)
        wide = {path: visited.goto(path).overflow for path in PATHS}
        assert not {path: pixels for path, pixels in wide.items() if pixels > 0}, options


def test_pages_need_no_script_and_ask_no_third_party(visit, pages):
    visited = visit("/", javascript=False)
    for path in PATHS:
        visited.goto(path)
    visited.expect_clean()
    visited.goto("/questions/").page.get_by_text("Faut-il s’inscrire").click()
    assert visited.page.get_by_text("Ni compte, ni mot de passe").is_visible()


def test_answers_are_printed_although_folded(visit, pages):
    visited = visit("/questions/")
    answer = visited.page.get_by_text("Ni compte, ni mot de passe")
    assert not answer.is_visible()
    visited.page.emulate_media(media="print")
    assert answer.bounding_box()["height"] > 0


def test_the_search_works_from_the_keyboard(visit, pages):
    page = visit("/recherche/").page
    page.get_by_label("Que cherchez-vous").focus()
    page.keyboard.type("credit d'impot")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q="))
    page.get_by_role("link", name="Le crédit d’impôt").first.wait_for()


def test_targets_are_large_enough(visit, pages):
    """44 pixels high, or a line of text that is not a target of its own (WCAG 2.5.8)."""
    visited = visit("/questions/", width=390)
    heights = visited.page.eval_on_selector_all("summary", "all => all.map(one => one.offsetHeight)")
    assert min(heights) >= 44
    visited.goto("/publications/")
    heights = visited.page.eval_on_selector_all(".files a", "all => all.map(one => one.offsetHeight)")
    assert min(heights) >= 44


def test_a_page_of_staff_is_light(visit, pages):
    assert ContentPage.objects.filter(slug="credit-impot").exists()
    assert visit("/credit-impot/").transferred < 30_000
    assert visit("/actualites/").transferred < 40_000
