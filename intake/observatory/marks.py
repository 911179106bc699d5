"""What took place, drawn on the weeks: campaigns are known here, others register what they know.

Imports run one way: the agenda, which is above, adds its events by :func:`register`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from intake.charts import Mark
from intake.models import Campaign

Source = Callable[[datetime.date, datetime.date], Iterable[Mark]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a function that gives the marks from a day to a day, both included."""
    if source not in _sources:
        _sources.append(source)
    return source


def marks_between(first: datetime.date, last: datetime.date) -> list[Mark]:
    """All that began from the day *first* to the day *last*, in order."""
    found = [mark for source in _sources for mark in source(first, last)]
    return sorted(found, key=lambda mark: (mark.first, mark.label))


@register
def _campaigns(first: datetime.date, last: datetime.date) -> Iterable[Mark]:
    rows = Campaign.objects.filter(starts_on__gte=first, starts_on__lte=last)
    for campaign in rows:
        yield Mark(campaign.starts_on, campaign.name, campaign.ends_on, is_campaign=True)
