"""Listed structures with all that the exports tell of them, some hundreds at a time."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from providers import cards
from providers.generation import per_generation
from providers.geometry import Point
from providers.identifiers import turned
from providers.matching import today
from providers.models import Availability, Commune, Coverage, Offer, PostalCode, Provider, Service
from providers.views import public

AT_ONCE = 500
_SEVERITY = (Availability.State.ACCEPTING, Availability.State.WAITING, Availability.State.SUSPENDED)


@dataclass
class Given:
    """One service of one structure, in every mode it is offered in."""

    structure: Structure
    service: Service
    offers: list[Offer]

    @property
    def uuid(self) -> UUID:
        return turned(self.structure.provider.uuid, self.service.uuid)

    @property
    def availability(self) -> Availability | None:
        """What restrains new requests today: the stricter of the structure's state and the service's."""
        states = self.structure.states
        rows = [row for row in (states.get(self.service.pk), states.get(None)) if row is not None]
        return max(rows, key=lambda row: _SEVERITY.index(Availability.State(row.state)), default=None)


@dataclass
class Structure:
    """A listed structure. ``communes`` (INSEE codes, in order) and ``closures`` only when asked for."""

    provider: Any
    given: list[Given] = field(default_factory=list)
    states: dict[int | None, Availability] = field(default_factory=dict)
    communes: list[str] = field(default_factory=list)
    epcis: dict[str, set[str]] = field(default_factory=dict)
    closures: cards.Exceptions = field(default_factory=list)
    ended: datetime.date | None = None

    @property
    def url(self) -> str:
        return public.canonical(self.provider.get_absolute_url())

    @property
    def is_sole_trader(self) -> bool:
        return bool(self.provider.legal_form == Provider.LegalForm.MICRO_ENTERPRISE)

    @property
    def street(self) -> str:
        return "" if self.is_sole_trader else self.provider.address.strip()

    @property
    def postal_code(self) -> str:
        """Its own, else the first of its commune."""
        return self.provider.postal_code or self.provider.town_code or ""

    @property
    def point(self) -> Point | None:
        """Its own, else that of its commune."""
        base = self.provider.base_commune
        return base.point if self.is_sole_trader else self.provider.point or base.point

    @property
    def hours(self) -> str:
        operations = getattr(self.provider, "operations", None)
        return operations.opening_hours if operations else ""

    @property
    def verified_on(self) -> datetime.date | None:
        operations = getattr(self.provider, "operations", None)
        return operations.verified_on if operations else None

    @property
    def modified_at(self) -> datetime.datetime:
        """When what is told of it last changed or was last confirmed."""
        moments = [self.provider.updated_at]
        if operations := getattr(self.provider, "operations", None):
            moments.append(operations.changed_at)
        if self.verified_on:
            moments.append(_midnight(self.verified_on))
        if self.ended:
            moments.append(_midnight(self.ended + datetime.timedelta(days=1)))
        now = timezone.now()
        # A day of confirmation typed in the future is no change yet.
        return max((moment for moment in moments if moment <= now), default=now)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def changed_since(moment: datetime.datetime) -> Q:
    """Condition on structures: :attr:`Structure.modified_at` is *moment* or later."""
    day = timezone.localtime(moment).date()
    if _midnight(day) < moment:
        day += datetime.timedelta(days=1)
    ended = Availability.objects.filter(until__gte=day - datetime.timedelta(days=1), until__lt=today())
    return (
        Q(updated_at__gte=moment)
        | Q(operations__changed_at__gte=moment)
        | Q(operations__verified_on__gte=day)
        | Q(pk__in=ended.values("operations"))
    )


@per_generation
def services() -> dict[int, Service]:
    """Services that can be asked for today, by key, with their family and legal activity."""
    rows = Service.objects.current().select_related("category", "legal_activity")
    return {service.pk: service for service in rows}


def current_offers() -> QuerySet[Offer]:
    """Offers of listed structures, for services that can be asked for."""
    listed = Provider.objects.listed().order_by().values("pk")
    return Offer.objects.filter(
        provider__in=listed, service__retired_on=None, service__category__retired_on=None
    )


def load(keys: Sequence[int], zone: bool = False, closures: bool = False) -> list[Structure]:
    """The listed structures among *keys*, in the order of their keys; a fixed number of queries."""
    town_code = PostalCode.objects.filter(commune=OuterRef("base_commune")).order_by("code").values("code")
    providers = (
        Provider.objects.listed()
        .filter(pk__in=keys)
        .order_by("pk")
        .select_related("base_commune", "operations")
        .defer("base_commune__contour")
        .annotate(town_code=Subquery(town_code[:1]))
    )
    found = {provider.pk: Structure(provider) for provider in providers}
    _add_offers(found)
    for row in Availability.objects.filter(operations__in=found):
        structure = found[row.operations_id]
        if row.until is None or row.until >= today():
            structure.states[row.service_id] = row
        else:
            structure.ended = max(row.until, structure.ended or row.until)
    if zone:
        _add_zone(found)
    if closures:
        for key, rows in cards.exceptions_of([row.provider for row in found.values()], today()).items():
            found[key].closures = rows
    return list(found.values())


def _add_offers(found: dict[int, Structure]) -> None:
    known = services()
    rows = Offer.objects.filter(provider__in=found, service__in=known).order_by(
        "provider", "sort_order", "pk"
    )
    grouped: dict[int, dict[int, list[Offer]]] = defaultdict(dict)
    for offer in rows:
        grouped[offer.provider_id].setdefault(offer.service_id, []).append(offer)
    for key, by_service in grouped.items():
        structure = found[key]
        structure.given = [Given(structure, known[service], offers) for service, offers in by_service.items()]


def _add_zone(found: dict[int, Structure]) -> None:
    rows = Coverage.objects.filter(provider__in=found).order_by("provider", "commune__insee_code")
    for key, code in rows.values_list("provider", "commune__insee_code"):
        found[key].communes.append(code)
    picked = Provider.covers_epcis.through.objects.filter(provider__in=found).order_by("provider", "epci")
    pairs = list(picked.values_list("provider", "epci", "epci__siren"))
    members: dict[int, set[str]] = defaultdict(set)
    groups = {epci for _key, epci, _siren in pairs}
    if groups:
        communes = Commune.objects.current().filter(epci__in=groups).order_by()
        for epci, code in communes.values_list("epci", "insee_code"):
            members[epci].add(code)
    for key, epci, siren in pairs:
        found[key].epcis[siren] = members[epci]


def everything(zone: bool = False, closures: bool = False) -> Iterator[Structure]:
    """Every listed structure in the order of the keys; a handful of queries for each AT_ONCE."""
    last = 0
    keys = Provider.objects.listed().order_by("pk").values_list("pk", flat=True)
    while batch := list(keys.filter(pk__gt=last)[:AT_ONCE]):
        yield from load(batch, zone, closures)
        last = batch[-1]
