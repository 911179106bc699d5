"""The vCard of a structure, read back by a reader that is not the writer's."""

import datetime
import re
import uuid

import pytest
from django.test import Client

from providers.models import Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceCategoryFactory, ServiceFactory, offer

pytestmark = pytest.mark.django_db
NASTY = (
    "L’Étang ; vert, d’« ici » \\n\nBEGIN:VCARD\nFN:Un autre\nEND:VCARD\n"
    + "TEL:0 :\t\u2028 \x85 🏚️👩🏽‍🦰 "
    + "é🦆" * 60
)


def unescape(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


def split(text, separator):
    """Parts between the separators that no backslash goes before, as they were written."""
    return [unescape(part) for part in re.findall(rf"(?:^|{separator})((?:\\.|[^\\{separator}])*)", text)]


def read(body):
    """``{name: (parameters, raw value)}`` of the one card in *body*, by RFC 2426 alone."""
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    # Each line is whole characters, so that a reader may decode before it unfolds.
    text = "\r\n".join(line.decode() for line in lines).replace("\r\n ", "")
    assert "\n" not in text.replace("\r\n", "")
    names = {}
    rows = text.split("\r\n")
    assert (rows[0], rows[1], rows[-1]) == ("BEGIN:VCARD", "VERSION:3.0", "END:VCARD")
    for row in rows[1:-1]:
        head, _colon, value = row.partition(":")
        name, *parameters = head.split(";")
        assert name not in names, name
        names[name] = (parameters, value)
    return names


def fetch(client, structure):
    response = client.get(f"{structure.get_absolute_url()}contact.vcf")
    assert response.status_code == 200
    return read(response.content)


@pytest.fixture
def structure():
    cleaning = ServiceFactory(name="Ménage", category=ServiceCategoryFactory(name="Maison"))
    garden = ServiceFactory(name="Tonte", category=ServiceCategoryFactory(name="Jardin"))
    return ProviderFactory(
        name="Au Fil des Étangs",
        address="3, rue des Roseaux",
        postal_code="36290",
        base_commune=CommuneFactory(name="Mézières-en-Brenne"),
        location="SRID=4326;POINT(1.20888 46.8197)",
        website="https://etangs.example/?a=1,2;b=3",
        # The same service in two modes is one service.
        offers=[offer(cleaning), offer(cleaning, mode="agent"), offer(garden)],
        hours="Mo-We,Fr 09:00-12:00,14:00-17:00; PH off",
        phone="+33261911001",
    )


def test_everything_an_address_book_holds(client, structure):
    card = fetch(client, structure)
    assert card["FN"][1] == split(card["ORG"][1], ";")[0] == "Au Fil des Étangs"
    assert card["TEL"] == (["TYPE=WORK,VOICE"], "+33261911001")
    assert card["EMAIL"] == (["TYPE=INTERNET,WORK"], structure.email)
    street = ["", "", "3, rue des Roseaux", "Mézières-en-Brenne", "", "36290", "France"]
    assert split(card["ADR"][1], ";") == street
    assert card["GEO"][1] == "46.819700;1.208880"
    # An address is not escaped: a reader takes it as it stands.
    assert card["URL"][1] == "https://etangs.example/?a=1,2;b=3"
    assert card["SOURCE"][1] == f"http://testserver{structure.get_absolute_url()}"
    assert split(card["CATEGORIES"][1], ",") == ["Maison", "Jardin"]
    assert datetime.datetime.fromisoformat(card["REV"][1]) == structure.updated_at.replace(microsecond=0)


def test_the_note_says_services_and_hours_in_words(client, structure):
    note = unescape(fetch(client, structure)["NOTE"][1])
    assert "– Ménage\n– Tonte\n" in note
    hours = re.sub(r"\s", " ", note)
    assert re.search("Lundi ?: 9 h – 12 h, 14 h – 17 h Mardi", hours)
    assert re.search("Jeudi ?: fermé", hours)
    assert note.endswith(f"http://testserver{structure.get_absolute_url()}")
    assert "inventée" not in note


def test_a_demonstration_says_so(client, structure, settings):
    settings.DEMO = True
    assert unescape(fetch(client, structure)["NOTE"][1]).startswith("Cette structure est inventée")


def test_hostile_words_come_back_as_they_were(client):
    structure = ProviderFactory(
        name=NASTY[:150],
        address=NASTY[:200],
        offers=[ServiceFactory(name=NASTY[:80], category=ServiceCategoryFactory(name=NASTY[:60]))],
    )
    card = fetch(client, structure)
    assert unescape(card["FN"][1]) == NASTY[:150]
    assert split(card["ORG"][1], ";") == [NASTY[:150]]
    assert split(card["ADR"][1], ";")[2] == NASTY[:200]
    assert split(card["CATEGORIES"][1], ",") == [NASTY[:60]]
    assert NASTY[:80] in unescape(card["NOTE"][1])


def test_line_ends_are_one_and_controls_are_none(client):
    card = fetch(client, ProviderFactory(name="Un\r\nDeux\rTrois\x07\x0b", offers=[ServiceFactory()]))
    assert unescape(card["FN"][1]) == "Un\nDeux\nTrois"


def test_little_is_enough(client):
    structure = ProviderFactory(phone="", offers=[ServiceFactory()])
    card = fetch(client, structure)
    assert not {"TEL", "URL", "GEO"} & set(card)
    assert "fermé" not in card["NOTE"][1]
    structure.website = "https://a.example/\r\nTEL:0"
    structure.save()
    assert fetch(client, structure)["URL"][1] == "https://a.example/TEL:0"


def test_a_changed_address_stays_the_same_contact(client, structure):
    before = fetch(client, structure)["UID"][1]
    assert uuid.UUID(before)
    Provider.objects.update(slug="autre-nom", name="Autre nom")
    structure.refresh_from_db()
    after = fetch(client, structure)
    assert after["UID"][1] == before
    assert after["FN"][1] == "Autre nom"


def test_type_name_and_no_index(client, structure):
    address = f"{structure.get_absolute_url()}contact.vcf"
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="au-fil-des-etangs.vcf"'
    assert response.headers["X-Robots-Tag"] == "noindex"
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert client.post(address).status_code == 405
    assert f'href="{address}"' in client.get(structure.get_absolute_url()).content.decode()


def test_only_for_structures_the_public_may_see(client):
    for hidden in (ProviderFactory(draft=True), ProviderFactory(untitled=True, offers=[ServiceFactory()])):
        assert client.get(f"{hidden.get_absolute_url()}contact.vcf").status_code == 404
    assert client.get("/annuaire/structures/personne/contact.vcf").status_code == 404


def test_few_queries(client, structure, commit, django_assert_max_num_queries):
    commit()
    fetch(client, structure)
    with django_assert_max_num_queries(2):
        fetch(client, structure)


def test_kept_with_the_pages_and_right_after_a_change(structure, commit, settings, django_assert_num_queries):
    settings.PAGE_CACHE = True
    client = Client()
    commit()
    first = fetch(client, structure)
    address = f"{structure.get_absolute_url()}contact.vcf"
    with django_assert_num_queries(0):
        assert fetch(client, structure) == first
        kept = client.get(address)
    assert kept.headers["X-Robots-Tag"] == "noindex"
    again = client.get(address, headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 304
    Operations.objects.filter(provider=structure).update(opening_hours="Sa 10:00-11:00")
    commit()
    assert re.search(r"Samedi\s?: 10", unescape(fetch(client, structure)["NOTE"][1]))
    Provider.objects.filter(pk=structure.pk).update(live=False)
    commit()
    assert client.get(address).status_code == 404
