"""A listing hidden for staleness, by any path, leaves every public page within a minute, and comes back when confirmed."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from providers import prepared
from providers.confirmation import confirm
from providers.matching import may_help, nearest
from providers.models import AdmissionPolicy, FreshnessPolicy, Operations, Provider
from providers.views.search import _prepared
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 24, 12, 0, 30, tzinfo=datetime.UTC)
LAST_SHOWN = datetime.date(2026, 12, 24)  # confirmed on 24 May: due on 24 November, hidden 31 days later
PAGES = [
    "/annuaire/services/menage/le-blanc/",
    "/annuaire/services/menage/",
    "/annuaire/communes/le-blanc/",
    "/annuaire/structures/les-roseaux/",
    "/annuaire/structures/les-roseaux/contact.vcf",
    "/plan-du-site/",
    "/sitemap-structures.xml",
]


@pytest.fixture
def site(settings, tmp_path):
    files = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path}
    caches = settings.CACHES | {"shared": files}
    with override_settings(PAGE_CACHE=True, CACHES=caches), time_machine.travel(NOON, tick=False) as clock:
        town = CommuneFactory(name="Le Blanc")
        cleaning = ServiceFactory(name="Ménage", slug="menage")
        provider = ProviderFactory(name="Les Roseaux", base_commune=town, communes=[town], offers=[cleaning])
        Operations.objects.update(verified_on=datetime.date(2026, 5, 24))
        yield clock, provider


@pytest.fixture
def shown(commit):
    """The pages on which an anonymous visitor finds the structure, once what was written is committed."""

    def look() -> set[str]:
        commit()
        found = set()
        for path in PAGES:
            response = Client().get(path)
            text = response.content.decode() if response.status_code == 200 else ""
            if "Les Roseaux" in text or "/structures/les-roseaux/" in text:
                found.add(path)
        counted = Client().get("/annuaire/").content.decode().replace("\xa0", " ")
        return found | ({"/annuaire/"} if "1 structure" in counted else set())

    return look


EVERYWHERE = {*PAGES, "/annuaire/"}


def by_midnight(clock, provider):
    clock.move_to(datetime.datetime(2026, 12, 24, 23, 0, 1, tzinfo=datetime.UTC))  # Paris: the 25th


def by_bulk_update(clock, provider):
    Operations.objects.update(verified_on=datetime.date(2024, 1, 1))


def by_raw_sql(clock, provider):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE providers_operations SET verified_on = '2024-01-01'")


def by_a_shorter_period(clock, provider):
    Operations.objects.update(review_months=1)


def by_the_settings(clock, provider):
    clock.move_to(NOON + datetime.timedelta(days=10))
    staff = Client()
    staff.force_login(UserFactory(admin=True))
    url = reverse("wagtailsettings:edit", args=["providers", "freshnesspolicy", FreshnessPolicy.load().pk])
    response = staff.post(url, {"remind_days": "15", "hides": "on", "hide_days": "1"})
    assert response.status_code == 302
    assert FreshnessPolicy.objects.get().hide_days == 1


def by_the_nightly_duties(clock, provider):
    Operations.objects.update(verified_on=datetime.date(2026, 10, 1), review_months=12)
    clock.move_to(datetime.datetime(2027, 11, 2, 10, 0, tzinfo=datetime.UTC))
    call_command("run_duties", verbosity=0)


@pytest.mark.parametrize(
    "hide",
    [by_midnight, by_bulk_update, by_raw_sql, by_a_shorter_period, by_the_settings, by_the_nightly_duties],
)
def test_it_leaves_every_page_and_comes_back_when_confirmed(site, shown, hide):
    clock, provider = site
    assert shown() == EVERYWHERE
    hide(clock, provider)
    clock.shift(60)
    assert shown() == set()
    assert confirm(provider, Operations.Way.PHONE, "Accueil")
    assert shown() == EVERYWHERE


def test_the_last_second_before_midnight_it_is_there(site, shown):
    clock, _provider = site
    clock.move_to(datetime.datetime(2026, 12, 24, 22, 59, 59, tzinfo=datetime.UTC))
    assert timezone.localdate() == LAST_SHOWN
    assert shown() == EVERYWHERE
    clock.shift(1)
    assert shown() == set()


def test_where_staff_only_mark_it_stays_and_is_marked(site, shown):
    _clock, _provider = site
    FreshnessPolicy.objects.create(hides=False)
    Operations.objects.update(verified_on=datetime.date(2024, 3, 9))
    assert shown() == EVERYWHERE
    page = Client().get("/annuaire/structures/les-roseaux/").content.decode()
    assert "À vérifier" in page
    assert "9 mars 2024" in page
    for address in ("/annuaire/services/menage/le-blanc/", "/annuaire/services/menage/"):
        assert "À vérifier : demandez confirmation en appelant" in Client().get(
            address
        ).content.decode().replace("\xa0", " ")
    assert "à vérifier" in Client().get("/annuaire/communes/le-blanc/").content.decode()


def test_one_in_time_is_not_marked(site):
    page = Client().get("/annuaire/structures/les-roseaux/").content.decode()
    assert "À vérifier" not in page
    assert "24 mai 2026" in page
    for address in ("/annuaire/services/menage/le-blanc/", "/annuaire/communes/le-blanc/"):
        assert "à vérifier" not in Client().get(address).content.decode().lower()


@pytest.mark.parametrize("titles", ["asked", "any"])
def test_the_prepared_search_hides_the_same(site, titles, django_assert_num_queries):
    from providers.filters import Filters

    _clock, provider = site
    AdmissionPolicy.objects.create(accepts_any=titles == "any")
    service, commune = provider.offers.get().service, provider.base_commune
    for on in (LAST_SHOWN, LAST_SHOWN + datetime.timedelta(days=1), NOON.date()):
        search = _prepared(Filters())
        assert isinstance(search, prepared.PreparedSearch)
        with django_assert_num_queries(1):
            rows = search.rows(service, commune, on)
        assert rows == list(nearest(service, commune, on)), on
        assert bool(rows) == (on <= LAST_SHOWN)


def test_hidden_ones_are_not_proposed_to_neighbours_either(site):
    _clock, provider = site
    near = CommuneFactory(name="Bélâbre")
    service = provider.offers.get().service
    assert list(may_help(service, near))
    Operations.objects.update(verified_on=datetime.date(2024, 1, 1))
    assert not list(may_help(service, near))
    assert Provider.objects.filter(live=True).exists()
