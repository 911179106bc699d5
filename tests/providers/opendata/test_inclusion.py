"""data.inclusion v1, judged by the validator and the quality score of its own authors."""

from __future__ import annotations

import csv
import datetime
import io
import json
import sys

import pytest
from data_inclusion.schema import v1
from data_inclusion.schema.v1.score_qualite import score
from django.core.management import call_command
from django.db import transaction

from portal.demo import structures
from providers import generation
from providers.inclusion_codes import theme_labels
from providers.models import Offer, Provider, Service
from providers.opendata import inclusion
from tests.factories import ProviderFactory, offer, set_availability

pytestmark = pytest.mark.django_db
STRICT = {"ignore_warnings": False}


def validated(fetch):
    """Structures and services as their own models, warnings counted as errors."""
    rows = json.loads(fetch("/opendata/data-inclusion/structures.json"))
    services = json.loads(fetch("/opendata/data-inclusion/services.json"))
    return (
        [v1.Structure.model_validate(row, context=STRICT) for row in rows],
        [v1.Service.model_validate(row, context=STRICT) for row in services],
    )


@pytest.fixture(scope="class")
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for the tests of the class, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_territory", verbosity=0)
        call_command("load_nomenclature", verbosity=0)
        structures.load_structures()
        yield
        transaction.set_rollback(True)
    generation.bump()


@pytest.mark.usefixtures("demonstration")
class TestDemonstration:
    def test_no_error_and_a_good_score(self, fetch, capsys):
        known, services = validated(fetch)
        assert len(known) == Provider.objects.listed().count() > 30
        assert (
            len(services)
            == Offer.objects.filter(provider__in=Provider.objects.listed())
            .values("provider", "service")
            .distinct()
            .count()
        )
        assert len({row.id for row in services}) == len(services)
        assert {row.structure_id for row in services} <= {row.id for row in known}
        marks = [score(row)[0] for row in services]
        mean = sum(marks) / len(marks)
        with capsys.disabled():
            sys.stdout.write(
                f"\ndata.inclusion: {len(known)} structures, {len(services)} services, 0 error, score {mean:.2f}\n"
            )
        assert mean > 0.85

    def test_the_csv_says_the_same(self, fetch):
        for name in ("structures", "services"):
            rows = json.loads(fetch(f"/opendata/data-inclusion/{name}.json"))
            text = fetch(f"/opendata/data-inclusion/{name}.csv")[1:]
            read = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
            assert len(read) == len(rows)
            for cells, row in zip(read, rows, strict=True):
                assert list(cells) == list(row)
                for field, value in row.items():
                    cell = cells[field]
                    said = json.loads(cell) if isinstance(value, list) else cell
                    assert said == (value if isinstance(value, list) else "" if value is None else str(value))


def test_the_themes_are_those_of_the_schema():
    assert theme_labels() == {theme.value: theme.label for theme in v1.Thematique}
    assert set(Service.InclusionType.values) == {kind.value for kind in v1.TypeService}


def test_what_is_said_of_a_service(directory, fetch):
    _structures, services = validated(fetch)
    cleaning, mowing, free = services
    assert cleaning.id == f"testserver--{directory_uuid(directory, 'cleaning')}"
    assert cleaning.thematiques == {"equipement-et-alimentation--aide-menagere"}
    assert (cleaning.frais, cleaning.frais_precisions) == ("payant", "24 € l’heure")
    assert (mowing.frais, mowing.thematiques) == (None, None)
    assert mowing.publics == {"seniors", "personnes-en-situation-de-handicap"}
    assert free.frais == "gratuit"
    assert free.adresse is None
    # A whole group by its number, the rest by commune.
    assert cleaning.zone_eligibilite == ["243600343", "36018"]
    assert cleaning.modes_accueil is None  # the schema has no word for "at home"
    rows = json.loads(fetch("/opendata/data-inclusion/services.json"))
    assert [row["code_service"] for row in rows] == [
        directory.cleaning.slug,
        directory.mowing.slug,
        directory.mowing.slug,
    ]


def directory_uuid(directory, name):
    from providers.identifiers import turned

    return turned(directory.reeds.uuid, getattr(directory, name).uuid)


def test_everybody_stands_alone_among_publics(directory, fetch):
    ProviderFactory(
        name="Deux modes",
        offers=[
            offer(directory.mowing, audience="everyone"),
            offer(directory.mowing, mode=Offer.Mode.AGENT, audience="older"),
        ],
    )
    *_others, row = validated(fetch)[1]
    assert row.publics == {"tous-publics"} and row.publics_precisions


@pytest.mark.parametrize("name", ["A.", "Ab", "SARL Dupont.", "Jardins, bois, etc.", "X" * 150, " . "])
def test_odd_names_are_within_the_schema(name, directory, fetch):
    Provider.objects.filter(pk=directory.reeds.pk).update(name=name)
    validated(fetch)


def test_odd_listings_are_within_the_schema(directory, fetch):
    Provider.objects.filter(pk=directory.reeds.pk).update(
        email="pas une adresse",
        website="ftp://roseaux.example/",
        postal_code="36 29",
        description="abc",
        phone="",
        siret=None,
    )
    Service.objects.update(summary="")
    set_availability(directory.reeds, "waiting", note="trois semaines")
    known, services = validated(fetch)
    assert (known[0].courriel, known[0].site_web, known[0].code_postal) == (None, None, None)
    assert services[0].modes_mobilisation is None
    assert "trois semaines" in services[0].mobilisation_precisions


def test_nothing_is_dated_in_the_future(directory, fetch):
    type(directory.reeds.operations).objects.update(verified_on=datetime.date(2030, 1, 1))
    validated(fetch)


def test_the_source_is_a_setting(directory, fetch, settings):
    settings.OPENDATA_SOURCE = "parc-brenne"
    assert validated(fetch)[0][0].id == f"parc-brenne--{directory.reeds.uuid}"
    settings.OPENDATA_SOURCE, settings.SITE_URL = "", "https://1001services.brenne.example:8443"
    assert inclusion.source() == "1001services-brenne-example"
