"""How long a listing stays true: when it has to be confirmed, when it is late, when it is hidden.

Nothing is written when time passes: the state follows from the last
confirmation, the listing's period, the park's policy and the date. A day is
hidden or not as a whole, in the portal's time zone.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from providers.generation import per_generation
from providers.models import FreshnessPolicy, Operations

Period = Operations.ReviewPeriod
_NEVER = datetime.date.max


class State(TextChoices):
    FRESH = "fresh", _("confirmed")
    DUE = "due", _("to be confirmed soon")
    LATE = "late", _("late")
    HIDDEN = "hidden", _("hidden, for nobody confirmed it")


@per_generation
def policy() -> FreshnessPolicy:
    """The park's rules; the defaults until staff have saved them."""
    return FreshnessPolicy.objects.first() or FreshnessPolicy()


# --- Dates --------------------------------------------------------------------


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many *months* later (before, when negative); the last of the month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def oldest_not_due(on: datetime.date, months: int) -> datetime.date:
    """The earliest confirmation that is due on the date *on* or later, for a period of *months*."""
    day = months_after(on, -months)
    return day if months_after(day, months) >= on else day + datetime.timedelta(days=1)


def counted_from(operations: Operations) -> datetime.date:
    """The last confirmation, or the day from which one is awaited.

    What a census says was checked long ago is given its period from the day the
    listing came in: a park is live the hour it brings its spreadsheet.
    """
    if operations.verified_on is None:
        return operations.review_from
    if operations.verification_way == Operations.Way.CENSUS:
        return max(operations.verified_on, operations.review_from)
    return operations.verified_on


def due_on(operations: Operations) -> datetime.date:
    """The last day on which the listing is held for true."""
    return months_after(counted_from(operations), operations.review_months)


def hidden_on(operations: Operations, rules: FreshnessPolicy | None = None) -> datetime.date | None:
    """The first day on which it is hidden, unless confirmed; None when listings are only marked."""
    rules = rules or policy()
    return due_on(operations) + datetime.timedelta(days=rules.hide_days + 1) if rules.hides else None


def state(operations: Operations, on: datetime.date, rules: FreshnessPolicy | None = None) -> State:
    """How fresh the listing of *operations* is on the date *on*."""
    rules = rules or policy()
    due, hidden = due_on(operations), hidden_on(operations, rules)
    if hidden is not None and on >= hidden:
        return State.HIDDEN
    if on > due:
        return State.LATE
    return State.DUE if on >= due - datetime.timedelta(days=rules.remind_days) else State.FRESH


def is_stale(operations: Operations, on: datetime.date) -> bool:
    """Whether it is marked “to be checked” for the public on the date *on*."""
    return state(operations, on) in (State.LATE, State.HIDDEN)


# --- The same, in SQL ---------------------------------------------------------


def thresholds(on: datetime.date) -> dict[int, datetime.date]:
    """By period, the earliest confirmation that is due on the date *on* or later."""
    return {period: oldest_not_due(on, period) for period in Period.values}


def shown_since(on: datetime.date, rules: FreshnessPolicy | None = None) -> dict[int, datetime.date]:
    """By period, the earliest confirmation with which a listing is shown on the date *on*; empty: none is hidden."""
    rules = rules or policy()
    return thresholds(on - datetime.timedelta(days=rules.hide_days)) if rules.hides else {}


def _sides(since: dict[int, datetime.date], prefix: str) -> tuple[Any, Any]:
    def day(value: datetime.date) -> Value:
        return Value(value, output_field=DateField())

    cases = [
        When(Q(**{f"{prefix}review_months": period}), then=day(first))
        for period, first in since.items()
        if period != Period.SIX
    ]
    # A structure without a row of facts, which no screen can make, is not hidden for it.
    verified, came_in = F(f"{prefix}verified_on"), F(f"{prefix}review_from")
    old_census = Q(
        **{f"{prefix}verification_way": Operations.Way.CENSUS, f"{prefix}verified_on__lt": came_in}
    )
    counted = Case(
        When(old_census, then=came_in),
        default=Coalesce(verified, came_in, day(_NEVER)),
        output_field=DateField(),
    )
    return counted, Case(*cases, default=day(since[Period.SIX]), output_field=DateField())


def confirmed_since(since: dict[int, datetime.date], prefix: str = "") -> Any:
    """Condition: confirmed at the threshold of its period or later (*prefix* leads to Operations)."""
    return GreaterThanOrEqual(*_sides(since, prefix))


def confirmed_before(since: dict[int, datetime.date], prefix: str = "") -> Any:
    """Condition: not confirmed since the threshold of its period."""
    return LessThan(*_sides(since, prefix))


def in_state(rows: QuerySet[Any], wanted: str, on: datetime.date, prefix: str = "") -> QuerySet[Any]:
    """Those of *rows* whose listing is in the state *wanted* on the date *on*, as :func:`state` says."""
    rules = policy()
    late = thresholds(on)
    soon = thresholds(on + datetime.timedelta(days=rules.remind_days + 1))
    shown = shown_since(on, rules)
    match State(wanted):
        case State.FRESH:
            return rows.filter(confirmed_since(soon, prefix))
        case State.DUE:
            return rows.filter(confirmed_before(soon, prefix), confirmed_since(late, prefix))
        case State.LATE:
            rows = rows.filter(confirmed_before(late, prefix))
            return rows.filter(confirmed_since(shown, prefix)) if shown else rows
    return rows.filter(confirmed_before(shown, prefix)) if shown else rows.none()
