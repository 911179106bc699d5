"""The public page of the observatory: an introduction by staff, the published years, their data."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField
from wagtail.models import Page

from providers.generation import per_generation


class ObservatoryPage(RoutablePageMixin, Page):
    """The years that were published, at addresses that never change: ``2025/``, ``dictionnaire/``."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    method = RichTextField(
        _("a word on the method"),
        blank=True,
        features=["bold", "italic", "link", "ul"],
        help_text=_(
            "At the end of the page, before the definitions. The rules of publication are said by the page itself."
        ),
    )

    content_panels = [
        *Page.content_panels,
        HelpPanel(
            content=_(
                "The figures come from the request log, a year at a time: each is published once, when everybody was "
                "asked what came of their need, and never changes; of the year that runs, how many asked in the months "
                "that are closed. Small counts are hidden from the public."
            )
        ),
        FieldPanel("introduction"),
        FieldPanel("method"),
    ]
    subpage_types: list[str] = []
    max_count = 1

    class Meta:
        verbose_name = _("observatory")

    @path("")
    def latest(self, request: HttpRequest) -> HttpResponse:
        from intake.views.observatory import year

        return year(request, self, None)

    @path("<int:wanted>/")
    def year(self, request: HttpRequest, wanted: int) -> HttpResponse:
        from intake.views.observatory import year

        return year(request, self, wanted)

    @path("dictionnaire/")
    def dictionary(self, request: HttpRequest) -> HttpResponse:
        from intake.views.observatory import dictionary

        return dictionary(request, self)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        from intake.observatory import published, running

        found = super().get_sitemap_urls(request)
        base = found[0]["location"] if found else ""
        return found + [
            {"location": f"{base}{tail}"}
            for tail in (
                *(f"{months.year}/" for months in running.years()),
                *(f"{year}/" for year in published.years()),
                "dictionnaire/",
            )
        ]


@per_generation
def observatory_url() -> str:
    """Where the public observatory is; “” when the site has no such page."""
    page = ObservatoryPage.objects.live().public().first()
    return (page.get_url() or "") if page else ""
