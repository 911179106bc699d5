"""Counts of each month, written every night: what a large log is read from.

The same cells as :mod:`intake.observatory.cube`, added up by no dimension, by
one, and by two. Everything is counted again each night, since news come late;
only the months that changed are written.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from intake.models import CountedMonth, MonthlyCount, ServiceRequest
from intake.observatory.cube import Filters, contact_cells, need_cells
from intake.observatory.dimensions import STORED
from intake.observatory.figures import MEASURES, Counts
from intake.observatory.periods import Period

Shelf = tuple[str, str, str, str]  # first dimension and its key, second and its key
_SHELVES = [(), *((name,) for name in STORED), *combinations(STORED, 2)]


def refresh(now: datetime.datetime | None = None) -> int:
    """Count every month of the log again; returns how many months changed."""
    moment = now or timezone.now()
    bounds = ServiceRequest.objects.order_by("received_at").values_list("received_at", flat=True)
    first, last = bounds.first(), bounds.last()
    months = []
    if first and last:
        start = timezone.localdate(first).replace(day=1)
        months = Period(start, _end(timezone.localdate(last))).months
    known = dict(CountedMonth.objects.values_list("month", "digest"))
    changed = 0
    for month in {*months, *known}:
        counts = count_month(month)
        digest = _digest(counts)
        if known.get(month) != digest:
            _write(month, counts, digest, moment)
            changed += 1
    CountedMonth.objects.update(counted_at=moment)
    return changed


def _end(day: datetime.date) -> datetime.date:
    return Period.last_twelve(day).last


def count_month(month: datetime.date) -> Mapping[Shelf, Counts]:
    """Every stored count of one month, from the log."""
    period = Period(month, _end(month))
    found: dict[Shelf, Counts] = defaultdict(Counts)
    for cells, of_needs in ((need_cells(period), True), (contact_cells(period), False)):
        for cell in cells:
            for names in _SHELVES:
                if of_needs or not {"commune", "service"} & {*names}:
                    keys = [part for name in names for part in (name, getattr(cell, name))]
                    found[tuple(keys + [""] * (4 - len(keys)))].add(cell.counts)  # type: ignore[index]
    return found


def _digest(counts: Mapping[Shelf, Counts]) -> str:
    text = "\n".join(f"{shelf} {counts[shelf]}" for shelf in sorted(counts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _write(
    month: datetime.date, counts: Mapping[Shelf, Counts], digest: str, moment: datetime.datetime
) -> None:
    with transaction.atomic():
        # Two at once write one after the other.
        row, _made = CountedMonth.objects.get_or_create(
            month=month, defaults={"digest": "", "counted_at": moment}
        )
        CountedMonth.objects.select_for_update().get(pk=row.pk)
        MonthlyCount.objects.filter(month=month).delete()
        MonthlyCount.objects.bulk_create(
            (
                MonthlyCount(
                    month=month,
                    first=first,
                    first_key=first_key,
                    second=second,
                    second_key=second_key,
                    **{name: getattr(row, name) for name in MEASURES},
                )
                for (first, first_key, second, second_key), row in counts.items()
            ),
            batch_size=1000,
        )
        CountedMonth.objects.filter(pk=row.pk).update(digest=digest, counted_at=moment)


def counted_at() -> datetime.datetime | None:
    """When everything was counted last; None if never."""
    return CountedMonth.objects.order_by("counted_at").values_list("counted_at", flat=True).first()


def needs_between(period: Period) -> int:
    """Needs of the period, as of the last count."""
    rows = MonthlyCount.objects.filter(first="", month__range=(period.first, period.last))
    return rows.aggregate(n=Sum("needs"))["n"] or 0


def can_answer(filters: Filters) -> bool:
    """Whether stored counts tell dimensions apart under these filters: one stored dimension at most."""
    return filters.structure is None and len(filters.keys()) <= 1


def read(period: Period, filters: Filters, by: str) -> dict[str, Counts]:
    """Counts by a stored dimension, ``month`` (keys ``2026-01``) or ``""`` (one key, ``""``)."""
    rows = MonthlyCount.objects.filter(month__range=(period.first, period.last))
    narrowed = [*filters.keys().items()]
    key = "month"
    if not narrowed:
        rows = rows.filter(first="" if by in ("", "month") else by, second="")
        key = "first_key"
    else:
        ((name, keys),) = narrowed
        if by in ("", "month", name):
            rows = rows.filter(first=name, second="", first_key__in=keys)
            key = "first_key"
        else:
            first, second = sorted((name, by), key=STORED.index)
            rows = rows.filter(first=first, second=second)
            rows = rows.filter(Q(first_key__in=keys) if first == name else Q(second_key__in=keys))
            key = "second_key" if first == name else "first_key"
    if by == "month":
        key = "month"
    sums = [Sum(name) for name in MEASURES]
    if by == "":
        totals = rows.aggregate(**dict(zip(MEASURES, sums, strict=True)))
        return {"": Counts(**{name: value or 0 for name, value in totals.items()})}
    grouped: Iterable[tuple] = rows.order_by().values_list(key).annotate(*sums)
    return {f"{value:%Y-%m}" if by == "month" else value: Counts(*numbers) for value, *numbers in grouped}
