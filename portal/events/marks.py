"""Events of the agenda on the weeks of the observatory: see :mod:`intake.observatory.marks`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import Min
from django.utils import timezone

from intake.charts import Mark
from intake.observatory.marks import register
from intake.requests.definitions import day_start
from portal.models import EventPage


@register
def event_marks(first: datetime.date, last: datetime.date) -> Iterable[Mark]:
    """Public events that took place, on the first of their days: repeated ones would hide the rest."""
    rows = (
        EventPage.objects.live()
        .public()
        .exclude(status=EventPage.Status.CANCELLED)
        .annotate(begins=Min("occurrences__start"))
        .filter(begins__gte=day_start(first), begins__lt=day_start(last + datetime.timedelta(days=1)))
        .order_by("begins")
    )
    for event in rows:
        yield Mark(timezone.localdate(event.begins), event.title, url=event.get_url() or "")
