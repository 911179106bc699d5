"""The request log, the unmet list, the follow-ups and the sources in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem, SubmenuMenuItem

import intake.viewsets.policy  # noqa: F401  # registers itself
from intake.menu import HOOK, ItemFor, requests_menu
from intake.permissions import handles_requests, manages_campaigns, manages_institutions
from intake.viewsets.bulk import ACTIONS
from intake.viewsets.follow_ups import FollowUpViewSet
from intake.viewsets.institutions import InstitutionViewSet
from intake.viewsets.requests import RequestViewSet
from intake.viewsets.searches import SearchViewSet
from intake.viewsets.sources import CampaignViewSet, HeardFromViewSet
from intake.viewsets.unmet import UnmetViewSet

ORDER = 140

# Order, label, namespace of the screen, icon, who sees it.
_ITEMS = (
    (100, _("Request log"), "intake_requests", "list-ul", handles_requests),
    (200, _("Follow-ups by phone"), "intake_followups", "history", handles_requests),
    (300, _("Unmet needs"), "intake_unmet", "warning", handles_requests),
    (310, _("Searches that found nobody"), "intake_searches", "search", handles_requests),
    (600, _("Campaigns"), "intake_campaigns", "pick", manages_campaigns),
    (610, _("Ways of hearing of us"), "intake_heard_from", "help", manages_campaigns),
    (620, _("Institutions"), "intake_institutions", "group", manages_institutions),
)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [
        RequestViewSet(),
        UnmetViewSet(),
        SearchViewSet(),
        FollowUpViewSet(),
        CampaignViewSet(),
        HeardFromViewSet(),
        InstitutionViewSet(),
    ]


@hooks.register("register_admin_menu_item")
def requests_group() -> MenuItem:
    return SubmenuMenuItem(_("Requests"), requests_menu, name="requests", icon_name="mail", order=ORDER)


def _register(order: int, label: Any, namespace: str, icon: str, may: Any) -> None:
    def item() -> MenuItem:
        return ItemFor(label, reverse(f"{namespace}:index"), may, name=namespace, icon_name=icon, order=order)

    hooks.register(HOOK, item)


for _item in _ITEMS:
    _register(*_item)
for _action in ACTIONS:
    hooks.register("register_bulk_action", _action)
