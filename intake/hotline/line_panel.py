"""The line on the admin's home."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component

from intake.hotline.closing import in_force
from intake.hotline.closing_form import CloseLineForm
from intake.hotline.line import line_now
from intake.permissions import edits_hotline
from providers.hours import until


class LinePanel(Component):
    """On the admin's home: what the public reads of the line now, and one click to close or reopen it."""

    name = "line"
    order = 40
    template_name = "intake/panels/line.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        now = timezone.now()
        closure = in_force(now)
        return {
            "line": line_now(now),
            "closed_until": until(closure.end, now) if closure else "",
            "form": CloseLineForm(),
            "close_url": reverse("line_close"),
            "reopen_url": reverse("line_reopen"),
            "csrf_token": get_token(self.request),
        }


def line_panel(request: HttpRequest) -> LinePanel | None:
    """The panel, for those who may close the line, once there is one."""
    return LinePanel(request) if edits_hotline(request.user) and line_now().hours else None
