"""The page of the residents' form: its texts, which staff edit."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from providers.generation import per_generation

TEXT_FEATURES = ["bold", "italic", "link", "ul"]


class RequestFormPage(Page):
    """Where residents send a request. Always at the same address, wherever it stands in the tree.

    A text left empty says what is usual.
    """

    introduction = models.CharField(
        gettext_lazy("introduction"),
        max_length=400,
        blank=True,
        help_text=gettext_lazy("Under the title of the first page: what the form is for, how long it takes."),
    )
    health_warning = models.CharField(
        gettext_lazy("warning about health"),
        max_length=250,
        blank=True,
        help_text=gettext_lazy(
            "Beside the field of free text: nothing about health should be written there."
        ),
    )
    personal_data_notice = RichTextField(
        gettext_lazy("information about personal data"),
        blank=True,
        features=TEXT_FEATURES,
        help_text=gettext_lazy(
            "Shown before sending: who keeps the data, what for, how long, and how to have them erased."
        ),
    )
    confirmation_text = RichTextField(
        gettext_lazy("text of the confirmation"),
        blank=True,
        features=TEXT_FEATURES,
        help_text=gettext_lazy("Under the reference, once the request is sent: what happens next."),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("health_warning"),
        FieldPanel("personal_data_notice"),
        FieldPanel("confirmation_text"),
    ]
    # Its address does not depend on its short name: that is not to be edited.
    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("seo_title"), FieldPanel("search_description")], gettext_lazy("For search engines")
        ),
        MultiFieldPanel([FieldPanel("show_in_menus")], gettext_lazy("For the menu")),
    ]
    max_count = 1
    subpage_types: list[str] = []

    class Meta:
        verbose_name = gettext_lazy("request form")

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        parts = super().get_url_parts(request)
        return parts and (parts[0], parts[1], reverse("intake:form"))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("intake:form"))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from intake.views.form import first_page

        return first_page(request, self)

    @property
    def introduction_text(self) -> str:
        return self.introduction or _(
            "Say what you need and where: you see at once who can come, the nearest first. "
            "It takes a minute; you need not say who you are."
        )

    @property
    def health_text(self) -> str:
        return self.health_warning or _("Please write nothing about anybody’s health.")

    @property
    def notice_text(self) -> str:
        from intake.requests.orientation import rules

        return self.personal_data_notice or _(
            "What you write is used to answer you, and to count what is missing here, without any name. "
            "Only those who answer requests read it. Your name and how to reach you are erased %(months)s months "
            "after the request is closed, or before if you ask us."
        ) % {"months": rules().retention_months}


@per_generation
def form_page() -> RequestFormPage | None:
    """The published page of the form; None when there is none: then the form is closed."""
    return RequestFormPage.objects.live().first()


def form_texts() -> RequestFormPage:
    """The texts in force, or the usual ones."""
    return form_page() or RequestFormPage(title=_("Send a request"))
