"""Which structure a line speaks of: sure, asked about, or new; never doubled, never overwritten by another's facts."""

import pytest

from providers.census.recognition import likeness, same_name
from providers.models import CensusLine, Provider
from tests.factories import ProviderFactory

from .sheets import lines, put_in, statuses

pytestmark = pytest.mark.django_db
Status = CensusLine.Status
HEADINGS = "Nom;Commune;Téléphone;Courriel;SIRET;Adresse"
SIRET, OTHER_SIRET = "73282932000074", "44306184100047"


@pytest.fixture
def known(towns):
    return ProviderFactory(
        name="Aide à Domicile du Blanc",
        base_commune=towns["Le Blanc"],
        phone="+33261911001",
        email="contact@aide.example",
        siret=SIRET,
    )


@pytest.mark.parametrize(
    "row",
    [
        "Autre nom|Rosnay|||732 829 320 00074|1 rue Neuve",
        "AIDE A DOMICILE BLANC|Le Blanc|02.61.91.10.01|||1 rue Neuve",
        "Aide a domicille du Blanc|Le Blanc|261911001|||1 rue Neuve",
        "Aide à domicile (du Blanc)|36018||Contact@Aide.example||1 rue Neuve",
        "Aide à Domicile du Blanc|Le Blanc||||1 rue Neuve",
        "Aide à domicile du Blanc|Le Blanc|0261919999|||1 rue Neuve",
    ],
    ids=["siret", "phone and name", "typing mistake", "e-mail and name", "name and commune", "new number"],
)
def test_the_same_structure_spelled_otherwise_is_an_update(census, known, row):
    found = census(HEADINGS, row)
    (line,) = lines(found)
    assert (line.status, line.provider_id) == (Status.UPDATE, known.pk)
    put_in(found)
    assert Provider.objects.count() == 1
    known.refresh_from_db()
    assert known.address == "1 rue Neuve"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Tout Autre Chose|Le Blanc|0261911001|||", "phone"),
        ("Tout Autre Chose|Rosnay||contact@aide.example||", "email"),
        ("Aide à Domicile de Rosnay|Rosnay|0261911001|||", "phone"),
        ("Aide à Domicile du Blanc|Rosnay|0261911001|||", "phone"),
        ("Aide à Domicile du Banc|Le Blanc|0261919998|||", "alike"),
        (f"Aide à Domicile du Blanc|Le Blanc|0261911001||{OTHER_SIRET}|", "phone"),
    ],
    ids=["phone", "e-mail", "branch", "moved", "nearly the name", "another SIRET"],
)
def test_a_likely_double_is_asked_about(census, known, row, reason):
    (line,) = lines(census(HEADINGS, row))
    assert line.status == Status.DOUBT
    assert [(choice["pk"], choice["reason"]) for choice in line.candidates] == [(known.pk, reason)]


def test_what_has_nothing_in_common_is_new(census, known):
    assert statuses(census(HEADINGS, "Le Héron|Le Blanc|0261919997|||")) == [Status.NEW]


def test_two_that_answer_are_both_proposed(census, towns):
    pair = [
        ProviderFactory(name=name, base_commune=towns["Le Blanc"], phone="+33261911001")
        for name in ("Les Joncs", "Les Joncs")
    ]
    (line,) = lines(census(HEADINGS, "Les Joncs|Le Blanc|0261911001|||"))
    assert {choice["pk"] for choice in line.candidates} == {provider.pk for provider in pair}


def test_two_lines_for_one_structure_are_asked_about(census, known):
    found = census(
        HEADINGS,
        f"Aide à Domicile|Le Blanc|||{SIRET}|1 rue Neuve",
        "Aide Domicile Blanc|Le Blanc|0261911001|||2 rue Neuve",
    )
    assert statuses(found) == [Status.UPDATE, Status.DOUBT]


def test_two_lines_decided_as_one_structure_are_asked_about_again(census, known):
    from providers.census import analysis

    found = census(
        HEADINGS, "Le Héron|Le Blanc|0261911001|||1 rue Neuve", "Le Butor|Rosnay|0261911001|||2 rue Neuve"
    )
    found.lines.update(decision=f"update:{known.pk}")
    analysis.compare_all(found, lambda done, total: None)
    assert statuses(found) == [Status.UPDATE, Status.DOUBT]
    assert lines(found)[1].candidates[0]["reason"] == "claimed"


def test_twins_inside_the_file_are_asked_about(census):
    found = census(
        HEADINGS, "Les Joncs Verts|Le Blanc|0261911001|||", "Les Jonc Verts|Le Blanc|0261911001|||"
    )
    assert statuses(found) == [Status.NEW, Status.DOUBT]
    assert lines(found)[1].candidates == [{"row": 2, "reason": "twin"}]


def test_a_siret_that_another_has_is_refused(census, known):
    other = ProviderFactory(name="Les Iris", base_commune=known.base_commune, siret=None)
    found = census(f"Identifiant;{HEADINGS}", f"{other.slug}|Les Iris|Le Blanc|||{SIRET}|")
    assert lines(found)[0].faults[0]["column"] == "SIRET"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("aide domicile blanc", "aide domicile rosnay", False),
        ("aide domicile", "aide domicile rosnay", True),
        ("aide domicille", "aide domicile", True),
        ("bleu jardin", "bleujardin", True),
        ("", "aide", False),
    ],
)
def test_names(one, other, same):
    assert same_name(one, other) is same


def test_likeness_is_between_nothing_and_the_same():
    assert likeness("", "aide") == 0
    assert likeness("aide domicile", "aide domicile") == 1
    assert 0.6 < likeness("aide domicile blanc", "aide domicile rosnay") < 1
