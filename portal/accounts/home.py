"""What the admin's home says to partners besides their listings: nothing to keep, the working group, help."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from intake.hotline.line import line_now
from portal.models import WorkingGroupPage
from portal.permissions import belongs_to_working_group, keeps_listings_only
from providers.models import Departure
from providers.permissions import manages_any
from providers.viewsets import Guarded


class NothingToKeepPanel(Component):
    """For a partner who keeps no listing (any more): says so, and what to do."""

    name = "nothing_to_keep"
    order = 50
    template_name = "portal/accounts/panels/nothing_to_keep.html"

    def __init__(self, has_left: bool) -> None:
        self.has_left = has_left

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"has_left": self.has_left, "phone": line_now().phone}


class BesidePanel(Component):
    """Where else a partner may want to go."""

    name = "beside"
    order = 60
    template_name = "portal/accounts/panels/beside.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        group = None
        if belongs_to_working_group(self.request.user):
            group = WorkingGroupPage.objects.live().first()
        return {"group_url": group.get_url(self.request) if group else ""}


def panels_for(request: HttpRequest) -> list[Component]:
    """The panels of this module that the user of *request* needs."""
    user = request.user
    if not keeps_listings_only(user):
        return []
    if manages_any(user):
        return [BesidePanel(request)]
    return [NothingToKeepPanel(Departure.objects.filter(user=user.pk).exists()), BesidePanel(request)]


class HelpView(WagtailAdminTemplateMixin, TemplateView):
    """One plain page, to be read or printed."""

    template_name = "portal/accounts/help.html"
    page_title = _("Keep my listing: help")
    header_icon = "help"
    _show_breadcrumbs = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"phone": line_now().phone} | super().get_context_data(**kwargs)


class HelpViewSet(Guarded, ViewSet):
    """Help for partners; everybody who enters the admin may read it."""

    name = "partner_help"
    url_prefix = "aide"
    icon = "help"
    menu_label = _("Instructions")
    menu_order = 900
    add_to_admin_menu = True

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return True

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: keeps_listings_only(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        return [path("", self.construct_view(HelpView), name="index")]
