"""Publications: documents to download or print, with their cover, version and date."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, PageManager, PageQuerySet
from wagtail.search import index

from portal.blocks import body_field
from portal.models.pages import BODY_HELP, PublicPage, text_panel


class PublicationIndexPage(PublicPage):
    """All publications, latest first."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )

    content_panels = [*PublicPage.content_panels, text_panel("introduction")]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction")]
    subpage_types = ["portal.PublicationPage"]
    template = "portal/publication_index.html"

    class Meta:
        verbose_name = _("list of publications")
        verbose_name_plural = _("lists of publications")

    @property
    def opening_words(self) -> str:
        return self.introduction

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        publications = PublicationPage.objects.child_of(self).live().public().latest_first()
        return context | {
            "publications": publications.select_related("cover").prefetch_related("files__document")
        }


class PublicationQuerySet(PageQuerySet):
    def latest_first(self) -> PublicationQuerySet:
        return self.order_by("-date", "-pk")


class PublicationPage(PublicPage):
    """One publication; a new version replaces its files and changes its number."""

    date = models.DateField(
        _("date"),
        default=timezone.localdate,
        help_text=_("Of this version; the latest publication comes first."),
    )
    version = models.CharField(
        _("version"),
        max_length=30,
        blank=True,
        help_text=_(
            "Beside the date, so that whoever holds a paper knows whether it is the latest: “2”, “spring”."
        ),
    )
    cover = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("cover"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "A picture of the first page, beside the title. It needs no alternative text: the title says it."
        ),
    )
    introduction = models.CharField(
        _("summary"), max_length=400, help_text=_("What it is and for whom, under the title and in the list.")
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("date"), FieldPanel("version"), FieldPanel("cover")], heading=_("This version")
        ),
        text_panel("introduction"),
        InlinePanel(
            "files",
            label=_("file"),
            min_num=1,
            help_text=_("The files to download: a PDF to print, a version that screen readers can read…"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    parent_page_types = ["portal.PublicationIndexPage"]
    subpage_types: list[str] = []
    template = "portal/publication_page.html"
    objects = PageManager.from_queryset(PublicationQuerySet)()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    @property
    def opening_words(self) -> str:
        return self.introduction


class PublicationFile(Orderable):
    """A file of a publication."""

    page = ParentalKey(PublicationPage, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("document"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Its type and its size are shown beside the link."),
    )
    title = models.CharField(
        _("words of the link"),
        max_length=120,
        blank=True,
        help_text=_("For example “A4 poster, to print”. Empty: the title of the document."),
    )

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("file")

    def __str__(self) -> str:
        return self.title or str(self.document)
