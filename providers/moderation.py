"""What structures send to the park: sent, taken back, approved, sent back.

Not Wagtail's workflow, whose task locks those who sent it out of their own
listing. Everything here happens under a lock on the listing's row: of two
people at once one comes second, and is told.
"""

from __future__ import annotations

import enum
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Revision

from providers.differences import Content, Difference, content_of, differences
from providers.models import ListingSubmission, Operations, Provider
from providers.signals import submission_changed

State = ListingSubmission.State


class Sent(enum.Enum):
    """What came of sending a draft."""

    WAITING = "waiting"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"


class NoLongerWaiting(Exception):
    """Somebody was quicker: *submission* is as it is now."""

    def __init__(self, submission: ListingSubmission) -> None:
        super().__init__(submission.state)
        self.submission = submission


class PublishedSince(Exception):
    """The public version was changed after this was sent: publishing it would undo that."""


def lock(provider: int) -> Provider | None:
    """The saved listing, held until the transaction ends; None when it is gone."""
    return Provider.objects.select_for_update(of=("self",)).filter(pk=provider).first()


def public_content(provider: Provider) -> Content:
    """What the public sees of the saved *provider*; empty when it was never published."""
    return content_of(provider) if provider.live else {}


def waiting_for(provider: int) -> ListingSubmission | None:
    """What waits for the park's answer."""
    return ListingSubmission.objects.waiting().filter(provider=provider).select_related("revision").first()


def changes(submission: ListingSubmission) -> list[Difference]:
    """What publishing *submission* would change for the public."""
    provider = Provider.objects.get(pk=submission.provider_id)
    return differences(public_content(provider), submission.revision.content)


@transaction.atomic
def submit(provider: int, revision: Revision, user: Any) -> Sent:
    """Send *revision* to the park; a trusted structure publishes it at once. What waited is replaced."""
    listing = lock(provider)
    if listing is None:
        raise Provider.DoesNotExist
    # As it is stored: fresh from the form its dates are no text yet.
    revision.refresh_from_db(fields=["content"])
    if listing.live and not differences(content_of(listing), revision.content):
        return Sent.UNCHANGED
    _close_waiting(provider, State.SUPERSEDED, user)
    if Operations.objects.filter(provider=provider, trusted=True).exists():
        revision.publish(user=user, skip_permission_checks=True)
        return Sent.PUBLISHED
    submission = ListingSubmission.objects.create(provider=listing, revision=revision, submitted_by=user)
    log(listing, "providers.submit", user=user, revision=revision)
    submission_changed.send(ListingSubmission, submission=submission, user=user)
    return Sent.WAITING


def _close_waiting(provider: int, state: str, user: Any) -> None:
    ListingSubmission.objects.filter(provider=provider, state=State.WAITING).update(
        state=state, decided_by=user, decided_at=timezone.now()
    )


def _held(submission: int) -> ListingSubmission:
    """The row, its listing locked; refused when it no longer waits."""
    row = ListingSubmission.objects.select_related("revision").get(pk=submission)
    lock(row.provider_id)
    row.refresh_from_db()
    if not row.is_waiting:
        raise NoLongerWaiting(row)
    return row


def _decide(row: ListingSubmission, state: str, action: str, user: Any, comment: str = "") -> None:
    row.state, row.comment = state, comment
    row.decided_by, row.decided_at = user, timezone.now()
    row.save()
    log(row.provider, action, user=user, revision=row.revision)
    submission_changed.send(ListingSubmission, submission=row, user=user)


@transaction.atomic
def approve(submission: int, user: Any) -> ListingSubmission:
    """Publish exactly what was sent; drafts made since stay drafts."""
    row = _held(submission)
    if (row.provider.live_revision_id or 0) > row.revision_id:
        raise PublishedSince
    row.revision.publish(user=user, skip_permission_checks=True)
    row.published_revision = row.revision
    # Publishing saved the listing: read it again before it is logged.
    row.provider.refresh_from_db()
    _decide(row, State.APPROVED, "providers.approve", user)
    return row


@transaction.atomic
def send_back(submission: int, user: Any, comment: str) -> ListingSubmission:
    """Nothing is published; the draft is kept and the structure reads *comment*."""
    row = _held(submission)
    _decide(row, State.RETURNED, "providers.return", user, comment)
    return row


@transaction.atomic
def withdraw(submission: int, user: Any) -> ListingSubmission:
    """The structure takes back what it sent; its draft is kept."""
    row = _held(submission)
    _decide(row, State.WITHDRAWN, "providers.withdraw", user)
    return row


@transaction.atomic
def published_with_changes(provider: int, revision: Revision, user: Any) -> ListingSubmission | None:
    """The park published *revision*, which was made from what waited: that is its answer."""
    lock(provider)
    row = waiting_for(provider)
    if row is None or revision.pk < row.revision_id:
        return None
    row.published_revision = revision
    _decide(row, State.APPROVED, "providers.approve", user)
    return row
