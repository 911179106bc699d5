"""What is shown beside a link to a page, in a message or on a social network."""

import struct
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation

from portal.demo.site import load_pages, load_settings
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, give_logo

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
PAGES = {
    "home": "/",
    "text": "/comprendre-le-service/",
    "directory": "/annuaire/",
    "structure": "/annuaire/structures/au-fil-des-etangs/",
    "service": "/annuaire/services/menage/",
    "commune": "/annuaire/communes/le-blanc/",
    "results": "/annuaire/services/menage/le-blanc/",
}


class Properties(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("property") or attributes.get("name") or ""
        if tag == "meta" and name.startswith(("og:", "twitter:")):
            assert name not in self.found, name
            self.found[name] = attributes["content"]


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return Properties(response.content.decode()).found


@pytest.fixture
def structure():
    load_settings()
    load_pages("1001 services", 80)
    town = CommuneFactory(name="Le Blanc")
    return ProviderFactory(
        name="Au Fil des Étangs",
        base_commune=town,
        communes=[town],
        offers=[ServiceFactory(name="Ménage", summary="Entretien de la maison.")],
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_title_words_address_and_picture(client, structure, page):
    path = PAGES[page]
    found = read(client, path)
    assert found["og:title"]
    assert len(found["og:description"]) > 20
    assert found["og:url"] == HOST + path
    assert found["og:site_name"] == "1001 services en Brenne"
    assert found["og:locale"] == "fr_FR"
    assert found["og:image"] == f"{HOST}/static/images/share.png"
    assert found["og:image:alt"]
    assert found["twitter:card"] == "summary_large_image"


def test_the_picture_is_light_and_has_the_size_it_says(client, structure):
    picture = Path(finders.find("images/share.png")).read_bytes()
    assert picture.startswith(b"\x89PNG")
    found = read(client, "/")
    size = (int(found["og:image:width"]), int(found["og:image:height"]))
    assert struct.unpack(">II", picture[16:24]) == size == (1200, 630)
    assert len(picture) < 20_000


def test_a_structure_shows_its_logo(client, structure):
    give_logo(structure, "logo.png", 200, 100)
    found = read(client, PAGES["structure"])
    assert found["og:image"].startswith(f"{HOST}/media/")
    assert (found["og:image:width"], found["og:image:height"]) == ("200", "100")
    assert "Au Fil des Étangs" in found["og:image:alt"]
    assert found["twitter:card"] == "summary"


def test_a_logo_nobody_else_can_draw_is_left_out(client, structure):
    give_logo(structure, "logo.svg")
    assert read(client, PAGES["structure"])["og:image"].endswith("/share.png")


def test_the_language_is_that_of_the_page(client, structure):
    with translation.override("en"):
        assert read(client, PAGES["service"])["og:locale"] == "en_GB"


def test_words_are_escaped(client, structure):
    structure.name = '"><script>alert("x")</script>'
    structure.save()
    assert read(client, PAGES["structure"])["og:title"] == structure.name
