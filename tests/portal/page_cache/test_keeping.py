"""Pages kept in front of sessions and the database: fast, and never late."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import path

from providers.models import Epci
from tests.portal.page_cache import site
from tests.portal.page_cache.site import another_process, page, rendered

pytestmark = [pytest.mark.urls(site.__name__), pytest.mark.django_db]


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

    monkeypatch.setattr(site, "urlpatterns", [path("", slow)])
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
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.strip() == first["ETag"], run.stderr
    client.get("/", headers={"host": "localhost"})
    assert len(rendered) == 2
