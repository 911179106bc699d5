"""What the site adds to Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet

import portal.accounts.hooks  # registers itself
import portal.events.hooks
import portal.printing.hooks
import portal.report.hooks  # noqa: F401  # registers itself
from portal.models import NewsCategory


class NewsCategoryViewSet(ModelViewSet):
    model = NewsCategory
    icon = "tag"
    add_to_settings_menu = True
    list_display = ["name", "slug"]
    panels = [FieldPanel("name"), FieldPanel("slug")]


@hooks.register("register_admin_viewset")
def register_categories() -> NewsCategoryViewSet:
    return NewsCategoryViewSet("news_categories")


@hooks.register("construct_page_action_menu")
def scheduling_comes_first(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """A draft given an hour to appear waits for one press more: it is the button that shows."""
    page = context.get("page")
    if page is None or not page.go_live_at or page.approved_schedule:
        return
    if page.go_live_at > timezone.now():
        items.sort(key=lambda item: item.name != "action-publish")
