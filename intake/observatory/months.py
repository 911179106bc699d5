"""Closed months of a year that is still running: how many people asked, and nothing else.

A month that was published is never made again, neither alone nor within its
year. Months too small to be told go with those that follow them, and what was
published last is always followed by months enough to be told: whatever the
rest of the year brings, it can join them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import pgettext

from intake.models import PublishedMonths, PublishedYear, ServiceRequest
from intake.observatory.periods import Period, last_closed_year
from intake.observatory.reading import has_invented
from intake.suppression import threshold

# After its end: recordings are brought in, notes on paper are entered.
DELAY = datetime.timedelta(days=14)


class Span(NamedTuple):
    """Months of a year that are told together, by number, and the contacts in them."""

    first: int
    last: int
    contacts: int

    @property
    def key(self) -> str:
        """Its line in the table of months: “03”, “03-05”."""
        return f"{self.first:02d}" if self.first == self.last else f"{self.first:02d}-{self.last:02d}"


def label(key: str) -> str:
    """“mars”, “mars à mai”, from the key of a line of the table of months."""
    first, _dash, last = key.partition("-")
    if not last:
        return str(MONTHS[int(first)])
    return pgettext("months", "%(first)s to %(last)s") % {
        "first": MONTHS[int(first)],
        "last": MONTHS[int(last)],
    }


def gathered(counts: Iterable[tuple[int, int]], at: int) -> list[Span]:
    """Months in their order with their contacts, gathered until each span has *at* of them; a last one that has not is left out."""
    found, first, total = [], None, 0
    for month, contacts in counts:
        first, total = first or month, total + contacts
        if total >= at:
            found.append(Span(first, month, total))
            first, total = None, 0
    return found


def close_months(now: datetime.datetime | None = None) -> list[PublishedMonths]:
    """Publish the months that are closed, of years that are not; returns what is new.

    A month waits until nothing up to its end was entered for DELAY.
    """
    moment = now or timezone.now()
    today = timezone.localdate(moment)
    made = []
    for year in range(last_closed_year(today) + 1, today.year + 1):
        if not PublishedYear.objects.filter(year=year).exists():
            made += _close(year, moment)
    return made


def _close(year: int, moment: datetime.datetime) -> list[PublishedMonths]:
    kept = spans(year)
    start = kept[-1].last + 1 if kept else 1
    counts = _closed(year, moment)
    new = gathered([(month, count) for month, count in counts.items() if month >= start], threshold())
    made = []
    for span in new[:-1]:
        months = PublishedMonths(
            first=datetime.date(year, span.first, 1),
            last=datetime.date(year, span.last, 1),
            contacts=span.contacts,
            invented=has_invented(Period.of_months(year, span.first, span.last)),
            published_at=moment,
        )
        try:
            with transaction.atomic():
                months.save(force_insert=True)
        except IntegrityError:
            break  # somebody else is publishing them
        made.append(months)
    return made


def _closed(year: int, moment: datetime.datetime) -> dict[int, int]:
    """Contacts of each closed month of *year*, by its number."""
    period = Period.of_year(year)
    contacts = ServiceRequest.objects.contacts().between(period.first, period.last)
    entered = contacts.filter(created_at__gt=moment - DELAY).order_by("received_at")
    since = entered.values_list("received_at", flat=True).first()
    open_from = timezone.localdate(moment - DELAY)
    if since is not None:
        open_from = min(open_from, timezone.localdate(since))
    closed = 12 if open_from.year > year else open_from.month - 1 if open_from.year == year else 0
    by_month = contacts.order_by().annotate(month=TruncMonth("received_at")).values_list("month")
    counts = {month.month: number for month, number in by_month.annotate(Count("pk"))}
    return {month: counts.get(month, 0) for month in range(1, closed + 1)}


def spans(year: int) -> list[Span]:
    """What was published of *year* while it was running."""
    rows = PublishedMonths.objects.filter(first__year=year).order_by("first")
    return [Span(row.first.month, row.last.month, row.contacts) for row in rows]


def within_year(year: int, counts: Mapping[str, int], at: int) -> tuple[dict[str, int], bool]:
    """The table of months of a year that is closed; see :func:`completed`."""
    return completed(spans(year), counts, at)


def completed(kept: Sequence[Span], counts: Mapping[str, int], at: int) -> tuple[dict[str, int], bool]:
    """The table of months of a year: what was published before stays as it is, the rest is one more line.

    *counts* by month (“01”…). False when the rest is too small to be told, or
    below zero: the year's total would give it to who knows what was published.
    """
    if not kept:
        return dict(counts), True
    rest = sum(counts.values()) - sum(span.contacts for span in kept)
    line = [*kept, Span(kept[-1].last + 1, 12, rest)]
    return {span.key: span.contacts for span in line}, rest == 0 or rest >= at
