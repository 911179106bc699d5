"""The real site with its caches gone: every page is still served."""

import pytest
from django.core.cache import caches

from portal.demo.site import load_pages, load_settings
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths():
    load_settings()
    load_pages("1001 services", 80)
    town = CommuneFactory(name="Le Blanc")
    provider = ProviderFactory(base_commune=town, communes=[town], offers=[ServiceFactory(name="Ménage")])
    return [
        "/",
        "/comprendre-le-service/",
        "/annuaire/",
        "/annuaire/services/menage/le-blanc/",
        "/annuaire/communes/le-blanc/",
        provider.get_absolute_url(),
        "/plan-du-site/",
        "/compte/login/",
    ]


@pytest.fixture
def blocked(tmp_path):
    """A file where the folder of the cache should be: nothing can be read nor written there."""
    (tmp_path / "cache").write_text("")
    return tmp_path / "cache" / "inside"


def test_every_page_is_served_without_any_cache(client, settings, paths, blocked, caplog):
    settings.PAGE_CACHE = True
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "portal.caches.ForgivingFileCache", "LOCATION": blocked},
        "shared": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": blocked,
        },
    }
    for path in paths:
        for _ in range(2):
            assert client.get(path).status_code == 200, path
    # Told, and not at every request.
    assert 1 <= len(caplog.records) <= 4


def test_a_redis_that_is_away_is_an_empty_cache(settings, caplog):
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "portal.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a"]) == {}
    assert cache.add("a", 1) is False
    assert cache.delete("a") is False
    assert len(caplog.records) == 1


def test_a_cache_that_works_is_one(settings, tmp_path):
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "portal.caches.ForgivingFileCache", "LOCATION": tmp_path}
    }
    cache = caches["default"]
    cache.set_many({"a": 1, "b": 2})
    assert cache.get_many(["a", "b"]) == {"a": 1, "b": 2}
    assert cache.add("a", 3) is False
    assert cache.get("a") == 1
