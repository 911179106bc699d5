"""What accounts add to Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from portal.accounts.home import HelpViewSet, panels_for
from portal.permissions import keeps_listings_only

# Partners reach pictures and documents from the form of their listing: the lists would be empty.
_NOT_FOR_PARTNERS = frozenset({"images", "documents"})


@hooks.register("register_admin_viewset")
def register_help() -> HelpViewSet:
    return HelpViewSet()


@hooks.register("register_admin_menu_item")
def sign_in_item() -> MenuItem:
    """Password, address and second factor, for everybody."""
    return MenuItem(_("How I sign in"), reverse("mfa_index"), name="sign-in", icon_name="key", order=910)


@hooks.register("construct_main_menu")
def shorter_for_partners(request: HttpRequest, items: list[Any]) -> None:
    if keeps_listings_only(request.user):
        items[:] = [item for item in items if item.name not in _NOT_FOR_PARTNERS]


@hooks.register("construct_homepage_summary_items")
def no_sums_for_partners(request: HttpRequest, items: list[Any]) -> None:
    if keeps_listings_only(request.user):
        items.clear()


@hooks.register("construct_homepage_panels")
def home(request: HttpRequest, panels: list[Any]) -> None:
    panels.extend(panels_for(request))
