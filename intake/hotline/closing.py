"""Closing the line at once, and opening it again."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from intake.models import Hotline, HotlineClosure

LONGEST = datetime.timedelta(days=31)  # beyond, a closure is planned on the screen of the line


class NoLine(Exception):
    """There is no line yet: its screen has not been filled in."""


class WrongEnd(Exception):
    """The end is past, or further away than LONGEST."""


def end_of_day(now: datetime.datetime) -> datetime.datetime:
    """The midnight that ends the day of *now*."""
    tomorrow = timezone.localdate(now) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time.min))


@transaction.atomic
def close(until: datetime.datetime, reason: str = "", now: datetime.datetime | None = None) -> HotlineClosure:
    """Close the line from *now* to *until*. A closure in force that began today gets the new end instead."""
    now = (now or timezone.now()).replace(second=0, microsecond=0)
    if not now < until <= now + LONGEST:
        raise WrongEnd
    hotline = Hotline.objects.select_for_update().first()
    if hotline is None:
        raise NoLine
    midnight = end_of_day(now) - datetime.timedelta(days=1)
    # One closure a day, however often somebody closes.
    today = HotlineClosure.objects.filter(hotline=hotline, start__gte=midnight)
    closure = today.filter(start__lte=now, end__gt=now).first()
    if closure is None:
        closure = HotlineClosure(hotline=hotline, start=now)
    closure.end, closure.reason = until, reason or closure.reason
    closure.save()
    return closure


@transaction.atomic
def reopen(now: datetime.datetime | None = None) -> int:
    """End what closes the line at the moment *now*, planned or not; returns how many closures."""
    now = (now or timezone.now()).replace(second=0, microsecond=0)
    rows = HotlineClosure.objects.filter(start__lte=now, end__gt=now)
    # A closure that began this very minute would be left without any length.
    fresh, _details = rows.filter(start=now).delete()
    return fresh + rows.update(end=now)


def in_force(now: datetime.datetime) -> HotlineClosure | None:
    """The closure at the moment *now* that ends last; None when there is none."""
    return HotlineClosure.objects.filter(start__lte=now, end__gt=now).order_by("-end").first()
