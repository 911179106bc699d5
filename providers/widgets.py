"""Form widgets of the admin."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Avg
from django.utils.translation import gettext as _
from wagtailgeowidget.panels import LeafletPanel
from wagtailgeowidget.widgets import LeafletField

from providers.generation import per_generation
from providers.geometry import parse_point
from providers.models import Commune
from providers.models.territory import Located
from providers.territory import offered_communes, offered_groups


@per_generation
def territory_centre() -> dict[str, float]:
    """Where an empty map opens: the middle of the territory."""
    middle = Commune.objects.of_territory().order_by().aggregate(lat=Avg("latitude"), lng=Avg("longitude"))
    return {"lat": middle["lat"] or 46.7, "lng": middle["lng"] or 2.5}


class TerritoryMapField(LeafletField):
    """The map of wagtailgeowidget, with Leaflet from our own files and centred on the territory."""

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        attrs = super().build_attrs(*args, **kwargs)
        options = json.loads(attrs["data-leaflet-field-options-value"])
        try:
            parse_point(str(self.value_data or ""))
        except ValueError:
            options["defaultLocation"] = territory_centre()
            options["zoom"] = 10
        attrs["data-leaflet-field-options-value"] = json.dumps(options)
        return attrs

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            css={"all": ("wagtailgeowidget/css/leaflet-field.css", "leaflet/leaflet.css")},
            js=(
                "leaflet/leaflet.js",
                "wagtailgeowidget/js/leaflet-field.js",
                "wagtailgeowidget/js/leaflet-field-controller.js",
            ),
        )


class TerritoryMapPanel(LeafletPanel):
    """:class:`LeafletPanel` with :class:`TerritoryMapField`."""

    def widget_overrides(self) -> dict[str, forms.Widget]:
        return {
            self.field_name: TerritoryMapField(
                address_field=self.address_field, zoom_field=self.zoom_field, zoom=self.zoom, srid=4326
            )
        }


def _keys(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isdigit() and len(value) < 19]


class EpciChecklist(forms.CheckboxSelectMultiple):
    """Groups of communes to tick: all of them, or those around the base in a large territory."""

    base: Located | None = None

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        chosen = {str(item) for item in value}
        rows = offered_groups(self.choices.queryset, self.base, _keys(chosen))  # type: ignore[union-attr, attr-defined]
        return [
            (
                None,
                [self.create_option(name, row.pk, row.name, str(row.pk) in chosen, place, attrs=attrs)],
                place,
            )
            for place, row in enumerate(rows)
        ]


def _group(commune: Commune) -> str:
    if not commune.in_territory:
        return _("Around the territory")
    return commune.epci.name if commune.epci else ""


class CommuneChecklist(forms.CheckboxSelectMultiple):
    """Communes to tick, by group: those of the territory and around, never all of France."""

    template_name = "providers/widgets/communes.html"
    base: Located | None = None  # the structure, which its form gives

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__({"class": "commune-checklist"})

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        # The queryset of the field holds every commune; only these are offered.
        field_queryset = getattr(self.choices, "queryset", Commune.objects.all())
        chosen = {str(item) for item in value}
        rows = offered_communes(field_queryset, self.base, _keys(chosen))
        groups: dict[str, list[Any]] = {}
        for index, commune in enumerate(rows):
            option = self.create_option(name, commune.pk, commune.name, str(commune.pk) in chosen, index)
            option["attrs"]["id"] = f"{name}_{commune.pk}"
            groups.setdefault(_group(commune), []).append(option)
        return [(group, options, index) for index, (group, options) in enumerate(groups.items())]
