"""Panels of the admin's home."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from wagtail.admin.ui.components import Component

from providers import completeness, freshness
from providers.locks import reason_text
from providers.matching import today
from providers.models import AccessRequest, Invitation, JobOpening, ListingSubmission, Provider
from providers.permissions import decides_on_listings, invites_managers, listings_of


@dataclass(frozen=True)
class MyListing:
    """A structure as those who keep it need to see it."""

    provider: Provider
    shown: bool  # to the public
    draft: bool  # something is saved that was not sent
    submission: ListingSubmission | None  # what waits, or was sent back last
    jobs: list[JobOpening]  # those still open
    lock: str  # why it is locked and until when; "" when it is not
    state: freshness.State
    verified_on: datetime.date | None
    hidden_on: datetime.date | None
    missing: list[completeness.Missing]
    reports: int

    @property
    def waits(self) -> bool:
        return self.submission is not None and self.submission.is_waiting

    @property
    def score(self) -> int:
        return 100 - sum(item.points for item in self.missing)


def _my_listing(provider: Provider, shown: bool, on: datetime.date) -> MyListing:
    facts = provider.operations
    state = freshness.state(facts, on)
    last = ListingSubmission.objects.filter(provider=provider.pk).first()
    is_sent = last is not None and last.revision_id == provider.latest_revision_id
    return MyListing(
        provider=provider,
        shown=shown,
        draft=provider.has_unpublished_changes and not is_sent,
        submission=last if last and last.state in ("waiting", "returned") else None,
        jobs=list(
            JobOpening.objects.filter(provider=provider.pk, closes_on__gte=on).order_by("closes_on", "pk")
        ),
        lock=reason_text(facts) if provider.get_lock() else "",
        state=state,
        verified_on=facts.verified_on,
        hidden_on=freshness.hidden_on(facts) if state == freshness.State.LATE else None,
        missing=completeness.missing(provider),
        reports=provider.error_reports.open().count(),
    )


def my_listings(user: Any, on: datetime.date) -> list[MyListing]:
    """The listings *user* keeps and where each stands on the date *on*."""
    rows = list(listings_of(user).select_related("operations"))
    keys = [row.pk for row in rows]
    shown = set(Provider.objects.listed(on).filter(pk__in=keys).values_list("pk", flat=True))
    return [_my_listing(row, row.pk in shown, on) for row in rows]


class MyListingsPanel(Component):
    """What a partner came for: its listings, where each stands, and the way to all it may do."""

    name = "my_listings"
    order = 50
    template_name = "providers/panels/my_listings.html"

    def __init__(self, listings: list[MyListing]) -> None:
        self.listings = listings

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"listings": self.listings}


def my_listings_panel(user: Any) -> MyListingsPanel | None:
    """The panel, for a user who manages at least one listing."""
    listings = my_listings(user, today()) if user.is_active else []
    return MyListingsPanel(listings) if listings else None


class SubmissionsPanel(Component):
    """What structures sent and the park has not answered yet."""

    name = "submissions"
    order = 45
    template_name = "providers/panels/submissions.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        rows = ListingSubmission.objects.waiting().select_related("provider")
        return {"submissions": list(rows[:10]), "count": rows.count()}


def submissions_panel(user: Any) -> SubmissionsPanel | None:
    """The panel, for those who answer, when something waits."""
    if decides_on_listings(user) and ListingSubmission.objects.waiting().exists():
        return SubmissionsPanel()
    return None


class AccessPanel(Component):
    """Who asks to keep a listing, and who was invited but came too late."""

    name = "access"
    order = 46
    template_name = "providers/panels/access.html"

    def __init__(self, requests: list[AccessRequest], late: list[Invitation]) -> None:
        self.requests, self.late = requests, late

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"requests": self.requests, "late": self.late}


def access_panel(user: Any) -> AccessPanel | None:
    """The panel, for those who answer, when somebody waits."""
    if not invites_managers(user):
        return None
    requests = list(AccessRequest.objects.waiting().select_related("provider")[:10])
    again = Invitation.objects.filter(used_at=None).exclude(asked_again_at=None).exclude(email="")
    late = list(again.select_related("provider")[:10])
    return AccessPanel(requests, late) if requests or late else None
