"""The one door by which requests enter the log: form, console, answering machine, letters, demonstration.

A request is committed before it is acknowledged. The same key with the same
answers is the same request; with other answers, it is corrected.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from phonenumber_field.phonenumber import to_python
from wagtail.log_actions import log

from intake.models import Campaign, HeardFrom, Need, Referral, Requester, ServiceRequest
from intake.models.requests import WORDS_LIMIT
from intake.requests import lifecycle, references
from intake.requests.orientation import Given, as_given, rules, who_can_come, who_may_help, why_nobody
from intake.requests.reasons import Channel, UnmetReason
from intake.requests.states import ContactOutcome, NeedStatus
from intake.signals import request_amended, request_recorded
from providers.models import Commune, Service


@dataclass(frozen=True)
class NeedEntry:
    """One thing asked for. ``service`` or ``words`` says what; ``commune`` or ``place_as_typed`` says where.

    ``given`` are the structures an operator ticked; None lets the nearest be
    given by themselves; empty with a ``reason`` means that nobody could be given,
    ``suggested`` being those named for want of better.
    """

    service: Service | None = None
    commune: Commune | None = None
    words: str = ""
    place_as_typed: str = ""
    beneficiary: str = ""
    urgency: str = ""
    recurrence: str = ""
    given: Sequence[Given] | None = None
    suggested: Sequence[Given] = ()
    reason: str = ""
    reason_note: str = ""
    out_of_scope: bool = False

    def answers(self) -> list[Any]:
        """What the person said, without what was found for them."""
        return [
            self.service and self.service.pk,
            self.commune and self.commune.pk,
            self.words,
            self.place_as_typed,
            self.beneficiary,
            self.urgency,
            self.recurrence,
        ]


@dataclass(frozen=True)
class Person:
    """Who asks; everything may be empty. ``phone`` is what was typed, a number or not."""

    name: str = ""
    phone: str = ""
    email: str = ""
    call_times: str = ""
    consents_to_contact: bool = False

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


@dataclass(frozen=True)
class Entry:
    """One contact as it was taken."""

    channel: Channel
    needs: Sequence[NeedEntry]
    person: Person = field(default_factory=Person)
    key: str = ""
    way: Referral.Way = Referral.Way.ON_SCREEN
    kind: str = ""
    heard_from: HeardFrom | None = None
    campaign: Campaign | None = None
    why_not_before: str = ""
    notes: str = ""
    doubts: Sequence[str] = ()
    duration: int | None = None  # seconds
    received_at: datetime.datetime | None = None
    invented: bool = False

    def digest(self) -> str:
        """What tells a second sending of the same answers from a correction."""
        answers = [
            self.channel,
            dataclasses.astuple(self.person),
            self.kind,
            self.heard_from and self.heard_from.pk,
            self.campaign and self.campaign.pk,
            self.why_not_before,
            self.notes,
            [need.answers() for need in self.needs],
        ]
        return hashlib.sha256(json.dumps(answers).encode()).hexdigest()


def record(entry: Entry, by: Any = None) -> ServiceRequest:
    """Write *entry* to the log, with its nearest structures; returns the request, committed by the caller's return.

    Safe to call twice, and twice at once, with the same ``entry.key``.
    """
    for attempt in range(6):
        try:
            with transaction.atomic():
                known = _known(entry.key)
                if known is not None:
                    return _amend(known, entry, by)
                return _create(entry, by, attempt)
        except IntegrityError:
            # The reference is taken, or the same form arrives twice at once: look again.
            if attempt == 5:
                raise
    raise AssertionError  # the loop returns or raises


def _known(key: str) -> ServiceRequest | None:
    if not key:
        return None
    return ServiceRequest.objects.select_for_update().filter(entry_key=key).first()


def _create(entry: Entry, by: Any, attempt: int) -> ServiceRequest:
    now = timezone.now()
    at = entry.received_at or now
    request = ServiceRequest.objects.create(
        reference=references.draw(attempt),
        entry_key=entry.key or None,
        entry_digest=entry.digest() if entry.key else "",
        channel=entry.channel,
        received_at=at,
        duration=entry.duration,
        operator=by,
        kind=entry.kind,
        heard_from=entry.heard_from,
        campaign=entry.campaign,
        why_not_before=entry.why_not_before,
        notes=entry.notes[:WORDS_LIMIT],
        doubts=" ".join(entry.doubts),
        invented=entry.invented,
    )
    log(instance=request, action="intake.record", user=by, timestamp=at, data={"channel": str(entry.channel)})
    _write_person(request, entry.person, at)
    for need in entry.needs:
        add_need(request, need, entry.way, by, at)
    request.refresh_from_db()
    request_recorded.send(sender=ServiceRequest, request=request)
    return request


def _write_person(request: ServiceRequest, person: Person, at: datetime.datetime) -> None:
    """Keep who asked; nobody when they said nothing of themselves."""
    if not person:
        Requester.objects.filter(request=request).delete()
        return
    number = to_python(person.phone) if person.phone else None
    is_number = bool(number and number.is_valid())
    known = Requester.objects.filter(request=request).first()
    consented_at = (known and known.consented_at) or at
    Requester.objects.update_or_create(
        request=request,
        defaults={
            "name": person.name[:120],
            "phone": number if is_number else "",
            "phone_as_typed": "" if is_number else person.phone[:60],
            "email": person.email,
            "call_times": person.call_times[:120],
            "consents_to_contact": person.consents_to_contact,
            "consented_at": consented_at if person.consents_to_contact else None,
        },
    )


@transaction.atomic
def correct_person(request: ServiceRequest, person: Person, by: Any = None) -> None:
    """Replace who asked and how to reach them."""
    _write_person(request, person, timezone.now())
    lifecycle.amended(request, ["requester"], by)


def add_need(
    request: ServiceRequest,
    entry: NeedEntry,
    way: Referral.Way,
    by: Any = None,
    at: datetime.datetime | None = None,
) -> Need:
    """Add a need to *request* and direct it: the structures ticked, or else the nearest."""
    now = at or timezone.now()
    need = Need.objects.create(
        request=request,
        service=entry.service,
        commune=entry.commune,
        words=entry.words[:WORDS_LIMIT],
        place_as_typed="" if entry.commune else entry.place_as_typed[:120],
        beneficiary=entry.beneficiary,
        urgency=entry.urgency,
        recurrence=entry.recurrence,
    )
    Need.objects.filter(pk=need.pk).update(status_changed_at=now)
    if entry.out_of_scope:
        lifecycle.put_out_of_scope(need, by, now)
    elif entry.given:
        lifecycle.direct(need, entry.given, way, by, now)
    elif entry.reason:
        lifecycle.suggest(need, entry.suggested, now)
        lifecycle.find_nobody(need, UnmetReason(entry.reason), entry.reason_note, by, now)
    elif entry.given is None:
        give_nearest(need, way, by, now)
    lifecycle.refresh_status(lifecycle.locked(request.pk), now)
    return need


def give_nearest(need: Need, way: Referral.Way, by: Any = None, at: datetime.datetime | None = None) -> None:
    """Give the nearest structures that can come, as many as the settings say; else say why nobody can.

    A need whose service or commune is not known yet stays to be directed by an operator.
    """
    if need.service is None or need.commune is None:
        lifecycle.refresh_status(lifecycle.locked(need.request_id), at)
        return
    coming = who_can_come(need.service, need.commune)
    if coming:
        lifecycle.direct(need, as_given(coming, rules().structures_given), way, by, at)
        return
    reason = why_nobody(need.service, need.commune)
    lifecycle.suggest(need, as_given(who_may_help(need.service, need.commune), rules().structures_given), at)
    lifecycle.find_nobody(need, reason, by=by, at=at)


def _amend(request: ServiceRequest, entry: Entry, by: Any) -> ServiceRequest:
    """The same form sent again: nothing when nothing changed, else the corrections."""
    digest = entry.digest()
    if request.entry_digest == digest:
        return request
    correct(request, entry, by)
    ServiceRequest.objects.filter(pk=request.pk).update(entry_digest=digest)
    request.refresh_from_db()
    return request


@transaction.atomic
def correct(request: ServiceRequest, entry: Entry, by: Any = None) -> None:
    """Replace what the person said by *entry*; needs that did not change keep their referrals.

    A need left out is deleted when nothing came of it yet, and counts as
    withdrawn otherwise.
    """
    now = timezone.now()
    held = lifecycle.locked(request.pk)
    held.kind, held.heard_from, held.campaign = entry.kind, entry.heard_from, entry.campaign
    # The form asks for no notes: those an operator wrote stay.
    if entry.channel != Channel.WEB:
        held.notes = entry.notes[:WORDS_LIMIT]
    held.why_not_before = entry.why_not_before or held.why_not_before
    held.save()
    _write_person(held, entry.person, now)
    kept: set[int] = set()
    for wanted in entry.needs:
        same = _same(held, wanted, kept)
        if same is None:
            kept.add(add_need(held, wanted, entry.way, by, now).pk)
            continue
        kept.add(same.pk)
        Need.objects.filter(pk=same.pk).update(
            words=wanted.words[:WORDS_LIMIT],
            beneficiary=wanted.beneficiary,
            urgency=wanted.urgency,
            recurrence=wanted.recurrence,
        )
    for gone in held.needs.exclude(pk__in=kept):
        _drop(gone, now)
    lifecycle.touch(held, now=now)
    lifecycle.refresh_status(held, now)
    log(instance=held, action="intake.correct", user=by, timestamp=now)
    request_amended.send(sender=ServiceRequest, request=held)
    request.refresh_from_db()


def _same(request: ServiceRequest, wanted: NeedEntry, taken: set[int]) -> Need | None:
    rows = request.needs.filter(
        service=wanted.service,
        commune=wanted.commune,
        place_as_typed="" if wanted.commune else wanted.place_as_typed[:120],
    ).exclude(pk__in=taken)
    if wanted.service is None:
        rows = rows.filter(words=wanted.words[:WORDS_LIMIT])
    return rows.exclude(status=NeedStatus.WITHDRAWN).first()


def _drop(need: Need, now: datetime.datetime) -> None:
    untouched = need.contact_outcome == ContactOutcome.PENDING or not (
        need.referrals.exclude(outcome=Referral.Outcome.PENDING).exists()
        or need.referrals.exclude(way__in=[Referral.Way.ON_SCREEN, Referral.Way.SUGGESTED]).exists()
        or need.follow_ups.exclude(answer="").exists()
    )
    if untouched:
        need.delete()
    else:
        lifecycle.withdraw_need(need, now)
