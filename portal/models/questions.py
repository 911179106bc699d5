"""Questions and answers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, ListBlock, RichTextBlock, StructBlock
from wagtail.search import index

from portal.blocks.fields import BlocksField
from portal.blocks.text import WORDS
from portal.models.pages import BODY_HELP, PublicPage, text_panel


class QuestionBlock(StructBlock):
    """One question and its answer."""

    question = CharBlock(
        label=_("Question"), max_length=200, help_text=_("As people ask it; always visible.")
    )
    answer = RichTextBlock(
        label=_("Answer"),
        features=WORDS,
        help_text=_("Appears when the question is chosen. Answer in the first sentence."),
    )

    class Meta:
        icon = "help"


class ThemeBlock(StructBlock):
    """Questions about one thing."""

    heading = CharBlock(label=_("Theme"), max_length=80, help_text=_("A heading above these questions."))
    questions = ListBlock(
        QuestionBlock(), label=_("Questions"), min_num=1, help_text=_("The most asked first.")
    )

    class Meta:
        label = _("Theme")
        icon = "folder-open-inverse"


class QuestionsPage(PublicPage):
    """Questions by theme, each unfolding its answer."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    body = BlocksField(
        [("theme", ThemeBlock())], verbose_name=_("questions"), blank=True, help_text=BODY_HELP
    )

    content_panels = [*PublicPage.content_panels, text_panel("introduction"), FieldPanel("body")]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    subpage_types: list[str] = []
    template = "portal/questions_page.html"

    class Meta:
        verbose_name = _("questions and answers")
        verbose_name_plural = _("pages of questions and answers")

    @property
    def opening_words(self) -> str:
        return self.introduction

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.structured import questions_data

        context = super().get_context(request, *args, **kwargs)
        return context | {"structured": questions_data(self)}
