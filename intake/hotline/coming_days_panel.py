"""The coming days on the screen of the line."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.admin.panels import Panel


class ComingDaysPanel(Panel):
    """The next fourteen days as saved: what the public will find."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "intake/panels/coming_days.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from intake.hotline.coming_days import coming_days  # the models name this panel

            context = super().get_context_data(parent_context)
            closures: list[Any] = []
            if self.instance.pk:
                closures = list(self.instance.closures.values_list("start", "end", "reason"))
            context["days"] = coming_days(self.instance.opening_hours, closures, timezone.localdate())
            return context
