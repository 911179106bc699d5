"""A year of one listing, day by day: reminders, confirmations, lateness, hiding, return."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.test import Client

from intake import duties
from intake.models import OutboxMessage
from providers import freshness
from providers.confirmation import confirm
from providers.models import Manager, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

# What is done on a day, what the e-mail of that day is about, and what the listing is from that day on.
#      day         done                          e-mail                                      state     public
CALENDAR = [
    ("2026-01-05", "published, every 3 months", "", "fresh", True),
    ("2026-03-21", "", "Votre fiche est-elle toujours exacte", "due", True),
    ("2026-04-02", "confirmed by the link", "", "fresh", True),
    ("2026-06-17", "", "Votre fiche est-elle toujours exacte", "due", True),
    ("2026-07-03", "", "Votre fiche attend votre confirmation", "late", True),
    ("2026-08-02", "", "", "hidden", False),
    ("2026-08-20", "confirmed by phone", "", "fresh", True),
    ("2026-09-01", "now every month", "", "fresh", True),
    ("2026-09-05", "", "Votre fiche est-elle toujours exacte", "due", True),
    ("2026-09-20", "confirmed by its manager", "", "fresh", True),
    ("2026-10-05", "", "Votre fiche est-elle toujours exacte", "due", True),
    ("2026-10-21", "", "Votre fiche attend votre confirmation", "late", True),
    ("2026-11-20", "", "", "hidden", False),
    ("2026-12-01", "confirmed by the link", "", "fresh", True),
    ("2026-12-17", "", "Votre fiche est-elle toujours exacte", "due", True),
]
ENDS = "2026-12-31"


def do(what: str, provider: Provider, link: str) -> None:
    if what == "now every month":
        Operations.objects.update(review_months=1)
    elif what == "confirmed by the link":
        assert Client().post(link, HTTP_ORIGIN="http://testserver").status_code == 303
    elif what == "confirmed by phone":
        assert confirm(provider, Operations.Way.PHONE, "Secrétariat")
    elif what == "confirmed by its manager":
        assert confirm(provider, Operations.Way.MANAGER)


def at(day: datetime.date, clock: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T{clock}+00:00")


def test_the_year_goes_as_the_calendar_says(client):
    entries = {row[0]: row[1:] for row in CALENDAR}
    day, state, is_public = datetime.date.fromisoformat(CALENDAR[0][0]), "", False
    provider, link = None, ""
    while day <= datetime.date.fromisoformat(ENDS):
        what, subject, state, is_public = entries.get(day.isoformat(), ("", "", state, is_public))
        with time_machine.travel(at(day, "06:00"), tick=False):
            if provider is None:
                town, cleaning = CommuneFactory(), ServiceFactory(name="Ménage")
                provider = ProviderFactory(base_commune=town, communes=[town], offers=[cleaning])
                Manager.objects.create(provider=provider, user=UserFactory(email="gestion@structure.example"))
                Operations.objects.update(review_months=3)
            do(what, provider, link)
        with time_machine.travel(at(day, "10:00"), tick=False):
            before = OutboxMessage.objects.count()
            duties.run_due()
            duties.run_due()  # twice on one day: asked once
            sent = list(OutboxMessage.objects.order_by("pk")[before:])
            assert [row.subject.rstrip("\xa0\u202f?") for row in sent] == [subject] * (2 if subject else 0), (
                day
            )
            for message in sent:  # kept by its reader: the outbox forgets the text after 30 days
                link = re.search(r"/confirmer/\S+", message.text)[0]
            assert {row.to for row in sent} <= {provider.email, "gestion@structure.example"}
            row = Operations.objects.get()
            assert freshness.state(row, day) == state, day
            assert Provider.objects.listed().filter(pk=provider.pk).exists() == is_public, day
            if day.day % 10 == 0 or day.isoformat() in entries:
                status = client.get(provider.get_absolute_url()).status_code
                assert status == (200 if is_public else 404), day
        day += datetime.timedelta(days=1)
    ways = [row.data["way"] for row in provider_log(provider)]
    assert ways == ["link", "phone", "manager", "link"]


def provider_log(provider):
    from wagtail.log_actions import registry

    return registry.get_logs_for_instance(provider).filter(action="providers.confirmed").order_by("timestamp")
