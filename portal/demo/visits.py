"""Visits that the counters of the demonstration would have counted: of the directory, and through campaigns."""

from __future__ import annotations

import datetime
from random import Random

from django.utils import timezone

from intake.models import Campaign, CampaignVisits, DirectoryVisits

SINCE = 280  # days before today when the directory's visits began to be counted
FADES_IN = 40  # days after which a campaign brings half as many


def load_visits() -> int:
    """Add the visits that are missing; returns how many days and campaigns got theirs."""
    if DirectoryVisits.objects.exists():
        return 0
    random = Random("visits")  # noqa: S311  # the same every time
    today = timezone.localdate()
    days = [today - datetime.timedelta(days=back) for back in range(SINCE, 0, -1)]
    rows = [
        DirectoryVisits(day=day, count=random.randrange(14, 34) + (10 if day.weekday() < 5 else 0))
        for day in days
    ]
    DirectoryVisits.objects.bulk_create(rows)
    through = [
        CampaignVisits(campaign=campaign, day=day, count=count)
        for campaign in Campaign.objects.order_by("pk")
        for day in _days_of(campaign, today)
        if (count := _visits(random, (day - campaign.starts_on).days))
    ]
    CampaignVisits.objects.bulk_create(through, ignore_conflicts=True)
    return len(rows) + len(through)


def _days_of(campaign: Campaign, today: datetime.date) -> list[datetime.date]:
    length = max((today - campaign.starts_on).days, 0)
    return [campaign.starts_on + datetime.timedelta(days=day) for day in range(length)]


def _visits(random: Random, age: int) -> int:
    """A handful at first, fewer and fewer."""
    return int(random.random() * 5 * 0.5 ** (age / FADES_IN))
