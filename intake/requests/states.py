"""The states of a need and of a request, and their allowed changes: said here and nowhere else.

:mod:`intake.requests.lifecycle` makes the changes; the models refuse any other, and the
database refuses impossible pairs.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContactOutcome(models.TextChoices):
    """What the contact itself gave; a fact that nothing later changes, but for an operator's correction."""

    PENDING = "pending", _("to be directed")
    DIRECTED = "directed", _("directed")
    UNMET = "unmet", _("unmet at contact")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")


class NeedStatus(models.TextChoices):
    """Where a need stands today."""

    OPEN = "open", _("to be directed")
    DIRECTED = "directed", _("directed, no news yet")
    UNMET = "unmet", _("unmet")
    MET = "met", _("met")
    NOT_KNOWN = "not_known", _("no news")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")


class RequestStatus(models.TextChoices):
    """Where a request stands: worked out from its needs, or set aside."""

    TO_DO = "to_do", _("to be dealt with")
    WAITING = "waiting", _("waiting for news")
    CLOSED = "closed", _("closed")
    SET_ASIDE = "set_aside", _("set aside")


S = NeedStatus
CHANGES: dict[str, frozenset[str]] = {
    S.OPEN: frozenset({S.DIRECTED, S.UNMET, S.OUT_OF_SCOPE, S.WITHDRAWN}),
    S.DIRECTED: frozenset({S.MET, S.UNMET, S.NOT_KNOWN, S.WITHDRAWN, S.OUT_OF_SCOPE}),
    # Somebody was found after all, or the person found by themselves.
    S.UNMET: frozenset({S.DIRECTED, S.MET, S.NOT_KNOWN, S.WITHDRAWN, S.OUT_OF_SCOPE}),
    # News that come later correct what was known.
    S.MET: frozenset({S.DIRECTED, S.UNMET}),
    S.NOT_KNOWN: frozenset({S.DIRECTED, S.MET, S.UNMET}),
    S.WITHDRAWN: frozenset({S.OPEN}),
    S.OUT_OF_SCOPE: frozenset({S.OPEN}),
}
# The status a need may have, by what its contact gave.
POSSIBLE: dict[str, frozenset[str]] = {
    ContactOutcome.PENDING: frozenset({S.OPEN, S.WITHDRAWN}),
    ContactOutcome.DIRECTED: frozenset({S.DIRECTED, S.UNMET, S.MET, S.NOT_KNOWN, S.WITHDRAWN}),
    ContactOutcome.UNMET: frozenset({S.DIRECTED, S.UNMET, S.MET, S.NOT_KNOWN, S.WITHDRAWN}),
    ContactOutcome.OUT_OF_SCOPE: frozenset({S.OUT_OF_SCOPE}),
}
# Nothing more is expected of a need in one of these.
SETTLED = frozenset({S.MET, S.NOT_KNOWN, S.WITHDRAWN, S.OUT_OF_SCOPE})


class ImpossibleChange(Exception):
    """A need may not go from one state to the other."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        super().__init__(f"{before} -> {after}")


def check_change(before: str, after: str) -> None:
    """Raise :class:`ImpossibleChange` unless a need may go from *before* to *after* (staying is no change)."""
    if before != after and after not in CHANGES[before]:
        raise ImpossibleChange(before, after)


def request_status(needs: list[tuple[str, bool]]) -> str:
    """Status of a request from its needs, each a pair: status, whether its case is still being worked on."""
    statuses = {status for status, _case_open in needs}
    if S.OPEN in statuses:
        return RequestStatus.TO_DO
    if S.DIRECTED in statuses or any(status == S.UNMET and case_open for status, case_open in needs):
        return RequestStatus.WAITING
    return RequestStatus.CLOSED


def possible_pairs() -> models.Q:
    """The condition of the database's constraint."""
    condition = models.Q()
    for outcome, statuses in POSSIBLE.items():
        condition |= models.Q(contact_outcome=outcome, status__in=sorted(statuses))
    return condition
