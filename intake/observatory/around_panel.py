"""The panel of partners and institutions on the admin's home: what was asked around them, as published."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.components import Component

from intake.observatory import around, published
from intake.permissions import handles_requests, sees_published


class AroundPanel(Component):
    """The published counts of somebody's communes and services."""

    name = "around"
    order = 60
    template_name = "intake/panels/around.html"

    def __init__(self, user: Any, edition: published.Edition) -> None:
        self.user, self.edition = user, edition

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "edition": self.edition,
            "tables": around.told(self.user, self.edition),
            "all_url": reverse("observatory:published"),
        }


def around_panel(user: Any) -> AroundPanel | None:
    """The panel, for those who have communes or services of their own, once a year was published."""
    if not sees_published(user) or handles_requests(user):
        return None
    edition = published.latest()
    return AroundPanel(user, edition) if edition and around.scope_of(user) else None
