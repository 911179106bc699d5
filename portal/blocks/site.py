"""What other pages of the site hold, announced on this one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, IntegerBlock, StructBlock


class NewsBlock(StructBlock):
    """The latest news."""

    heading = CharBlock(label=_("Heading"), max_length=80, help_text=_("Above the latest news."))
    count = IntegerBlock(
        label=_("How many"), default=3, min_value=1, max_value=9, help_text=_("The latest come first.")
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        # Pages hold blocks: theirs can only be asked for once both are there.
        from portal.models.news import latest_news, news_index_url

        context = super().get_context(value, parent_context=parent_context)
        context["articles"] = latest_news(value["count"])
        context["index_url"] = news_index_url()
        return context

    class Meta:
        label = _("Latest news")
        icon = "list-ul"
        template = "portal/blocks/news.html"


class EventsBlock(StructBlock):
    """The events that come next."""

    heading = CharBlock(label=_("Heading"), max_length=80, help_text=_("Above the coming events."))
    count = IntegerBlock(
        label=_("How many"), default=3, min_value=1, max_value=9, help_text=_("The soonest come first.")
    )
    # An event that is over leaves by itself.
    passing = True

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from portal.agenda import agenda_url, coming_events

        context = super().get_context(value, parent_context=parent_context)
        context["events"] = coming_events(value["count"])
        context["agenda_url"] = agenda_url()
        return context

    class Meta:
        label = _("Coming events")
        icon = "date"
        template = "portal/blocks/events.html"
