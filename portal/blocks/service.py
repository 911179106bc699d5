"""The service itself on a page: its search, its line, its families, its map."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, StructBlock, TextBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from portal.blocks.text import HEADING_HELP
from providers.maps import supply_map
from providers.views import public


class FindBlock(StructBlock):
    """The two questions of the search."""

    heading = CharBlock(label=_("Heading"), max_length=80, help_text=_("Above the two questions."))
    text = TextBlock(
        label=_("Text"), required=False, max_length=300, help_text=_("Between the heading and the questions.")
    )
    service = SnippetChooserBlock(
        "providers.Service",
        label=_("Service"),
        required=False,
        help_text=_("Already written in the first question, for those who arrive on this page."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["search"] = public.search_box(what=value["service"].name if value["service"] else "")
        return context

    class Meta:
        label = _("“Find a service” box")
        icon = "search"
        template = "portal/blocks/find.html"


class LineBlock(StructBlock):
    """The number to call, and whether somebody answers now."""

    passing = True  # open or closed: depends on the minute

    heading = CharBlock(label=_("Heading"), max_length=80, help_text=_("Above the number."))
    text = TextBlock(
        label=_("Text"),
        required=False,
        max_length=300,
        help_text=_("Before the number, which comes with the hours from the settings of the line."),
    )

    class Meta:
        label = _("Phone line")
        icon = "mobile-alt"
        template = "portal/blocks/line.html"


class FamiliesBlock(StructBlock):
    """The families of services."""

    heading = CharBlock(
        label=_("Heading"),
        max_length=80,
        help_text=_("Above the families, which come from the list of services."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["families"] = public.family_links()
        return context

    class Meta:
        label = _("Families of services")
        icon = "list-ul"
        template = "portal/blocks/families.html"


class MapBlock(StructBlock):
    """The communes, shaded by how many structures come."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    service = SnippetChooserBlock(
        "providers.Service",
        label=_("Service"),
        required=False,
        help_text=_("Only the structures that offer it are counted. Empty: all of them."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["map"] = supply_map(value["service"])
        return context

    class Meta:
        label = _("Map of the communes")
        icon = "site"
        template = "portal/blocks/map.html"
