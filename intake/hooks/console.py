"""The console, the answering machine and the home of the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from intake.console.panel import requests_panel
from intake.observatory.around_panel import around_panel
from intake.permissions import handles_requests
from intake.views.console import CallsViewSet
from intake.views.voicemail import VoicemailViewSet


class OperatorsMenuItem(MenuItem):
    """Shown to those who handle requests."""

    def is_shown(self, request: HttpRequest) -> bool:
        return handles_requests(request.user)


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return [CallsViewSet(), VoicemailViewSet()]


@hooks.register("register_admin_menu_item")
def new_call() -> MenuItem:
    return OperatorsMenuItem(
        _("New call"), reverse("calls:new"), name="new-call", icon_name="mobile-alt", order=130
    )


@hooks.register("register_requests_menu_item")
def answering_machine() -> MenuItem:
    return OperatorsMenuItem(
        _("Answering machine"),
        reverse("voicemail:index"),
        name="voicemail",
        icon_name="clipboard-list",
        order=20,
    )


@hooks.register("construct_homepage_panels")
def home(request: HttpRequest, panels: list[Any]) -> None:
    for panel in (requests_panel(request.user), around_panel(request.user)):
        if panel:
            panels.append(panel)
