"""Asking what came of a need: who is to be called, what they said, when to stop asking.

Changes follow the rules of :mod:`intake.requests.lifecycle`.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from intake.models import FollowUp, Need, Referral, UnmetCase
from intake.models.follow_up import FollowUpQuerySet
from intake.requests import lifecycle
from intake.requests.orientation import rules
from intake.requests.reasons import UnmetReason
from intake.requests.states import SETTLED, NeedStatus, RequestStatus


def calls_due(on: datetime.date | None = None) -> FollowUpQuerySet:
    """Follow-ups to make by phone on the date *on* (today)."""
    day = on or timezone.localdate()
    return FollowUp.objects.to_call(day, rules().follow_up_days).exclude(
        need__request__status=RequestStatus.SET_ASIDE
    )


def count_calls() -> int:
    """How many people are to be called today: one call asks about all of a person's needs."""
    return calls_due().aggregate(people=Count("need__request", distinct=True))["people"]


@transaction.atomic
def answer_follow_up(
    follow_up: FollowUp,
    answer: FollowUp.Answer,
    way: FollowUp.Way,
    reason: str = "",
    helped_by: int | None = None,
    satisfaction: int | None = None,
    by: Any = None,
    at: datetime.datetime | None = None,
) -> None:
    """What the person says came of it. A follow-up is answered once: a second answer changes nothing.

    *helped_by* is the key of the structure that helped, when they say which.
    """
    now = at or timezone.now()
    request, need = lifecycle.held_with(follow_up.need)
    answered = FollowUp.objects.filter(pk=follow_up.pk, answer="").update(
        answer=answer,
        way=way,
        reason=reason if answer == FollowUp.Answer.NOT_FOUND else "",
        satisfaction=satisfaction,
        answered_at=now,
        answered_to=by,
    )
    follow_up.refresh_from_db()
    if not answered:
        return
    pending = need.referrals.filter(outcome=Referral.Outcome.PENDING)
    if answer == FollowUp.Answer.FOUND:
        if helped_by is not None:
            need.referrals.filter(provider=helped_by).update(
                outcome=Referral.Outcome.HELPED, reason="", outcome_at=now
            )
        lifecycle.move(need, NeedStatus.MET, now)
        lifecycle.close_cases(need, UnmetCase.Resolution.FOUND, now)
    elif answer == FollowUp.Answer.NOT_FOUND:
        pending.given().update(
            outcome=Referral.Outcome.FAILED, reason=reason or UnmetReason.OTHER, outcome_at=now
        )
        lifecycle.move(need, NeedStatus.UNMET, now)
        lifecycle.open_case(need, UnmetCase.Stage.FOLLOW_UP, reason or UnmetReason.OTHER, "", now)
    elif lifecycle.plan_follow_up(need, now) is None and need.status not in SETTLED:
        # Asked often enough, and still nothing known.
        lifecycle.move(need, NeedStatus.NOT_KNOWN, now)
        lifecycle.close_cases(need, UnmetCase.Resolution.NO_ANSWER, now)
    lifecycle.written(request, "follow_up", by, now, need, answer=str(answer))


@transaction.atomic
def close_without_news(need: Need, by: Any = None, at: datetime.datetime | None = None) -> None:
    """Stop asking what came of *need*: neither met nor unmet."""
    now = at or timezone.now()
    request, fresh = lifecycle.held_with(need)
    lifecycle.move(fresh, NeedStatus.NOT_KNOWN, now)
    fresh.follow_ups.filter(answer="").update(answer=FollowUp.Answer.NO_NEWS, answered_at=now, answered_to=by)
    lifecycle.close_cases(fresh, UnmetCase.Resolution.NO_ANSWER, now)
    lifecycle.written(request, "no_news", by, now, fresh)


@transaction.atomic
def nobody_answered(
    follow_up: FollowUp, next_on: datetime.date, by: Any = None, at: datetime.datetime | None = None
) -> None:
    """Called, and nobody picked up: call again on *next_on*, or stop asking after as many calls as the rules say."""
    now = at or timezone.now()
    request, need = lifecycle.held_with(follow_up.need)
    waiting = FollowUp.objects.filter(pk=follow_up.pk, answer="")
    if not waiting.update(attempts=F("attempts") + 1, due_on=next_on, way=FollowUp.Way.PHONE):
        return
    follow_up.refresh_from_db()
    if follow_up.attempts >= rules().follow_up_times:
        close_without_news(need, by, now)
    else:
        lifecycle.written(request, "no_answer", by, now, need, attempts=follow_up.attempts)
