"""What was published around somebody: of the communes an institution follows, of what a partner offers and where it comes.

Only published rows are chosen among, and nothing is added up: what is shown
here is shown to everybody, somewhere in the public tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from intake.charts.values import written
from intake.models import Institution
from intake.observatory.published import Edition, ShownTable
from providers.models import Commune, Offer, Provider, Service
from providers.permissions import listings_of


@dataclass(frozen=True)
class Scope:
    """INSEE codes and slugs somebody's figures are narrowed to, and of whom they are."""

    communes: frozenset[str]
    services: frozenset[str]
    names: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.communes or self.services)


def scope_of(user: Any) -> Scope:
    """The communes and services of the institutions *user* belongs to and of the structures *user* manages."""
    institutions = list(Institution.objects.filter(users=user.pk).order_by("name"))
    listings: QuerySet[Provider] = listings_of(user)
    keys = [row.pk for row in listings]
    communes = Commune.objects.filter(institutions__in=institutions) | Commune.objects.filter(
        pk__in=Commune.objects.of_territory().filter(coverage__provider__in=keys).values("pk")
    )
    services = Service.objects.filter(pk__in=Offer.objects.filter(provider__in=keys).values("service"))
    return Scope(
        frozenset(communes.order_by().values_list("insee_code", flat=True)),
        frozenset(services.order_by().values_list("slug", flat=True)),
        (*(row.name for row in institutions), *(row.name for row in listings)),
    )


def tables(user: Any, edition: Edition) -> list[ShownTable]:
    """The published tables of *edition*, narrowed to what is around *user*; none for somebody without communes or services."""
    scope = scope_of(user)
    return list(edition.narrowed(scope.communes, scope.services))


def told(user: Any, edition: Edition) -> list[dict[str, Any]]:
    """The same as they are read."""
    return [
        {
            "title": table.title,
            "definition": table.definition,
            "is_compared": table.is_compared,
            "has_rates": table.name in ("communes", "epcis"),
            "rows": [
                {
                    "label": capfirst(row.label),
                    "value": written(row.value),
                    "before": written(row.before),
                    "rate": written(row.per_thousand, 1),
                }
                for row in table.rows
            ],
        }
        for table in tables(user, edition)
    ]
