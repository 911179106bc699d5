"""``manage.py import_providers FILE --dry-run`` and ``export_providers``."""

import io

import pytest
from django.core.management import CommandError, call_command

from providers.models import CensusImport, CensusLine, Provider
from tests.factories import ProviderFactory

from .sheets import csv_file, xlsx_file

pytestmark = pytest.mark.django_db
HEADINGS = ["Nom", "Commune", "Téléphone", "Statut"]
GOOD = ["Les Joncs", "Le Blanc", "0261911001", "association"]


@pytest.fixture
def run(towns, services, tmp_path):
    """``run(rows, "--dry-run")``: what the command says, on both streams."""

    def call(rows, *args, path=None):
        file = path or csv_file(tmp_path / "liste.csv", rows, encoding="cp1252")
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_providers", str(file), *args, stdout=out, stderr=err)
        finally:
            call.said = out.getvalue() + err.getvalue()
        return call.said

    return call


def test_it_goes_in(run):
    run([HEADINGS, GOOD])
    assert Provider.objects.get().name == "Les Joncs"
    census = CensusImport.objects.get()
    assert (census.state, census.totals["new"]) == (CensusImport.State.DONE, 1)
    assert not CensusLine.objects.exists()


def test_a_dry_run_says_what_would_change_and_changes_nothing(run, towns):
    ProviderFactory(name="Les Iris", base_commune=towns["Rosnay"], phone="+33261911002")
    said = run([HEADINGS, GOOD, ["Les Iris", "Rosnay", "0261911002", "SARL"]], "--dry-run")
    assert "nouvelle" in said and "mise" in said
    assert Provider.objects.count() == 1
    assert not CensusImport.objects.exists()


def test_bad_lines_are_named_and_nothing_goes_in(run):
    with pytest.raises(CommandError, match="2"):
        run([HEADINGS, GOOD, ["Sans lieu", "Trifouilly", "0261911002", "SARL"], ["", "Rosnay", "12", ""]])
    assert (
        "Ligne 3, Commune : « Trifouilly »".replace(" :", "\xa0:")
        .replace("« ", "«\xa0")
        .replace(" »", "\xa0»")
        in run.said
    )
    assert "Ligne 4, Téléphone" in run.said
    assert not Provider.objects.exists()
    assert not CensusImport.objects.exists()


DOUBT = ["Tout Autre Chose", "Le Blanc", "0261911002", "SARL"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("new", {"Les Iris", "Les Joncs", "Tout Autre Chose"}),
        ("skip", {"Les Iris", "Les Joncs"}),
        ("update", {"Tout Autre Chose", "Les Joncs"}),
    ],
)
def test_doubts_stop_unless_told_what_to_do(run, towns, choice, names):
    ProviderFactory(name="Les Iris", base_commune=towns["Rosnay"], phone="+33261911002")
    with pytest.raises(CommandError):
        run([HEADINGS, GOOD, DOUBT])
    assert "Les Iris" in run.said
    assert Provider.objects.count() == 1
    run([HEADINGS, GOOD, DOUBT], "--doubts", choice)
    assert set(Provider.objects.values_list("name", flat=True)) == names


@pytest.mark.parametrize("column", ["phone=Numéro", "phone=C"])
def test_a_column_is_named_by_its_heading_or_its_letter(run, column):
    run([["Nom", "Commune", "Numéro", "Statut"], GOOD], "--column", column)
    assert str(Provider.objects.get().phone) == "+33261911001"


def test_a_list_without_headings(run):
    columns = ("name=A", "commune=B", "phone=C", "legal_form=D")
    run([GOOD], "--header", "0", *(word for column in columns for word in ("--column", column)))
    assert Provider.objects.get().name == "Les Joncs"


@pytest.mark.parametrize(
    "args",
    [
        ["--column", "phone=Rien"],
        ["--column", "colour=Nom"],
        ["--column", "phone"],
        ["--sheet", "Absente"],
        ["--header", "1", "--sheet", "Absente"],
    ],
)
def test_wrong_words_are_said(run, args):
    with pytest.raises(CommandError):
        run([HEADINGS, GOOD], *args)
    assert not CensusImport.objects.exists()


def test_a_sheet_is_chosen(run, tmp_path):
    path = xlsx_file(tmp_path / "x.xlsx", [HEADINGS, GOOD], before=["Notes"])
    with pytest.raises(CommandError):
        run([], "--sheet", "Notes", path=path)
    run([], "--sheet", "Structures", path=path)
    assert Provider.objects.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"rien\n", b"PK\x03\x04"])
def test_a_file_that_cannot_be_read_is_said(run, tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        run([], path=path)


def test_a_file_that_is_not_there(run, tmp_path):
    with pytest.raises(CommandError, match="absent"):
        run([], path=tmp_path / "absent")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_to_no_change(run, tmp_path, kind):
    run([HEADINGS, GOOD])
    path = tmp_path / f"export.{kind}"
    call_command("export_providers", str(path), stdout=io.StringIO())
    assert "inchangée" in run([], "--dry-run", path=path)
