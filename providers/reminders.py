"""Whom to remind that a listing has to be confirmed, and when; nothing is sent from here.

Twice at most for one due date: before it (the reminder) and once it has passed
(the warning). What is to be sent is told by signals, in the transaction that
notes that it was.
"""

from __future__ import annotations

import datetime
import logging

from django.db import transaction

from providers import freshness
from providers.models import Operations
from providers.signals import confirmation_awaited

State = freshness.State
logger = logging.getLogger(__name__)


def addresses(operations: Operations) -> list[str]:
    """The listing's own address and those of its managers, each once."""
    found = [operations.provider.email]
    managers = operations.provider.managers.filter(user__is_active=True).order_by("pk")
    found += managers.values_list("user__email", flat=True)
    return list({address.strip().lower(): address.strip() for address in found if address.strip()}.values())


def remind(on: datetime.date) -> int:
    """Tell of every published listing to be confirmed or late on the date *on*, if not told yet; returns how many."""
    count = 0
    published = Operations.objects.filter(provider__live=True).order_by("pk")
    for wanted in (State.DUE, State.LATE, State.HIDDEN):
        for key in list(freshness.in_state(published, wanted, on).values_list("pk", flat=True)):
            try:
                count += _remind_one(key, on)
            except Exception as error:
                # One that fails keeps no other from being asked; it is tried again tomorrow.
                logger.error("Listing %s could not be asked about: %s.", key, type(error).__name__)
    return count


def _remind_one(key: int, on: datetime.date) -> bool:
    with transaction.atomic():
        # Looked at again under the lock: two workers at once tell once, and what
        # was confirmed meanwhile is left alone.
        row = Operations.objects.select_for_update(of=("self",)).filter(pk=key).first()
        if row is None:
            return False
        state, due = freshness.state(row, on), freshness.due_on(row)
        if state == State.FRESH:
            return False
        column = "reminded_for" if state == State.DUE else "warned_for"
        if getattr(row, column) == due:
            return False
        Operations.objects.filter(pk=key).update(**{column: due})
        to = addresses(row)
        if to:
            confirmation_awaited.send(
                sender=None, operations=row, to=to, state=state, due=due, hidden_on=freshness.hidden_on(row)
            )
        return bool(to)
