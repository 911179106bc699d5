"""Campaigns and ways of hearing of us: kept by park staff, retired and never deleted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from intake.models import Campaign, HeardFrom
from intake.permissions import manages_campaigns
from providers.permissions import KeptForEver
from providers.viewsets import Guarded
from providers.widgets import CommuneChecklist

for kept in (Campaign, HeardFrom):
    register_permission_policy(kept, KeptForEver(kept))


class CampaignViewSet(Guarded, ModelViewSet):
    model = Campaign
    name = "intake_campaigns"
    icon = "pick"
    list_display = ["name", "code", "medium", "starts_on", "ends_on"]
    list_filter = ["medium"]
    list_per_page = 50
    copy_view_enabled = False
    add_to_reference_index = False
    panels = [
        FieldPanel("name"),
        FieldPanel("code"),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldRowPanel([FieldPanel("medium"), FieldPanel("cost")]),
        FieldPanel("heard_from"),
        MultiFieldPanel(
            [FieldPanel("headline"), FieldPanel("message"), FieldPanel("leads_to")],
            heading=_("On the sheets to print"),
        ),
        MultiFieldPanel(
            [FieldPanel("communes", widget=CommuneChecklist)], heading=_("Where"), classname="collapsed"
        ),
    ]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return manages_campaigns(user)


class HeardFromViewSet(Guarded, ModelViewSet):
    model = HeardFrom
    name = "intake_heard_from"
    icon = "help"
    menu_label = _("Ways of hearing of us")
    list_display = ["name", "position", BooleanColumn("retired_on", label=_("Retired"))]
    list_per_page = 50
    copy_view_enabled = False
    add_to_reference_index = False
    panels = [FieldPanel("name"), FieldPanel("position"), FieldPanel("retired_on")]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return manages_campaigns(user)
