"""Pages kept in front of sessions and the database: fast, and never wrong."""

from __future__ import annotations

import datetime
import gzip
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path
from django.utils import timezone

from portal import page_cache
from providers import generation
from providers.generation import cache
from providers.models import Epci

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]
rendered: list[str] = []
FILLER = "Ménage, jardin, repas. " * 40


def page(request):
    """A public page: what the base says, at the minute, with everything it was told."""
    rendered.append(request.get_full_path())
    names = ", ".join(Epci.objects.values_list("name", flat=True))
    clock = timezone.localtime().strftime("%H:%M")
    return HttpResponse(f"{names} | {clock} | {request.get_full_path()} | {request.COOKIES} | {FILLER}")


def personal(request):
    request.session["seen"] = True
    return HttpResponse("personal")


def form(request):
    return HttpResponse(get_token(request))


def private(request):
    return HttpResponse("private", headers={"Cache-Control": "private"})


def no_store(request):
    return HttpResponse("no store", headers={"Cache-Control": "max-age=0, no-store"})


def by_language(request):
    return HttpResponse("language", headers={"Vary": "Accept-Language"})


def cookie_read(request):
    return HttpResponse(f"{request.session.get('x')} {FILLER}")


def huge(request):
    return HttpResponse("x" * (page_cache.LARGEST_PAGE + 1))


def streamed(request):
    return StreamingHttpResponse(["a", "b"])


def missing(request):
    return HttpResponse("missing", status=404)


def search(request):
    rendered.append("search")
    return HttpResponse(request.GET.get("quoi", ""))


urlpatterns = [
    path("", page),
    path("admin/x/", page),
    path("annuaire/trouver/", search, name="search"),
    path("personal/", personal),
    path("form/", form),
    path("private/", private),
    path("no-store/", no_store),
    path("by-language/", by_language),
    path("cookie-read/", cookie_read),
    path("huge/", huge),
    path("streamed/", streamed),
    path("missing/", missing),
]
NEVER_KEPT = ["personal", "form", "private", "no-store", "by-language", "huge", "streamed", "missing"]


@pytest.fixture(autouse=True)
def shared_cache(settings, tmp_path):
    """A cache of files, as on a server without Redis."""
    settings.PAGE_CACHE = True
    settings.CACHES = settings.CACHES | {
        "shared": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    rendered.clear()
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def frozen():
    """A known moment, so that no minute ends inside a test."""
    with time_machine.travel(
        datetime.datetime(2026, 11, 24, 10, 59, 30, tzinfo=datetime.UTC), tick=False
    ) as clock:
        yield clock


def another_process():
    """A visitor whose request reaches another process: nothing in common but the cache."""
    return Client()


def test_a_page_is_rendered_once_then_costs_no_query(django_assert_num_queries):
    first = Client().get("/")
    with django_assert_num_queries(0):
        again = another_process().get("/")
    assert rendered == ["/"]
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


def test_within_one_process_too(client, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")
    assert rendered == ["/"]


def test_turned_off_by_settings(client, settings):
    settings.PAGE_CACHE = False
    client.get("/")
    client.get("/")
    assert len(rendered) == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_shows_at_once_everywhere():
    one, other = Client(), another_process()
    assert one.get("/").content.startswith(b" |") and other.get("/").content.startswith(b" |")
    Epci.objects.create(siren="243600343", name="CC Cœur de Brenne")
    assert "Cœur" in one.get("/").content.decode()
    assert "Cœur" in other.get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_page_begun_before_a_change_is_not_kept_after_it(client, monkeypatch):
    """The change is committed while the page is being made."""

    def slow(request):
        response = page(request)
        Epci.objects.create(siren="243600343", name="CC Cœur de Brenne")
        return response

    monkeypatch.setattr(sys.modules[__name__], "urlpatterns", [path("", slow)])
    from django.urls import clear_url_caches

    clear_url_caches()
    assert "Cœur" not in client.get("/").content.decode()
    monkeypatch.undo()
    clear_url_caches()
    assert "Cœur" in client.get("/").content.decode()


def test_the_minute_is_never_late(client, frozen):
    frozen.move_to(datetime.datetime(2026, 11, 24, 10, 59, 59, 900_000, tzinfo=datetime.UTC))
    assert " 11:59 " in client.get("/").content.decode()
    assert " 11:59 " in client.get("/").content.decode()
    frozen.move_to(datetime.datetime(2026, 11, 24, 11, 0, 0, tzinfo=datetime.UTC))
    assert " 12:00 " in client.get("/").content.decode()
    assert " 12:00 " in another_process().get("/").content.decode()
    assert len(rendered) == 2


def test_two_processes_share_the_pages_and_the_generation(client, shared_cache):
    """A second Python process reads the page this one made, then makes it obsolete."""
    first = client.get("/", headers={"host": "localhost"})
    script = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from django.conf import settings
settings.CACHES = settings.CACHES | {{"shared": {{"BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                                 "LOCATION": {str(shared_cache)!r}}}}}
settings.PAGE_CACHE = True
import django
django.setup()
import time_machine, datetime
from django.test import RequestFactory
from portal.page_cache import PageCacheMiddleware
from providers import generation
with time_machine.travel(datetime.datetime(2026, 11, 24, 10, 59, 45, tzinfo=datetime.UTC), tick=False):
    request = RequestFactory().get("/", headers={{"host": "localhost"}})
    answer = PageCacheMiddleware(lambda request: None)(request)
    print(answer["ETag"])
    generation.bump()
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.strip() == first["ETag"], run.stderr
    client.get("/", headers={"host": "localhost"})
    assert len(rendered) == 2


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


def test_a_cache_that_fails_breaks_no_page(client, settings, tmp_path, caplog):
    blocker = tmp_path / "file"
    blocker.write_text("a file where a directory should be")
    settings.CACHES = settings.CACHES | {
        "shared": {
            "BACKEND": "tests.portal.failing_cache.FailingCache",
            "LOCATION": str(blocker),
        }
    }
    for _ in range(3):
        answer = client.get("/", headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert answer["Content-Encoding"] == "gzip"
    assert len(rendered) == 3
    assert len(caplog.records) == 1


def test_shelves_that_cannot_be_written_break_no_page(client, monkeypatch, caplog):
    generation.current()

    def refuse(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr("django.core.cache.backends.filebased.FileBasedCache.set", refuse)
    for _ in range(3):
        assert client.get("/").status_code == 200
    assert len(rendered) == 3
    assert len(caplog.records) == 1


def test_a_foreign_entry_on_a_shelf_breaks_no_page(client, monkeypatch):
    monkeypatch.setattr(page_cache, "_shelf", lambda name: "shelf")
    now = int(datetime.datetime(2026, 11, 24, 10, 59, tzinfo=datetime.UTC).timestamp() // 60)
    for rubbish in (("short",), (now, generation.current(), 1, 2), "text", 7):
        cache.set("shelf", rubbish)
        assert client.get("/").status_code == 200


def test_memory_is_bounded(client, monkeypatch):
    monkeypatch.setattr(page_cache, "RECENT_PAGES", 3)
    for number in range(1, 20):
        client.get(f"/?page={number}")
    rendered.clear()
    for number in range(1, 20):
        client.get(f"/?page={number}")
    assert rendered == []
