"""The yearly report: the figures of 2009, nothing hidden given back, one file for each content."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from unittest import mock

import pypdfium2
import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import Site

from intake.models import BudgetLine, EvaluationIndexPage, EvaluationPage, Funder, ServiceRequest
from intake.observatory.closing import publish
from intake.report.content import last_twelve_months, report_of
from intake.requests.entry import NeedEntry
from intake.requests.reasons import Channel
from portal.models import SiteIdentity
from portal.printing import typesetting
from portal.report import document
from portal.report.prose import blocks
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, role_name
from tests.factories import CommuneFactory, EpciFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[1, 46], [1.1, 46], [1.1, 46.1], [1, 46.1], [1, 46]]]}


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    """Reports are kept in a folder of this test."""
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    SiteIdentity.objects.create(
        service_name="1001 services", place_suffix="en Brenne", park_name="Parc X", operator_name="Les Aulnes"
    )
    return tmp_path


@pytest.fixture
def log():
    """Calls of a year: ``log(2009, 132)``; *unmet* ask for what nobody offers."""
    place = CommuneFactory(
        name="Mézières-en-Brenne", contour=SQUARE, epci=EpciFactory(name="CC Cœur de Brenne")
    )
    cleaning, gliding = ServiceFactory(name="Ménage"), ServiceFactory(name="Vol à voile")
    ProviderFactory(communes=[place], offers=[cleaning])

    def make(year: int, count: int, unmet: int = 0, invented: bool = False, at=None) -> None:
        at = at or datetime.datetime(year, 3, 2, 9, tzinfo=datetime.UTC)
        for number in range(count):
            request_for(
                NeedEntry(gliding if number < unmet else cleaning, place),
                channel=Channel.PHONE,
                received_at=at,
            )
        if invented:
            ServiceRequest.objects.filter(received_at=at).update(invented=True)

    return make


def evaluation(year: int = 2009, **fields) -> EvaluationPage:
    root = Site.objects.get(is_default_site=True).root_page
    index = EvaluationIndexPage.objects.first() or root.add_child(
        instance=EvaluationIndexPage(title="Bilans", slug="bilans")
    )
    page = EvaluationPage(
        title=f"Bilan {year}",
        slug=str(year),
        first_day=datetime.date(year, 1, 1),
        last_day=datetime.date(year, 12, 31),
        **fields,
    )
    page.budget_lines = [
        BudgetLine(kind="running", item="Fonctionnement", amount=Decimal(17251), paid_by="l’association"),
        BudgetLine(kind="communication", item="=Communication", amount=Decimal(3456), paid_by="le Parc"),
    ]
    page.funders = [Funder(name="Leader"), Funder(name="Caisse des dépôts", amount=Decimal(1200))]
    return index.add_child(instance=page)


def words(content: bytes) -> str:
    """The text of a PDF, spaces made plain, lines joined."""
    pdf = pypdfium2.PdfDocument(content)
    text = " ".join(pdf[place].get_textpage().get_text_range() for place in range(len(pdf)))
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2019", "’").split())


def closed(*years: int) -> None:
    for year in years:
        assert publish(year, timezone.now())


class TestOf2009:
    @pytest.fixture
    def page(self, log):
        log(2009, 132, invented=True)
        closed(2009)
        return evaluation(comments="<p>Il faut <b>se faire connaître</b>.</p><ul><li>Affiches</li></ul>")

    def test_the_pdf_says_what_the_source_says(self, client, page):
        response = client.get(reverse("report:pdf", args=["2009"]))
        assert (
            response["Content-Type"] == "application/pdf"
            and "bilan-2009.pdf" in response["Content-Disposition"]
        )
        text = words(response.content)
        for said in ("132", "17 251 €", "3 456 €", "20 707 €", "130,69 €", "156,87 €", "1 200 €"):
            assert said in text, said
        assert "pour un service qui n’existe pas ici 0" in text
        assert "se faire connaître" in text and "Leader" in text and "Sommaire" in text
        assert "la façon dont ces chiffres se répartissent est inventée" in text
        assert "INTERNE" not in text

    def test_it_is_made_as_pdf_ua(self, page):
        with mock.patch.object(typesetting.typst, "Compiler", wraps=typesetting.typst.Compiler) as made:
            content = typesetting.pdf(document.DRAWING, document.report_data(page))
        assert made.called and b"pdfuaid" in content
        pdf = pypdfium2.PdfDocument(content)
        assert pypdfium2.raw.FPDFCatalog_IsTagged(pdf)
        titles = [item.get_title() for item in pdf.get_toc()]
        assert titles[0] == "Bilan 2009"
        assert {"L’année en chiffres", "Budget", "Ce qui a été demandé", "Méthode et définitions"} <= set(
            titles
        )

    def test_a_chart_without_words_would_be_refused(self, page):
        data = document.report_data(page)
        data["chapters"][0]["charts"][0]["words"] = None
        with pytest.raises(typesetting.typst.TypstError, match="alt"):
            typesetting.pdf(document.DRAWING, data)

    def test_the_page_and_the_spreadsheet_say_the_same(self, client, page):
        html = client.get(page.url).content.decode().replace("\u202f", " ").replace("\xa0", " ")
        assert "130,69 €" in html and html.count('<svg class="chart') >= 3
        assert "/rapports/2009/" in html and "/rapports/2009.xlsx" in html
        assert "la façon dont ces chiffres se répartissent est inventée" in html
        book = load_workbook(io.BytesIO(client.get(reverse("report:xlsx", args=["2009"])).content))
        cells = {
            row[0].value: [cell.value for cell in row[1:]] for sheet in book for row in sheet.iter_rows()
        }
        assert cells["dont par téléphone"][0] == 132 and cells["pour un service qui n’existe pas ici"][0] == 0
        assert cells["par contact"][:2] == [130.69, 156.87]
        assert cells["Leader"][0] is None
        budget = [[cell.value for cell in row] for row in book["Budget"].iter_rows()]
        assert ["communication", "'=Communication", None, 3456, "le Parc"] in budget
        assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)

    def test_unit_costs(self, page):
        found = {cost.label: (cost.running, cost.whole) for cost in report_of(page).unit_costs}
        assert found["par contact"] == (Decimal("130.69"), Decimal("156.87"))
        # Nobody has told yet what came of it: a met need has no cost, not a cost of zero.
        assert found["par besoin satisfait"] == (None, None)


class TestKept:
    @pytest.fixture
    def page(self, log):
        log(2009, 12)
        closed(2009)
        return evaluation()

    def test_the_second_time_nothing_is_made(self, client, page, shelf):
        waiting, file = reverse("report:waiting", args=["2009"]), reverse("report:pdf", args=["2009"])
        response = client.get(waiting)
        html = response.content.decode()
        assert f'content="0;url={file}"' in html and "<progress" in html and not response.cookies
        first = client.get(file)
        with mock.patch.object(typesetting, "pdf", side_effect=AssertionError):
            assert client.get(file).content == first.content
            assert client.get(waiting)["Location"] == file
            assert client.get(file, headers={"if-none-match": first["ETag"]}).status_code == 304

    def test_another_content_is_another_file_and_the_old_one_goes(self, client, page, shelf, commit):
        file = reverse("report:pdf", args=["2009"])
        first = client.get(file)
        page.summary = "Une phrase de plus."
        page.save()
        second = client.get(file)
        assert second["ETag"] != first["ETag"] and "Une phrase de plus." in words(second.content)
        assert len(storages["private"].listdir("reports")[1]) == 1

    def test_what_is_not_published_is_not_there(self, client, page):
        page.unpublish()
        for name in ("waiting", "pdf", "xlsx"):
            assert client.get(reverse(f"report:{name}", args=["2009"])).status_code == 404
            assert client.get(reverse(f"report:{name}", args=["inconnu"])).status_code == 404


class TestHidden:
    def test_small_counts_are_hidden_in_every_file_but_the_internal_one(self, client, log):
        log(2009, 40, unmet=3)
        closed(2009)
        page = evaluation()
        text = words(client.get(reverse("report:pdf", args=["2009"])).content)
        assert "masqué" in text and "besoins infructueux au contact 3" not in text
        client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
        internal = client.get(reverse("reports:internal_pdf", args=[page.pk]))
        said = words(internal.content)
        assert "INTERNE" in said and "besoins infructueux au contact 3" in said and "masqué" not in said
        assert "no-store" in internal["Cache-Control"] and "interne" in internal["Content-Disposition"]
        book = load_workbook(io.BytesIO(client.get(reverse("reports:internal_xlsx", args=[page.pk])).content))
        assert book.worksheets[0]["A1"].value.startswith("INTERNE")

    @pytest.mark.parametrize("role", [None, PARTNERS, INSTITUTIONS])
    def test_the_internal_one_is_for_those_who_take_requests(self, log, role):
        page, client = evaluation(), Client()
        if role:
            client.force_login(UserFactory(groups=[role_name(role)]))
        for name in ("internal", "internal_pdf", "internal_xlsx"):
            assert client.get(reverse(f"reports:{name}", args=[page.pk])).status_code == 302
        for name in ("index", "latest", "latest_pdf", "latest_xlsx"):
            assert client.get(reverse(f"reports:{name}")).status_code == 302

    def test_the_choice_of_a_year(self, client, log):
        evaluation(2009)
        page = evaluation(2025)
        client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
        html = client.get(reverse("reports:index")).content.decode()
        assert "Bilan 2009" in html and reverse("reports:internal", args=[page.pk]) in html
        assert "<progress" in client.get(reverse("reports:internal", args=[page.pk])).content.decode()


class TestLastTwelveMonths:
    def test_from_the_log_and_marked(self, client, log):
        log(0, 7, at=timezone.now() - datetime.timedelta(days=40))
        client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
        html = client.get(reverse("reports:latest")).content.decode()
        assert reverse("reports:latest_pdf") in html
        report = report_of(last_twelve_months(), internal=True)
        rows = report.chart("mois").rows
        assert len(rows) == 12 and sum(row.values[0] for row in rows) == 7
        text = words(client.get(reverse("reports:latest_pdf")).content)
        assert "INTERNE" in text and "contacts 7" in text
        assert client.get(reverse("reports:latest_xlsx")).status_code == 200


class TestWithoutFigures:
    def test_an_empty_log(self, client, log):
        evaluation(2009)
        text = words(client.get(reverse("report:pdf", args=["2009"])).content)
        assert "17 251 €" in text and "130,69" not in text and "pas encore" in text
        assert client.get(reverse("report:xlsx", args=["2009"])).status_code == 200

    def test_unknown_amounts_are_blank(self, client, log):
        log(2009, 12)
        closed(2009)
        page = evaluation()
        page.budget_lines = [BudgetLine(kind="running", item="Ligne", amount=None, paid_by="le Parc")]
        page.funders = []
        page.save()
        report = report_of(page)
        assert (report.costs.whole, report.by_payer) == (None, [("le Parc", None)])
        text = words(client.get(reverse("report:pdf", args=["2009"])).content)
        assert "€" not in text and "Un montant laissé vide est un montant inconnu." in text

    def test_beside_the_years_before(self, client, log):
        log(2009, 132)
        log(2010, 60)
        closed(2009, 2010)
        evaluation(2009)
        page = evaluation(2010)
        found = report_of(page).comparison
        assert found.titles == ["Bilan 2010", "Bilan 2009"]
        assert dict(found.figures)["contacts"] == ["60", "132"]
        text = words(client.get(reverse("report:pdf", args=["2010"])).content)
        assert "contacts 60 132" in text


def test_what_staff_typed_is_cut_into_blocks():
    found = blocks(
        '<h2>Titre</h2><p>Un <b>mot</b>, un <i>autre</i> et <a href="/bilans/">ici</a>.</p>'
        "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol><p></p>"
    )
    assert [block["kind"] for block in found] == ["heading", "paragraph", "list", "numbers"]
    bold = [run["text"] for run in found[1]["runs"] if run["bold"]]
    links = [run["url"] for run in found[1]["runs"] if run["url"]]
    assert bold == ["mot"] and links == ["http://testserver/bilans/"]
    assert [[run["text"] for run in item] for item in found[2]["items"]] == [["a"], ["b"]]
