"""The kit: what is printed can be read, called, photographed and counted."""

from __future__ import annotations

import datetime
import io

import PIL.Image
import pypdfium2
import pytest
import zxingcpp
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from intake.models import Campaign, CampaignVisits, Hotline
from portal.models import SiteIdentity
from portal.models.identity import Palette
from portal.printing.content import SHEETS, colours, sheet_data
from portal.printing.typesetting import pdf
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers.models import Commune
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import CampaignFactory, HeardFromFactory, request_for
from tests.portal.event_factories import make_event

pytestmark = pytest.mark.django_db

MILLIMETRES = {"poster-a4": (210, 297), "poster-a3": (297, 420), "cards": (210, 297), "flyer": (148, 210)}


@pytest.fixture
def place() -> Commune:
    SiteIdentity.objects.create(
        service_name="1001 services",
        place_suffix="en Brenne",
        park_name="Parc naturel régional X",
        operator_name="Les Aulnes",
        operator_role="animé par l’association",
    )
    Hotline.objects.create(phone="+33261911001", opening_hours="Mo-Fr 09:00-12:00")
    commune = CommuneFactory(name="Mézières-en-Brenne")
    ProviderFactory(name="Au Fil des Étangs", communes=[commune], offers=[ServiceFactory(name="Ménage")])
    return commune


@pytest.fixture
def campaign():
    return CampaignFactory(code="affiche-2027")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client


def opened(document: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(document)


def words(document: bytes) -> str:
    pages = (page.get_textpage().get_text_bounded() for page in opened(document))
    return " ".join(" ".join(pages).split())


def codes(document: bytes) -> list[str]:
    """What a phone reads off the picture of the pages."""
    found = []
    for page in opened(document):
        found += [code.text for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_each_sheet_is_tagged_and_says_who_to_call(place, campaign, name):
    sheet = SHEETS[name]
    document = pdf(sheet.drawing, sheet_data(sheet, campaign, place if sheet.for_commune else None))
    assert b"pdfuaid:part" in document and b"/StructTreeRoot" in document
    text = words(document)
    assert "02 61 91 10 01" in text.replace("\xa0", " ")
    if name != "cards":
        assert "Parc naturel régional X" in text
    if name in MILLIMETRES:
        width, height = opened(document)[0].get_size()
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == MILLIMETRES[name]
    expected = 10 if name == "cards" else 1
    assert codes(document) == ["http://testserver/c/affiche-2027/"] * expected


def test_the_sheet_of_a_commune_lists_who_comes(place, campaign):
    other = CommuneFactory(name="Le Blanc")
    sheet = SHEETS["commune"]
    text = words(pdf(sheet.drawing, sheet_data(sheet, campaign, place)))
    assert "à Mézières-en-Brenne" in text and "Au Fil des Étangs" in text and "Ménage" in text
    text = words(pdf(sheet.drawing, sheet_data(sheet, campaign, other)))
    assert "au Blanc" in text and "Au Fil des Étangs" not in text


@pytest.mark.parametrize("palette", Palette.values)
def test_the_sheets_wear_the_colours_of_the_site(place, campaign, palette):
    SiteIdentity.objects.update(palette=palette)
    used = colours(palette)
    assert all(len(code) in (4, 7) for code in used.values())
    assert (used == colours(Palette.POND)) == (palette == Palette.POND)
    sheet = SHEETS["poster-a4"]
    page = opened(pdf(sheet.drawing, sheet_data(sheet, campaign)))[0].render(scale=1).to_pil()
    # The band of the line, a little above the foot.
    assert "#{:02x}{:02x}{:02x}".format(*page.getpixel((10, 780))[:3]) == used["deep"]


@pytest.mark.parametrize(("name", "drawn"), [("logo.png", False), ("logo.svg", True)])
def test_the_park_prints_its_own_logo(place, campaign, name, drawn):
    if drawn:
        markup = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#f00" d="M0 0h9v9z"/></svg>'
    else:
        buffer = io.BytesIO()
        PIL.Image.new("RGB", (60, 30), "red").save(buffer, "PNG")
        markup = buffer.getvalue()
    logo = get_image_model()(title="Logo", file=ImageFile(io.BytesIO(markup), name=name))
    logo._set_image_file_metadata()
    logo.save()
    SiteIdentity.objects.update(logo=logo)
    sheet = SHEETS["poster-a4"]
    page = opened(pdf(sheet.drawing, sheet_data(sheet, campaign)))[0].render(scale=1).to_pil()
    assert (255, 0, 0) in {colour[:3] for _count, colour in page.crop((0, 0, 300, 120)).getcolors(100_000)}


@pytest.mark.parametrize(
    "headline", ["Court", "Un titre bien trop long " * 5, "<script>alert(1)</script> #set text(red) $x$ \\"]
)
def test_any_headline_is_set_as_it_was_typed(place, headline):
    campaign = CampaignFactory(headline=headline[:120])
    for name in ("poster-a4", "cards", "flyer"):
        document = pdf(SHEETS[name].drawing, sheet_data(SHEETS[name], campaign))
        # A word may be cut at the end of a line.
        assert headline.split()[0] in words(document).replace("</ ", "</")
        assert len(opened(document)) == (2 if name == "flyer" else 1)


def test_staff_look_and_print(place, campaign, staff):
    html = staff.get(reverse("kit:index", args=[campaign.pk])).content.decode()
    assert "/c/affiche-2027" in html
    for name, sheet in SHEETS.items():
        query = "?commune=mezieres-en-brenne" if sheet.for_commune else ""
        picture = staff.get(reverse("kit:picture", args=[campaign.pk, name]) + query)
        assert picture.content.startswith(b"\x89PNG")
        printed = staff.get(reverse("kit:pdf", args=[campaign.pk, name]) + query)
        assert printed.content.startswith(b"%PDF") and printed["Content-Type"] == "application/pdf"
    assert (
        staff.get(reverse("kit:pdf", args=[campaign.pk, "commune"]) + "?commune=nulle-part").status_code
        == 404
    )
    assert staff.get(reverse("kit:pdf", args=[campaign.pk, "tract"])).status_code == 404


@pytest.mark.parametrize("role", [OPERATORS, PARTNERS, INSTITUTIONS])
def test_others_may_not(place, campaign, client, role):
    client.force_login(UserFactory(groups=[role_name(role)]))
    addresses = [reverse("kit:campaigns")] + [
        reverse(f"kit:{name}", args=[campaign.pk, *args])
        for name, args in (("index", []), ("pdf", ["cards"]), ("picture", ["cards"]), ("event", []))
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 302 and response["Location"].startswith("/admin/")


class TestVisit:
    PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"

    def test_the_code_on_the_poster_leads_on_and_is_counted(self, place, client):
        campaign = CampaignFactory(code="affiche-2027", heard_from=HeardFromFactory())
        sheet = SHEETS["poster-a4"]
        (address,) = codes(pdf(sheet.drawing, sheet_data(sheet, campaign)))
        path = address.removeprefix("http://testserver")
        response = client.get(path, headers={"user-agent": self.PHONE})
        assert response["Location"] == "/?c=affiche-2027"
        assert "no-store" in response["Cache-Control"] and not response.cookies
        client.get(path, headers={"user-agent": "Googlebot/2.1"})
        client.head(path, headers={"user-agent": self.PHONE})
        assert [row.count for row in campaign.visits.all()] == [1]

    def test_an_old_poster_leads_home(self, client):
        assert client.get("/c/inconnue/").headers["Location"] == "/"

    def test_it_leads_to_the_page_that_was_chosen(self, client):
        root = Site.objects.get(is_default_site=True).root_page
        page = root.add_child(instance=Page(title="Soirée", slug="soiree"))
        CampaignFactory(code="soiree", leads_to=page)
        assert client.get("/c/SOIREE/").headers["Location"] == "/soiree/?c=soiree"
        page.unpublish()
        assert client.get("/c/soiree/").headers["Location"] == "/?c=soiree"


class TestEvent:
    def test_a_campaign_is_made_from_its_page_once(self, place, staff, client):
        event = make_event(title="Soirée de lancement")
        CampaignFactory(code=event.slug)
        url = reverse("kit:event", args=[event.pk])
        assert "Soirée de lancement" in staff.get(url).content.decode()
        assert Campaign.objects.count() == 1  # looking makes nothing
        response = staff.post(url, follow=True)
        campaign = Campaign.objects.exclude(code=event.slug).get()
        assert response.redirect_chain[-1][0] == reverse("kit:index", args=[campaign.pk])
        assert (campaign.leads_to_id, campaign.medium) == (event.pk, Campaign.Medium.EVENT)
        assert campaign.code == f"{event.slug}-2" and campaign.headline == event.title
        assert staff.get(url)["Location"] == reverse("kit:index", args=[campaign.pk])
        assert client.get(f"/c/{campaign.code}/")["Location"] == f"{event.url}?c={campaign.code}"

    def test_the_button_is_on_the_event(self, place, staff):
        event = make_event()
        html = staff.get(reverse("wagtailadmin_pages:edit", args=[event.pk])).content.decode()
        assert reverse("kit:event", args=[event.pk]) in html


def test_the_list_of_campaigns_says_what_each_brought(place, campaign, staff, client):
    cleaning = ServiceFactory(name="Ménage")
    for _ in range(2):
        request_for((cleaning, place), campaign=campaign)
    CampaignVisits.objects.create(campaign=campaign, day=datetime.date(2026, 5, 4), count=12)
    CampaignVisits.objects.create(campaign=campaign, day=datetime.date(2026, 5, 5), count=3)
    html = staff.get(reverse("kit:campaigns")).content.decode()
    assert "<td>15</td><td>2</td>" in html
