"""How large the territory is: its communes while they are few, its départements beyond.

No public page may grow with the territory. Up to MANY communes a page lists
them all; beyond, it leads on by département, which never has more than a
thousand.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.functions import Substr

from providers.departements import NAMES, code_of
from providers.generation import kept_for, per_generation
from providers.models import Commune

MANY = 300
# Above MANY communes, figures over the whole territory may be this late.
KEPT_SECONDS = 600


class Departement(NamedTuple):
    code: str
    name: str
    communes: int


@per_generation
def few_communes() -> tuple[Commune, ...] | None:
    """The communes of the territory by name, without their contours; None when they are many."""
    communes = tuple(Commune.objects.of_territory().defer("contour")[: MANY + 1])
    return communes if len(communes) <= MANY else None


def is_large() -> bool:
    """Whether the territory has too many communes to list on one page."""
    return few_communes() is None


def communes_in(code: str) -> QuerySet[Commune]:
    """The communes of the territory in one département, by name, without their contours."""
    return Commune.objects.of_territory().filter(insee_code__begins=code).defer("contour")


@kept_for(KEPT_SECONDS)
def _counted() -> list[Departement]:
    overseas = Q(insee_code__startswith="97") | Q(insee_code__startswith="98")
    code = Case(When(overseas, then=Substr("insee_code", 1, 3)), default=Substr("insee_code", 1, 2))
    rows = Commune.objects.of_territory().order_by().annotate(code=code).values_list("code")
    return [
        Departement(code, NAMES.get(code, code), count) for code, count in sorted(rows.annotate(Count("pk")))
    ]


@per_generation
def departements() -> tuple[Departement, ...]:
    """The départements of the territory, by code, with their number of communes."""
    return tuple(_counted())


def departement_of(commune: Commune) -> tuple[str, str]:
    """Code and name of the département of *commune*."""
    code = code_of(commune.insee_code)
    return code, NAMES.get(code, code)
