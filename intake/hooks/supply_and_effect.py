"""Supply beside demand, and communication's effect, in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from intake.menu import HOOK, ItemFor
from intake.permissions import handles_requests, manages_campaigns
from intake.viewsets.effect import EffectViewSet
from intake.viewsets.supply import SupplyViewSet


@hooks.register("register_admin_viewset")
def register_supply_and_effect() -> list[Any]:
    return [SupplyViewSet(), EffectViewSet()]


@hooks.register(HOOK)
def supply_item() -> MenuItem:
    url = reverse("intake_supply:index")
    return ItemFor(
        _("Supply beside demand"), url, handles_requests, name="supply", icon_name="globe", order=330
    )


@hooks.register(HOOK)
def effect_item() -> MenuItem:
    url = reverse("intake_effect:index")
    return ItemFor(
        _("Effect of communication"), url, manages_campaigns, name="effect", icon_name="pick", order=620
    )
