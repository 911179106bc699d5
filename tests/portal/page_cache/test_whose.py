"""Which visitors share a page, and which pages are never kept."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from portal import page_cache
from providers.generation import cache
from tests.portal.page_cache import site
from tests.portal.page_cache.site import NEVER_KEPT, another_process, form, personal, rendered

pytestmark = [pytest.mark.urls(site.__name__), pytest.mark.django_db]


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=x",
        "fbclid=1&page=0",
        "public=<script>",
        "public=personne",
        "cesu=2",
        "page=9999",
        "mode=" + "x" * 5000,
        "&&==&",
        "%00=%ff",
        "&".join(f"a{n}=1" for n in range(200)),
    ],
)
def test_an_unknown_parameter_neither_splits_nor_poisons(client, query):
    clean = client.get("/")
    told = client.get(f"/?{query}")
    assert rendered == ["/"]
    assert told.content == clean.content
    cache.clear()
    rendered.clear()
    assert client.get(f"/?{query}").status_code == 200
    assert rendered == ["/"], "the view must not see it either"


def test_known_parameters_make_a_page_of_their_own_in_any_order(client):
    client.get("/?public=agees&cesu=1&utm_source=x")
    client.get("/?cesu=1&public=agees")
    client.get("/?cesu=1&public=handicap&public=agees")
    assert rendered == ["/?cesu=1&public=agees"]
    client.get("/?cesu=1")
    assert rendered == ["/?cesu=1&public=agees", "/?cesu=1"]


def test_free_text_is_never_kept_and_reaches_its_view(client, monkeypatch):
    monkeypatch.setattr(page_cache, "FREE_TEXT_VIEWS", ("search",))
    for _ in range(2):
        assert client.get("/annuaire/trouver/?quoi=ménage&x=1").content.decode() == "ménage"
    assert rendered == ["search", "search"]


@pytest.mark.parametrize(
    "headers",
    [{"cookie": "sessionid=abc"}, {"cookie": "a=b; messages=x"}, {"authorization": "Basic eDp5"}],
)
def test_who_may_be_somebody_gets_a_page_of_their_own(client, headers):
    client.get("/")
    for _ in range(2):
        answer = client.get("/", headers=headers)
        assert answer["Cache-Control"] == "private, no-cache"
    assert len(rendered) == 3


def test_another_cookie_neither_splits_nor_poisons(client):
    client.cookies["_pk_id"] = "tracker"
    assert "tracker" not in client.get("/").content.decode()
    assert "tracker" not in another_process().get("/").content.decode()
    assert len(rendered) == 1


@pytest.mark.parametrize("name", NEVER_KEPT)
def test_never_kept(name):
    views = {"personal": personal, "form": form}
    Client().get(f"/{name}/")
    answer = Client().get(f"/{name}/")
    assert "ETag" not in answer
    if name in views:
        assert answer.cookies


def test_a_page_that_only_looked_at_cookies_is_kept_for_all(client):
    client.get("/cookie-read/")
    answer = client.get("/cookie-read/")
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Cache-Control"] == "no-cache"
    assert "ETag" in answer


def test_the_admin_is_left_alone(client):
    for _ in range(2):
        assert "x=1" in client.get("/admin/x/?x=1").content.decode()
    assert len(rendered) == 2


def test_a_draft_is_neither_kept_nor_shown_to_the_public(rf):
    """Wagtail previews through a made-up request for the public address."""
    request = rf.get("/")
    request.is_dummy = True
    middleware = page_cache.PageCacheMiddleware(lambda request: HttpResponse("draft" * 100))
    assert "ETag" not in middleware(request)
    public = page_cache.PageCacheMiddleware(lambda request: HttpResponse("published" * 100))
    assert b"draft" not in public(rf.get("/")).content


def test_a_hostile_host_gets_400_and_leaves_no_trace(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"host": "localhost"}).status_code == 200
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_made_up_port_is_served_but_not_kept(client, settings):
    for port in (1, 2, 3):
        assert client.get("/", headers={"host": f"localhost:{port}"}).status_code == 200
    assert len(rendered) == 3
    client.get("/", SERVER_PORT="8123", headers={"host": "localhost:8123"})
    client.get("/", SERVER_PORT="8123", headers={"host": "localhost:8123"})
    assert len(rendered) == 4


def test_each_host_and_scheme_has_its_own_page(client):
    client.get("/", headers={"host": "localhost"})
    client.get("/", headers={"host": "127.0.0.1"})
    client.get("/", headers={"host": "LOCALHOST"})
    client.get("/", headers={"host": "localhost"}, secure=True)
    assert len(rendered) == 3
