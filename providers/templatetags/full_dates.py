"""Days in full, as they are said: « 1er mai 2027 »."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone

from providers.hours.wording import day_and_month, full_day

register = template.Library()


def _day(value: datetime.date) -> datetime.date:
    return timezone.localdate(value) if isinstance(value, datetime.datetime) else value


@register.filter
def in_full(value: datetime.date | None) -> str:
    """ "1er mai 2027"; of a moment, its day in the portal's time zone; "" for none."""
    return full_day(_day(value)) if value else ""


@register.filter
def day_month(value: datetime.date | None) -> str:
    """ "1er mai"."""
    return day_and_month(_day(value)) if value else ""
