"""A cache that fails, is full or holds rubbish breaks no page; memory is bounded."""

from __future__ import annotations

import datetime

import pytest

from portal import page_cache
from providers import generation
from providers.generation import cache
from tests.portal.page_cache import site
from tests.portal.page_cache.site import rendered

pytestmark = [pytest.mark.urls(site.__name__), pytest.mark.django_db]


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
