"""Services by communes: how many structures come, how many take new requests, where nobody does, how far the nearest is.

Whether or not anybody asked. What is offered is no personal data: nothing here
needs hiding. Two queries, and the rest is worked out here: small for the
communes of a territory, or for those of one département.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from providers import extent
from providers.generation import kept_for, per_generation
from providers.geometry import EARTH_RADIUS_KM
from providers.matching import today
from providers.models import Availability, Commune, Coverage
from providers.supply import open_offers

Vector = tuple[float, float, float]


class Cell(NamedTuple):
    """One service in one commune.

    ``coming``: structures that come there and are not suspended; ``accepting``:
    those of them without a waiting list; ``km``: whole kilometres from the
    commune's town hall to the nearest that comes, or, where nobody does, to the
    nearest that offers the service at all; None where there is none, or no point.
    """

    coming: int
    accepting: int
    km: int | None

    @property
    def is_white(self) -> bool:
        return not self.coming


@dataclass(frozen=True)
class ServiceSupply:
    """One service over the communes of a grid.

    ``structures``: that come to at least one; ``accepting``: those of them that
    take new requests; ``white``: keys of communes where nobody comes;
    ``per_commune``: structures that take new requests, on average over the
    communes; ``km``: median distance to the nearest that comes.
    """

    structures: int
    accepting: int
    white: tuple[int, ...]
    per_commune: float
    km: float | None


@dataclass(frozen=True)
class SupplyGrid:
    """The cells that are not empty by service and commune (keys), and who comes anywhere by service."""

    communes: tuple[int, ...]
    cells: Mapping[tuple[int, int], Cell]
    structures: Mapping[int, frozenset[int]]
    accepting: Mapping[int, frozenset[int]]

    def cell(self, service: int, commune: int) -> Cell:
        return self.cells.get((service, commune), Cell(0, 0, None))

    def of_service(self, service: int) -> ServiceSupply:
        """What the grid says of one service (its key)."""
        cells = [self.cell(service, commune) for commune in self.communes]
        near = [cell.km for cell in cells if cell.coming and cell.km is not None]
        return ServiceSupply(
            structures=len(self.structures.get(service, ())),
            accepting=len(self.accepting.get(service, ())),
            white=tuple(commune for commune, cell in zip(self.communes, cells, strict=True) if cell.is_white),
            per_commune=sum(cell.accepting for cell in cells) / len(cells) if cells else 0.0,
            km=median(near) if near else None,
        )


class _Offering(NamedTuple):
    accepting: bool
    base: Vector | None


def _offerings(on: datetime.date) -> dict[int, dict[int, _Offering]]:
    """By service, each structure that offers it on a date: one query."""
    waiting = Availability.objects.in_force(on).filter(
        Q(service=None) | Q(service=OuterRef("service")),
        operations=OuterRef("provider"),
        state=Availability.State.WAITING,
    )
    rows = (
        open_offers(on)
        .order_by()
        .annotate(waits=Exists(waiting))
        .values_list("service", "provider", "waits", "provider__x", "provider__y", "provider__z")
        .distinct()
    )
    found: dict[int, dict[int, _Offering]] = defaultdict(dict)
    for service, provider, waits, x, y, z in rows:
        found[service][provider] = _Offering(not waits, None if x is None else (x, y, z))
    return found


def _coming(communes: Iterable[int], providers: set[int]) -> dict[int, set[int]]:
    """By structure, those of *communes* where it comes: one query."""
    rows = Coverage.objects.filter(commune__in=list(communes)).order_by().values_list("provider", "commune")
    found: dict[int, set[int]] = defaultdict(set)
    for provider, commune in rows:
        if provider in providers:
            found[provider].add(commune)
    return found


def kilometres(a: Vector, b: Vector) -> int:
    """Great-circle distance in whole kilometres, rounded as in :mod:`providers.matching`."""
    half_chord = math.dist(a, b) / 2
    return math.floor(2 * EARTH_RADIUS_KM * math.asin(min(half_chord, 1.0)) + 0.5)


def grid(communes: Sequence[Commune], on: datetime.date | None = None) -> SupplyGrid:
    """Every service over *communes*, on a date (today). Two queries."""
    offerings = _offerings(on or today())
    keys = tuple(commune.pk for commune in communes)
    coming = _coming(keys, {provider for offered in offerings.values() for provider in offered})
    points: dict[int, Vector] = {
        commune.pk: (commune.x, commune.y, commune.z)
        for commune in communes
        if commune.x is not None and commune.y is not None and commune.z is not None
    }
    cells: dict[tuple[int, int], Cell] = {}
    structures: dict[int, frozenset[int]] = {}
    accepting: dict[int, frozenset[int]] = {}
    for service, offered in offerings.items():
        reach = {provider: coming[provider] for provider in offered if provider in coming}
        structures[service] = frozenset(reach)
        accepting[service] = frozenset(provider for provider in reach if offered[provider].accepting)
        for commune in keys:
            there = [offering for provider, offering in offered.items() if commune in reach.get(provider, ())]
            cells[service, commune] = Cell(
                len(there),
                sum(offering.accepting for offering in there),
                _nearest(points.get(commune), there or offered.values()),
            )
    return SupplyGrid(keys, cells, structures, accepting)


def _nearest(origin: Vector | None, offerings: Iterable[_Offering]) -> int | None:
    if origin is None:
        return None
    return min((kilometres(origin, row.base) for row in offerings if row.base is not None), default=None)


@per_generation
def _small(on: datetime.date) -> SupplyGrid:
    return grid(extent.few_communes() or (), on)


@kept_for(extent.KEPT_SECONDS)
def _large(code: str, on: datetime.date) -> SupplyGrid:
    return grid(list(extent.communes_in(code)), on)


def scope(departement: str = "") -> tuple[Commune, ...]:
    """The communes a grid is about: the territory's, or those of one *departement* where they are many."""
    few = extent.few_communes()
    return few if few is not None else tuple(extent.communes_in(departement)) if departement else ()


def known_grid(departement: str = "") -> SupplyGrid:
    """The grid of today over :func:`scope`, remembered until something changes."""
    if not extent.is_large():
        return _small(today())
    return _large(departement, today()) if departement else SupplyGrid((), {}, {}, {})
