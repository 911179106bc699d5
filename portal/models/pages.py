"""The pages staff write."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import CharBlock, RichTextBlock, StructBlock, TextBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from portal.figures import figures
from providers.maps import supply_map
from providers.views import public


class PublicPage(Page):
    """What every page of the site hands to the common template."""

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["meta"] = public.meta(self.seo_title or self.title, self.search_description)
        context["canonical"] = public.canonical(self.get_url(request) or "/")
        context["crumbs"] = public.crumbs((self.title, ""))
        context["editor_url"] = public.editor_url(request, self)
        return context


class HomePage(PublicPage):
    """The home page: one search, the map, the families."""

    hero_title = models.CharField(_("headline"), max_length=120)
    hero_text = models.CharField(_("under the headline"), max_length=250, blank=True)
    steps = StreamField(
        [
            (
                "step",
                StructBlock(
                    [("title", CharBlock(label=_("Title"))), ("text", TextBlock(label=_("Text")))],
                    icon="tick",
                ),
            )
        ],
        verbose_name=_("how it works"),
        blank=True,
        max_num=4,
    )

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("hero_title"), FieldPanel("hero_text")], heading=_("Top of the page")),
        FieldPanel("steps"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    template = "portal/home_page.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        counts = figures()
        return context | {
            "crumbs": [],
            "search": public.search_box(),
            "families": public.family_links(),
            "map": supply_map(),
            "commune_count": counts.communes,
            "provider_count": counts.providers,
            "lists_url": reverse("providers:directory") + "#communes",
        }


class ContentPage(PublicPage):
    """A page of text: how the service works, legal notice, privacy…"""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    body = StreamField(
        [
            (
                "text",
                RichTextBlock(
                    label=_("Text"),
                    features=["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link"],
                ),
            )
        ],
        verbose_name=_("text"),
        blank=True,
    )
    show_in_footer = models.BooleanField(
        _("in the footer"), default=False, help_text=_("Adds a link at the foot of every page.")
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    promote_panels = [*Page.promote_panels, FieldPanel("show_in_footer")]
    search_fields = [*Page.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    template = "portal/content_page.html"

    class Meta:
        verbose_name = _("page of text")
        verbose_name_plural = _("pages of text")
