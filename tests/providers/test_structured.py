"""What other software reads on the pages: schema.org data and Open Graph."""

import json
from html.parser import HTMLParser

import pytest

from providers.structured import opening_hours
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db


class DataBlocks(HTMLParser):
    """The JSON-LD of a page, read as a search engine does: by the HTML parser, then the JSON parser."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = False
        self.found = []
        self.properties = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.inside = tag == "script" and attributes.get("type") == "application/ld+json"
        if tag == "meta" and attributes.get("property", "").startswith("og:"):
            self.properties[attributes["property"]] = attributes["content"]

    def handle_data(self, data):
        if self.inside:
            self.found.append(json.loads(data))

    def handle_endtag(self, tag):
        self.inside = False


def read(client, path):
    return DataBlocks(client.get(path).content.decode())


@pytest.fixture
def structure():
    town = CommuneFactory(name="Mézières-en-Brenne")
    return ProviderFactory(
        name="Au Fil des Étangs",
        base_commune=town,
        communes=[town, CommuneFactory(name="Le Blanc")],
        offers=[ServiceFactory(name="Ménage")],
        hours="Mo-We,Fr 09:00-12:00,14:00-17:00; PH off",
        phone="+33261911001",
    )


def test_a_structure_gives_name_phone_area_and_hours(client, structure):
    (data,) = read(client, structure.get_absolute_url()).found
    assert data["@type"] == "NGO"
    assert data["name"] == "Au Fil des Étangs"
    assert data["telephone"] == "+33261911001"
    assert {place["name"] for place in data["areaServed"]} == {"Mézières-en-Brenne", "Le Blanc"}
    assert data["url"].endswith(structure.get_absolute_url())
    hours = data["contactPoint"]["hoursAvailable"]
    assert len(hours) == 8
    assert hours[0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": "https://schema.org/Monday",
        "opens": "09:00",
        "closes": "12:00",
    }
    assert [row["itemOffered"]["name"] for row in data["makesOffer"]] == ["Ménage"]


def test_a_service_names_those_who_offer_it(client, structure):
    (data,) = read(client, "/annuaire/services/menage/").found
    assert (data["@type"], data["name"]) == ("Service", "Ménage")
    assert [row["name"] for row in data["provider"]] == ["Au Fil des Étangs"]


def test_a_hostile_name_stays_text(client):
    nasty = '</script><script>alert("x")</script><!--'
    provider = ProviderFactory(name=nasty, description=nasty, offers=[ServiceFactory()])
    page = client.get(provider.get_absolute_url())
    assert DataBlocks(page.content.decode()).found[0]["name"] == nasty
    assert "<script>alert" not in page.content.decode()


def test_hours_richer_than_a_week_are_left_out():
    assert opening_hours("") == []
    assert opening_hours("Jan-Mar Mo 09:00-12:00") == []
    assert {row["closes"] for row in opening_hours("24/7")} == {"23:59"}


def test_open_graph(client, structure):
    properties = read(client, structure.get_absolute_url()).properties
    assert properties["og:title"] == "Au Fil des Étangs"
    assert properties["og:url"].endswith(structure.get_absolute_url())
    assert properties["og:description"]
