"""What is offered beside what is asked: for those who take requests, with true counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from intake.models import Need
from intake.observatory.quadrant import Asked, Quadrant, quadrant
from providers.models import Commune, Service
from providers.supply_grid import Cell, ServiceSupply, SupplyGrid


@dataclass(frozen=True)
class ServiceRow:
    """One service: asked for, unmet at contact, and what is offered."""

    service: Service
    asked: int
    unmet: int
    supply: ServiceSupply


@dataclass(frozen=True)
class CommuneRow:
    """One commune for one service."""

    commune: Commune
    asked: int
    unmet: int
    cell: Cell


@dataclass(frozen=True)
class Demand:
    """Needs and those unmet at contact, by service and commune (keys)."""

    asked: dict[tuple[int, int], int]
    unmet: dict[tuple[int, int], int]

    def of(self, counts: dict[tuple[int, int], int], service: int, communes: Iterable[int]) -> int:
        return sum(counts.get((service, commune), 0) for commune in communes)


def demand(first: datetime.date, last: datetime.date, communes: Sequence[int]) -> Demand:
    """What was asked for in *communes* from the day *first* to the day *last*; two queries."""
    needs = Need.objects.counted().between(first, last).filter(commune__in=communes, service__isnull=False)

    def grouped(rows: object) -> dict[tuple[int, int], int]:
        counted = rows.order_by().values_list("service", "commune").annotate(Count("pk"))  # type: ignore[attr-defined]
        return {(service, commune): count for service, commune, count in counted}

    return Demand(grouped(needs), grouped(needs.unmet_at_contact()))


def by_service(services: Iterable[Service], found: SupplyGrid, asked: Demand) -> list[ServiceRow]:
    """Each service with what was asked and what is offered, over the communes of the grid."""
    return [
        ServiceRow(
            service,
            asked.of(asked.asked, service.pk, found.communes),
            asked.of(asked.unmet, service.pk, found.communes),
            found.of_service(service.pk),
        )
        for service in services
    ]


def by_commune(
    service: Service, communes: Iterable[Commune], found: SupplyGrid, asked: Demand
) -> list[CommuneRow]:
    """Each of *communes* for one service."""
    return [
        CommuneRow(
            commune,
            asked.asked.get((service.pk, commune.pk), 0),
            asked.unmet.get((service.pk, commune.pk), 0),
            found.cell(service.pk, commune.pk),
        )
        for commune in communes
    ]


def asked_and_able(rows: Iterable[ServiceRow]) -> Quadrant:
    """The four groups of :mod:`intake.observatory.quadrant`, by true counts."""
    return quadrant(Asked(row.service, row.asked, row.supply.per_commune) for row in rows)
