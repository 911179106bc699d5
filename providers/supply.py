"""How many structures can come where: the counts behind lists and maps."""

from __future__ import annotations

import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from providers.matching import today
from providers.models import Availability, Commune, Coverage, Offer, Provider, Service


def open_offers(on: datetime.date) -> QuerySet[Offer]:
    """Offers of listed structures that are not suspended on the date *on*."""
    suspended = Availability.objects.in_force(on).filter(
        Q(service=None) | Q(service=OuterRef("service")),
        operations=OuterRef("provider"),
        state=Availability.State.SUSPENDED,
    )
    return Offer.objects.filter(~Exists(suspended), provider__in=Provider.objects.listed().order_by())


def by_service(commune: Commune, on: datetime.date | None = None) -> dict[int, int]:
    """Number of structures that come to *commune*, by service key."""
    offers = open_offers(on or today()).filter(provider__coverage__commune=commune)
    return dict(offers.order_by().values_list("service").annotate(Count("provider", distinct=True)))


def by_commune(service: Service | None = None, on: datetime.date | None = None) -> dict[int, int]:
    """Number of structures that come to each commune of the territory, by commune key.

    For one service, or for any.
    """
    offers = open_offers(on or today())
    if service is not None:
        offers = offers.filter(service=service)
    rows = Coverage.objects.filter(
        commune__in_territory=True, provider__in=offers.order_by().values("provider")
    )
    return dict(rows.order_by().values_list("commune").annotate(Count("provider")))


def total_by_service(on: datetime.date | None = None) -> dict[int, int]:
    """Number of structures that offer each service somewhere in the territory, by service key."""
    covering = Coverage.objects.filter(provider=OuterRef("provider"), commune__in_territory=True)
    offers = open_offers(on or today()).filter(Exists(covering))
    return dict(offers.order_by().values_list("service").annotate(Count("provider", distinct=True)))
