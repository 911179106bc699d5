"""The panel of the admin's home: what waits for an operator, and the day's figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from intake.console.links import link
from intake.console.overview import overview
from intake.permissions import handles_requests


@dataclass(frozen=True)
class Tile:
    """One figure and the list behind it (no link when the portal has no such list)."""

    count: int
    label: str
    url: str
    icon: str


class RequestsPanel(Component):
    """For operators and staff only."""

    name = "requests"
    order = 40
    template_name = "intake/panels/requests.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        seen = overview()
        tiles = [
            Tile(
                seen.to_call_back,
                ngettext("message to call back", "messages to call back", seen.to_call_back),
                reverse("voicemail:index"),
                "clipboard-list",
            ),
            Tile(
                seen.from_the_web,
                ngettext("web request to deal with", "web requests to deal with", seen.from_the_web),
                link("intake_requests:index", query="to_do=1&channel=web"),
                "globe",
            ),
            Tile(
                seen.follow_ups,
                ngettext("follow-up due", "follow-ups due", seen.follow_ups),
                link("intake_followups:index"),
                "history",
            ),
            Tile(
                seen.unmet,
                ngettext("unmet need to work on", "unmet needs to work on", seen.unmet),
                link("intake_unmet:index", query="state=open"),
                "warning",
            ),
        ]
        return {
            "tiles": tiles,
            "seen": seen,
            "call_url": reverse("calls:new"),
            "log_url": link("intake_requests:index"),
            "title": _("Requests"),
        }


def requests_panel(user: Any) -> RequestsPanel | None:
    """The panel, for those who handle requests."""
    return RequestsPanel() if handles_requests(user) else None
