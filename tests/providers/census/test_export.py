"""What goes out comes back as it was: every fact, every hostile text, and no formula that runs."""

import csv
import datetime
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from providers.census import export
from providers.census.columns import WRITTEN
from providers.models import CensusLine, Offer, Operations, Provider
from tests.factories import ProviderFactory, offer

from .sheets import bring, csv_file, lines, ods_file, put_in, statuses

pytestmark = pytest.mark.django_db
Status = CensusLine.Status
FORMULAS = ("=cmd|' /C calc'!A0", "+33 (0)2", "-5 % aux adhérents", "@SUM(1+1)", "'=1+1", "- ", "''x")


def table():
    return list(export.rows(Provider.objects.order_by("name", "pk")))


def as_csv(path: Path) -> Path:
    path.write_text("".join(export.csv_lines(table())), encoding="utf-8", newline="")
    return path


def as_xlsx(path: Path) -> Path:
    with path.open("wb") as stream:
        export.write_xlsx(table(), stream)
    return path


def as_ods(path: Path) -> Path:
    return ods_file(path, table())


@pytest.fixture
def rich(towns, services):
    """A structure with every fact, in two modes."""
    day = datetime.date(2026, 9, 1)
    service = services["Ménage et repassage"]
    provider = ProviderFactory(
        name="Les Frênes « à côté » ; SARL",
        legal_form="company",
        base_commune=towns["Le Blanc"],
        description='Première ligne\nDeuxième ligne ; avec « guillemets », "d’autres"\n\nEt 100 %.',
        address="3, rue de l’Étang",
        postal_code="36300",
        location="SRID=4326;POINT(1.06419 46.6331)",
        siret="73282932000074",
        sap_number="SAP732829320",
        website="https://frenes.example/?a=1&b=2",
        languages="français, anglais",
        accessibility="partly",
        accessibility_note="Une marche",
        accepts_cesu=True,
        payment_note="chèque",
        covers_radius_km=15,
        epcis=[towns["Le Blanc"].epci],
        communes=[towns["Thenay"], towns["Mérigny"]],
        hours="Mo-We,Fr 09:00-12:00,14:00-17:00; PH off",
        offers=[
            offer(service, mode="provider", price_text="23 €", price_checked_on=day),
            offer(service, mode="agent", summary="Par contrat", audience="older"),
            offer(services["Portage de repas"], title_expires_on=datetime.date(2028, 1, 1)),
        ],
    )
    Operations.objects.filter(provider=provider).update(
        verified_on=day, verification_source="Appel", admitted_by_decision=True, decision_note="Réunion"
    )
    return provider


@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_ods])
def test_every_fact_comes_back_to_no_change(rich, towns, tmp_path, write):
    ProviderFactory(name="Sans service", base_commune=towns["Rosnay"], phone="", offers=[])
    ProviderFactory(draft=True, name="En projet", base_commune=towns["Rosnay"])
    census = bring(write(tmp_path / "export"))
    assert [(line.name, line.changes, line.faults) for line in lines(census) if line.status != "same"] == []
    assert len(lines(census)) == 3


@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_ods])
def test_every_fact_can_be_put_into_an_empty_base(rich, tmp_path, write):
    path = write(tmp_path / "export")
    before = table()
    Provider.objects.all().delete()
    census = bring(path)
    assert statuses(census) == [Status.NEW]
    put_in(census)
    slug = WRITTEN.index(next(column for column in WRITTEN if column.key == "identifier"))
    for row, known in zip(table(), before, strict=True):
        assert row[:slug] + row[slug + 1 :] == known[:slug] + known[slug + 1 :]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_ods])
def test_what_begins_like_a_formula_goes_out_defused_and_comes_back(towns, services, tmp_path, text, write):
    provider = ProviderFactory(
        name=f"{text.strip()} Structure",
        base_commune=towns["Le Blanc"],
        address=text,
        offers=[offer(services["Portage de repas"], summary=text)],
    )
    for row in table():
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    path = write(tmp_path / "export")
    assert statuses(bring(path)) == [Status.SAME]
    Provider.objects.filter(pk=provider.pk).update(address="")
    Offer.objects.filter(provider=provider).update(summary="")
    put_in(bring(path))
    provider.refresh_from_db()
    assert provider.address == text.strip(" ")
    assert provider.offers.get().summary == text.strip(" ")


def test_no_cell_of_the_workbook_is_a_formula(towns, tmp_path):
    ProviderFactory(name="=1+1", base_commune=towns["Le Blanc"])
    sheet = load_workbook(as_xlsx(tmp_path / "x.xlsx")).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_the_csv_opens_in_a_french_spreadsheet(towns, tmp_path):
    ProviderFactory(name="Les Frênes", base_commune=towns["Le Blanc"], phone="+33261911001")
    content = as_csv(tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 2
    heading, row = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert row[heading.index("Téléphone")] == "02 61 91 10 01"


def test_many_are_written_in_few_queries(towns, services, django_assert_max_num_queries):
    for number in range(30):
        ProviderFactory(name=f"Structure {number}", base_commune=towns["Le Blanc"], offers=services.values())
    with django_assert_max_num_queries(12):
        assert len(table()) == 1 + 30 * len(services)


def test_the_template_is_read_back_as_the_same_columns(services, towns, tmp_path):
    row = dict.fromkeys((column.heading for column in WRITTEN), "")
    row |= {"Nom": "Les Joncs", "Commune": "Rosnay", "Téléphone": "0261911001", "Services": "Ménage"}
    (headings,) = export.template_rows()
    row["Forme juridique"] = "Association"
    census = bring(csv_file(tmp_path / "x.csv", [headings, [row[heading] for heading in headings]]))
    assert set(census.mapping) == {column.key for column in WRITTEN}
    assert statuses(census) == [Status.NEW]
