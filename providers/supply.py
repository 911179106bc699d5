"""How many structures can come where: the counts behind lists and maps."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from providers.matching import ProviderQuerySet, today
from providers.models import Availability, Commune, Coverage, Offer, Provider, Service


def open_offers(on: datetime.date, providers: ProviderQuerySet | None = None) -> QuerySet[Offer]:
    """Offers of listed structures that are not suspended on the date *on*.

    *providers* narrows the listed structures beforehand: among all of a country,
    the database would look at every one of them first.
    """
    suspended = Availability.objects.in_force(on).filter(
        Q(service=None) | Q(service=OuterRef("service")),
        operations=OuterRef("provider"),
        state=Availability.State.SUSPENDED,
    )
    listed = (Provider.objects.all() if providers is None else providers).listed(on).order_by()
    return Offer.objects.filter(~Exists(suspended), provider__in=listed.values("pk"))


def coming_to(communes: QuerySet[Commune] | list[int]) -> ProviderQuerySet:
    """Structures that come to one of *communes* (or their keys), found from the communes."""
    keys: Any = communes if isinstance(communes, list) else communes.order_by().values("pk")
    return Provider.objects.filter(
        pk__in=Coverage.objects.filter(commune__in=keys).order_by().values("provider")
    )


def by_service(commune: Commune, on: datetime.date | None = None) -> dict[int, int]:
    """Number of structures that come to *commune*, by service key."""
    offers = open_offers(on or today(), Provider.objects.serving(commune))
    return dict(offers.order_by().values_list("service").annotate(Count("provider", distinct=True)))


def by_commune(
    service: Service | None = None,
    on: datetime.date | None = None,
    communes: QuerySet[Commune] | None = None,
) -> dict[int, int]:
    """Number of structures that come to each commune of the territory, by commune key.

    For one service, or for any; only in *communes* when given, as a large
    territory must.
    """
    offers = open_offers(on or today(), None if communes is None else coming_to(communes))
    if service is not None:
        offers = offers.filter(service=service)
    rows = Coverage.objects.filter(
        commune__in_territory=True, provider__in=offers.order_by().values("provider")
    )
    if communes is not None:
        rows = rows.filter(commune__in=communes.order_by().values("pk"))
    return dict(rows.order_by().values_list("commune").annotate(Count("provider")))


def total_by_service(on: datetime.date | None = None) -> dict[int, int]:
    """Number of structures that offer each service somewhere in the territory, by service key."""
    covering = Coverage.objects.filter(provider=OuterRef("provider"), commune__in_territory=True)
    offers = open_offers(on or today()).filter(Exists(covering))
    return dict(offers.order_by().values_list("service").annotate(Count("provider", distinct=True)))
