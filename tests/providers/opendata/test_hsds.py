"""The HSDS API: what it answers, against the schemas of HSDS 3.1 and against what was asked."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import jsonschema
import pytest
import time_machine
from django.test import Client
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from providers.matching import today
from providers.models import Availability, Operations, Provider
from providers.opendata.hsds import terms
from providers.opendata.hsds.description import openapi
from tests.factories import ProviderFactory, set_availability

pytestmark = pytest.mark.django_db
API = "/opendata/hsds"
LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
SCHEMAS = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


@pytest.fixture
def get(fetch):
    """The answer at an address of the API, of which every object is checked by our own description."""
    document = openapi()

    def read(path, schema=None):
        answer = json.loads(fetch(f"{API}{path}"))
        name = path.split("?")[0].strip("/").split("/")[0]
        template = f"/{name}/{{id}}" if path.split("?")[0].count("/") == 2 else f"/{name}"
        told = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator(
            told | {"components": document["components"]}, format_checker=jsonschema.FormatChecker()
        ).validate(answer)
        return answer

    return read


def names(answer):
    return [(row["organization"]["name"], row["name"]) for row in answer["contents"]]


# --- The schemas of the specification -------------------------------------------


def official() -> dict[str, dict]:
    """HSDS's own schemas, kept beside the repository: they are not ours to copy."""
    for folder in Path(__file__).resolve().parents:
        if (found := folder / "shared" / "standards" / "hsds-3.1").is_dir():
            return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in found.glob("*.json")}
    reason = "HSDS's schemas are not at ../shared/standards/hsds-3.1"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def by_specification():
    schemas = official()
    registry = Registry().with_resources(
        (name, Resource(schema, DRAFT202012)) for name, schema in schemas.items()
    )

    def check(name, instance):
        jsonschema.Draft202012Validator(
            schemas[f"{name}.json"], registry=registry, format_checker=jsonschema.FormatChecker()
        ).validate(instance)

    return check


@pytest.mark.parametrize("name", LISTS)
def test_every_answer_is_valid_by_the_specification(name, directory, fetch, by_specification):
    set_availability(directory.reeds, Availability.State.SUSPENDED, until=datetime.date(2099, 1, 1))
    directory.reeds.operations.hours_exceptions.create(first_day=today(), last_day=today())
    queries = ["", "?full=true"] if name in ("services", "service_at_locations") else [""]
    if name == "organizations":
        queries = ["", "?full=true", "?full_service=true"]
    for query in queries:
        page = json.loads(fetch(f"{API}/{name}{query}"))
        assert page["contents"]
        for row in page["contents"]:
            by_specification(SCHEMAS[name], row)
    for row in page["contents"]:
        by_specification(SCHEMAS[name], json.loads(fetch(f"{API}/{name}/{row['id']}")))


def test_the_specification_can_refuse(by_specification):
    with pytest.raises(jsonschema.ValidationError):
        by_specification("service", {"id": "x", "status": "open"})


def test_every_parameter_of_the_specification_is_known_or_refused(directory, client):
    paths = official()["openapi.json"]["paths"]
    ours = openapi()["paths"]
    assert set(paths) == set(ours)
    refused = []
    components = official()["openapi.json"]["components"]["parameters"]
    for path, item in paths.items():
        known = {row["name"] for row in ours[path]["get"]["parameters"]}
        for row in item["get"].get("parameters", []):
            name = components[row["$ref"].split("/")[-1]]["name"] if "$ref" in row else row["name"]
            if name not in known:
                refused.append((path, name))
    assert refused == [("/service_at_locations", "proximity")]
    page = official()["openapi.json"]["components"]["schemas"]["Page"]["properties"]
    answer = client.get(f"{API}/services").json()
    assert set(answer) == set(page) | {"contents"}


# --- What is said ---------------------------------------------------------------


def test_about(fetch):
    assert json.loads(fetch(f"{API}/")) == {
        "version": "3.1",
        "profile": "http://testserver/opendata/",
        "openapi_url": "http://testserver/opendata/hsds/openapi.json",
    }


def test_a_service_is_every_mode_of_it(directory, get):
    row = get("/services")["contents"][0]
    assert row["name"] == "Ménage"
    assert "bulletins de paie" in row["description"]
    assert row["fees_description"] == "24 € l’heure"
    assert row["assured_date"] == "2026-09-15"
    assert row["status"] == "active" and "alert" not in row
    whole = get(f"/services/{row['id']}")
    (area,) = whole["service_areas"]
    assert area["extent"] == "36010,36018,36123"
    assert {(row["byday"], row["opens_at"], row["closes_at"]) for row in whole["schedules"]} == {
        ("MO,TU,WE,TH,FR", "08:30", "12:00"),
        ("MO,TU,WE,TH,FR", "13:30", "17:00"),
    }
    assert [row["taxonomy_term"]["code"] for row in whole["attributes"]] == [
        directory.cleaning.slug,
        "II-1",
        "equipement-et-alimentation--aide-menagere",
    ]
    (place,) = whole["service_at_locations"]
    assert place["location"]["addresses"][0]["address_1"] == "3 rue des Roseaux"
    assert get(f"/service_at_locations/{place['id']}")["service_id"] == row["id"]
    assert get(f"/organizations/{row['organization_id']}")["organization_identifiers"][0]["identifier"] == (
        directory.reeds.siret
    )


def test_suspended_is_temporarily_closed(directory, get):
    set_availability(directory.reeds, Availability.State.SUSPENDED, service=directory.mowing)
    assert {row["name"]: row["status"] for row in get("/services")["contents"][:2]} == {
        "Ménage": "active",
        "Tonte de pelouse": "temporarily closed",
    }


def test_every_list_leads_to_each_of_its_entries(directory, get):
    for name in LISTS:
        rows = get(f"/{name}")["contents"]
        assert len({row["id"] for row in rows}) == len(rows) > 0
        for row in rows:
            assert get(f"/{name}/{row['id']}")["id"] == row["id"]


def test_who_is_hidden_answers_nothing(directory, client):
    from providers.identifiers import turned
    from providers.opendata.hsds.objects import place_uuid

    service = turned(directory.hidden.uuid, directory.mowing.uuid)
    absent = turned(directory.alone.uuid, directory.cleaning.uuid)
    for path in (
        f"organizations/{directory.hidden.uuid}",
        f"services/{service}",
        f"services/{absent}",
        f"service_at_locations/{place_uuid(service)}",
    ):
        answer = client.get(f"{API}/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    shown = turned(directory.alone.uuid, directory.mowing.uuid)
    assert client.get(f"{API}/services/{shown}").status_code == 200


# --- Filters --------------------------------------------------------------------

REEDS_CLEANING, REEDS_MOWING = ("Les Roseaux", "Ménage"), ("Les Roseaux", "Tonte de pelouse")
ALONE_MOWING = ("Éric Tonte", "Tonte de pelouse")
ALL = [REEDS_CLEANING, REEDS_MOWING, ALONE_MOWING]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("search=menage", [REEDS_CLEANING]),
        ("search=PELOUSE", [REEDS_MOWING, ALONE_MOWING]),
        ("search=eric", [ALONE_MOWING]),
        ("search=tonte+blanc", [ALONE_MOWING]),
        ("search=mezieres", [REEDS_CLEANING, REEDS_MOWING]),
        ("search=%00%25_", ALL),
        ("search=nulle+part", []),
        ("search=", ALL),
        ("taxonomy_term_id={home.uuid}", [REEDS_CLEANING]),
        ("taxonomy_term_id={mowing.uuid}", [REEDS_MOWING, ALONE_MOWING]),
        ("taxonomy_term_id=00000000-0000-0000-0000-000000000000", []),
        ("taxonomy_id={activities}", [REEDS_CLEANING]),
        ("taxonomy_id={themes}", [REEDS_CLEANING]),
        ("taxonomy_id={nomenclature}", ALL),
        ("organization_id={alone.uuid}", [ALONE_MOWING]),
        ("organization_id={hidden.uuid}", []),
        ("postcode=36290", [REEDS_CLEANING, REEDS_MOWING]),
        ("postcode=36300", ALL),
        ("postcode=75001", []),
        ("postcode=36300&search=pelouse&organization_id={reeds.uuid}", [REEDS_MOWING]),
    ],
)
def test_filters(query, found, directory, get):
    words = {
        "activities": terms.ACTIVITIES,
        "themes": terms.THEMES,
        "nomenclature": terms.NOMENCLATURE,
        **vars(directory),
    }
    query = query.format(**words)
    assert names(get(f"/services?{query}")) == found
    places = get(f"/service_at_locations?{query}")["contents"]
    assert [row["service"]["name"] for row in places] == [service for _structure, service in found]
    if "postcode" not in query and "organization_id" not in query:
        rows = get(f"/organizations?{query}")["contents"]
        assert [row["name"] for row in rows] == list(dict.fromkeys(name for name, _service in found))


def test_terms(directory, get):
    tops = get("/taxonomy_terms?top_only=true")["contents"]
    assert {"Maison", "Jardin"} <= {row["name"] for row in tops} and "Ménage" not in {
        row["name"] for row in tops
    }
    below = get(f"/taxonomy_terms?parent_id={directory.home.uuid}")["contents"]
    assert [row["name"] for row in below] == ["Ménage", "Repassage"]
    assert all(row["parent_id"] == str(directory.home.uuid) for row in below)
    assert [row["code"] for row in get(f"/taxonomy_terms?taxonomy_id={terms.ACTIVITIES}")["contents"]] == [
        "II-1"
    ]
    assert get("/taxonomy_terms?search=menagere")["total_items"] == 1


def test_modified_after_knows_every_way_to_change(directory, get):
    def changed(moment):
        return {name for name, _service in names(get(f"/services?modified_after={moment}"))}

    Provider.objects.update(updated_at=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC))
    Operations.objects.update(changed_at=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC))
    assert changed("2026-09-15") == {"Les Roseaux"}  # confirmed that day
    assert changed("2026-09-15T00:00:01%2B02:00") == set()
    assert changed("2026-03-01T12:00:00Z") == {"Les Roseaux", "Éric Tonte"}
    with time_machine.travel("2026-10-01T10:00:00Z", tick=False):
        operations = Operations.objects.get(provider=directory.alone)
        operations.availabilities.create(state="suspended", until=datetime.date(2026, 10, 9))
        operations.save()  # as its screen does
        assert changed("2026-10-01T09:59:00Z") == {"Éric Tonte"}
        assert changed("2026-10-02") == set()
    # It took requests again by itself on the 10th.
    with time_machine.travel("2026-10-20T10:00:00Z", tick=False):
        assert changed("2026-10-10") == {"Éric Tonte"}
        assert changed("2026-10-11") == set()
        (row,) = get("/services?modified_after=2026-10-10")["contents"]
        assert row["last_modified"].startswith("2026-10-10T00:00:00")


def test_minimal_tells_all_at_once(directory, get):
    page = get("/services?minimal=true")
    assert (page["size"], page["total_pages"], page["last_page"]) == (3, 1, True)
    assert all(set(row) == {"id", "modified_date"} for row in page["contents"])


# --- Pages ----------------------------------------------------------------------


def test_pages_hold_everything_once(directory, get):
    for number in range(4):
        ProviderFactory(name=f"Structure {number}", offers=[directory.mowing, directory.ironing])
    seen = []
    for number in range(1, 5):
        page = get(f"/services?page={number}&per_page=3")
        assert (page["total_items"], page["total_pages"], page["page_number"]) == (11, 4, number)
        assert (page["first_page"], page["last_page"]) == (number == 1, number == 4)
        assert page["size"] == len(page["contents"]) == (2 if number == 4 else 3)
        assert page["empty"] is False
        seen += [row["id"] for row in page["contents"]]
    assert len(set(seen)) == 11
    beyond = get("/services?page=99999&per_page=3")
    assert (beyond["empty"], beyond["size"], beyond["last_page"], beyond["first_page"]) == (
        True,
        0,
        True,
        False,
    )
    assert beyond["total_items"] == 11


def test_queries_do_not_grow_with_the_page(directory, get, commit, django_assert_max_num_queries):
    for number in range(30):
        ProviderFactory(name=f"Structure {number}", offers=[directory.mowing, directory.ironing])
    commit()
    for query in (
        *("services", "services?full=true", "organizations?full=true", "organizations?full_service=true"),
        "service_at_locations?full=true",
    ):
        with django_assert_max_num_queries(15):
            get(f"/{query}{'&' if '?' in query else '?'}per_page=60")


# --- What cannot be understood ----------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("page=-1", "page"),
        ("page=0", "page"),
        ("page=1000000000", "page"),
        ("page=" + "9" * 400, "page"),
        ("page=", "page"),
        ("search=" + "x" * 201, "search"),
        ("page=1.5", "page"),
        ("page=٣", "page"),
        ("per_page=501", "per_page"),
        ("per_page=101&full=true", "per_page"),
        ("per_page=20001&minimal=true", "per_page"),
        ("full=yes", "full"),
        ("organization_id=1", "organization_id"),
        ("taxonomy_term_id={0}", "taxonomy_term_id"),
        ("modified_after=hier", "modified_after"),
        ("modified_after=2026-02-30", "modified_after"),
        ("modified_after=2026-01-01T25:00:00Z", "modified_after"),
        ("postcode=36", "postcode"),
        ("postcode=36300'--", "postcode"),
        ("format=xml", "format"),
        ("inconnu=1", "inconnu"),
        ("proximity=10", "proximity"),
        ("password__startswith=a", "password__startswith"),
    ],
)
def test_a_plain_refusal(query, said, directory, client):
    for name in ("services", "service_at_locations"):
        answer = client.get(f"{API}/{name}?{query}")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        problem = json.loads(answer.content)
        assert problem["status"] == 400 and f"«\u00a0{said}\u00a0»" in problem["detail"]
        assert answer["Cache-Control"] == "no-store"
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-01-01t00:00:00z", "2026-01-01T00:00:00+01:00", "2026-01-01T10:00"],
)  # fmt: skip
def test_any_moment_of_iso_8601_is_understood(moment, directory, get):
    found = get(f"/services?modified_after={moment}")["total_items"]
    assert found == (0 if moment.startswith("9999") else 3)


@pytest.mark.parametrize(
    "path", ["services/1", "services/x/y", "nothing", "services/", "organizations/%00", "taxonomy_terms/é"]
)
def test_an_address_that_is_none(path, directory, client):
    answer = client.get(f"{API}/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "Roseaux" not in answer.content.decode()


def test_nothing_can_be_written(directory):
    client = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"{API}/services")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert answer["Content-Type"] == "application/problem+json"
