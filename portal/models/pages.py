"""What every page that staff write has in common, and the page of text."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from portal.blocks import PASSING, body_field
from portal.names import NAMES_HELP, fill
from providers.generation import per_generation
from providers.lookup import stems
from providers.views import public

BODY_HELP = format_lazy("{} {}", _("Choose a block with the + sign; drag blocks to move them."), NAMES_HELP)


def text_panel(name: str) -> FieldPanel:
    """The panel of a text longer than one line, which grows as it is written."""
    return FieldPanel(name, widget=AdminAutoHeightTextInput)


@per_generation
def _ways() -> dict[str, tuple[str, str]]:
    """Title and address of every published page that has pages under it, by its place in the tree."""
    pages = Page.objects.live().filter(depth__gt=2, numchild__gt=0).order_by("path")
    return {page.path: (fill(page.title), page.get_url() or "") for page in pages}


class PublicPage(Page):
    """What every page of the site hands to the common template.

    ``opening_words`` describe the page where staff wrote nothing for search
    engines; ``body`` is the field with its blocks, if it has one.
    """

    content_panels = [
        TitleFieldPanel(
            "title", help_text=_("At the top of the page, in menus, in lists and in search results.")
        ),
    ]
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "slug",
                    help_text=_(
                        "The last part of the page's address. When it changes, the old address leads to the new one."
                    ),
                ),
                FieldPanel(
                    "seo_title",
                    help_text=_("What search engines show instead of the title. May be left empty."),
                ),
                FieldPanel(
                    "search_description",
                    help_text=_(
                        "One or two sentences under the title, in search results and beside shared links."
                    ),
                ),
            ],
            heading=_("For search engines"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "show_in_menus",
                    help_text=_(
                        "Adds the page to the menu at the top of every page. The order is that of the page tree. "
                        "Five or six entries are enough."
                    ),
                )
            ],
            heading=_("Menu"),
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("search_stems")]
    preview_sizes = [
        {"name": "small", "icon": "mobile-alt", "device_width": 320, "label": _("Small phone")},
        {"name": "phone", "icon": "mobile-alt", "device_width": 390, "label": _("Phone")},
        {"name": "tablet", "icon": "tablet-alt", "device_width": 768, "label": _("Tablet")},
        {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": _("Computer")},
    ]
    default_preview_size = "phone"

    class Meta:
        abstract = True

    @property
    def opening_words(self) -> str:
        return ""

    @property
    def search_stems(self) -> str:
        """Every telling word of the page without accent nor ending, for the site's search."""
        texts = [self.title, self.search_description, self.opening_words]
        for field in self._meta.get_fields():
            if isinstance(field, StreamField):
                texts += field.get_searchable_content(getattr(self, field.name))
        return " ".join(stems(fill(" ".join(map(str, texts)))))

    @cached_property
    def is_lasting(self) -> bool:
        """Whether no block depends on the time of day: the body may then be kept as it is."""
        fields = [field.name for field in self._meta.get_fields() if isinstance(field, StreamField)]
        return not any(block["type"] in PASSING for name in fields for block in getattr(self, name).raw_data)

    def trail(self) -> list[tuple[str, str]]:
        """Title and address of each page above this one, the home page left out."""
        ways = _ways()
        above = [self.path[:length] for length in range(self.steplen * 3, len(self.path), self.steplen)]
        return [ways[path] for path in above if path in ways]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["meta"] = public.meta(
            fill(self.seo_title or self.title), fill(self.search_description or self.opening_words)
        )
        context["canonical"] = public.canonical(self.get_url(request) or "/")
        context["crumbs"] = public.crumbs(*self.trail(), (fill(self.title), ""))
        context["editor_url"] = public.editor_url(request, self)
        context["passing"] = PASSING
        context["previewed"] = getattr(request, "is_preview", False)
        return context


class ContentPage(PublicPage):
    """A page of text: how the service works, privacy… With pages under it, it opens a part of the site."""

    introduction = models.CharField(
        _("introduction"),
        max_length=400,
        blank=True,
        help_text=_("In larger letters under the title: what the page is about, in one or two sentences."),
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        text_panel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    template = "portal/content_page.html"

    class Meta:
        verbose_name = _("page of text")
        verbose_name_plural = _("pages of text")

    @property
    def opening_words(self) -> str:
        return self.introduction

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        return context | {"children": children_of(self)}


@per_generation
def _children(path: str) -> list[dict[str, str]]:
    pages = (
        Page.objects.live()
        .public()
        .filter(path__startswith=path, depth=len(path) // Page.steplen + 1)
        .order_by("path")
    )
    return [
        {"title": page.title, "url": page.get_url() or "", "text": page.search_description} for page in pages
    ]


def children_of(page: Page) -> list[dict[str, str]]:
    """The published pages just under *page*, in their order, as links."""
    return _children(page.path) if page.path and not page.is_leaf() else []
