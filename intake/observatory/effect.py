"""What communication brings: requests and visits by week, and each campaign against the weeks before it.

Nobody is followed: visits are counted by the server, requests carry the code
they came through. A campaign is compared with the WEEKS_BEFORE before it: what
changed then may be its doing, or that of the season, or of another campaign.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from intake.evaluation.costs import per_unit
from intake.models import Campaign, CampaignVisits, DirectoryVisits, Need, ServiceRequest
from intake.observatory.rates import RateRatio, rate_ratio
from providers.generation import kept_for

WEEKS_BEFORE = 8
LONGEST_EFFECT = 8 * 7  # days: what comes later is no longer set down to a campaign that goes on
SHORTEST = 7  # days: below a week, weekdays are not comparable
KEPT_SECONDS = 600
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Weeks:
    """Counts by whole week from the Monday *first*; None before the directory's visits began to be counted."""

    first: datetime.date
    requests: list[int]
    campaign_visits: list[int]
    directory_visits: list[int | None]

    @property
    def count(self) -> int:
        return len(self.requests)

    @property
    def last(self) -> datetime.date:
        """The Sunday of the last week."""
        return self.first + datetime.timedelta(days=7 * self.count - 1)


@dataclass(frozen=True)
class Stretch:
    """Days from *first* to *last*, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self) -> int:
        return max((self.last - self.first).days + 1, 0)


@dataclass(frozen=True)
class Effect:
    """One campaign: what it cost, what came through it, and what changed meanwhile.

    ``change`` is None when there is nothing to compare: it has not begun, it is
    younger than a week, or nobody called before nor since. ``beside`` are other
    campaigns of the same weeks.
    """

    campaign: Campaign
    visits: int
    requests: int
    per_request: Decimal | None
    before: Stretch | None
    during: Stretch | None
    change: RateRatio | None
    beside: list[str]


def with_counts() -> QuerySet[Campaign]:
    """Campaigns with their visits (``visited``) and the requests that followed (``asked``), the latest first."""
    visits = CampaignVisits.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    asked = ServiceRequest.objects.contacts().filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return Campaign.objects.annotate(
        visited=Coalesce(Subquery(visits.annotate(sum=Sum("count")).values("sum")), 0),
        asked=Coalesce(Subquery(asked.annotate(number=Count("pk")).values("number")), 0),
    )


@kept_for(KEPT_SECONDS)
def requests_by_day(first: datetime.date, last: datetime.date) -> dict[datetime.date, int]:
    """Contacts by day, in the portal's time zone; days without any are left out."""
    return _by_day(ServiceRequest.objects.contacts().between(first, last))


def _by_day(contacts: QuerySet[ServiceRequest]) -> dict[datetime.date, int]:
    rows = contacts.annotate(day=TruncDate("received_at")).order_by().values_list("day")
    return dict(rows.annotate(Count("pk")))


def _counted(rows: QuerySet[CampaignVisits] | QuerySet[DirectoryVisits]) -> dict[datetime.date, int]:
    return dict(rows.order_by().values_list("day").annotate(Sum("count")))


def whole_weeks(first: datetime.date, last: datetime.date) -> tuple[datetime.date, int]:
    """The first Monday from *first* on, and how many weeks end by *last*: a week that runs is compared with none."""
    monday = first + datetime.timedelta(days=-first.weekday() % 7)
    return monday, max((last - monday).days + 1, 0) // 7


def weekly(first: datetime.date, last: datetime.date) -> Weeks:
    """Counts of the whole weeks between two days; four queries."""
    monday, count = whole_weeks(first, last)
    end = monday + datetime.timedelta(days=7 * count - 1)
    if not count:
        return Weeks(monday, [], [], [])
    since = DirectoryVisits.objects.aggregate(first=Min("day"))["first"]
    directory = _in_weeks(_counted(DirectoryVisits.objects.filter(day__range=(monday, end))), monday, count)
    return Weeks(
        monday,
        _in_weeks(requests_by_day(monday, end), monday, count),
        _in_weeks(_counted(CampaignVisits.objects.filter(day__range=(monday, end))), monday, count),
        [
            value if since and monday + datetime.timedelta(days=7 * place) >= since else None
            for place, value in enumerate(directory)
        ],
    )


def _in_weeks(by_day: Mapping[datetime.date, int], monday: datetime.date, count: int) -> list[int]:
    weeks = [0] * count
    for day, number in by_day.items():
        place = (day - monday).days // 7
        if 0 <= place < count:
            weeks[place] += number
    return weeks


def stretches(
    campaign: Campaign, today: datetime.date, opened: datetime.date | None
) -> tuple[Stretch, Stretch] | None:
    """The weeks before *campaign* and its own, in whole days that are over; None when either is too short.

    *opened* is the day of the first request ever: before, there was no service to call.
    """
    during = Stretch(
        campaign.starts_on,
        min(
            campaign.ends_on or today,
            campaign.starts_on + datetime.timedelta(days=LONGEST_EFFECT - 1),
            today - DAY,
        ),
    )
    # One day of market goes on for the week: whoever took a card calls later.
    if during.days < SHORTEST:
        during = Stretch(during.first, min(during.first + datetime.timedelta(days=SHORTEST - 1), today - DAY))
    earliest = campaign.starts_on - datetime.timedelta(weeks=WEEKS_BEFORE)
    before = Stretch(max(earliest, opened or earliest), campaign.starts_on - DAY)
    if during.days < SHORTEST or before.days < SHORTEST:
        return None
    return before, during


def effects(campaigns: Iterable[Campaign], today: datetime.date | None = None) -> list[Effect]:
    """What each of *campaigns* (from :func:`with_counts`) brought; four queries, and one for each that has communes."""
    now = today or timezone.localdate()
    rows = list(campaigns)
    if not rows:
        return []
    earliest = min(row.starts_on for row in rows) - datetime.timedelta(weeks=WEEKS_BEFORE)
    daily = requests_by_day(earliest, now)
    moment = ServiceRequest.objects.contacts().aggregate(first=Min("received_at"))["first"]
    opened = timezone.localdate(moment) if moment else None
    every = list(Campaign.objects.all())
    places = _communes_of(rows)
    return [_effect(row, daily, places.get(row.pk, []), every, now, opened) for row in rows]


def _communes_of(rows: list[Campaign]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    through = Campaign.communes.through.objects.filter(campaign__in=[row.pk for row in rows])
    for campaign, commune in through.values_list("campaign", "commune"):
        found.setdefault(campaign, []).append(commune)
    return found


def _effect(
    campaign: Campaign,
    daily: Mapping[datetime.date, int],
    communes: list[int],
    every: list[Campaign],
    today: datetime.date,
    opened: datetime.date | None,
) -> Effect:
    asked, visited = int(campaign.asked), int(campaign.visited)  # type: ignore[attr-defined]
    compared = stretches(campaign, today, opened)
    change = None
    if compared:
        before, during = compared
        counts = _in_communes(before.first, during.last, communes) if communes else daily
        change = rate_ratio(_sum(counts, before), before.days, _sum(counts, during), during.days)
    return Effect(
        campaign,
        visited,
        asked,
        per_unit(campaign.cost, asked),
        compared[0] if compared else None,
        compared[1] if compared else None,
        change,
        _beside(campaign, compared, every),
    )


def _in_communes(first: datetime.date, last: datetime.date, communes: list[int]) -> dict[datetime.date, int]:
    """Contacts with a need in one of *communes*, by day."""
    here = Need.objects.filter(request=OuterRef("pk"), commune__in=communes)
    return _by_day(ServiceRequest.objects.contacts().between(first, last).filter(Exists(here)))


def _sum(by_day: Mapping[datetime.date, int], stretch: Stretch) -> int:
    return sum(number for day, number in by_day.items() if stretch.first <= day <= stretch.last)


def _beside(campaign: Campaign, compared: tuple[Stretch, Stretch] | None, every: list[Campaign]) -> list[str]:
    """Campaigns that began in the weeks compared: what they brought cannot be told apart."""
    if compared is None:
        return []
    before, during = compared
    return [
        other.name
        for other in every
        if other.pk != campaign.pk and before.first <= other.starts_on <= during.last
    ]
