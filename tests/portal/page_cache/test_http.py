"""What is kept speaks HTTP: methods, ETags, encodings."""

from __future__ import annotations

import gzip

import pytest

from providers import generation
from providers.generation import cache
from tests.portal.page_cache import site
from tests.portal.page_cache.site import rendered

pytestmark = [pytest.mark.urls(site.__name__), pytest.mark.django_db]


def test_only_get_and_head(client):
    client.get("/")
    client.post("/")
    assert len(rendered) == 2


def test_head_is_answered_from_the_page_of_get(client):
    full = client.get("/")
    head = client.head("/")
    assert len(rendered) == 1
    assert head.content == b""
    assert head["Content-Length"] == str(len(full.content))
    assert head["ETag"] == full["ETag"]


def test_head_first_says_the_same_and_keeps_nothing(client):
    head = client.head("/")
    full = client.get("/")
    assert len(rendered) == 2
    assert dict(head.items()) == dict(full.items())


def test_etag_saves_the_body_from_the_first_answer_on(client):
    etag = client.get("/")["ETag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = client.get("/", headers={"if-none-match": condition})
        assert answer.status_code == 304, condition
        assert answer.content == b""
        assert answer["ETag"] == etag
        assert answer["Vary"] == "Accept-Encoding"
        assert answer["Cache-Control"] == "no-cache"
    assert client.get("/", headers={"if-none-match": '"other"'}).status_code == 200
    cache.clear()
    assert client.get("/", headers={"if-none-match": etag}).status_code == 304


def test_the_same_content_keeps_its_etag_after_a_change_elsewhere(client):
    etag = client.get("/")["ETag"]
    generation.bump()
    assert client.get("/", headers={"if-none-match": etag}).status_code == 304
    assert len(rendered) == 2


def test_each_encoding_has_its_copy_from_one_rendering(client):
    plain = client.get("/")
    small = client.get("/", headers={"accept-encoding": "br, gzip;q=0.8"})
    assert len(rendered) == 1
    assert "Content-Encoding" not in plain and small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert small["ETag"] != plain["ETag"]
    assert plain["Vary"] == small["Vary"] == "Accept-Encoding"
    refused = client.get("/", headers={"accept-encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused
    crossed = client.get("/", headers={"accept-encoding": "gzip", "if-none-match": plain["ETag"]})
    assert crossed.status_code == 200


def test_what_is_not_kept_is_compressed_all_the_same(client):
    answer = client.get("/huge/", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
