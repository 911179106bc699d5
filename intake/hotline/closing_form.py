"""Forms of the admin about the line."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake.hotline.closing import LONGEST, end_of_day


class CloseLineForm(forms.Form):
    """Until when the line is closed, and why; with ``today`` until midnight."""

    reason = forms.CharField(
        label=_("Reason, shown to the public (may be left empty)"),
        required=False,
        max_length=80,
    )
    until = forms.DateTimeField(
        label=_("Closed until"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
        error_messages={"invalid": _("Give a day and a time.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        now = timezone.now()
        if "today" in self.data:
            cleaned["until"] = end_of_day(now)
            self.errors.pop("until", None)
            return cleaned
        until: datetime.datetime | None = cleaned.get("until")
        if until is None and "until" not in self.errors:
            self.add_error("until", _("Give a day and a time."))
        elif until and until <= now:
            self.add_error("until", _("This moment is past: give a later one."))
        elif until and until > now + LONGEST:
            self.add_error(
                "until", _("At most a month ahead. Longer closures are planned on the screen of the line.")
            )
        return cleaned
