"""Who is nearest: the order in which structures are given to a resident.

1. eligible: listed (published, admitted, confirmed in time), comes to the commune, offers the service, not suspended;
2. those who take new requests before those with a waiting list;
3. then the distance from the commune's reference point (its town hall) to the
   structure's base, in whole kilometres;
4. at the same distance the order turns by one place every day, so each of *n*
   structures comes first one day in *n*: a public service favours nobody.

All of it is one SQL query, the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import ASin, Cast, Floor, Least, RowNumber, Sqrt
from django.utils import timezone

from providers.generation import per_generation
from providers.geometry import EARTH_RADIUS_KM, squared_chord

if TYPE_CHECKING:
    from providers.models import Commune, Service
    from providers.models.territory import Located

NEIGHBOUR_KM = 20


@per_generation
def _admitting_titles() -> tuple[str, ...] | None:
    """Legal titles that admit a structure; None when every structure is admitted."""
    from providers.models import AdmissionPolicy

    policy = AdmissionPolicy.objects.first() or AdmissionPolicy()
    return None if policy.accepts_any else tuple(policy.titles)


class ProviderQuerySet(QuerySet[Any]):
    """Structures, in the words of a park officer."""

    def listed(self, on: datetime.date | None = None) -> ProviderQuerySet:
        """Structures the public may see on a date (today): published, admitted by title or decision, not stale.

        The one place where a reason to hide a structure belongs.
        """
        from providers import freshness
        from providers.models import Offer

        rows = self.filter(live=True)
        if since := freshness.shown_since(on or today()):
            rows = rows.filter(freshness.confirmed_since(since, "operations__"))
        titles = _admitting_titles()
        if titles is None:
            return rows
        titled = Exists(Offer.objects.filter(provider=OuterRef("pk"), legal_title__in=titles))
        return rows.filter(Q(titled) | Q(operations__admitted_by_decision=True))

    def serving(self, commune: Commune) -> ProviderQuerySet:
        """Structures that come to *commune*, by the coverage of their published listing."""
        return self.filter(coverage__commune=commune)

    def offering(self, service: Service) -> ProviderQuerySet:
        """Structures with at least one offer of *service*."""
        from providers.models import Offer

        return self.filter(Exists(Offer.objects.filter(provider=OuterRef("pk"), service=service)))

    def offering_to(
        self, service: Service | None, audiences: Sequence[str], modes: Sequence[str]
    ) -> ProviderQuerySet:
        """Structures with an offer meant for one of *audiences* and in one of *modes* (empty: any)."""
        from providers.models import Offer

        offers = Offer.objects.filter(provider=OuterRef("pk"))
        if service is not None:
            offers = offers.filter(service=service)
        if audiences:
            offers = offers.filter(audience__in=audiences)
        if modes:
            offers = offers.filter(mode__in=modes)
        return self.filter(Exists(offers))

    def with_availability(self, service: Service | None, on: datetime.date) -> ProviderQuerySet:
        """Annotate ``waiting`` (0 or 1), ``waiting_note`` and ``suspended`` for the date *on*."""
        from providers.models import Availability

        rows = Availability.objects.in_force(on).filter(operations=OuterRef("pk"))
        rows = rows.filter(Q(service=None) | Q(service=service)) if service else rows.filter(service=None)
        waiting = rows.filter(state=Availability.State.WAITING)
        return self.annotate(
            suspended=Exists(rows.filter(state=Availability.State.SUSPENDED)),
            waiting=Case(When(Exists(waiting), then=1), default=0, output_field=IntegerField()),
            waiting_note=Subquery(
                waiting.order_by(F("service").desc(nulls_last=True)).values("note")[:1],
                output_field=CharField(),
            ),
        )

    def available(self, service: Service | None, on: datetime.date) -> ProviderQuerySet:
        """Structures not suspended on the date *on*, annotated as :meth:`with_availability`."""
        return self.with_availability(service, on).filter(suspended=False)

    def with_distance(self, origin: Located) -> ProviderQuerySet:
        """Annotate ``km``, whole kilometres from *origin* (None where a point is missing)."""
        if origin.x is None:
            return self.annotate(km=Value(None, output_field=IntegerField()))
        half_chord = ExpressionWrapper(Sqrt(squared_chord(origin)) / 2.0, output_field=FloatField())
        kilometres = ASin(Least(half_chord, Value(1.0))) * (2 * EARTH_RADIUS_KM)
        # floor(x + 0.5): the two databases round halves differently.
        return self.annotate(km=Cast(Floor(kilometres + 0.5), IntegerField()))

    def nearest_first(self, origin: Located, on: datetime.date) -> ProviderQuerySet:
        """Order by availability, whole kilometres, then the day's turn (annotates ``km``).

        Needs :meth:`with_availability` (or :meth:`available`) first.
        """
        tied = [F("waiting"), F("km")]
        place = Window(RowNumber(), partition_by=tied, order_by=F("pk").asc())
        size = Window(Count("pk"), partition_by=tied)
        turn = ExpressionWrapper((place + Value(on.toordinal())) % size, output_field=IntegerField())
        return (
            self.with_distance(origin)
            .annotate(turn=turn)
            .order_by("waiting", F("km").asc(nulls_last=True), "turn", "pk")
        )

    def with_terms(self, service: Service) -> ProviderQuerySet:
        """Annotate what the first offer of *service* says: ``offer_summary``, ``price_text``, ``price_checked_on``."""
        from providers.models import Offer

        first = Offer.objects.filter(provider=OuterRef("pk"), service=service).order_by("sort_order", "pk")
        return self.annotate(
            offer_summary=Subquery(first.values("summary")[:1]),
            price_text=Subquery(first.values("price_text")[:1]),
            price_checked_on=Subquery(first.values("price_checked_on")[:1]),
            offer_title=Subquery(first.values("legal_title")[:1]),
        )

    def for_cards(self, on: datetime.date) -> ProviderQuerySet:
        """Fetch with each structure what a result card shows (annotates ``has_exceptions``, see cards)."""
        from providers.models import HoursException

        coming = HoursException.objects.filter(operations=OuterRef("pk"), last_day__gte=on)
        rows = self.annotate(has_exceptions=Exists(coming))
        return rows.select_related("base_commune", "operations").defer("base_commune__contour", "description")


def today() -> datetime.date:
    """The date in the portal's time zone."""
    return timezone.localdate()


def nearest(service: Service, commune: Commune, on: datetime.date | None = None) -> ProviderQuerySet:
    """Structures that can help with *service* at *commune*, in the order to give them.

    Each carries ``km`` (whole kilometres, or None), ``waiting`` (0 or 1),
    ``waiting_note`` and the terms of its offer. *on* defaults to today.
    """
    from providers.models import Provider

    day = on or today()
    return (
        Provider.objects.listed(day)
        .serving(commune)
        .offering(service)
        .available(service, day)
        .nearest_first(commune, day)
        .with_terms(service)
        .for_cards(day)
    )


def may_help(service: Service, commune: Commune, on: datetime.date | None = None) -> ProviderQuerySet:
    """Structures that offer *service* in a commune within 20 km, but do not come to *commune*.

    Given when :func:`nearest` finds nobody: they may accept to come.
    """
    from providers.coverage import within_km
    from providers.models import Commune, Coverage, Provider

    day = on or today()
    if commune.x is None:
        return Provider.objects.none()
    neighbours = Commune.objects.current().filter(within_km(commune, NEIGHBOUR_KM)).exclude(pk=commune.pk)
    covering = Coverage.objects.filter(provider=OuterRef("pk"))
    return (
        Provider.objects.listed(day)
        .offering(service)
        .filter(
            ~Exists(covering.filter(commune=commune)),
            # From the few communes around to their structures, never the other way.
            pk__in=Coverage.objects.filter(commune__in=neighbours.order_by().values("pk")).values("provider"),
        )
        .available(service, day)
        .nearest_first(commune, day)
        .with_terms(service)
        .for_cards(day)
    )
