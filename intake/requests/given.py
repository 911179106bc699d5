"""What was given for each need of a request, as its page and its e-mail show it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from intake.models import Need, Referral, ServiceRequest
from intake.requests.states import NeedStatus
from providers.cards import Card, build_cards, state_text
from providers.matching import today
from providers.models import Provider


@dataclass(frozen=True)
class NeedGiven:
    """One need: those who can come, or else those who may help, in the order they were given.

    ``nobody``: it was looked for, and nobody comes. ``waits``: somebody has to
    read the words, or find the commune, first.
    """

    need: Need
    title: str
    place: str
    cards: list[Card]
    comes: bool
    nobody: bool
    waits: bool


def given_for(request: ServiceRequest, now: datetime.datetime | None = None) -> list[NeedGiven]:
    """Each need that still holds, with cards of the structures recorded as given; a query or two per need."""
    kept = request.needs.exclude(status=NeedStatus.WITHDRAWN).select_related("service", "commune")
    needs = list(kept.defer("commune__contour").order_by("pk"))
    rows: dict[int, list[Referral]] = {need.pk: [] for need in needs}
    for referral in Referral.objects.filter(need__in=needs).order_by("rank", "pk"):
        rows[referral.need_id].append(referral)
    return [_given(need, rows[need.pk], now or timezone.now()) for need in needs]


def _given(need: Need, referrals: list[Referral], now: datetime.datetime) -> NeedGiven:
    shown = [row for row in referrals if row.way != Referral.Way.SUGGESTED]
    comes = bool(shown)
    shown = shown or referrals
    return NeedGiven(
        need=need,
        title=need.service.name if need.service else "",
        place=need.commune.name if need.commune else need.place_as_typed,
        cards=_cards(need, shown, comes, now),
        comes=comes,
        nobody=not comes and need.status == NeedStatus.UNMET,
        waits=need.status == NeedStatus.OPEN,
    )


def _cards(need: Need, referrals: list[Referral], comes: bool, now: datetime.datetime) -> list[Card]:
    if not referrals or need.service is None or need.commune is None:
        return []
    day = today()
    known: dict[int, Any] = (
        Provider.objects.listed()
        .with_availability(need.service, day)
        .with_terms(need.service)
        .for_cards(day)
        .in_bulk([row.provider_id for row in referrals])
    )
    rows = []
    for referral in referrals:
        row = known.get(referral.provider_id)
        if row is not None:
            row.km = referral.distance_km
            rows.append(row)
    cards = build_cards(rows, need.service, need.commune, comes, now)
    for card, row in zip(cards, rows, strict=True):
        if row.suspended:
            card.state, card.state_text = "suspended", state_text("suspended")
    return cards
