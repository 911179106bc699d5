"""From rows to lines: columns by their names, places, services, and what is wrong said cell by cell."""

import pytest

from providers.census import header
from providers.census.files import open_table
from providers.census.tables import CensusError
from providers.census.wording import fault_text
from providers.models import CensusImport, Service
from tests.factories import CommuneFactory, PostalCode

from .sheets import bring, csv_file, faults, lines, statuses

pytestmark = pytest.mark.django_db
BASIC = "Nom;Commune;Téléphone;Services"


def one(census):
    (line,) = lines(census)
    return line


class TestHeadings:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Nom *", "name"),
            ("Nom / Raison sociale", "name"),
            ("2. Téléphone (fixe)", "phone"),
            ("N° SIRET", "siret"),
            ("ADRESSE MAIL", "email"),
            ("Activités proposées", "services"),
            ("Zone d’intervention", "area"),
            ("Ménage et repassage", "service"),
            ("Nom / Téléphone", ""),
            ("Remarques", ""),
            ("", ""),
        ],
    )
    def test_are_recognised_by_their_words(self, services, text, key):
        assert header.recognise([text]).get(0, "").partition(":")[0] == key

    def test_a_further_phone_is_the_second(self, services):
        assert header.recognise(["Nom", "Tél.", "Portable", "GSM"]) == {0: "name", 1: "phone", 2: "phone_2"}

    def test_are_found_under_a_title(self, services, tmp_path):
        rows = [["Recensement"], ["Nom", "du fichier"], ["Nom", "Commune", "Tél."], ["A", "B", "C"]]
        assert header.find_layout(open_table(csv_file(tmp_path / "x.csv", rows))).header_row == 3

    def test_without_any_the_fullest_line_is_proposed(self, services, tmp_path):
        rows = [["Notre liste"], ["Qui", "Où", "Numéro"], ["A", "B", "C"]]
        table = open_table(csv_file(tmp_path / "x.csv", rows))
        with pytest.raises(header.NoHeadings):
            header.find_layout(table)
        layout = header.guess_layout(table)
        assert (layout.header_row, layout.mapping) == (2, {})
        assert [heading.samples for heading in layout.headings] == [["A"], ["B"], ["C"]]


class TestRows:
    def test_titles_blank_rows_totals_and_repeated_headings_are_left_out(self, towns, services, tmp_path):
        good = ["Les Joncs", "Le Blanc", "0261911001", "Ménage"]
        rows = [["Liste 2026"], [], BASIC.split(";"), good, [], BASIC.split(";"), ["Total", "", "1", ""]]
        census = bring(csv_file(tmp_path / "x.csv", rows), default_legal_form="association")
        assert [(line.number, line.name) for line in lines(census)] == [(4, "Les Joncs")]

    def test_a_structure_called_total_is_one(self, census):
        assert one(census(BASIC, "Total Propreté|Le Blanc|0261911001|Ménage")).name == "Total Propreté"

    def test_rows_of_one_structure_are_put_together(self, census):
        line = one(
            census(
                BASIC,
                "Les Joncs|Le Blanc|0261911001|Ménage",
                "LES JONCS|36018||Petit bricolage",
            )
        )
        assert line.record["rows"] == [2, 3]
        assert len(line.record["offers"]) == 2

    def test_rows_of_one_structure_that_disagree_are_a_fault(self, census):
        found = faults(
            census(
                BASIC, "Les Joncs|Le Blanc|0261911001|Ménage", "Les Joncs|Le Blanc|0261911002|Petit bricolage"
            )
        )
        assert found == {(3, "Téléphone")}

    def test_the_same_row_twice_is_one_structure(self, census):
        row = "Les Joncs|Le Blanc|0261911001|Ménage"
        assert len(one(census(BASIC, row, row)).record["offers"]) == 1


class TestPlaces:
    @pytest.mark.parametrize(
        "text",
        [
            "Le Blanc",
            "LE BLANC",
            "BLANC (LE)",
            "36018",
            "Le Blanc (36300)",
            "le blanc cedex",
            "Le Blanc 36300",
        ],
    )
    def test_a_commune_by_name_or_code(self, census, text):
        found = census(BASIC, f"Les Joncs|{text}|0261911001|Ménage")
        if text == "BLANC (LE)":
            assert faults(found) <= {(2, "Commune")}
        else:
            assert one(found).record["commune"] == "36018"

    def test_a_postal_code_of_one_commune_is_understood_and_said(self, census):
        line = one(census(BASIC, "Les Joncs|36370|0261911001|Ménage"))
        assert line.record["commune"] == "36016"
        assert "Bélâbre" in line.notices[0]

    def test_a_postal_code_of_several_asks_which(self, census):
        found = census(BASIC, "Les Joncs|36290|0261911001|Ménage")
        assert faults(found) == {(2, "Commune")}
        assert "Saint-Michel-en-Brenne" in fault_text(one(found).faults[0])

    def test_namesakes_are_told_apart_by_their_postal_code(self, census, towns):
        other = CommuneFactory(insee_code="41016", name="Rosnay", slug="rosnay-41", postal_codes=["41100"])
        assert PostalCode.objects.filter(commune=other).exists()
        headings = "Nom;Commune;Code postal;Téléphone;Services"
        found = census(
            headings,
            "Les Joncs|Rosnay|36300|0261911001|Ménage",
            "Les Iris|Rosnay|41100|0261911002|Ménage",
            "Les Lis|Rosnay||0261911003|Ménage",
        )
        assert [line.record.get("commune") for line in lines(found)] == ["36173", "41016", None]
        assert faults(found) == {(4, "Commune")}

    def test_a_near_spelling_is_proposed_never_taken(self, census):
        found = census(BASIC, "Les Joncs|Mezierre-en-Brene|0261911001|Ménage")
        assert faults(found) == {(2, "Commune")}

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("tout le territoire du parc", {"territory": True}),
            ("dans un rayon de 20 km", {"km": 20}),
            ("CC Brenne - Val de Creuse", {"epcis": ["243600319"]}),
            ("Le Blanc, Rosnay et Mérigny", {"communes": ["36018", "36119", "36173"]}),
            ("15 km ; Thenay (36220)", {"km": 15, "communes": ["36220"]}),
        ],
    )
    def test_areas(self, census, text, rule):
        found = census(f"{BASIC};Zone", f"Les Joncs|Le Blanc|0261911001|Ménage|{text}")
        nowhere = {"territory": False, "km": None, "epcis": [], "communes": []}
        assert one(found).record["area"] == nowhere | rule

    @pytest.mark.parametrize("text", ["500 km", "par ici", "Le Blanc, Trifouilly", "20 km de Rosnay"])
    def test_areas_that_cannot_be_told_are_said(self, census, text):
        found = census(f"{BASIC};Zone", f"Les Joncs|Le Blanc|0261911001|Ménage|{text}")
        assert faults(found) == {(2, "Zone d’intervention")}


class TestServices:
    @pytest.mark.parametrize(
        "text",
        ["ménage ; tonte", "Ménage\nJardinage", "ménage/jardinage", "ménage et tonte", "tonte, ménage"],
    )
    def test_several_in_one_cell(self, census, text):
        line = one(census(BASIC, f"Les Joncs|Le Blanc|0261911001|{text}"))
        names = {Service.objects.get(pk=offer["service"]).name for offer in line.record["offers"]}
        assert names == {"Ménage et repassage", "Petit jardinage"}

    def test_what_was_understood_is_said(self, census):
        line = one(census(BASIC, "Les Joncs|Le Blanc|0261911001|tonte"))
        assert line.notices == ["«\xa0tonte\xa0» compris comme «\xa0Petit jardinage\xa0»"]

    def test_a_name_with_a_comma_is_not_cut(self, census):
        name = "Aide passagère (convalescence, maternité, coup dur)"
        line = one(census(BASIC, f"Les Joncs|Le Blanc|0261911001|{name}, ménage"))
        assert len(line.record["offers"]) == 2

    @pytest.mark.parametrize("text", ["cartomancie", "ménage ; cartomancie", "nounou"])
    def test_unknown_or_ambiguous_ones_are_said(self, census, text):
        assert faults(census(BASIC, f"Les Joncs|Le Blanc|0261911001|{text}")) == {(2, "Services")}

    def test_columns_ticked(self, census):
        found = census(
            "Nom;Commune;Téléphone;Portage de repas;Petit jardinage;Petit bricolage",
            "Les Joncs|Le Blanc|0261911001|X|non|",
            "Les Iris|Le Blanc|0261911002|peut-être||",
        )
        assert len(lines(found)[0].record["offers"]) == 1
        assert [line.status for line in lines(found)] == ["new", "faulty"]

    def test_terms_without_a_service_are_said(self, census):
        found = census("Nom;Commune;Téléphone;Services;Tarif", "Les Joncs|Le Blanc|0261911001||23 €")
        assert faults(found) == {(2, "Services")}


class TestHarm:
    def test_a_cell_of_40000_characters_is_a_fault_of_its_line(self, census):
        headings = f"{BASIC};Présentation;Tarif"
        found = census(
            headings,
            f"Les Joncs|Le Blanc|0261911001|Ménage|{'é' * 40_000}|",
            f"Les Iris|Le Blanc|0261911002|Ménage||{'9' * 40_000}",
            f"{'Z' * 40_000}|Le Blanc|0261911003|Ménage||",
        )
        assert faults(found) == {(2, "Présentation"), (3, "Tarif"), (4, "Nom")}
        assert all(len(fault["value"]) <= 200 for line in lines(found) for fault in line.faults)

    def test_the_result_of_a_formula_that_failed_is_said(self, census):
        found = census(BASIC, "Les Joncs|Le Blanc|#REF!|Ménage", "Les Iris|Le Blanc|0261911002|#N/A")
        assert faults(found) == {(2, "Téléphone"), (3, "Services")}

    def test_a_name_alone_is_not_a_structure(self, census):
        assert faults(census(BASIC, "Les Joncs|||")) == {(2, "Commune"), (2, "Téléphone")}

    def test_nothing_is_kept_of_a_file_without_structure(self, towns, services, tmp_path):
        with pytest.raises(CensusError, match="structure"):
            bring(csv_file(tmp_path / "x.csv", [BASIC.split(";"), ["", "", "", ""]]))
        assert not CensusImport.objects.get().lines.exists()

    def test_a_dash_empties_and_an_empty_cell_does_not(self, census):
        line = one(census(f"{BASIC};Présentation;Site", "Les Joncs|Le Blanc|0261911001|Ménage|-|"))
        assert line.record["description"] == ""
        assert "website" not in line.record
        assert statuses(line.census) == ["new"]
