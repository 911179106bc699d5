"""A cache of its own for each test, at a known moment."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from tests.portal.page_cache.site import rendered


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
