"""The observatory in the menu of Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from intake.menu import ItemFor
from intake.permissions import handles_requests, sees_published
from intake.viewsets.observatory import ObservatoryViewSet

ORDER = 145


class _OnlyPublished(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return sees_published(request.user) and not handles_requests(request.user)


@hooks.register("register_admin_viewset")
def register_observatory() -> list[Any]:
    return [ObservatoryViewSet()]


@hooks.register("register_admin_menu_item")
def observatory_item() -> MenuItem:
    url = reverse("observatory:index")
    return ItemFor(_("Observatory"), url, handles_requests, name="observatory", icon_name="view", order=ORDER)


@hooks.register("register_admin_menu_item")
def published_item() -> MenuItem:
    url = reverse("observatory:published")
    return _OnlyPublished(
        _("Published figures"), url, name="published-figures", icon_name="view", order=ORDER
    )
