"""Every change of a request's life: directing, unmet, outcomes, withdrawal, setting aside.

Each function is one transaction that first takes the request's row, so two
people at once act one after the other; each writes the history, with names of
fields and codes and never what a person said. *by* is the user who acts, or
None for the person themselves, the form and the nightly tasks.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log

from intake.models import FollowUp, Need, Referral, ServiceRequest, UnmetCase
from intake.requests.orientation import Given, rules
from intake.requests.reasons import SetAsideReason, UnmetReason
from intake.requests.states import (
    SETTLED,
    ContactOutcome,
    NeedStatus,
    RequestStatus,
    check_change,
    request_status,
)


class Outdated(Exception):
    """Somebody else changed the request meanwhile: show theirs, keep what was typed."""


def locked(request_pk: int) -> ServiceRequest:
    """The request, held until the end of the transaction."""
    return ServiceRequest.objects.select_for_update().get(pk=request_pk)


@contextmanager
def as_seen(request_pk: int, version: int) -> Iterator[ServiceRequest]:
    """Hold the request while one of the changes below is made; raises :class:`Outdated` unless *version* is the last.

    ``with as_seen(pk, version): find_nobody(...)``
    """
    with transaction.atomic():
        request = locked(request_pk)
        if request.version != version:
            raise Outdated
        yield request


def touch(request: ServiceRequest, version: int | None = None, now: datetime.datetime | None = None) -> None:
    """Count one more version; raises :class:`Outdated` when *version*, the one somebody saw, is no longer the last."""
    rows = ServiceRequest.objects.filter(pk=request.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(version=F("version") + 1, last_activity_at=now or timezone.now()):
        raise Outdated
    request.refresh_from_db(fields=["version", "last_activity_at"])


def refresh_status(request: ServiceRequest, now: datetime.datetime | None = None) -> None:
    """Work the request's status out from its needs."""
    if request.status == RequestStatus.SET_ASIDE:
        return
    open_cases = set(UnmetCase.objects.open().filter(need__request=request).values_list("need", flat=True))
    needs = [(status, pk in open_cases) for pk, status in request.needs.values_list("pk", "status")]
    status = request_status(needs)
    closed_at = (request.closed_at or now or timezone.now()) if status == RequestStatus.CLOSED else None
    if (status, closed_at) != (request.status, request.closed_at):
        request.status, request.closed_at = status, closed_at
        request.save(update_fields=["status", "closed_at"])


def move(need: Need, status: NeedStatus, now: datetime.datetime) -> None:
    if need.status != status:
        check_change(need.status, status)
        need.status, need.status_changed_at = status, now
    need.save()


def held_with(need: Need) -> tuple[ServiceRequest, Need]:
    """The need as it is now, its request's row being held."""
    request = locked(need.request_id)
    fresh = Need.objects.get(pk=need.pk)
    fresh.request = request
    return request, fresh


def written(
    request: ServiceRequest,
    action: str,
    by: Any,
    now: datetime.datetime,
    need: Need | None = None,
    **codes: Any,
) -> None:
    touch(request, now=now)
    refresh_status(request, now)
    data = ({"need": need.pk} if need else {}) | codes
    log(instance=request, action=f"intake.{action}", user=by, data=data, timestamp=now)


def settle_follow_ups(need: Need, now: datetime.datetime) -> None:
    need.follow_ups.filter(answer="").update(answer=FollowUp.Answer.NEEDLESS, answered_at=now)


def plan_follow_up(need: Need, now: datetime.datetime) -> FollowUp | None:
    """Ask what came of it after the delay of the settings; None once it was asked often enough."""
    asked = need.follow_ups.exclude(answer=FollowUp.Answer.NEEDLESS).count()
    if asked >= rules().follow_up_times:
        return None
    due = timezone.localdate(now) + datetime.timedelta(days=rules().follow_up_days)
    follow_up, _created = FollowUp.objects.get_or_create(need=need, answer="", defaults={"due_on": due})
    return follow_up


@transaction.atomic
def direct(
    need: Need,
    given: Iterable[Given],
    way: Referral.Way,
    by: Any = None,
    at: datetime.datetime | None = None,
) -> list[Referral]:
    """Give structures for *need*; those already given are left as they are. Returns the new referrals.

    Given during the contact, or after nobody could be given: then the need
    stays counted as unmet at contact.
    """
    now = at or timezone.now()
    request, fresh = held_with(need)
    known = set(fresh.referrals.given().values_list("provider", flat=True))
    rows = [row for row in given if row.provider not in known]
    # A structure first shown for want of better may then really be given.
    fresh.referrals.filter(provider__in=[row.provider for row in rows], way=Referral.Way.SUGGESTED).delete()
    referrals = Referral.objects.bulk_create(
        Referral(
            need=fresh,
            provider_id=row.provider,
            rank=row.rank,
            distance_km=row.distance_km,
            waiting_list=row.waiting_list,
            way=way,
            given_at=now,
            given_by=by,
        )
        for row in rows
    )
    if not referrals:
        return []
    if fresh.contact_outcome == ContactOutcome.PENDING:
        fresh.contact_outcome = ContactOutcome.DIRECTED
    move(fresh, NeedStatus.DIRECTED, now)
    plan_follow_up(fresh, now)
    close_cases(fresh, UnmetCase.Resolution.FOUND, now)
    written(request, "direct", by, now, fresh, given=len(referrals), way=str(way))
    return referrals


@transaction.atomic
def suggest(need: Need, given: Iterable[Given], at: datetime.datetime | None = None) -> None:
    """Keep which structures were shown for want of better; they do not count as given."""
    now = at or timezone.now()
    known = set(need.referrals.values_list("provider", flat=True))
    Referral.objects.bulk_create(
        Referral(
            need=need,
            provider_id=row.provider,
            rank=row.rank,
            distance_km=row.distance_km,
            waiting_list=row.waiting_list,
            way=Referral.Way.SUGGESTED,
            given_at=now,
        )
        for row in given
        if row.provider not in known
    )


def open_case(
    need: Need, stage: UnmetCase.Stage, reason: str, note: str, now: datetime.datetime
) -> UnmetCase:
    case, created = UnmetCase.objects.get_or_create(
        need=need, stage=stage, defaults={"reason": reason, "reason_note": note, "opened_at": now}
    )
    if not created:
        case.reason, case.reason_note = reason, note
        case.resolution, case.resolved_at, case.resolution_note = "", None, ""
        case.save()
    return case


def close_cases(need: Need, resolution: UnmetCase.Resolution, now: datetime.datetime) -> None:
    UnmetCase.objects.open().filter(need=need).update(resolution=resolution, resolved_at=now)


@transaction.atomic
def find_nobody(
    need: Need, reason: UnmetReason, note: str = "", by: Any = None, at: datetime.datetime | None = None
) -> UnmetCase:
    """Nobody could be given for *need* during the contact."""
    now = at or timezone.now()
    request, fresh = held_with(need)
    if fresh.contact_outcome == ContactOutcome.PENDING:
        fresh.contact_outcome = ContactOutcome.UNMET
    move(fresh, NeedStatus.UNMET, now)
    stage = UnmetCase.Stage.FOLLOW_UP if fresh.referrals.given().exists() else UnmetCase.Stage.CONTACT
    case = open_case(fresh, stage, reason, note, now)
    settle_follow_ups(fresh, now)
    written(request, "find_nobody", by, now, fresh, reason=str(reason))
    return case


@transaction.atomic
def put_out_of_scope(need: Need, by: Any = None, at: datetime.datetime | None = None) -> None:
    """The need is not for this scheme (referred elsewhere): it is no longer counted as a need."""
    now = at or timezone.now()
    request, fresh = held_with(need)
    fresh.contact_outcome = ContactOutcome.OUT_OF_SCOPE
    move(fresh, NeedStatus.OUT_OF_SCOPE, now)
    settle_follow_ups(fresh, now)
    close_cases(fresh, UnmetCase.Resolution.ELSEWHERE, now)
    written(request, "out_of_scope", by, now, fresh)


@transaction.atomic
def reopen(need: Need, by: Any = None, at: datetime.datetime | None = None) -> None:
    """Take back a withdrawal or an “out of scope” said by mistake: the need stands again where it stood.

    What the contact gave is a fact: it is read again from what was given and listed.
    """
    now = at or timezone.now()
    request, fresh = held_with(need)
    fresh.contact_outcome = ContactOutcome.PENDING
    move(fresh, NeedStatus.OPEN, now)
    given = set(fresh.referrals.given().values_list("outcome", flat=True))
    stages = set(fresh.unmet_cases.values_list("stage", flat=True))
    if given or stages:
        at_contact = UnmetCase.Stage.CONTACT in stages
        fresh.contact_outcome = ContactOutcome.UNMET if at_contact else ContactOutcome.DIRECTED
        if given - {Referral.Outcome.FAILED}:
            move(fresh, NeedStatus.DIRECTED, now)
            plan_follow_up(fresh, now)
        else:
            move(fresh, NeedStatus.UNMET, now)
            last = (
                UnmetCase.Stage.FOLLOW_UP if UnmetCase.Stage.FOLLOW_UP in stages else UnmetCase.Stage.CONTACT
            )
            fresh.unmet_cases.filter(stage=last).update(resolution="", resolved_at=None)
    written(request, "reopen", by, now, fresh)


@transaction.atomic
def record_outcome(
    referral: Referral,
    outcome: Referral.Outcome,
    reason: str = "",
    by: Any = None,
    at: datetime.datetime | None = None,
) -> None:
    """Whether one structure could help. All given having failed, the need is unmet at follow-up."""
    now = at or timezone.now()
    request, need = held_with(referral.need)
    known = outcome != Referral.Outcome.PENDING
    before = Referral.objects.values_list("outcome", flat=True).get(pk=referral.pk)
    Referral.objects.filter(pk=referral.pk).update(
        outcome=outcome,
        reason=reason if outcome == Referral.Outcome.FAILED else "",
        outcome_at=now if known else None,
    )
    referral.refresh_from_db()
    _draw_conclusion(need, reason, now, taken_back=before == Referral.Outcome.HELPED)
    written(request, "outcome", by, now, need, outcome=str(outcome))


def _draw_conclusion(need: Need, reason: str, now: datetime.datetime, taken_back: bool) -> None:
    """What the outcomes say of *need*; *taken_back*: one that was said to have helped had not."""
    outcomes = set(need.referrals.given().values_list("outcome", flat=True))
    helped = need.referrals.filter(outcome=Referral.Outcome.HELPED).exists()
    if helped:
        move(need, NeedStatus.MET, now)
        settle_follow_ups(need, now)
        close_cases(need, UnmetCase.Resolution.FOUND, now)
    elif outcomes == {Referral.Outcome.FAILED}:
        move(need, NeedStatus.UNMET, now)
        open_case(need, UnmetCase.Stage.FOLLOW_UP, reason or UnmetReason.OTHER, "", now)
        settle_follow_ups(need, now)
    elif outcomes and (need.status == NeedStatus.UNMET or (need.status == NeedStatus.MET and taken_back)):
        move(need, NeedStatus.DIRECTED, now)
        # That all had failed was said too early: it never was a case.
        UnmetCase.objects.open().filter(need=need, stage=UnmetCase.Stage.FOLLOW_UP).delete()
        plan_follow_up(need, now)


@transaction.atomic
def put_through(referral: Referral, by: Any = None, at: datetime.datetime | None = None) -> None:
    """The person was put through to this structure, given before or only shown for want of better."""
    now = at or timezone.now()
    if referral.way == Referral.Way.SUGGESTED:
        given = Given(referral.provider_id, referral.rank, referral.distance_km, referral.waiting_list)
        direct(referral.need, [given], Referral.Way.PUT_THROUGH, by, now)
        return
    request, need = held_with(referral.need)
    Referral.objects.filter(pk=referral.pk).update(way=Referral.Way.PUT_THROUGH)
    written(request, "direct", by, now, need, given=0, way=str(Referral.Way.PUT_THROUGH))


def withdraw_need(need: Need, now: datetime.datetime) -> None:
    """The person no longer wants this one; it stays counted as asked."""
    if need.status not in SETTLED:
        move(need, NeedStatus.WITHDRAWN, now)
        settle_follow_ups(need, now)
        close_cases(need, UnmetCase.Resolution.GIVEN_UP, now)


@transaction.atomic
def withdraw(request: ServiceRequest, by: Any = None, at: datetime.datetime | None = None) -> None:
    """The person no longer wants anything: their needs end, and stay counted as asked."""
    now = at or timezone.now()
    held = locked(request.pk)
    for need in held.needs.all():
        withdraw_need(need, now)
    written(held, "withdraw", by, now)


@transaction.atomic
def set_aside(
    request: ServiceRequest, reason: SetAsideReason, by: Any, at: datetime.datetime | None = None
) -> None:
    """This is no request (advertising, a test, entered twice): kept, counted nowhere."""
    now = at or timezone.now()
    held = locked(request.pk)
    held.status, held.set_aside_reason, held.closed_at = RequestStatus.SET_ASIDE, reason, now
    held.checked_at = now
    held.save(update_fields=["status", "set_aside_reason", "closed_at", "checked_at"])
    for need in held.needs.all():
        settle_follow_ups(need, now)
    written(held, "set_aside", by, now, reason=str(reason))


@transaction.atomic
def take_back(request: ServiceRequest, by: Any, at: datetime.datetime | None = None) -> None:
    """It was a request after all, or nothing is wrong with it: counted again, no longer in doubt."""
    now = at or timezone.now()
    held = locked(request.pk)
    held.status, held.set_aside_reason, held.closed_at = RequestStatus.TO_DO, "", None
    held.checked_at = now
    held.save(update_fields=["status", "set_aside_reason", "closed_at", "checked_at"])
    for need in held.needs.filter(status=NeedStatus.DIRECTED):
        plan_follow_up(need, now)
    written(held, "take_back", by, now)


@transaction.atomic
def let_go(request: ServiceRequest, by: Any = None, at: datetime.datetime | None = None) -> None:
    """Nothing happened for so long that nothing more will: closed for want of news.

    Needs with structures given are “no news”, those still unmet stay so with
    their case ended, and those never directed end as withdrawn.
    """
    now = at or timezone.now()
    held = locked(request.pk)
    if held.closed_at is not None:
        return
    for need in held.needs.all():
        if need.status == NeedStatus.DIRECTED:
            move(need, NeedStatus.NOT_KNOWN, now)
        elif need.status == NeedStatus.OPEN:
            move(need, NeedStatus.WITHDRAWN, now)
        settle_follow_ups(need, now)
        close_cases(need, UnmetCase.Resolution.NO_ANSWER, now)
    written(held, "let_go", by, now)


@transaction.atomic
def look_at(request: ServiceRequest, by: Any, at: datetime.datetime | None = None) -> None:
    """An operator looked at an entry in doubt: nothing is wrong with it."""
    now = at or timezone.now()
    held = locked(request.pk)
    held.checked_at = now
    held.save(update_fields=["checked_at"])
    written(held, "look_at", by, now)


@transaction.atomic
def amended(request: ServiceRequest, fields: Iterable[str], by: Any, action: str = "correct") -> None:
    """Note in the history that these fields (names, never values) were corrected by hand."""
    written(locked(request.pk), action, by, timezone.now(), fields=sorted(fields))
