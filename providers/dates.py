"""Dates people may give: a slip such as the year 9999 is refused, with words."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

EARLIEST = datetime.date(2000, 1, 1)
YEARS_AHEAD = 10


def validate_near(value: datetime.date | datetime.datetime) -> None:
    """Refuse a day before 2000 or more than ten years ahead."""
    day = timezone.localdate(value) if isinstance(value, datetime.datetime) else value
    if not EARLIEST <= day <= timezone.localdate() + datetime.timedelta(days=366 * YEARS_AHEAD):
        raise ValidationError(
            _("Check the year: this day is long past, or more than ten years ahead."), code="far_date"
        )
