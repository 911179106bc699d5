"""What people type, and what they mean."""

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.lookup import find_communes, find_services
from providers.models import Commune, Service
from providers.nomenclature import load_nomenclature
from tests.factories import CommuneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nomenclature():
    load_nomenclature()


@pytest.fixture
def brenne():
    call_command("load_territory", verbosity=0)


SERVICES = [
    ("femme de ménage", ["menage-repassage"]),
    ("Femme de Menage", ["menage-repassage"]),
    ("ménage", ["menage-repassage"]),
    ("mnage", ["menage-repassage"]),
    ("tondre la pelouse", ["petit-jardinage"]),
    ("je cherche quelqu’un pour tondre ma pelouse", ["petit-jardinage"]),
    ("garder mon fils", ["garde-enfants-moins-de-3-ans", "garde-enfants-3-ans-et-plus"]),
    ("aide pour maman", ["aide-quotidienne"]),
    ("panne d'ordinateur", ["assistance-informatique"]),
    ("panne d’ordinateur", ["assistance-informatique"]),
    ("ordinateurs", ["assistance-informatique"]),
    ("portage repas", ["portage-repas"]),
    ("fuite d'eau", ["depannage-artisan"]),
    ("xyzzy", []),
    ("", []),
    ("<script>alert(1)</script>", []),
]


@pytest.mark.parametrize(("typed", "slugs"), SERVICES)
def test_services_as_residents_say_them(nomenclature, typed, slugs):
    assert [service.slug for service in find_services(typed)] == slugs


def test_every_name_and_synonym_finds_its_service(nomenclature):
    for service in Service.objects.all():
        for phrase in [service.name, *service.synonyms.splitlines()]:
            assert service in find_services(phrase), phrase


def test_a_retired_service_is_not_found(nomenclature):
    Service.objects.filter(slug="menage-repassage").update(retired_on="2026-01-01")
    assert "menage-repassage" not in [service.slug for service in find_services("femme de ménage")]


COMMUNES = [
    ("mezieres", ["Mézières-en-Brenne"]),
    ("Mézières en Brenne", ["Mézières-en-Brenne"]),
    ("st gaultier", ["Saint-Gaultier"]),
    ("ST-GAULTIER", ["Saint-Gaultier"]),
    ("ste gemme", ["Sainte-Gemme"]),
    ("vendoeuvres", ["Vendœuvres"]),
    ("Vendœuvres", ["Vendœuvres"]),
    ("le blanc", ["Le Blanc"]),
    ("blanc", ["Le Blanc"]),
    ("tily", ["Tilly"]),
    ("36123", ["Mézières-en-Brenne"]),
    ("36290 mézières", ["Mézières-en-Brenne"]),
    ("Mézières (36290)", ["Mézières-en-Brenne"]),
    ("chateauroux", ["Châteauroux"]),
    (
        "36290",
        ["Azay-le-Ferron", "Mézières-en-Brenne", "Obterre", "Paulnay", "Saint-Michel-en-Brenne", "Saulnay"],
    ),
    ("nulle part", []),
    ("%", []),
    ("", []),
]


@pytest.mark.parametrize(("typed", "expected"), COMMUNES)
def test_communes_as_people_type_them(brenne, typed, expected):
    found = [commune.name for commune in find_communes(typed)]
    assert found[: len(expected)] == expected
    if len(expected) < 2:
        assert len(found) == len(expected)


def test_every_commune_is_found_by_its_own_name(brenne):
    for commune in Commune.objects.of_territory():
        assert find_communes(commune.name) == [commune]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_anything_typed_gets_an_answer(nomenclature, typed):
    typed = typed.replace("\x00", "")
    assert len(find_services(typed)) <= 12
    assert len(find_communes(typed)) <= 12


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("La Châtre l’Anglin", "La Châtre-Langlin"),
        ("meziere en brene", "Mézières-en-Brenne"),
        ("saintgaultier", "Saint-Gaultier"),
        ("chateaurouxx", "Châteauroux"),  # outside the territory
    ],
)
def test_mistakes_are_forgiven_inside_and_outside(brenne, typed, expected):
    assert [commune.name for commune in find_communes(typed)] == [expected]


def test_a_renamed_commune_answers_to_its_new_name_only():
    commune = CommuneFactory(name="Vieilleville")
    commune.name = "Neuvillette"
    commune.save()
    assert find_communes("neuvilette") == [commune]
    assert find_communes("vieilleville") == []


@pytest.mark.parametrize("typed", ["rendez-vous médecin", "aller chez le docteur"])
def test_a_telling_word_weighs_more_than_a_common_one(nomenclature, typed):
    assert {service.slug for service in find_services(typed)} == {
        "sorties-accompagnees",
        "transport-solidaire",
    }
