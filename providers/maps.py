"""The maps of the directory, worked out once per generation."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers import supply
from providers.generation import per_generation
from providers.matching import today
from providers.models import Service
from providers.territory_map import (
    Shape,
    TerritoryMap,
    build_map,
    drawing,
    drawn_communes,
    level_legend,
    shapes_markup,
)


def _counted(name: str, count: int) -> str:
    return ngettext("%(name)s: %(count)s structure", "%(name)s: %(count)s structures", count) % {
        "name": name,
        "count": count,
    }


def _commune_url(shape: Shape) -> str:
    return reverse("providers:commune", args=[shape.slug])


@per_generation
def _plain_shapes() -> SafeString:
    return shapes_markup(_commune_url, lambda shape: shape.name)


@per_generation
def _service_shapes(slug: str) -> SafeString:
    return shapes_markup(
        lambda shape: reverse("providers:results", args=[slug, shape.slug]), lambda shape: shape.name
    )


@per_generation
def supply_of(service: Service | None, on: datetime.date) -> dict[int, int]:
    """:func:`providers.supply.by_commune`, remembered for the day."""
    return supply.by_commune(service, on)


@per_generation
def _supply_shapes(service: Service | None, on: datetime.date) -> SafeString:
    counts = supply_of(service, on)

    def url_of(shape: Shape) -> str:
        return (
            reverse("providers:results", args=[service.slug, shape.slug]) if service else _commune_url(shape)
        )

    return shapes_markup(url_of, lambda shape: _counted(shape.name, counts.get(shape.pk, 0)), counts)


def communes_map(label: str) -> TerritoryMap | None:
    """The territory, each commune leading to its page."""
    return build_map(_plain_shapes(), label)


def results_map(service: Service, label: str) -> TerritoryMap | None:
    """The territory, each commune leading to the same search there."""
    return build_map(_service_shapes(service.slug), label)


def supply_map(service: Service | None = None) -> TerritoryMap | None:
    """The territory shaded by how many structures come, for one service or any."""
    if drawing() is None:
        return None  # without counting who comes where
    day = today()
    map_ = build_map(_supply_shapes(service, day), _("Number of structures that come to each commune"))
    if map_ is not None:
        counts = supply_of(service, day)
        map_.legend = level_legend(counts.get(pk, 0) for pk in drawn_communes())
    return map_
