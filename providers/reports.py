"""Errors reported on listings: told by anybody, closed with an answer, then emptied."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from providers.models import ErrorReport, Provider
from providers.personal_data import Subject
from providers.signals import error_reported, report_answered

# Days after which words and addresses are erased: once closed, or at all.
CLOSED_DAYS, OLDEST_DAYS = 90, 365
BATCH = 200


def report(
    provider: Provider, reason: str, words: str, email: str, *, key: str, doubts: Sequence[str] = ()
) -> ErrorReport:
    """Record an error; sent again under the same *key* it is still one report, with the last words."""
    values = {"reason": reason, "words": words[:1000], "email": email, "doubts": " ".join(doubts)}
    with transaction.atomic():
        row, created = ErrorReport.objects.get_or_create(
            entry_key=key, defaults={"provider": provider, **values}
        )
        if created:
            error_reported.send(sender=None, report=row)
        elif row.closed_at is None and row.provider_id == provider.pk:
            ErrorReport.objects.filter(pk=row.pk).update(**values)
            row.refresh_from_db()
    return row


def close(row: ErrorReport, answer: str, by: Any) -> bool:
    """Close with an *answer*, which goes to the person who left an address; False when it was closed already."""
    with transaction.atomic():
        closed = ErrorReport.objects.open().filter(pk=row.pk)
        if not closed.update(answer=answer, closed_at=timezone.now(), closed_by=by):
            return False
        row.refresh_from_db()
        if row.email:
            report_answered.send(sender=None, report=row)
    return True


def speaking() -> QuerySet[ErrorReport]:
    """Reports that still hold words or an address."""
    return ErrorReport.objects.exclude(words="", email="", answer="", entry_key=None)


def forget(rows: QuerySet[ErrorReport]) -> int:
    """Empty *rows*: reason, listing and dates stay, to be counted."""
    return rows.update(words="", email="", answer="", entry_key=None)


def purge(now: datetime.datetime, dry_run: bool) -> int:
    """Empty what was closed more than CLOSED_DAYS ago, and whatever is older than OLDEST_DAYS."""
    closed = Q(closed_at__lte=now - datetime.timedelta(days=CLOSED_DAYS))
    old = Q(created_at__lte=now - datetime.timedelta(days=OLDEST_DAYS))
    rows = speaking().filter(closed | old)
    if dry_run:
        return rows.count()
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += forget(ErrorReport.objects.filter(pk__in=keys))
    return count


def about(subject: Subject) -> QuerySet[ErrorReport]:
    """Reports of the person with this address."""
    if not subject.email:
        return ErrorReport.objects.none()
    return ErrorReport.objects.filter(email__iexact=subject.email)
