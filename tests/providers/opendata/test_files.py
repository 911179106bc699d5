"""The files, read back by readers that are not the writer's."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re

import pytest
import time_machine
from django.test import Client

from providers.freshness import hidden_on
from providers.models import Availability, Offer, Operations, Provider, Service
from providers.opendata import files, records
from providers.opendata.catalogue import DATASETS, FILES
from tests.factories import ProviderFactory, UserFactory, set_availability

pytestmark = pytest.mark.django_db
CSVS = [name for name in FILES if name.endswith(".csv")]


def rows_of(text):
    assert text.startswith("\ufeff")
    assert "\r\n" in text and not re.search(r"[^\r]\n(?=[0-9a-f]{8}-)", text)
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


def test_structures(directory, fetch):
    first, second = rows_of(fetch("/opendata/structures.csv"))
    assert first["id"] == str(directory.reeds.uuid)
    assert first["nom"] == "Les Roseaux"
    assert (first["code_postal"], first["code_insee"]) == ("36290", "36123")
    assert (first["latitude"], first["longitude"]) == ("46.81875", "1.21015")
    assert first["telephone"] == "02 61 91 00 01"
    assert first["siret"] == "73282932000074"
    assert first["cesu"] == "non"
    assert first["disponibilite"] == "accepte"
    assert first["services"].split(",") == [directory.cleaning.slug, directory.mowing.slug]
    assert first["verifie_le"] == "2026-09-15"
    assert datetime.datetime.fromisoformat(first["modifie_le"]).tzinfo is not None
    assert first["page"] == f"http://testserver{directory.reeds.get_absolute_url()}"
    assert second["nom"] == "Éric Tonte"


def test_the_home_of_a_sole_trader_is_in_no_file(directory, fetch):
    for name in FILES:
        text = fetch(f"/opendata/{name}")
        assert "impasse du Secret" not in text, name
        assert "46.62" not in text, name  # the town hall's latitude begins with 46.63
        assert "Éric Tonte" in text or "structures" not in name, name


def test_services_of_each_structure(directory, fetch):
    rows = rows_of(fetch("/opendata/prestations.csv"))
    assert [(row["structure"], row["service"]) for row in rows] == [
        ("Les Roseaux", "Ménage"),
        ("Les Roseaux", "Ménage"),
        ("Les Roseaux", "Tonte de pelouse"),
        ("Éric Tonte", "Tonte de pelouse"),
    ]
    assert rows[0]["id"] == rows[1]["id"] != rows[2]["id"]
    assert (rows[0]["prix"], rows[0]["prix_verifie_le"]) == ("24 € l’heure", "2026-09-01")


def test_availability_of_a_service_ends_by_itself(directory, fetch):
    set_availability(
        directory.reeds,
        Availability.State.SUSPENDED,
        service=directory.mowing,
        until=datetime.date(2026, 11, 30),
    )

    def state():
        rows = rows_of(fetch("/opendata/prestations.csv"))
        (row,) = [row for row in rows if row["structure"] == "Les Roseaux" and row["service"].startswith("T")]
        return row["disponibilite"], row["disponibilite_jusqu_au"]

    with time_machine.travel("2026-11-30T12:00:00Z", tick=False):
        assert state() == ("suspendu", "2026-11-30")
    with time_machine.travel("2026-12-01T00:30:00Z", tick=False):
        assert state() == ("accepte", "")


def test_communes_served(directory, fetch):
    rows = rows_of(fetch("/opendata/communes-desservies.csv"))
    assert [(row["structure"], row["code_insee"]) for row in rows] == [
        ("Les Roseaux", "36010"),
        ("Les Roseaux", "36018"),
        ("Les Roseaux", "36123"),
        ("Éric Tonte", "36018"),
    ]


def test_nomenclature_holds_what_can_be_asked_for(directory, fetch):
    directory.ironing.retired_on = datetime.date(2026, 1, 1)
    directory.ironing.save()
    rows = rows_of(fetch("/opendata/nomenclature.csv"))
    assert [row["nom"] for row in rows] == ["Ménage", "Tonte de pelouse"]
    assert json.loads(rows[0]["thematiques_data_inclusion"]) == ["equipement-et-alimentation--aide-menagere"]


def test_the_dictionary_explains_every_column_of_every_file(directory, fetch):
    rows = rows_of(fetch("/opendata/dictionnaire.csv"))
    told = {(name, row["colonne"]) for row in rows for name in row["fichier"].split()}
    assert all(row["nature"] and row["signification"] for row in rows)
    for name in CSVS:
        if name != "dictionnaire.csv":
            header = fetch(f"/opendata/{name}")[1:].splitlines()[0].split(";")
            assert {(name, column) for column in header} == {pair for pair in told if pair[0] == name}


def test_no_cell_runs_as_a_formula(directory, fetch):
    words = dict(zip(
        ["name", "description", "address", "payment_note", "languages", "accessibility_note"],
        ["=1+1", "+1 rue", "-2 cmd", "@SUM(A1)", "\tx", "'=1"],
        strict=True,
    ))  # fmt: skip
    Provider.objects.filter(pk=directory.reeds.pk).update(**words)
    Offer.objects.update(summary="=1+1", price_text="-1 €")
    Service.objects.update(summary="@x")
    cells = set()
    for name in CSVS:
        for row in csv.reader(io.StringIO(fetch(f"/opendata/{name}")[1:], newline=""), delimiter=";"):
            for cell in row:
                assert not re.match(r"[=@\t\r]", cell), (name, cell)
                assert not cell.startswith(("+", "-")) or re.fullmatch(r"[+-][\d.]+", cell), (name, cell)
            cells.update(row)
    assert {"'=1+1", "'+1 rue", "'-2 cmd", "'@SUM(A1)", "''=1", "'-1 €", "'@x", "+33261910001"} <= cells


def test_geojson(directory, fetch):
    data = json.loads(fetch("/opendata/structures.geojson"))
    assert data["type"] == "FeatureCollection" and "crs" not in data
    first, second = data["features"]
    assert first["type"] == "Feature" and first["id"] == str(directory.reeds.uuid)
    # RFC 7946: longitude, then latitude.
    assert first["geometry"] == {"type": "Point", "coordinates": [1.21015, 46.81875]}
    assert first["properties"]["nom"] == "Les Roseaux"
    assert first["properties"]["cesu"] is False
    assert second["geometry"]["coordinates"] == [directory.blanc.longitude, directory.blanc.latitude]
    Provider.objects.filter(pk=directory.reeds.pk).update(
        latitude=None, longitude=None, x=None, y=None, z=None
    )
    type(directory.mezieres).objects.filter(pk=directory.mezieres.pk).update(
        latitude=None, longitude=None, x=None, y=None, z=None
    )
    assert json.loads(fetch("/opendata/structures.geojson"))["features"][0]["geometry"] is None


def test_an_empty_directory_makes_valid_files(db, fetch):
    assert json.loads(fetch("/opendata/structures.geojson"))["features"] == []
    assert json.loads(fetch("/opendata/data-inclusion/services.json")) == []
    for name in CSVS:
        assert fetch(f"/opendata/{name}").startswith("\ufeff")


ADDRESSES = [
    *(f"/opendata/{name}" for name in FILES),
    *(
        f"/opendata/hsds/{name}"
        for name in (
            "services?full=true",
            "organizations?full=true",
            "organizations?full_service=true",
            "service_at_locations?full=true",
        )
    ),
]


def test_only_what_the_directory_shows(directory, fetch):
    keeper = UserFactory(first_name="Armelle", last_name="Tenlistin", email="armelle@test.example")
    directory.reeds.managers.create(user=keeper)
    draft = ProviderFactory(name="Brouillonne", draft=True, offers=[directory.mowing])
    stale = ProviderFactory(name="Oubliée", offers=[directory.mowing])
    Operations.objects.filter(provider=stale).update(
        verified_on=datetime.date(2020, 1, 1), review_from=datetime.date(2020, 1, 1)
    )
    Operations.objects.update(decision_note="Note interne", verification_source="Mme Confidence")
    Operations.objects.filter(provider=directory.reeds).update(trusted=True)
    for address in ADDRESSES:
        text = fetch(address)
        for word in (
            *(
                "Cachée",
                "Brouillonne",
                "Oubliée",
                str(directory.hidden.uuid),
                str(draft.uuid),
                str(stale.uuid),
            ),
            *("Armelle", "Tenlistin", "armelle@", "Note interne", "Confidence", "trusted"),
        ):
            assert word not in text, address
        assert "Roseaux" in text or address.endswith(("dictionnaire.csv", "nomenclature.csv"))


# --- Kept on disk -------------------------------------------------------------


@pytest.fixture
def written(monkeypatch):
    """Times each file was written."""
    times = []

    def count(*args):
        times.append(args[1])
        return write(*args)

    write = files._write
    monkeypatch.setattr(files, "_write", count)
    return times


def test_a_file_is_written_once_for_a_generation(directory, fetch, commit, written, settings):
    settings.OPENDATA_SECONDS = 0
    commit()
    for _time in range(3):
        before = fetch("/opendata/structures.csv")
    assert written == ["structures.csv"]
    Provider.objects.filter(pk=directory.reeds.pk).update(name="Les Joncs")
    commit()
    assert "Les Joncs" in fetch("/opendata/structures.csv") != before
    assert len(written) == 2
    assert len(list(settings.OPENDATA_DIR.iterdir())) == 1


def test_a_busy_base_writes_a_file_once_a_minute(directory, fetch, commit, written, settings):
    settings.OPENDATA_SECONDS = 60
    commit()
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as clock:
        fetch("/opendata/structures.csv")
        Provider.objects.filter(pk=directory.reeds.pk).update(name="Les Joncs")
        commit()
        clock.shift(59)
        assert "Les Joncs" not in fetch("/opendata/structures.csv")
        clock.shift(2)
        assert "Les Joncs" in fetch("/opendata/structures.csv")
    assert len(written) == 2


def test_midnight_hides_what_nobody_confirmed(directory, fetch, commit, settings):
    settings.OPENDATA_SECONDS = 60
    Operations.objects.filter(provider=directory.reeds).update(verified_on=datetime.date(2026, 6, 1))
    commit()
    gone = hidden_on(Operations.objects.get(provider=directory.reeds))
    last = datetime.datetime.combine(gone, datetime.time(0, 0)).astimezone() - datetime.timedelta(seconds=10)
    with time_machine.travel(last, tick=False) as clock:
        assert "Les Roseaux" in fetch("/opendata/structures.csv")
        clock.shift(20)
        assert "Les Roseaux" not in fetch("/opendata/structures.csv")


def test_a_file_written_again_unchanged_keeps_its_date(directory, client, commit, written, settings):
    settings.OPENDATA_SECONDS = 0
    before = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    Provider.objects.update(updated_at=before)
    Operations.objects.update(changed_at=before)
    commit()
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as clock:
        first = client.get("/opendata/structures.csv")
        assert b"Les Roseaux" in b"".join(first.streaming_content)
        clock.shift(300)
        directory.ironing.save()
        commit()
        again = client.get("/opendata/structures.csv")
        assert b"Les Roseaux" in b"".join(again.streaming_content)
    assert len(written) == 2
    assert again["Last-Modified"] == first["Last-Modified"] == "Tue, 24 Nov 2026 10:00:00 GMT"
    assert again["ETag"] == first["ETag"]


def test_a_failure_leaves_no_half_file(directory, client, commit, settings, monkeypatch):
    commit()

    def fail():
        yield "début"
        raise RuntimeError("base away")

    monkeypatch.setitem(
        FILES, "structures.csv", FILES["structures.csv"].__class__("x", "CSV", "text/csv", fail)
    )
    with pytest.raises(RuntimeError):
        Client().get("/opendata/structures.csv")
    assert list(settings.OPENDATA_DIR.iterdir()) == []


# --- Size ---------------------------------------------------------------------


def test_queries_do_not_grow_with_the_structures(directory, fetch, django_assert_max_num_queries):
    for number in range(30):
        ProviderFactory(
            name=f"Structure {number}", offers=[directory.mowing, directory.cleaning], epcis=[directory.epci]
        )
    for name in FILES:
        with django_assert_max_num_queries(14):
            fetch(f"/opendata/{name}")


def test_structures_are_read_some_at_a_time(directory, fetch, monkeypatch, django_assert_max_num_queries):
    for number in range(5):
        ProviderFactory(name=f"Structure {number}", offers=[directory.mowing])
    monkeypatch.setattr(records, "AT_ONCE", 2)
    sizes = []
    load = records.load
    monkeypatch.setattr(records, "load", lambda keys, *rest: sizes.append(len(keys)) or load(keys, *rest))
    assert len(rows_of(fetch("/opendata/structures.csv"))) == 7
    assert sizes == [2, 2, 2, 1]


def test_every_set_is_on_the_page_with_its_columns(directory, fetch):
    page = fetch("/opendata/")
    for dataset in DATASETS:
        for file in dataset.files:
            assert f'href="/opendata/{file.name}"' in page
        for column in dataset.columns:
            assert f"<code>{column.name}</code>" in page
