"""The log, grouped: the two queries behind every true figure, the same on both databases."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from intake.models import Need, Referral, ServiceRequest, UnmetCase
from intake.observatory.dimensions import DIMENSIONS, FOLLOWS, NONE, children, parents
from intake.observatory.figures import Counts
from intake.observatory.periods import Period
from intake.requests.definitions import day_start
from intake.requests.reasons import UnmetReason
from intake.requests.states import ContactOutcome, NeedStatus

_REQUEST = ("channel", "kind", "heard_from", "campaign")


class Cell(NamedTuple):
    """Alike needs, or contacts (then without commune and service), of one month: their keys and their counts."""

    month: datetime.date
    commune: str
    service: str
    channel: str
    kind: str
    heard_from: str
    campaign: str
    counts: Counts


@dataclass(frozen=True)
class Filters:
    """What figures are narrowed to: keys of :mod:`intake.observatory.dimensions`; None leaves all, ``""`` is “not told”."""

    commune: str | None = None
    epci: str | None = None
    service: str | None = None
    family: str | None = None
    channel: str | None = None
    kind: str | None = None
    heard_from: str | None = None
    campaign: str | None = None
    structure: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """Those that narrow, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @property
    def of_needs(self) -> bool:
        """Whether they narrow to needs, so that contacts are not counted."""
        return bool(self.given.keys() & {"commune", "epci", "service", "family", "structure"})

    def keys(self) -> dict[str, set[str]]:
        """For each stored dimension that is narrowed, the keys that remain; groups and families become their members."""
        found: dict[str, set[str]] = {}
        for name, value in self.given.items():
            if name == "structure":
                continue
            stored = FOLLOWS.get(name, name)
            keys = {value} if stored == name else set(children(name, value)) if value else _orphans(name)
            found[stored] = found[stored] & keys if stored in found else keys
        return found


def _orphans(name: str) -> set[str]:
    known = parents(name)
    return {NONE, *(key for key in DIMENSIONS[FOLLOWS[name]].names() if key not in known)}


def _month(field: str, months: list[datetime.date]) -> Any:
    """Place of the month in *months*, as one expression both databases work out alike."""
    cases = [
        When(**{f"{field}__lt": day_start(after)}, then=Value(place))
        for place, after in enumerate(months[1:])
    ]
    return Case(*cases, default=Value(len(months) - 1), output_field=IntegerField())


def given_count() -> Any:
    """How many structures were given for a need."""
    rows = Referral.objects.given().filter(need=OuterRef("pk")).order_by().values("need")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def needs_of(period: Period, filters: Filters) -> Any:
    """Needs counted in the period and not filtered away."""
    needs = Need.objects.counted().between(period.first, period.last)
    for name, keys in filters.keys().items():
        field = name if name in ("commune", "service") else f"request__{name}"
        needs = needs.filter(among(field, name, keys))
    if filters.structure is not None:
        given = Referral.objects.given().filter(need=OuterRef("pk"), provider=int(filters.structure or 0))
        needs = needs.filter(Exists(given))
    return needs


def among(field: str, name: str, keys: set[str]) -> Q:
    """Rows whose *field* (a foreign key or a code) is among *keys*."""
    codes = name in ("channel", "kind")
    known: list[Any] = [key if codes else int(key) for key in keys if key]
    condition = Q(**{f"{field}__in": known})
    if NONE in keys:
        condition |= Q(**{field: ""}) if codes else Q(**{f"{field}__isnull": True})
    return condition


def contacts_of(period: Period, filters: Filters) -> Any:
    """Contacts of the period, not filtered away; only for filters that are not of needs."""
    contacts = ServiceRequest.objects.contacts().between(period.first, period.last)
    for name, keys in filters.keys().items():
        contacts = contacts.filter(among(name, name, keys))
    return contacts


def _key(value: Any) -> str:
    return NONE if value is None else str(value)


def need_cells(period: Period, filters: Filters | None = None) -> Iterator[Cell]:
    """The needs of the period, grouped by month, commune, service and what their contact says."""
    months = period.months
    # Read whole: a cursor of the server would be planned for its first rows only, 20 times slower here.
    nobody = UnmetCase.objects.filter(need=OuterRef("pk"), reason=UnmetReason.NO_PROVIDER)
    rows = (
        needs_of(period, filters or Filters())
        .order_by()
        .annotate(
            month=_month("request__received_at", months),
            given=given_count(),
            no_such=Case(
                When(Q(contact_outcome=ContactOutcome.UNMET) & Exists(nobody), then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            ),
        )
        .values_list(
            "month",
            "commune_id",
            "service_id",
            "request__channel",
            "request__kind",
            "request__heard_from_id",
            "request__campaign_id",
            "contact_outcome",
            "status",
            "given",
            "no_such",
        )
        .annotate(n=Count("pk"))
    )
    for (
        month,
        commune,
        service,
        channel,
        kind,
        heard,
        campaign,
        outcome,
        status,
        given,
        no_such,
        n,
    ) in rows:
        counts = Counts(
            needs=n,
            referrals=given * n,
            directed=n if outcome == ContactOutcome.DIRECTED else 0,
            unmet_at_contact=n if outcome == ContactOutcome.UNMET else 0,
            no_such_service=n if no_such else 0,
            met=n if status == NeedStatus.MET else 0,
            unmet_at_follow_up=n if status == NeedStatus.UNMET and given else 0,
            not_known=n if status in (NeedStatus.NOT_KNOWN, NeedStatus.DIRECTED) else 0,
        )
        yield Cell(
            months[month], _key(commune), _key(service), channel, kind, _key(heard), _key(campaign), counts
        )


def contact_cells(period: Period, filters: Filters | None = None) -> Iterator[Cell]:
    """The contacts of the period, grouped by month and what they say."""
    months = period.months
    rows = (
        contacts_of(period, filters or Filters())
        .order_by()
        .annotate(month=_month("received_at", months))
        .values_list(
            "month", *(f"{name}_id" if name in ("heard_from", "campaign") else name for name in _REQUEST)
        )
        .annotate(n=Count("pk"))
    )
    for month, channel, kind, heard, campaign, n in rows:
        yield Cell(months[month], NONE, NONE, channel, kind, _key(heard), _key(campaign), Counts(contacts=n))
