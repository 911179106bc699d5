"""Pages the law or common sense requires: contact, legal notice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.search import index

from portal.blocks import body_field
from portal.models.pages import BODY_HELP, PublicPage, text_panel

FROM_SETTINGS = _(
    "Names, addresses, phones and hours shown on this page come from Settings › Names of the site, and from the phone line."
)


class NoticePage(PublicPage):
    """An introduction, what the settings know, then the blocks of staff."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        text_panel("introduction"),
        HelpPanel(content=FROM_SETTINGS),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    @property
    def opening_words(self) -> str:
        return self.introduction


class ContactPage(NoticePage):
    """How to reach the line and who publishes the site."""

    max_count = 1
    template = "portal/contact_page.html"

    class Meta:
        verbose_name = _("contact page")


class LegalPage(NoticePage):
    """Publisher, publication director, host."""

    max_count = 1
    template = "portal/legal_page.html"

    class Meta:
        verbose_name = _("legal notice")
