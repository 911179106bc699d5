"""The agenda: lists of events by month, commune and type, and those that are over."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.search import index

from portal.models.pages import PublicPage


class AgendaPage(RoutablePageMixin, PublicPage):
    """The agenda; events are its children."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )

    content_panels = [*PublicPage.content_panels, FieldPanel("introduction")]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction")]
    parent_page_types = ["portal.HomePage"]
    subpage_types = ["portal.EventPage"]
    max_count = 1
    template = "portal/agenda_page.html"

    class Meta:
        verbose_name = _("agenda")

    @property
    def opening_words(self) -> str:
        return self.introduction

    @path("")
    def index_route(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        """All that is coming."""
        from portal.events import lists

        return self.render(request, context_overrides=lists.coming_list(self))

    @path("mois/<int:year>/<int:month>/")
    def month(self, request: HttpRequest, year: int, month: int) -> TemplateResponse:
        """What takes place in one month, past or to come."""
        from portal.events import lists

        return self.render(request, context_overrides=lists.month_list(self, year, month))

    @path("commune/<slug:slug>/")
    def in_commune(self, request: HttpRequest, slug: str) -> TemplateResponse:
        """What is coming in one commune."""
        from portal.events import lists

        return self.render(request, context_overrides=lists.commune_list(self, slug))

    @path("type/<slug:slug>/")
    def of_type(self, request: HttpRequest, slug: str) -> TemplateResponse:
        """What is coming of one type."""
        from portal.events import lists

        return self.render(request, context_overrides=lists.type_list(self, slug))

    @path("passes/")
    def over(self, request: HttpRequest) -> TemplateResponse:
        """What is over, the latest first."""
        from portal.events import lists

        return self.render(request, context_overrides=lists.past_list(self, request))
