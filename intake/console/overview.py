"""What waits for an operator, counted: for the console and the admin's home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from intake.models import Need, ServiceRequest, UnmetCase, Voicemail
from intake.requests.following_up import count_calls
from intake.requests.reasons import Channel
from intake.requests.states import ContactOutcome


@dataclass(frozen=True)
class Overview:
    """Counts of today."""

    to_call_back: int
    follow_ups: int
    unmet: int
    from_the_web: int
    contacts: int
    needs: int
    directed: int
    unmet_today: int


def overview() -> Overview:
    """What waits now and what was done today, in seven queries."""
    today = timezone.localdate()
    of_today: dict[str, Any] = (
        Need.objects.counted()
        .between(today, today)
        .aggregate(
            all=Count("pk"),
            directed=Count("pk", filter=Q(contact_outcome=ContactOutcome.DIRECTED)),
            unmet=Count("pk", filter=Q(contact_outcome=ContactOutcome.UNMET)),
        )
    )
    return Overview(
        to_call_back=Voicemail.objects.filter(state=Voicemail.State.WAITING).count(),
        follow_ups=count_calls(),
        unmet=UnmetCase.objects.listed().open().count(),
        from_the_web=ServiceRequest.objects.to_do().filter(channel=Channel.WEB).count(),
        contacts=ServiceRequest.objects.contacts().between(today, today).count(),
        needs=of_today["all"],
        directed=of_today["directed"],
        unmet_today=of_today["unmet"],
    )
