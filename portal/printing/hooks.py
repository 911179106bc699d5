"""The kit in Wagtail's admin: in the menu of requests, and on the page of an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button

from intake.menu import HOOK, ItemFor
from intake.permissions import manages_campaigns
from portal.models import EventPage
from portal.printing.views import KitViewSet


@hooks.register("register_admin_viewset")
def register_kit() -> Any:
    return KitViewSet()


@hooks.register(HOOK)
def kit_item() -> MenuItem:
    url = reverse("kit:campaigns")
    return ItemFor(_("Communication kit"), url, manages_campaigns, name="kit", icon_name="print", order=605)


@hooks.register("register_page_header_buttons")
def campaign_button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """From an event to what is printed for it."""
    if isinstance(page, EventPage) and page.pk and manages_campaigns(user):
        yield Button(
            _("Posters and cards"), url=reverse("kit:event", args=[page.pk]), icon_name="print", priority=16
        )
