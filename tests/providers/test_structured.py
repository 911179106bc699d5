"""The schema.org data of the pages, read back by a JSON-LD processor that knows nothing of ours."""

import datetime
import json
from html.parser import HTMLParser

import pytest
from pyld import jsonld

from providers.models import Availability, HoursException
from providers.structured import areas, opening_hours, special_hours
from tests.factories import (
    CommuneFactory,
    ProviderFactory,
    ServiceFactory,
    give_logo,
    offer,
    set_availability,
)

pytestmark = pytest.mark.django_db
SCHEMA = "https://schema.org/"
NASTY = '</script><script>alert("x")</script><!-- \' & \u2028\u2029 \\ 🏚️'


class DataBlocks(HTMLParser):
    """The JSON-LD of a page, as a search engine finds it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = False
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script" and dict(attrs).get("type") == "application/ld+json"

    def handle_data(self, data):
        if self.inside:
            self.found.append(json.loads(data))

    def handle_endtag(self, tag):
        self.inside = False


def load_offline(url, options):
    """schema.org's context, as far as words go; any other address fails."""
    assert url.rstrip("/") == SCHEMA.rstrip("/")
    terms = {"@vocab": SCHEMA} | {name: {"@type": "@id"} for name in ("url", "sameAs", "item", "logo")}
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": terms}}


class Node:
    """One thing of an expanded graph: ``node("name")`` gives its values, nodes or texts."""

    def __init__(self, expanded):
        self.expanded = expanded
        self.type = [name.removeprefix(SCHEMA) for name in expanded.get("@type", [])]
        self.id = expanded.get("@id")

    def __call__(self, name):
        values = self.expanded.get(SCHEMA + name, [])
        return [value["@value"] if "@value" in value else Node(value) for value in values]

    def one(self, name):
        (value,) = self(name)
        return value


def things(client, path):
    response = client.get(path)
    assert response.status_code == 200
    found = []
    for block in DataBlocks(response.content.decode()).found:
        found += map(Node, jsonld.expand(block, {"documentLoader": load_offline}))
    return {node.type[0]: node for node in found}


def week(nodes):
    """``{day: [(opens, closes)]}`` of the usual hours among *nodes*."""
    days = {}
    for node in nodes:
        if not node("validFrom"):
            for day in node("dayOfWeek"):
                span = (*node("opens"), *node("closes"))
                days.setdefault(day.removeprefix(SCHEMA), []).append(span)
    return days


MORNING, AFTERNOON = ("09:00", "12:00"), ("14:00", "17:00")
USUAL = {day: [MORNING, AFTERNOON] for day in ("Monday", "Tuesday", "Wednesday", "Friday")} | {
    "PublicHolidays": [()]
}


@pytest.fixture
def structure():
    town = CommuneFactory(name="Mézières-en-Brenne")
    cleaning = ServiceFactory(name="Ménage")
    price = {"price_text": "23 € l’heure", "price_checked_on": datetime.date(2026, 9, 1)}
    return ProviderFactory(
        name="Au Fil des Étangs",
        base_commune=town,
        address="3 rue des Roseaux",
        location="SRID=4326;POINT(1.20888 46.8197)",
        communes=[town, CommuneFactory(name="Le Blanc")],
        offers=[offer(cleaning, **price)],
        hours="Mo-We,Fr 09:00-12:00,14:00-17:00; PH off",
        phone="+33261911001",
        siret="73282932000074",
        languages="français, anglais",
        website="https://etangs.example/",
    )


def test_a_structure_gives_name_phone_area_and_hours(client, structure):
    node = things(client, structure.get_absolute_url())["NGO"]
    assert node.id == f"http://testserver{structure.get_absolute_url()}"
    assert node.one("name") == "Au Fil des Étangs"
    assert node.one("telephone") == "+33261911001"
    assert {(area.one("name"), area.one("identifier")) for area in node("areaServed")} == {
        ("Mézières-en-Brenne", "36123"),
        ("Le Blanc", "36018"),
    }
    assert week(node.one("contactPoint")("hoursAvailable")) == USUAL
    assert node.one("address").one("streetAddress") == "3 rue des Roseaux"
    assert node("knowsLanguage") == ["français", "anglais"]
    assert node.one("sameAs").id == "https://etangs.example/"
    (number,) = node("identifier")
    assert (number.one("propertyID"), number.one("value")) == ("SIRET", "73282932000074")


def test_an_association_has_hours_and_a_point_through_its_premises(client, structure):
    node = things(client, structure.get_absolute_url())["NGO"]
    # schema.org gives neither to an organisation that is no place.
    assert not node("openingHoursSpecification")
    assert not node("geo")
    premises = node.one("location")
    assert premises.type == ["Place"]
    assert week(premises("openingHoursSpecification")) == USUAL
    assert premises.one("geo").one("latitude") == pytest.approx(46.8197)
    assert premises.one("geo").one("longitude") == pytest.approx(1.20888)


def test_a_business_is_a_place(client, structure):
    structure.legal_form = "company"
    structure.location = ""
    structure.save()
    node = things(client, structure.get_absolute_url())["LocalBusiness"]
    assert week(node("openingHoursSpecification")) == USUAL
    assert not node("location")
    # The town hall is no address of theirs.
    assert not node("geo")


def test_offers_say_price_area_and_whether_requests_are_taken(client, structure):
    def the_offer():
        return things(client, structure.get_absolute_url())["NGO"].one("makesOffer")

    row = the_offer()
    assert row.one("itemOffered").one("name") == "Ménage"
    assert row.one("itemOffered").id == "http://testserver/annuaire/services/menage/"
    assert row.one("priceSpecification").one("description").startswith("23 € l’heure")
    assert "2026" in row.one("priceSpecification").one("description")
    assert row.one("areaServed") == "Intervient dans 2\xa0communes."
    assert row.one("availability") == "https://schema.org/InStock"
    set_availability(structure, Availability.State.WAITING)
    assert the_offer().one("availability") == "https://schema.org/BackOrder"
    set_availability(structure, Availability.State.SUSPENDED)
    assert the_offer().one("availability") == "https://schema.org/OutOfStock"


def test_a_closure_is_dated_and_has_no_opening(client, structure):
    today = datetime.date.today()  # noqa: DTZ011 (the page's own day, near enough)
    first, last = today + datetime.timedelta(days=3), today + datetime.timedelta(days=9)
    HoursException.objects.create(operations_id=structure.pk, first_day=first, last_day=last)
    node = things(client, structure.get_absolute_url())["NGO"]
    for rows in (
        node.one("location")("specialOpeningHoursSpecification"),
        [row for row in node.one("contactPoint")("hoursAvailable") if row("validFrom")],
    ):
        (closure,) = rows
        assert (closure.one("validFrom"), closure.one("validThrough")) == (str(first), str(last))
        assert not closure("opens")
        assert not closure("closes")


def test_exceptional_hours_replace_every_day_of_their_dates():
    first, last = datetime.date(2026, 12, 21), datetime.date(2026, 12, 27)
    opened, closed = special_hours([(first, last, "Mo 10:00-11:00")])
    assert opened["opens"] == "10:00"
    assert opened["validFrom"] == closed["validFrom"] == "2026-12-21"
    assert len(closed["dayOfWeek"]) == 6
    assert "opens" not in closed
    (shut,) = special_hours([(first, last, "off")])
    assert "opens" not in shut


def test_hours_that_cannot_be_said_whole_are_not_said(client, structure):
    assert opening_hours("") == []
    assert opening_hours("Jan-Mar Mo 09:00-12:00") == []
    assert {row["closes"] for row in opening_hours("24/7")} == {"23:59"}
    (night,) = opening_hours("Sa 22:00-06:00")
    assert (night["opens"], night["closes"]) == ("22:00", "06:00")
    today = datetime.date.today()  # noqa: DTZ011 (the page's own day, near enough)
    HoursException.objects.create(
        operations_id=structure.pk,
        first_day=today,
        last_day=today + datetime.timedelta(days=9),
        opening_hours="Jan-Mar Mo 09:00-12:00",
    )
    node = things(client, structure.get_absolute_url())["NGO"]
    assert not node.one("contactPoint")("hoursAvailable")


def test_a_zone_too_wide_for_names_is_said_by_departement():
    wide = areas([], [("2A", "Corse-du-Sud"), ("974", "La Réunion")])
    assert [(area["name"], area["identifier"]) for area in wide] == [
        ("Corse-du-Sud", "2A"),
        ("La Réunion", "974"),
    ]


def test_a_service_says_where_and_by_whom(client, structure):
    town, cleaning = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    silent = ProviderFactory(phone="", communes=[town], offers=[cleaning])
    CommuneFactory(name="Bélâbre")
    node = things(client, "/annuaire/services/menage/")["Service"]
    assert node.one("name") == "Ménage"
    assert {area.one("identifier") for area in node("areaServed")} == {"36123", "36018"}
    phones = {row.one("name"): row("telephone") for row in node("provider")}
    assert phones == {"Au Fil des Étangs": ["+33261911001"], silent.name: []}
    channel = node.one("availableChannel")
    assert channel.type == ["ServiceChannel"]
    assert channel.one("servicePhone").one("telephone") == "+33261911001"


@pytest.mark.parametrize("of", ["structure", "service", "commune", "results"])
def test_pages_of_the_directory_have_a_trail(client, structure, of):
    path = {
        "structure": structure.get_absolute_url(),
        "service": "/annuaire/services/menage/",
        "commune": "/annuaire/communes/le-blanc/",
        "results": "/annuaire/services/menage/le-blanc/",
    }[of]
    steps = things(client, path)["BreadcrumbList"]("itemListElement")
    assert [step.one("position") for step in steps] == list(range(1, len(steps) + 1))
    assert steps[0].one("item").id == "http://testserver/"
    assert steps[-1].one("item").id == f"http://testserver{path}"
    assert all(step.one("name") for step in steps)


def test_hostile_words_stay_words(client):
    cleaning = ServiceFactory(name=NASTY[:80], slug="s", summary=NASTY)
    provider = ProviderFactory(
        name=NASTY,
        description=NASTY,
        address=NASTY,
        base_commune=CommuneFactory(name=NASTY, slug="c"),
        communes=[CommuneFactory(name=NASTY + "2", slug="d")],
        languages=NASTY,
        offers=[offer(cleaning, summary=NASTY, price_text=NASTY, price_checked_on="2026-01-01")],
    )
    node = things(client, provider.get_absolute_url())["NGO"]
    assert node.one("name") == node.one("description") == NASTY
    assert node.one("address").one("streetAddress") == NASTY
    assert node.one("areaServed").one("name") == NASTY + "2"
    assert node.one("makesOffer").one("description") == NASTY
    assert things(client, "/annuaire/services/s/")["Service"].one("description") == NASTY
    trail = things(client, provider.get_absolute_url())["BreadcrumbList"]
    assert trail("itemListElement")[-1].one("name") == NASTY
    for path in (provider.get_absolute_url(), "/annuaire/services/s/", "/annuaire/communes/d/"):
        assert "<script>alert" not in client.get(path).content.decode()


def test_a_logo_is_an_absolute_address(client, structure):
    give_logo(structure)
    address = things(client, structure.get_absolute_url())["NGO"].one("logo").id
    assert address.startswith("http://testserver/media/")
