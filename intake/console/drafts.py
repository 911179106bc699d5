"""Calls being taken, kept on the server while they are typed.

``CallDraft.answers`` holds ``fields`` (name → list of what the form sent),
``tab`` (the window that saved it last) and ``seconds`` (time really spent).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from intake.models import CallDraft, ServiceRequest

KEPT = datetime.timedelta(days=1)
# Longer without a key pressed: the page was left open, nobody was on the phone.
LONGEST_PAUSE = datetime.timedelta(minutes=10)


class AlreadySaved(Exception):
    """This call is in the log already, as ``request``."""

    def __init__(self, request: ServiceRequest) -> None:
        self.request = request
        super().__init__()


class OtherWindow(Exception):
    """Another window has typed into the same call since this one was opened."""


def saved_as(key: uuid.UUID) -> ServiceRequest | None:
    """The request that this call became."""
    return ServiceRequest.objects.filter(entry_key=str(key)).first()


def save_draft(
    key: uuid.UUID,
    user: Any,
    fields: Mapping[str, list[str]],
    tab: str,
    opened_at: datetime.datetime,
    now: datetime.datetime | None = None,
) -> CallDraft:
    """Keep *fields*, typed in the window *tab* opened at *opened_at*.

    Raises :class:`AlreadySaved`, or :class:`OtherWindow` rather than overwrite
    what another window has typed since.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        request = saved_as(key)
        if request is not None:
            raise AlreadySaved(request)
        draft, created = CallDraft.objects.select_for_update().get_or_create(
            key=key, defaults={"user": user, "started_at": opened_at}
        )
        if draft.user_id != user.pk:
            raise CallDraft.DoesNotExist
        known = draft.answers
        if not created and known.get("tab") != tab and draft.updated_at > opened_at:
            raise OtherWindow
        before = opened_at if created else draft.updated_at
        draft.answers = {
            # PostgreSQL refuses the character zero.
            "fields": {
                name: [value.replace("\0", "") for value in values] for name, values in fields.items()
            },
            "tab": tab,
            "seconds": known.get("seconds", 0) + _spent(before, moment),
        }
        draft.save()
    return draft


def _spent(before: datetime.datetime, now: datetime.datetime) -> float:
    pause = now - before
    return pause.total_seconds() if datetime.timedelta() < pause <= LONGEST_PAUSE else 0


def duration(key: uuid.UUID, opened_at: datetime.datetime, now: datetime.datetime | None = None) -> int:
    """Seconds spent on a call since its page was opened; pauses of more than ten minutes are left out."""
    moment = now or timezone.now()
    draft = CallDraft.objects.filter(key=key).first()
    if draft is None:
        return round(_spent(opened_at, moment))
    return round(draft.answers.get("seconds", 0) + _spent(draft.updated_at, moment))


def drafts_of(user: Any) -> list[CallDraft]:
    """The calls *user* has begun and not saved, the latest first."""
    drafts = list(CallDraft.objects.filter(user=user, updated_at__gte=timezone.now() - KEPT))
    keys = [str(draft.key) for draft in drafts]
    saved = set(ServiceRequest.objects.filter(entry_key__in=keys).values_list("entry_key", flat=True))
    return [draft for draft in drafts if str(draft.key) not in saved]


def in_short(draft: CallDraft) -> str:
    """What tells a draft from another: where, what for and who, as they were typed."""
    fields = draft.answers.get("fields", {})
    number = next(iter(fields.get("need", [])), "0")
    names = (f"n{number}-commune_text", f"n{number}-service_text", "name", "phone")
    typed = (value.strip() for name in names for value in fields.get(name, [])[:1])
    return ", ".join(value for value in typed if value)


def erase_old_drafts(now: datetime.datetime | None = None) -> int:
    """Erase drafts nobody has touched for a day; returns how many."""
    rows = CallDraft.objects.filter(updated_at__lt=(now or timezone.now()) - KEPT)
    return rows.delete()[1].get("intake.CallDraft", 0)
