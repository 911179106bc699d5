"""A search that found nobody is counted each time a person is answered so, from the page cache or not."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from intake.models import UnansweredSearch
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def visitor():
    return Client(headers={"user-agent": FIREFOX})


@pytest.fixture(params=[False, True], ids=["rendered", "page cache"])
def page_cache(request, settings, tmp_path):
    settings.PAGE_CACHE = request.param
    settings.CACHES = settings.CACHES | {
        "shared": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    with time_machine.travel(datetime.datetime(2026, 11, 24, 22, 59, 30, tzinfo=datetime.UTC), tick=False):
        yield request.param


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def gardening():
    return ServiceFactory(name="Jardinage")


@pytest.fixture
def address(place, gardening):
    return f"/annuaire/services/{gardening.slug}/{place.slug}/"


def counted() -> int:
    return sum(UnansweredSearch.objects.values_list("count", flat=True))


def test_each_time_nobody_is_found(visitor, page_cache, address, place, gardening, commit):
    commit()
    for time in (1, 2, 3):
        assert visitor.get(address).status_code == 200
        assert counted() == time
    # Another process has nothing but the shared cache.
    assert Client(headers={"user-agent": FIREFOX, "accept-encoding": "gzip"}).get(address).status_code == 200
    row = UnansweredSearch.objects.get()
    assert (row.count, row.service, row.commune) == (4, gardening, place)
    assert row.day == timezone.localdate() == datetime.date(2026, 11, 24)


def test_not_those_who_are_no_visitors(page_cache, address, commit):
    commit()
    Client(headers={"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}).get(address)
    Client().get(address)
    Client(headers={"user-agent": FIREFOX}).head(address)
    staff = Client(headers={"user-agent": FIREFOX})
    staff.force_login(UserFactory())
    staff.get(address)
    assert counted() == 0


def test_not_when_somebody_comes(visitor, page_cache, address, place, gardening, commit):
    ProviderFactory(communes=[place], offers=[gardening])
    commit()
    visitor.get(address)
    # Filters that leave nobody are the visitor's wish, not a gap.
    visitor.get(f"{address}?cesu=1")
    assert counted() == 0


def test_not_when_filters_are_on_and_nobody_comes_at_all(visitor, page_cache, address, commit):
    commit()
    visitor.get(f"{address}?cesu=1")
    assert counted() == 0


def test_one_who_has_the_page_already_is_counted_once(visitor, address, settings, page_cache, commit):
    if not page_cache:
        pytest.skip("browsers ask again only for pages of the page cache")
    commit()
    etag = visitor.get(address)["ETag"]
    assert visitor.get(address, headers={"if-none-match": etag}).status_code == 304
    assert counted() == 1


def test_the_page_says_nothing_of_it(visitor, page_cache, address, commit):
    commit()
    first, again = visitor.get(address), visitor.get(address)
    for answer in (first, again):
        assert "told" not in str(answer.headers).lower() and b"nobody_found" not in answer.content
    assert first.content == again.content


def test_a_count_that_cannot_be_written_breaks_no_page(visitor, page_cache, address, commit, monkeypatch):
    from django.db import OperationalError

    from intake.visits.searches import unanswered

    def refuse(rows):
        raise OperationalError("disk full")

    commit()
    monkeypatch.setattr(unanswered, "_write", refuse)
    assert visitor.get(address).status_code == 200
    assert visitor.get(address).status_code == 200
