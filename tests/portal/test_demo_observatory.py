"""The demonstration's observatory: 2009 says what the source says, each figure is what SQL counts, nothing hidden is found."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from intake.models import PublishedYear, ServiceRequest
from intake.observatory import closing, published, stored
from intake.observatory.catalogue import protect
from intake.observatory.closing import Places, count_year
from intake.observatory.periods import Period, last_closed_year
from intake.observatory.reading import ALL, Filters, observe, structures
from intake.suppression import HIDDEN
from portal.demo import accounts, evaluations, observatory, requests, site
from portal.demo import structures as demo_structures
from portal.models import HomePage
from tests.intake.observatory.attack import Attack
from tests.intake.observatory.test_attack import only_small

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for all these tests, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_territory", verbosity=0)
        call_command("load_nomenclature", verbosity=0)
        demo_structures.load_structures()
        site.load_settings()
        site.load_pages("1001 services", 80)
        home = HomePage.objects.get()
        evaluations.load_evaluations(home)
        observatory.load_observatory(home)
        accounts.load_accounts()
        requests.load_requests()
        closing.close_years()
        yield
        transaction.set_rollback(True)


def said(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u202f", " ").replace("\xa0", " ").split())


def test_2009_says_132_and_0():
    edition = published.edition(2009)
    values = {
        name: edition.value(name) for name in ("contacts", "calls", "unmet_at_contact", "no_such_service")
    }
    assert values == {"contacts": 132, "calls": 132, "unmet_at_contact": 0, "no_such_service": 0}
    text = said("/observatoire/2009/")
    assert "En 2009, 132 demandes ont été reçues, toutes par téléphone." in text
    assert "Aucune demande ne portait sur un service qui n’existe pas ici." in text
    text = said("/bilans/2009/")
    assert "<b>132</b>" in text and "130,69 €" in text and "156,87 €" in text


def test_the_years_published_are_the_closed_ones_that_have_requests():
    last = last_closed_year()
    assert published.years() == (last, last - 1, 2009)
    assert closing.close_years() == []
    assert all(published.edition(year).invented for year in published.years())


# Another way to count: SQL by hand, by day in the time zone of the portal.
WHERE = """
    FROM intake_need n JOIN intake_servicerequest r ON r.id = n.request_id
    WHERE r.status <> 'set_aside' AND n.contact_outcome <> 'out_of_scope'
    AND r.received_at >= %s AND r.received_at < %s
"""
GIVEN = "(SELECT COUNT(*) FROM intake_referral f WHERE f.need_id = n.id AND f.way <> 'suggested')"
NOBODY = "(SELECT 1 FROM intake_unmetcase u WHERE u.need_id = n.id AND u.reason = 'no_provider')"
MEASURES = {
    "needs": "1",
    "referrals": GIVEN,
    "directed": "CASE WHEN n.contact_outcome = 'directed' THEN 1 ELSE 0 END",
    "unmet_at_contact": "CASE WHEN n.contact_outcome = 'unmet' THEN 1 ELSE 0 END",
    "no_such_service": f"CASE WHEN n.contact_outcome = 'unmet' AND EXISTS {NOBODY} THEN 1 ELSE 0 END",
    "met": "CASE WHEN n.status = 'met' THEN 1 ELSE 0 END",
    "unmet_at_follow_up": f"CASE WHEN n.status = 'unmet' AND {GIVEN} > 0 THEN 1 ELSE 0 END",
    "not_known": "CASE WHEN n.status IN ('not_known', 'directed') THEN 1 ELSE 0 END",
}
KEYS = {
    "commune": "n.commune_id",
    "epci": "(SELECT c.epci_id FROM providers_commune c WHERE c.id = n.commune_id)",
    "service": "n.service_id",
    "family": "(SELECT s.category_id FROM providers_service s WHERE s.id = n.service_id)",
    "channel": "r.channel",
    "kind": "r.kind",
    "heard_from": "r.heard_from_id",
    "campaign": "r.campaign_id",
}


def sql(text: str, period: Period) -> list[tuple]:
    zone = timezone.get_default_timezone()
    first = datetime.datetime.combine(period.first, datetime.time.min, zone)
    last = datetime.datetime.combine(period.last + datetime.timedelta(days=1), datetime.time.min, zone)
    moments = [moment.astimezone(datetime.UTC) for moment in (first, last)]
    if connection.vendor == "sqlite":
        moments = [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in moments]  # type: ignore[misc]
    with connection.cursor() as cursor:
        cursor.execute(text, moments)
        return cursor.fetchall()


def counted(period: Period, key: str = "1", more: str = "") -> dict[str, dict[str, int]]:
    sums = ", ".join(f"SUM({expression})" for expression in MEASURES.values())
    rows = sql(f"SELECT {key}, {sums} {WHERE} {more} GROUP BY 1", period)
    return {
        "" if value is None else str(value): dict(zip(MEASURES, map(int, numbers), strict=True))
        for value, *numbers in rows
    }


@pytest.mark.parametrize("way", ["live", "stored"])
def test_every_figure_of_the_last_twelve_months_is_what_sql_counts(way, monkeypatch):
    period = Period.last_twelve()
    if way == "stored":
        stored.refresh()
        monkeypatch.setattr("intake.observatory.reading.LIVE_MOST", 0)
    seen = observe(period)
    assert (seen.counted_at is None) == (way == "live")
    (total,) = counted(period).values()
    assert {name: getattr(seen.total, name) for name in MEASURES} == total
    assert total["needs"] > 300 and total["unmet_at_contact"] >= 9 and total["unmet_at_follow_up"] >= 8
    for dimension, key in KEYS.items():
        rows = {
            name: {measure: getattr(counts, measure) for measure in MEASURES}
            for name, counts in seen.by[dimension].items()
            if counts.needs
        }
        assert rows == counted(period, key), dimension
    contacts = "FROM intake_servicerequest r WHERE r.status <> 'set_aside' AND r.received_at >= %s AND r.received_at < %s"
    assert seen.total.contacts == sql(f"SELECT COUNT(*) {contacts}", period)[0][0]
    for dimension in ("channel", "kind", "heard_from", "campaign"):
        rows = sql(f"SELECT {KEYS[dimension]}, COUNT(*) {contacts} GROUP BY 1", period)
        by_contact = {key: counts.contacts for key, counts in seen.by[dimension].items() if counts.contacts}
        assert by_contact == {"" if key is None else str(key): count for key, count in rows}
    assert sum(counts.contacts for counts in seen.by["month"].values()) == seen.total.contacts
    assert sum(counts.needs for counts in seen.by["month"].values()) == seen.total.needs
    for month in (period.months[0], period.months[5]):
        one = Period.between(f"{month:%Y-%m}", f"{month:%Y-%m}")
        assert seen.by["month"][f"{month:%Y-%m}"].needs == sum(row["needs"] for row in counted(one).values())


@pytest.mark.parametrize("way", ["live", "stored"])
def test_filters_count_what_sql_counts(way, monkeypatch):
    period = Period.last_twelve()
    if way == "stored":
        stored.refresh()
        monkeypatch.setattr("intake.observatory.reading.LIVE_MOST", 0)
    everything = observe(period)
    for name in ("commune", "epci", "service", "family", "channel", "kind", "heard_from"):
        key = max(everything.by[name], key=lambda value: (value != "", everything.by[name][value].needs))
        seen = observe(period, Filters(**{name: key}))
        quoted = f"'{key}'" if name in ("channel", "kind") else key
        more = f"AND {KEYS[name]} = {quoted}"
        assert {m: getattr(seen.total, m) for m in MEASURES} == counted(period, more=more)["1"], name
        for dimension in KEYS:
            rows = {key: counts.needs for key, counts in seen.by[dimension].items() if counts.needs}
            expected = {key: row["needs"] for key, row in counted(period, KEYS[dimension], more).items()}
            assert rows == expected, (name, dimension)


def test_structures_given_are_what_sql_counts():
    period = Period.last_twelve()
    rows = sql(
        "SELECT f.provider_id, COUNT(*), SUM(CASE WHEN f.outcome = 'helped' THEN 1 ELSE 0 END) FROM intake_referral f "
        "JOIN intake_need n ON n.id = f.need_id JOIN intake_servicerequest r ON r.id = n.request_id "
        "WHERE f.way <> 'suggested' AND r.status <> 'set_aside' AND n.contact_outcome <> 'out_of_scope' "
        "AND r.received_at >= %s AND r.received_at < %s GROUP BY 1",
        period,
    )
    found = structures(period)
    assert {str(key): (int(n), int(helped)) for key, n, helped in rows} == {
        key: (row.given, row.helped) for key, row in found.items()
    }


def test_stored_counts_are_the_live_ones_whatever_changed_since():
    assert stored.refresh() > 0 or stored.refresh() == 0
    request = ServiceRequest.objects.contacts().order_by("pk").last()
    ServiceRequest.objects.filter(pk=request.pk).update(channel="letter")
    assert stored.refresh() == 1
    assert stored.refresh() == 0
    period = Period.last_twelve()
    live = observe(period)
    assert stored.read(period, Filters(), "")[""] == live.total
    assert {name for name in ALL if name not in live.by} == set()


def test_no_hidden_count_of_the_demonstration_can_be_worked_out():
    for year in published.years():
        counts = count_year(Period.of_year(year), Places())
        shown = protect(counts, 5, 11)
        # What is attacked is what was published.
        for name, line in published.edition(year).content["tables"].items():
            assert {key: HIDDEN if value is None else value for key, value, _parent in line} == shown.lines[
                name
            ]
        attack = Attack(counts, shown, 5, 11)
        assert attack.found() == {}
        hidden = len(attack.names)
        assert hidden > 20


def test_the_attack_finds_the_demonstration_when_only_small_counts_are_hidden(monkeypatch):
    monkeypatch.setattr("intake.observatory.catalogue.protect_line", only_small)
    monkeypatch.setattr("intake.observatory.catalogue.protect_grid", only_small)
    counts = count_year(Period.of_year(last_closed_year()), Places())
    found = Attack(counts, protect(counts, 5, 11), 5, 11).found()
    assert sum(len(values) == 1 for values in found.values()) >= 3


def test_what_was_published_never_changes():
    year = last_closed_year()
    kept = PublishedYear.objects.get(year=year)
    before = said(f"/observatoire/{year}/")
    request = (
        ServiceRequest.objects.contacts()
        .between(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        .first()
    )
    request.delete()
    closing.close_years()
    assert said(f"/observatoire/{year}/") == before
    with pytest.raises(Exception, match="ne change jamais"):
        kept.save()


def test_the_pages_hold_no_hidden_count():
    """The true counts behind hidden cells stand nowhere in the kept content, and pages are made of nothing else."""
    edition = published.latest()
    for table in edition.tables.values():
        for row in table.rows:
            if row.is_hidden:
                assert row.per_thousand is None and row.change is None
    assert Site.objects.exists()
    assert "masqué" in said("/observatoire/")
