"""Institutions: kept by park staff."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet

from intake.models import Institution
from intake.permissions import manages_institutions
from providers.viewsets import Guarded
from providers.widgets import CommuneChecklist


class InstitutionViewSet(Guarded, ModelViewSet):
    model = Institution
    name = "intake_institutions"
    icon = "group"
    list_display = ["name"]
    list_per_page = 50
    copy_view_enabled = False
    add_to_reference_index = False
    panels = [
        FieldPanel("name"),
        FieldPanel("users", widget=CheckboxSelectMultiple),
        FieldPanel("communes", widget=CommuneChecklist),
    ]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return manages_institutions(user)
