"""What every test starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client
from django.utils import translation

from providers import generation
from tests import strict_templates


def pytest_configure(config: pytest.Config) -> None:
    strict_templates.install()
    # Wagtail leaves the file of each rendition it makes to the garbage collector.
    config.addinivalue_line(
        "filterwarnings", "ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"
    )


@pytest.hookimpl(trylast=True)  # after the browser tests have been marked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that commits is given back what the migrations wrote.

    One that is not leaves groups with other keys behind, and the next of its worker fails.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.fixture(autouse=True)
def _fresh_start() -> Iterator[None]:
    """No memo or stored page outlives a test; messages are in French."""
    for cache in caches.all(initialized_only=True):
        cache.clear()
    generation.bump()
    with translation.override("fr"):
        yield


@pytest.fixture
def commit(db: None) -> Callable[[], None]:
    """Call it to go on as if what the test has written were committed.

    Runs what waits for the commit (the draw of a new generation among others)
    although the test's own transaction goes on. From then on memos are used
    again, as in a request that comes after.
    """

    def run() -> None:
        connection = connections["default"]
        while connection.run_on_commit:
            _sids, callback, _robust = connection.run_on_commit.pop(0)
            callback()

    return run


@pytest.fixture
def client() -> Client:
    """An anonymous visitor; a view that raises fails the test."""
    return Client()


@pytest.fixture
def real_files(settings, tmp_path):
    """Files lie on the disk, as in production, for what serves them from there."""
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"default": disk}
    settings.MEDIA_ROOT = tmp_path
