"""What the agenda adds to Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button

from portal.events.viewsets import AgendaGroup
from portal.models import EventPage
from portal.permissions import sees_registrations


@hooks.register("register_admin_viewset")
def register_viewsets() -> Any:
    return AgendaGroup()


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action(
        "portal.registrations_exported", _("Registrations exported"), _("List of names taken out as a file")
    )
    actions.register_action(
        "portal.registrations_printed", _("Registrations printed"), _("List of names opened for paper")
    )


@hooks.register("register_page_header_buttons")
def registrations_button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """From an event straight to who comes."""
    if isinstance(page, EventPage) and page.pk and page.takes_registrations and sees_registrations(user):
        yield Button(
            _("Registrations"),
            url=reverse("registrations:event", args=[page.pk]),
            icon_name="clipboard-list",
            priority=15,
        )
