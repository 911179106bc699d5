"""The health of the base: how many published listings have which problem, and which ones.

Each problem is one condition on published structures, counted on the board and
listed behind its count.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from providers import completeness, freshness
from providers.matching import today
from providers.models import Coverage, ErrorReport, Manager, Offer, Provider

# A structure that says it works farther than this from its base is asked whether it is so.
IMPROBABLE_KM = 50
Rows = QuerySet[Provider]


@dataclass(frozen=True)
class Problem:
    """One line of the board: its name in addresses, its words, what it means, and who has it on a date."""

    code: str
    label: Any
    meaning: Any
    among: Callable[[Rows, datetime.date], Rows]


def _in(state: str) -> Callable[[Rows, datetime.date], Rows]:
    return lambda rows, on: freshness.in_state(rows, state, on, "operations__")


def _without_manager(rows: Rows, on: datetime.date) -> Rows:
    active = Manager.objects.filter(provider=OuterRef("pk"), user__is_active=True)
    return rows.filter(~Exists(active))


def _expired_title(rows: Rows, on: datetime.date) -> Rows:
    expired = Offer.objects.filter(provider=OuterRef("pk"), title_expires_on__lt=on)
    return rows.filter(Exists(expired.exclude(legal_title=Offer.LegalTitle.NONE)))


def _improbable_coverage(rows: Rows, on: datetime.date) -> Rows:
    nowhere = ~Exists(Coverage.objects.filter(provider=OuterRef("pk")))
    alone = Q(legal_form=Provider.LegalForm.MICRO_ENTERPRISE, covers_territory=True)
    return rows.filter(nowhere | Q(covers_radius_km__gt=IMPROBABLE_KM) | alone)


def _reported(rows: Rows, on: datetime.date) -> Rows:
    return rows.filter(Exists(ErrorReport.objects.open().filter(provider=OuterRef("pk"))))


PROBLEMS = (
    Problem(
        "fresh", _("Up to date"), _("Confirmed, and not to be confirmed soon."), _in(freshness.State.FRESH)
    ),
    Problem(
        "due",
        _("To be confirmed soon"),
        _("The structure has been asked by e-mail, if it has an address."),
        _in(freshness.State.DUE),
    ),
    Problem(
        "late",
        _("Late"),
        _("Not confirmed in time: still public, marked “to be checked”. Call them."),
        _in(freshness.State.LATE),
    ),
    Problem(
        "hidden",
        _("Hidden"),
        _("Late for too long: nobody finds it until it is confirmed."),
        _in(freshness.State.HIDDEN),
    ),
    Problem(
        "incomplete",
        _("Incomplete"),
        _("Scores less than 80 out of 100: see the listing for what is missing."),
        lambda rows, on: completeness.incomplete(rows),
    ),
    Problem(
        "without-manager",
        _("Without a manager"),
        _("Nobody outside the park keeps the listing: invite somebody."),
        _without_manager,
    ),
    Problem(
        "expired-title",
        _("Expired legal title"),
        _("An approval, an authorisation or a declaration whose date has passed."),
        _expired_title,
    ),
    Problem(
        "improbable-coverage",
        _("Improbable coverage"),
        _(
            "Comes to no commune, says it comes more than 50 km away, "
            "or is one person alone who says they come everywhere."
        ),
        _improbable_coverage,
    ),
    Problem("reported", _("With an open error report"), _("Somebody told of an error."), _reported),
)
BY_CODE = {problem.code: problem for problem in PROBLEMS}


def published() -> Rows:
    """What the board is about: hidden listings too."""
    return Provider.objects.filter(live=True)


def among(rows: Rows, code: str, on: datetime.date | None = None) -> Rows:
    """Those of *rows* with the problem *code*; all of them for a code that is unknown."""
    problem = BY_CODE.get(code)
    return problem.among(rows, on or today()) if problem else rows


def board(on: datetime.date | None = None) -> list[tuple[Problem, int]]:
    """Each problem with the number of published listings that have it; one query each."""
    day = on or today()
    return [(problem, problem.among(published(), day).order_by().count()) for problem in PROBLEMS]
