"""Communication's effect: counts by week, intervals worked out another way, and what must not be concluded."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from scipy.stats import beta

from intake.models import Campaign, CampaignVisits, DirectoryVisits, ServiceRequest
from intake.observatory.effect import effects, weekly, whole_weeks, with_counts
from intake.observatory.marks import marks_between
from intake.observatory.rates import rate_ratio, shares, tail
from intake.viewsets.effect import conclusion
from portal.models import EventPage
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import CampaignFactory, request_for
from tests.portal.event_factories import make_event

D = datetime.date
NOON = datetime.time(12, tzinfo=datetime.UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class TestIntervals:
    """Against the beta quantiles of another library, and against numbers printed in tables."""

    @given(
        st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))).filter(lambda k: k[1])
    )
    @settings(max_examples=60, deadline=None)
    def test_shares_are_those_of_the_beta_distribution(self, counts):
        k, n = counts
        low, high = shares(k, n)
        assert low == pytest.approx(beta.ppf(0.025, k, n - k + 1) if k else 0, abs=1e-8)
        assert high == pytest.approx(beta.ppf(0.975, k + 1, n - k) if k < n else 1, abs=1e-8)

    def test_known_shares(self):
        # Nothing in ten: 1 − 0.025^(1/10). Five in ten: 0.187 to 0.813 in any table.
        assert shares(0, 10) == pytest.approx((0, 1 - 0.025 ** (1 / 10)))
        assert shares(5, 10) == pytest.approx((0.1871, 0.8129), abs=5e-5)

    def test_the_tail_is_the_sum_of_its_terms(self):
        for n, k, p in ((10, 3, 0.2), (50, 40, 0.9), (30, 0, 0.4), (7, 8, 0.5)):
            terms = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(max(k, 0), n + 1))
            assert tail(k, n, p) == pytest.approx(terms, abs=1e-12)

    def test_known_ratio(self):
        found = rate_ratio(20, 56, 40, 56)
        assert found is not None and found.ratio == 2
        low, high = beta.ppf(0.025, 40, 21), beta.ppf(0.975, 41, 20)
        assert (found.low, found.high) == pytest.approx((low / (1 - low), high / (1 - high)))
        assert found.is_up and found.weekly_before == 2.5

    def test_days_of_different_number(self):
        found = rate_ratio(40, 56, 5, 7)
        assert found is not None and found.ratio == pytest.approx(1) and not found.is_conclusive

    def test_nothing_happened_or_nothing_before(self):
        assert rate_ratio(0, 56, 0, 56) is None and rate_ratio(3, 0, 3, 7) is None
        found = rate_ratio(0, 56, 12, 56)
        assert found is not None and (found.ratio, found.high) == (None, None) and found.is_up
        found = rate_ratio(12, 56, 0, 56)
        assert found is not None and found.ratio == 0 and found.low == 0 and found.is_down

    def test_small_counts_conclude_nothing(self):
        found = rate_ratio(0, 56, 9, 56)
        assert found is not None and found.low > 1 and not found.is_conclusive
        assert conclusion(found).startswith("On ne peut rien conclure")
        assert conclusion(None) == "Rien à comparer pour l’instant."

    @given(st.floats(0.2, 3), st.integers(1, 40))
    @settings(max_examples=25, deadline=None)
    def test_the_interval_holds_the_truth_as_often_as_it_says(self, ratio, size):
        """Over all splits of a total, weighted by their probability: 95 % at least."""
        total, share = size, ratio / (1 + ratio)
        covered = 0.0
        for during in range(total + 1):
            found = rate_ratio(total - during, 56, during, 56)
            assert found is not None
            if found.low <= ratio <= (math.inf if found.high is None else found.high):
                covered += math.comb(total, during) * share**during * (1 - share) ** (total - during)
        assert covered >= 0.95 - 1e-9


def test_only_whole_weeks_count():
    assert whole_weeks(D(2026, 1, 1), D(2026, 1, 18)) == (D(2026, 1, 5), 2)
    assert whole_weeks(D(2026, 1, 5), D(2026, 1, 10)) == (D(2026, 1, 5), 0)
    assert whole_weeks(D(2026, 1, 6), D(2026, 1, 6)) == (D(2026, 1, 12), 0)


@pytest.fixture
def ask(db) -> Callable[..., ServiceRequest]:
    commune, service = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    ProviderFactory(communes=[commune], offers=[service])

    def make(day: datetime.date, at: datetime.time = NOON, place=None, **fields) -> ServiceRequest:
        return request_for(
            (service, place or commune), received_at=datetime.datetime.combine(day, at), **fields
        )

    return make


def test_weeks_are_counted_in_local_days(ask):
    # 23 h 30 on Sunday in UTC is Monday in Paris.
    late = datetime.time(23, 30, tzinfo=datetime.UTC)
    for day, at in (
        (D(2026, 1, 5), NOON),
        (D(2026, 1, 11), NOON),
        (D(2026, 1, 11), late),
        (D(2026, 1, 18), NOON),
    ):
        ask(day, at)
    campaign = CampaignFactory()
    CampaignVisits.objects.create(campaign=campaign, day=D(2026, 1, 6), count=4)
    CampaignVisits.objects.create(campaign=campaign, day=D(2026, 1, 11), count=3)
    DirectoryVisits.objects.create(day=D(2026, 1, 12), count=50)
    found = weekly(D(2026, 1, 1), D(2026, 1, 27))
    assert (found.first, found.last) == (D(2026, 1, 5), D(2026, 1, 25))
    assert found.requests == [2, 2, 0]
    assert found.campaign_visits == [7, 0, 0]
    assert found.directory_visits == [None, 50, 0]
    assert weekly(D(2026, 1, 6), D(2026, 1, 7)).count == 0


def campaign_with(ask, before: int, during: int, **fields) -> Campaign:
    campaign = CampaignFactory(starts_on=D(2026, 3, 2), **fields)
    ask(D(2025, 1, 6))  # the line was open long before
    for number in range(before):
        ask(D(2026, 1, 5) + datetime.timedelta(days=number % 56))
    for number in range(during):
        ask(D(2026, 3, 2) + datetime.timedelta(days=number % 14), campaign=campaign if number % 2 else None)
    return campaign


def test_a_campaign_against_the_weeks_before_it(ask):
    campaign_with(ask, 16, 20, ends_on=D(2026, 3, 15), cost=Decimal(90))
    CampaignFactory(name="Radio", starts_on=D(2026, 2, 20))
    with time_machine.travel(D(2026, 6, 1)):
        found, _radio = sorted(effects(with_counts()), key=lambda row: row.campaign.name)
    assert (found.requests, found.per_request, found.beside) == (10, Decimal("9.00"), ["Radio"])
    change = found.change
    assert change is not None
    assert (change.before, change.days_before, change.during, change.days_during) == (16, 56, 20, 14)
    assert change.ratio == pytest.approx(5) and change.is_up
    low = beta.ppf(0.025, 20, 17)
    assert change.low == pytest.approx(low / (1 - low) * 4)
    assert conclusion(change).startswith("Plus de demandes")


def test_a_campaign_in_a_few_communes_is_compared_there(ask):
    elsewhere = CommuneFactory(name="Bélâbre")
    campaign = campaign_with(ask, 16, 20, ends_on=D(2026, 3, 15))
    ask(D(2026, 3, 3), place=elsewhere)
    campaign.communes.add(elsewhere)
    with time_machine.travel(D(2026, 6, 1)):
        (found,) = effects(with_counts())
    assert found.change is not None and (found.change.before, found.change.during) == (0, 1)


def test_what_cannot_be_compared_is_not(ask):
    young = CampaignFactory(starts_on=D(2026, 5, 28))
    with time_machine.travel(D(2026, 6, 1)):
        ask(D(2026, 5, 1))
        assert effects(with_counts())[0].change is None  # four days old
        young.starts_on = D(2026, 5, 4)
        young.save()
        assert effects(with_counts())[0].change is None  # the line opened three days before
        young.starts_on = D(2026, 7, 1)
        young.save()
        assert effects(with_counts())[0].change is None  # to come


def test_a_day_of_market_counts_for_its_week(ask):
    campaign_with(ask, 0, 7, ends_on=D(2026, 3, 2))
    with time_machine.travel(D(2026, 6, 1)):
        (found,) = effects(with_counts())
    assert found.during is not None and found.during.days == 7


@pytest.mark.django_db
def test_events_and_campaigns_are_marks():
    CampaignFactory(name="Affiche", starts_on=D(2026, 3, 2), ends_on=D(2026, 3, 9))
    CampaignFactory(starts_on=D(2025, 3, 2))
    make_event(title="Réunion à Rosnay", first_day=D(2026, 3, 4))
    make_event(
        title="Annulée",
        first_day=D(2026, 3, 5),
        status=EventPage.Status.CANCELLED,
        status_note="Salle fermée",
    )
    found = marks_between(D(2026, 3, 1), D(2026, 3, 31))
    assert [(mark.first, mark.label, mark.is_campaign) for mark in found] == [
        (D(2026, 3, 2), "Affiche", True),
        (D(2026, 3, 4), "Réunion à Rosnay", False),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("page_cache", [False, True])
def test_pages_of_the_directory_are_counted_each_time(settings, tmp_path, commit, page_cache):
    settings.PAGE_CACHE = page_cache
    settings.CACHES = settings.CACHES | {
        "shared": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path}
    }
    place, service = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    provider = ProviderFactory(communes=[place], offers=[service])
    addresses = [
        "/annuaire/",
        place.get_absolute_url(),
        service.get_absolute_url(),
        provider.get_absolute_url(),
        reverse("providers:results", args=[service.slug, place.slug]),
    ]
    commit()
    with time_machine.travel(datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC), tick=False):
        visitor = Client(headers={"user-agent": FIREFOX})
        for address in [*addresses, *addresses]:
            assert not visitor.get(address).cookies
        visitor.get("/annuaire/communes/nulle-part/")
        visitor.head("/annuaire/")
        Client(headers={"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}).get("/annuaire/")
    assert [(row.day, row.count) for row in DirectoryVisits.objects.all()] == [(D(2026, 3, 2), 10)]


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client


def test_the_page_and_its_files(ask, staff):
    campaign_with(ask, 16, 20, ends_on=D(2026, 3, 15), cost=Decimal(90), name="=Affiches")
    CampaignFactory(name="Sans coût", starts_on=D(2026, 5, 20))
    make_event(title="Réunion à Rosnay", first_day=D(2026, 3, 4))
    url, period = reverse("intake_effect:index"), {"first": "05/01/2026", "last": "31/05/2026"}
    with time_machine.travel(D(2026, 6, 1), tick=False):
        staff.force_login(UserFactory(groups=[role_name(STAFF)]))
        html = staff.get(url, period).content.decode().replace("\xa0", " ").replace("\u202f", " ")
        assert "Réunion à Rosnay" in html and "9 €" in html and "Plus de demandes" in html
        assert "Rien à comparer" in html and "<svg" in html
        rows = list(
            csv.DictReader(
                io.StringIO(staff.get(url, period | {"export": "csv"}).content.decode("utf-8-sig")),
                delimiter=";",
            )
        )
        book = load_workbook(io.BytesIO(staff.get(url, period | {"export": "xlsx"}).content))
    by_name = {row["Campagne"]: row for row in rows}
    assert (
        by_name["'=Affiches"]["Demandes"] == "10" and by_name["'=Affiches"]["Coût par demande (€)"] == "9,00"
    )
    assert by_name["Sans coût"]["Coût (€)"] == ""
    weeks = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert next(row for row in weeks if row[0] == "02/03/2026")[1] == 13
    assert not any(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)


@pytest.mark.parametrize(
    "period", [{"first": "02/05/2026", "last": "01/05/2026"}, {"first": "x"}, {"last": "31/02/2026"}]
)
def test_a_bad_period_is_told(staff, period):
    response = staff.get(reverse("intake_effect:index"), period)
    html = response.content.decode()
    assert response.status_code == 200 and "Rien n’a été compté" in html and '<svg class="chart' not in html


def test_an_empty_log_and_a_future_period(staff):
    for period in (
        {},
        {"first": "01/01/2029", "last": "05/03/2029"},
        {"first": "04/05/2026", "last": "05/05/2026"},
    ):
        assert staff.get(reverse("intake_effect:index"), period).status_code == 200


@pytest.mark.parametrize("role", [OPERATORS, PARTNERS, INSTITUTIONS])
def test_others_may_not_see_it(client, db, role):
    client.force_login(UserFactory(groups=[role_name(role)]))
    assert client.get(reverse("intake_effect:index"), {"export": "csv"}).status_code == 302
