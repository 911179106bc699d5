"""Charts as visitors meet them: narrow, dark, printed, in grey, without scripts, read by software."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from statistics import pstdev

import pytest
from PIL import Image
from wagtail.models import Site

from intake.models import BudgetLine, EvaluationIndexPage, EvaluationPage, ObservatoryPage
from intake.observatory.closing import publish
from providers.models import Commune, Service
from tests.factories import CommuneFactory, EpciFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import request_for

SUPPLY, SERVICE, EVALUATION = "/observatoire/offre/", "/observatoire/offre/menage/", "/bilans/2009/"
OBSERVATORY = "/observatoire/2009/"
PAGES = [SUPPLY, SERVICE, EVALUATION, OBSERVATORY]


def square(place: int) -> dict:
    x, y = 1 + place % 3 * 0.1, 46 + place // 3 * 0.1
    ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def portal() -> None:
    epci = EpciFactory(name="CC Cœur de Brenne")
    communes = [CommuneFactory(contour=square(place), epci=epci) for place in range(6)]
    services = [ServiceFactory(name=name) for name in ("Ménage", "Repas", "Jardinage")]
    for count in range(1, 5):
        ProviderFactory(communes=communes[:count], offers=services[:2], base_commune=communes[0])
    for number in range(60):
        month = 1 + number % 5
        at = datetime.datetime(2009, month, 3, 9, tzinfo=datetime.UTC)
        service = services[0] if number % 4 else services[1] if number < 50 else services[2]
        request_for((service, communes[number % 3]), received_at=at)
    publish(2009, datetime.datetime.now(datetime.UTC))
    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=ObservatoryPage(title="Observatoire", slug="observatoire"))
    index = root.add_child(instance=EvaluationIndexPage(title="Bilans", slug="bilans"))
    page = EvaluationPage(
        title="Bilan 2009",
        slug="2009",
        first_day=datetime.date(2009, 1, 1),
        last_day=datetime.date(2009, 12, 31),
    )
    page.budget_lines = [BudgetLine(kind="running", item="Ligne", amount=Decimal(17251))]
    index.add_child(instance=page)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", PAGES)
def test_read_by_software(portal, visit, axe, path, dark):
    seen = visit(path, dark=dark)
    assert seen.page.locator("svg.chart").count() >= 1
    axe(seen)
    seen.expect_clean()


@pytest.mark.parametrize(
    "path", ["/observatoire/dictionnaire/", "/opendata/", "/opendata/widget/", "/widget/"]
)
def test_what_explains_and_shares_them_is_read_too(portal, visit, axe, path):
    seen = visit(path, width=320)
    assert seen.overflow == 0
    axe(seen)
    seen.expect_clean()


@pytest.mark.parametrize("path", PAGES)
def test_narrow_with_large_letters_and_without_scripts(portal, visit, path):
    for size in (100, 200):
        seen = visit(path, width=320, javascript=False, text_size=size)
        assert seen.overflow == 0
        figure = seen.page.locator(".charted").first
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
        seen.expect_clean()


def test_words_of_a_chart_are_as_large_on_a_phone(portal, visit):
    heights = []
    for width in (320, 1280):
        seen = visit(EVALUATION, width=width)
        box = seen.page.locator("#families text").first.bounding_box()
        assert box is not None
        heights.append(box["height"])
    assert heights[0] == pytest.approx(heights[1], abs=1) and heights[0] >= 14


def test_on_paper_the_tables_are_open(portal, visit):
    seen = visit(EVALUATION)
    seen.page.emulate_media(media="print")
    assert seen.page.locator("#families table").is_visible()
    assert not seen.page.locator("#families summary").is_visible()
    assert seen.page.locator("#families svg.chart").is_visible()


def test_hidden_and_shown_are_told_apart_in_grey(portal, visit):
    """Where colours are taken away, a hidden bar is hatched and a shown one is plain."""
    seen = visit(EVALUATION, bypass_csp=True)  # for the style of this test only
    seen.page.add_style_tag(content="html{filter:grayscale(1)}")

    def spread(kind: str) -> float:
        bar = seen.page.locator(f"#mois .{kind}, #services .{kind}, #families .{kind}").first
        picture = Image.open(io.BytesIO(bar.screenshot())).convert("L")
        inside = picture.crop((3, 3, picture.width - 3, picture.height - 3))
        return pstdev(inside.tobytes())

    assert spread("veiled") > 25 > 8 > spread("s1")


def test_each_commune_is_reached_by_keyboard(portal, visit):
    seen = visit(SERVICE)
    links = seen.page.locator("svg.chart a")
    assert links.count() == Commune.objects.of_territory().count() == 6
    links.first.focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/annuaire/services/**")
    assert Service.objects.get(name="Ménage").slug in seen.page.url
