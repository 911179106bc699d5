"""What an evaluation shows the public: the published figures of its year, costs, the evaluations before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from intake.evaluation.costs import Costs, per_unit
from intake.models import EvaluationPage
from intake.observatory.figures import FIGURES as OBSERVED
from intake.observatory.periods import Period
from intake.observatory.published import Edition, ShownFigure, edition

# Of the figures of a year, those an evaluation shows.
FIGURES = (
    "contacts",
    "calls",
    "needs",
    "directed",
    "unmet_at_contact",
    "no_such_service",
    "met",
    "unmet_at_follow_up",
    "not_known",
)
MOST_EARLIER = 4  # evaluations shown beside one
NBSP = "\u00a0"


@dataclass(frozen=True)
class Line:
    """One evaluation among others; ``edition`` is None unless its period is a year that was published."""

    page: EvaluationPage
    edition: Edition | None
    costs: Costs
    per_contact: Decimal | None
    per_contact_whole: Decimal | None

    @property
    def figures(self) -> tuple[ShownFigure, ...]:
        return (
            tuple(figure for figure in self.edition.figures if figure.name in FIGURES) if self.edition else ()
        )

    @property
    def invented(self) -> bool:
        return bool(self.edition and self.edition.invented)


def is_closed(page: EvaluationPage) -> bool:
    """Whether the period is over: figures of a period that still grows are not published."""
    return page.last_day < timezone.localdate()


def edition_of(page: EvaluationPage) -> Edition | None:
    """What was published of the period of *page*: of a calendar year that is closed, and of no other period."""
    year = Period(page.first_day, page.last_day).year
    return edition(year) if year else None


def line_of(page: EvaluationPage) -> Line:
    """What may be shown of the evaluation *page*."""
    costs, found = Costs.of(page.budget_lines.all()), edition_of(page)
    total = found.total("contacts") if found else None
    contacts = total if isinstance(total, int) else None
    return Line(page, found, costs, per_unit(costs.running, contacts), per_unit(costs.whole, contacts))


def euros(amount: Decimal | None) -> str:
    """“17 251 €”, “130,69 €”; empty when it is not known."""
    if amount is None:
        return ""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, places, use_l10n=True, force_grouping=True)}{NBSP}€"


def _comparison(lines: list[Line]) -> list[dict[str, Any]]:
    """Rows of the table of evaluations: one per figure, then what each contact cost."""
    rows = []
    for name in FIGURES:
        values = [line.edition.value(name) if line.edition else "–" for line in lines]
        rows.append({"label": OBSERVED[name].label, "cells": [str(value) for value in values]})
    costs = [
        (_("running cost"), lambda line: line.costs.running),
        (_("communication"), lambda line: line.costs.communication),
        (_("cost of one contact"), lambda line: line.per_contact),
        (_("the same, with communication"), lambda line: line.per_contact_whole),
    ]
    rows += [
        {"label": label, "cells": [euros(value(line)) or "–" for line in lines]} for label, value in costs
    ]
    return rows


def _budget(page: EvaluationPage) -> list[dict[str, Any]]:
    lines = list(page.budget_lines.all())
    parts = [
        {"title": kind.label, "lines": [line for line in lines if line.kind == kind]} for kind in _kinds()
    ]
    return [part for part in parts if part["lines"]]


def _kinds() -> list[Any]:
    from intake.models import BudgetLine

    return list(BudgetLine.Kind)


def published_evaluation(page: EvaluationPage) -> dict[str, Any]:
    """What the template of *page* shows: its figures and costs, and those of the evaluations before."""
    pages = EvaluationPage.objects.live().public().sibling_of(page, inclusive=False)
    earlier = [
        line_of(row) for row in pages.filter(last_day__lt=page.first_day).order_by("-last_day")[:MOST_EARLIER]
    ]
    present = line_of(page)
    return {
        "present": present,
        "is_closed": is_closed(page),
        "some_hidden": any(figure.is_hidden for figure in present.figures),
        "budget": _budget(page),
        "earlier": earlier,
        "comparison": _comparison([present, *earlier]),
        "is_year": Period(page.first_day, page.last_day).year is not None,
    }
