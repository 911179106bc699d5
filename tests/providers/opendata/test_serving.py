"""Headers: kept for a minute, nothing sent twice, any origin, a fair rate, no cookie."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client, RequestFactory

from providers import generation
from providers.models import Provider
from providers.opendata.serving import seconds_to_wait

pytestmark = pytest.mark.django_db
FILE, API = "/opendata/structures.csv", "/opendata/hsds/services"


def read(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("address", [FILE, API])
def test_asked_again_for_nothing(address, directory, client, commit, settings):
    settings.OPENDATA_SECONDS = 0
    commit()
    first = client.get(address)
    assert read(first)
    assert first["Cache-Control"] == "public, max-age=0"
    for header in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f"W/{first['ETag']}"},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get(address, headers=header)
        assert (again.status_code, read(again)) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]
        assert again["Access-Control-Allow-Origin"] == "*"
    Provider.objects.filter(pk=directory.reeds.pk).update(name="Les Joncs")
    commit()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and "Les Joncs" in read(changed).decode()
    assert changed["ETag"] != first["ETag"]


def test_the_date_of_an_answer_is_that_of_the_last_change(directory, client, commit):
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as clock:
        directory.ironing.save()
        commit()
        clock.shift(600)
        assert client.get(API)["Last-Modified"] == "Tue, 24 Nov 2026 10:00:00 GMT"
        # Midnight (in Paris) hides and shows without any write.
        clock.shift(24 * 3600)
        assert client.get(API)["Last-Modified"] == "Tue, 24 Nov 2026 23:00:00 GMT"


def test_a_token_tells_since_when_it_holds():
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        generation.bump()
        assert generation.drawn_at(generation.current()).isoformat() == "2026-11-24T10:00:00+00:00"


@pytest.mark.parametrize("address", [FILE, API, "/opendata/", "/widget/", "/opendata/widget/"])
def test_no_cookie_and_kept_by_anybody(address, directory, client):
    response = client.get(address)
    read(response)
    assert not response.cookies and "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("address", [FILE, API])
def test_any_site_may_ask(address, directory, client):
    response = client.get(address, headers={"Origin": "https://mairie.example"})
    read(response)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response["Access-Control-Expose-Headers"]
    assert 'rel="license"' in response["Link"]
    asked = client.options(
        address, headers={"Origin": "https://mairie.example", "Access-Control-Request-Method": "GET"}
    )
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


def test_other_pages_are_not_open_to_other_sites(directory, client):
    assert "Access-Control-Allow-Origin" not in client.get(
        "/annuaire/", headers={"Origin": "https://x.example"}
    )


def test_head_tells_the_same_without_the_body(directory, client):
    for address in (FILE, API):
        whole, head = client.get(address), client.head(address)
        read(whole)
        assert (head.status_code, head["ETag"]) == (200, whole["ETag"])
        assert not read(head)


def test_an_unknown_file_is_told_in_json(directory, client):
    for address in ("/opendata/x.csv", "/opendata/data-inclusion/", "/opendata/../settings.py"):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


# --- A fair rate ----------------------------------------------------------------


def test_one_network_may_not_take_it_all(directory, settings):
    settings.OPENDATA_PER_MINUTE = 3
    with time_machine.travel("2026-11-24T10:00:15Z", tick=False) as clock:

        def ask(address, path=API):
            response = Client(REMOTE_ADDR=address).get(path)
            read(response)
            return response

        # The API and the files are counted together, by network.
        assert [ask("203.0.113.7").status_code for _time in range(2)] == [200, 200]
        assert ask("203.0.113.9", FILE).status_code == 200
        refused = ask("203.0.113.7")
        assert (refused.status_code, refused["Retry-After"]) == (429, "45")
        assert refused["Content-Type"] == "application/problem+json"
        assert refused["Access-Control-Allow-Origin"] == "*"
        assert json.loads(refused.content)["status"] == 429
        assert ask("198.51.100.1").status_code == 200
        clock.shift(45)
        assert ask("203.0.113.7").status_code == 200


def test_no_address_is_kept(directory, settings, monkeypatch):
    settings.OPENDATA_PER_MINUTE = 3
    keys = []
    cache = caches["shared"]
    add = cache.add
    monkeypatch.setattr(cache, "add", lambda key, *rest: keys.append(key) or add(key, *rest))
    assert seconds_to_wait(RequestFactory(REMOTE_ADDR="203.0.113.7").get("/")) == 0
    (key,) = keys
    assert "203.0.113" not in key
    assert len(key) == len("opendata.") + 32


def test_a_cache_that_fails_refuses_nobody(directory, settings):
    settings.OPENDATA_PER_MINUTE = 1
    settings.CACHES = settings.CACHES | {
        "shared": {"BACKEND": "tests.portal.failing_cache.FailingCache", "LOCATION": ""}
    }
    for _time in range(3):
        assert Client().get(API).status_code == 200
