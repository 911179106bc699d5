"""The few numbers the site gives about its territory and its offer."""

from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Sum
from django.utils.translation import gettext_lazy as _

from intake.observatory import published
from intake.suppression import Hidden
from providers import extent
from providers.generation import kept_for, per_generation
from providers.models import Commune, Coverage, Provider, Service

# What staff may have counted on a page, by name of the count.
COUNTED: dict[str, Any] = {
    "communes": _("communes of the territory"),
    "inhabitants": _("inhabitants of the territory"),
    "providers": _("structures that come there"),
    "services": _("services in the directory"),
    "contacts": _("requests of the latest published year"),
    "needs": _("needs of the latest published year"),
}


class Figures(NamedTuple):
    communes: int
    providers: int


@per_generation
def figures() -> Figures:
    """Communes of the territory, listed structures that come there."""
    communes = extent.few_communes()
    if communes is None:
        return _large_figures()
    return Figures(
        communes=len(communes),
        providers=Provider.objects.listed().filter(coverage__commune__in_territory=True).distinct().count(),
    )


@kept_for(extent.KEPT_SECONDS)
def _large_figures() -> Figures:
    inside = Coverage.objects.filter(provider=OuterRef("pk"), commune__in_territory=True)
    return Figures(
        communes=Commune.objects.of_territory().count(),
        providers=Provider.objects.listed().filter(Exists(inside)).count(),
    )


@per_generation
def _count(what: str) -> int | Hidden:
    if what == "inhabitants":
        return Commune.objects.of_territory().aggregate(total=Sum("population"))["total"] or 0
    if what == "services":
        return Service.objects.current().count()
    if what in ("contacts", "needs"):
        latest = published.latest()
        return latest.total(what) if latest else 0
    return int(getattr(figures(), what))


def counted(what: str) -> str:
    """One of COUNTED as it is written: "33 012", or that it is hidden."""
    count = _count(what)
    return str(count) if isinstance(count, Hidden) else f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
