"""From a need to the structures to give, nearest first."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intake.models import IntakeSettings
from intake.requests.reasons import UnmetReason
from providers.generation import per_generation
from providers.matching import may_help, nearest
from providers.models import Commune, Coverage, Offer, Provider, Service

MOST = 30  # structures offered to an operator


@per_generation
def rules() -> IntakeSettings:
    """The park's rules; the defaults until staff have saved them."""
    return IntakeSettings.objects.first() or IntakeSettings()


@dataclass(frozen=True)
class Given:
    """One structure given: its key, its rank (from 1), whole kilometres or None, whether it had a waiting list."""

    provider: int
    rank: int
    distance_km: int | None = None
    waiting_list: bool = False


def who_can_come(service: Service, commune: Commune, on: datetime.date | None = None) -> list[Any]:
    """Structures that can come, in the order to give them (see :mod:`providers.matching`), 30 at most."""
    return list(nearest(service, commune, on)[:MOST])


def who_may_help(service: Service, commune: Commune, on: datetime.date | None = None) -> list[Any]:
    """Structures of neighbouring communes to ask when nobody comes, 30 at most."""
    return list(may_help(service, commune, on)[:MOST])


def as_given(rows: Sequence[Any], most: int | None = None) -> list[Given]:
    """Annotated structures (see :mod:`providers.matching`) as given in their order, the first *most* of them."""
    return [Given(row.pk, rank, row.km, bool(row.waiting)) for rank, row in enumerate(rows[:most], start=1)]


def why_nobody(service: Service, commune: Commune) -> UnmetReason:
    """Why :func:`who_can_come` finds nobody: no provider, none that comes here, or all of them full."""
    offering = Provider.objects.listed().filter(
        pk__in=Offer.objects.filter(service=service).values("provider")
    )
    coming = Coverage.objects.filter(commune=commune).values("provider")
    if offering.filter(pk__in=coming).exists():
        return UnmetReason.FULL
    if offering.filter(
        pk__in=Coverage.objects.filter(commune__in_territory=True).values("provider")
    ).exists():
        return UnmetReason.OUTSIDE_COVERAGE
    return UnmetReason.NO_PROVIDER
