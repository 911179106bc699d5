"""The home page: one search on top, the rest arranged by staff."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.search import index

from portal.blocks import home_field
from portal.figures import figures
from portal.models.pages import BODY_HELP, PublicPage, text_panel
from providers.maps import supply_map
from providers.views import public


class HomePage(PublicPage):
    """The home page: the search and the map, then the blocks staff have chosen."""

    hero_title = models.CharField(
        _("headline"),
        max_length=120,
        help_text=_("The largest words of the site: what visitors gain, in one line."),
    )
    hero_text = models.CharField(
        _("under the headline"),
        max_length=250,
        blank=True,
        help_text=_("Two lines at most, so that the search stays on the first screen of a phone."),
    )
    show_map = models.BooleanField(
        _("map beside the search"),
        default=True,
        help_text=_(
            "The communes shaded by how many structures come there. Without it the search takes the width."
        ),
    )
    body = home_field(verbose_name=_("below the search"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_title"), text_panel("hero_text"), FieldPanel("show_map")],
            heading=_("Top of the page"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("body")]
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    template = "portal/home_page.html"

    class Meta:
        verbose_name = _("home page")

    @property
    def opening_words(self) -> str:
        return self.hero_text

    def clean(self) -> None:
        super().clean()
        if self.show_map and any(block["type"] == "map" for block in self.body.raw_data):
            raise ValidationError(
                {"show_map": _("The map would be there twice: untick this box, or remove the map below.")}
            )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        counts = figures()
        return context | {
            "crumbs": [],
            "search": public.search_box(),
            "map": supply_map() if self.show_map else None,
            "commune_count": counts.communes,
            "provider_count": counts.providers,
            "lists_url": reverse("providers:directory") + "#communes",
        }
