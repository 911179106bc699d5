"""How long a listing stays true: dates, states, and the same in SQL."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import freshness
from providers.freshness import State, due_on, months_after, oldest_not_due, state
from providers.models import FreshnessPolicy, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory

day = datetime.date.fromisoformat
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2032, 12, 31))
PERIODS = st.sampled_from([1, 3, 6, 12])


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-01", 12, "2027-12-01"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-10", -1, "2025-12-10"),
    ],
)
def test_months(start, months, end):
    assert months_after(day(start), months) == day(end)


@given(DAYS, PERIODS)
def test_the_threshold_is_the_earliest_confirmation_that_is_not_due(on, months):
    since = oldest_not_due(on, months)
    assert months_after(since, months) >= on
    assert months_after(since - datetime.timedelta(days=1), months) < on


def facts(**kwargs) -> Operations:
    return Operations(**({"review_from": day("2026-01-01"), "review_months": 6} | kwargs))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-03-10", State.FRESH),
        ("2026-08-25", State.FRESH),
        ("2026-08-26", State.DUE),
        ("2026-09-10", State.DUE),
        ("2026-09-11", State.LATE),
        ("2026-10-10", State.LATE),
        ("2026-10-11", State.HIDDEN),
        ("2028-01-01", State.HIDDEN),
    ],
)
def test_states_of_a_listing_confirmed_on_10_march(on, expected):
    rules = FreshnessPolicy(remind_days=15, hide_days=30)
    assert state(facts(verified_on=day("2026-03-10")), day(on), rules) == expected


def test_where_nothing_is_hidden_it_stays_late():
    rules = FreshnessPolicy(hides=False)
    assert state(facts(), day("2030-01-01"), rules) == State.LATE


def test_one_never_confirmed_is_counted_from_the_day_it_came():
    assert due_on(facts(review_months=1)) == day("2026-02-01")


@pytest.mark.django_db
@pytest.mark.parametrize("hides", [True, False])
def test_the_database_and_python_agree_on_every_day_and_period(hides):
    FreshnessPolicy.objects.create(hides=hides, hide_days=10, remind_days=5)
    town = CommuneFactory()
    for months in (1, 3, 6, 12):
        for verified in (None, day("2026-01-31"), day("2026-02-28")):
            provider = ProviderFactory(base_commune=town)
            Operations.objects.filter(pk=provider.pk).update(
                review_months=months, verified_on=verified, review_from=day("2025-11-30")
            )
    rows = list(Operations.objects.all())
    for offset in range(0, 420, 3):
        on = day("2026-02-20") + datetime.timedelta(days=offset)
        for wanted in State:
            expected = {row.pk for row in rows if state(row, on) == wanted}
            found = freshness.in_state(Operations.objects.all(), wanted, on)
            assert set(found.values_list("pk", flat=True)) == expected, (on, wanted)


@pytest.mark.django_db
def test_a_structure_without_a_row_of_facts_is_not_hidden_for_it(settings):
    from providers.models import AdmissionPolicy

    AdmissionPolicy.objects.create(accepts_any=True)
    provider = ProviderFactory()
    Operations.objects.all().delete()
    assert provider in Provider.objects.listed(day("2040-01-01"))


@pytest.mark.django_db
def test_the_database_refuses_another_period():
    from django.db import IntegrityError, transaction

    provider = ProviderFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Operations.objects.filter(pk=provider.pk).update(review_months=5)
