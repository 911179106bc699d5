"""Requests for tests: ``request_for(service, commune)`` enters by the door that all use."""

from __future__ import annotations

from typing import Any

import factory

from intake.models import Campaign, HeardFrom, ServiceRequest
from intake.requests.entry import Entry, NeedEntry, Person, record
from intake.requests.reasons import Channel
from providers.models import Commune, Service

PHONE = "02 61 91 00 77"  # range that Arcep keeps for fiction


class HeardFromFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HeardFrom
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"Une affiche n° {n}")


class CampaignFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Campaign
        django_get_or_create = ("code",)

    name = factory.Sequence(lambda n: f"Affiche {n}")
    code = factory.Sequence(lambda n: f"affiche-{n}")
    starts_on = "2026-01-01"


def request_for(
    *needs: tuple[Service | None, Commune | None] | NeedEntry,
    channel: Channel = Channel.PHONE,
    phone: str = "",
    name: str = "",
    email: str = "",
    by: Any = None,
    **fields: Any,
) -> ServiceRequest:
    """A request with these needs, directed to the nearest structures there are."""
    entries = [need if isinstance(need, NeedEntry) else NeedEntry(*need) for need in needs]
    person = Person(name=name, phone=phone, email=email, consents_to_contact=bool(phone or email))
    return record(Entry(channel=channel, needs=entries, person=person, **fields), by=by)
