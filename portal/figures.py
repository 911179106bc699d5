"""The few numbers the home page gives about the offer."""

from typing import NamedTuple

from providers.generation import per_generation
from providers.models import Provider
from providers.views import public


class Figures(NamedTuple):
    communes: int
    providers: int


@per_generation
def figures() -> Figures:
    """Communes of the territory, listed structures that come there."""
    return Figures(
        communes=len(public.territory()),
        providers=Provider.objects.listed().filter(coverage__commune__in_territory=True).distinct().count(),
    )
