"""Requests to keep a listing: made by anybody, answered by the park, then emptied.

“This is my structure” from a structure's page, or a new structure that
proposes itself (:mod:`providers.proposals`). Whoever asks is told the same
whether or not the listing has a manager.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from providers import proposals
from providers.invitations import invite
from providers.models import AccessRequest, Provider
from providers.personal_data import Subject
from providers.signals import access_answered, access_asked

State = AccessRequest.State
# Days after which words and addresses are erased: once answered, or at all.
ANSWERED_DAYS, OLDEST_DAYS = 90, 365
BATCH = 200


class AlreadyAnswered(Exception):
    """Somebody was quicker: *request* is as it is now."""

    def __init__(self, request: AccessRequest) -> None:
        super().__init__(request.state)
        self.request = request


def ask(
    person: Mapping[str, Any],
    *,
    provider: Provider | None = None,
    structure: Mapping[str, Any] | None = None,
    key: str,
    doubts: Sequence[str] = (),
) -> AccessRequest:
    """Record a request about *provider*, or about a new *structure*; sent again under the same *key* it is one.

    *person* has ``name``, ``role``, ``email``, ``phone`` and ``words``. The last words sent win
    as long as nobody has answered.
    """
    kind = AccessRequest.Kind.CLAIM if provider else AccessRequest.Kind.PROPOSAL
    values = dict(person) | {"structure": dict(structure or {}), "doubts": " ".join(doubts)}
    with transaction.atomic():
        row, created = AccessRequest.objects.get_or_create(
            entry_key=key, defaults={"kind": kind, "provider": provider, **values}
        )
        if created:
            access_asked.send(AccessRequest, request=row)
        elif row.is_waiting and row.kind == kind and row.provider_id == (provider and provider.pk):
            AccessRequest.objects.filter(pk=row.pk).update(**values)
            row.refresh_from_db()
    return row


def _held(request: int) -> AccessRequest:
    row = AccessRequest.objects.select_for_update(of=("self",)).get(pk=request)
    if not row.is_waiting:
        raise AlreadyAnswered(row)
    return row


def _decide(row: AccessRequest, state: str, by: Any, answer: str = "") -> None:
    row.state, row.answer = state, answer
    row.decided_by, row.decided_at = by, timezone.now()
    row.save()
    if row.provider:
        log(row.provider, f"providers.access_{state}", user=by)


@transaction.atomic
def accept(request: int, by: Any, known: Provider | None = None) -> AccessRequest:
    """Invite who asked; a proposal becomes a draft listing, or is taken for *known*, which is there already.

    AlreadyAnswered when somebody was quicker.
    """
    row = _held(request)
    if row.provider is None:
        row.provider = known or proposals.make_draft(row, by)
    _decide(row, State.ACCEPTED, by)
    # Its e-mail is the answer.
    invite(row.provider, row.email, by, row)
    return row


@transaction.atomic
def refuse(request: int, by: Any, answer: str) -> AccessRequest:
    """Say no, with a word that goes to who asked; AlreadyAnswered when somebody was quicker."""
    row = _held(request)
    _decide(row, State.REFUSED, by, answer)
    access_answered.send(AccessRequest, request=row)
    return row


# --- Personal data ---------------------------------------------------------------


def speaking() -> QuerySet[AccessRequest]:
    """Requests that still say something of somebody."""
    return AccessRequest.objects.exclude(
        name="", role="", email="", phone="", words="", answer="", structure={}, entry_key=None
    )


def forget(rows: QuerySet[AccessRequest]) -> int:
    """Empty *rows*: what was asked, the listing and the dates stay, to be counted.

    Those that still wait are closed: nobody is left to answer.
    """
    rows.filter(state=State.WAITING).update(state=State.REFUSED, decided_at=timezone.now())
    return rows.update(
        name="", role="", email="", phone="", words="", answer="", structure={}, entry_key=None
    )


def purge(now: datetime.datetime, dry_run: bool) -> int:
    """Empty what was answered more than ANSWERED_DAYS ago, and whatever is older than OLDEST_DAYS."""
    answered = Q(decided_at__lte=now - datetime.timedelta(days=ANSWERED_DAYS))
    old = Q(created_at__lte=now - datetime.timedelta(days=OLDEST_DAYS))
    rows = speaking().filter(answered | old)
    if dry_run:
        return rows.count()
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += forget(AccessRequest.objects.filter(pk__in=keys))
    return count


def about(subject: Subject) -> QuerySet[AccessRequest]:
    """Requests of the person with this address or number."""
    asked = Q(pk__in=[])
    if subject.email:
        asked |= Q(email__iexact=subject.email)
    if subject.phone:
        asked |= Q(phone=subject.phone)
    return AccessRequest.objects.filter(asked)
