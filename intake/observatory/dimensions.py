"""By what the figures are told apart, and the words for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake.models import Campaign, HeardFrom
from intake.requests.reasons import Channel, RequesterKind
from providers.generation import per_generation
from providers.models import Commune, Epci, Provider, Service, ServiceCategory

NONE = ""  # the key of what nobody told
# Those kept in the log, in the order in which pairs are stored; the others follow from them.
STORED = ("commune", "service", "channel", "kind", "heard_from", "campaign")
OF_NEEDS = {"commune", "epci", "service", "family"}  # a contact may have several
FOLLOWS = {"epci": "commune", "family": "service"}


@dataclass(frozen=True)
class Dimension:
    """One way to tell figures apart."""

    name: str
    label: Any
    # The word of a value that was not told.
    unknown: Any
    names: Callable[[], Mapping[str, str]]


def _chosen(choices: Any) -> Callable[[], Mapping[str, str]]:
    return lambda: {str(value): str(label) for value, label in choices.choices}


def _rows(model: Any, *order: str) -> Callable[[], Mapping[str, str]]:
    @per_generation
    def names() -> Mapping[str, str]:
        return {
            str(key): name
            for key, name in model.objects.order_by(*order or ["name"]).values_list("pk", "name")
        }

    return names


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("epci", _("Groups of communes"), _("not known, or elsewhere"), _rows(Epci)),
        Dimension("commune", _("Communes"), _("not known"), _rows(Commune, "search_name", "insee_code")),
        Dimension(
            "family", _("Families of services"), _("to find out"), _rows(ServiceCategory, "position", "name")
        ),
        Dimension(
            "service",
            _("Services"),
            _("to find out"),
            _rows(Service, "category__position", "position", "name"),
        ),
        Dimension("channel", _("How people asked"), _("not known"), _chosen(Channel)),
        Dimension("kind", _("Who asked"), _("not known"), _chosen(RequesterKind)),
        Dimension(
            "heard_from", _("How they heard of us"), _("not asked"), _rows(HeardFrom, "position", "name")
        ),
        Dimension("campaign", _("Campaigns"), _("none"), _rows(Campaign, "-starts_on", "name")),
        Dimension("structure", _("Structures given"), _("not known"), _rows(Provider)),
    )
}


@per_generation
def parents(dimension: str) -> Mapping[str, str]:
    """Key of the family of each service, or of the group of communes of each commune; ``NONE`` for none.

    A commune that left the territory is in no group any more.
    """
    if dimension == "family":
        return {str(key): str(family) for key, family in Service.objects.values_list("pk", "category_id")}
    rows = Commune.objects.filter(epci__isnull=False, in_territory=True, retired_on=None)
    return {str(key): str(epci) for key, epci in rows.values_list("pk", "epci_id")}


def children(dimension: str, key: str) -> list[str]:
    """Keys of the services of a family, or of the communes of a group."""
    return [child for child, parent in parents(dimension).items() if parent == key]


def label(dimension: str, key: str) -> str:
    """The word for one value: “Ménage, repassage”, “not known”."""
    if key == NONE:
        return str(DIMENSIONS[dimension].unknown)
    return DIMENSIONS[dimension].names().get(key) or gettext("retired")
