"""Where a report reads its counts: the published year for everybody, the log for those who take requests.

Both give the same tables, so that one report is made of either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.dates import MONTHS

from intake.evaluation.published import edition_of
from intake.models import EvaluationPage
from intake.observatory.catalogue import TABLES
from intake.observatory.dimensions import DIMENSIONS, FOLLOWS, NONE, label, parents
from intake.observatory.figures import FIGURES, Counts
from intake.observatory.periods import Period
from intake.observatory.published import Edition, Row, ShownFigure, ShownTable
from intake.observatory.reading import Observed, has_invented, observe
from intake.suppression import Hidden
from providers import extent
from providers.models import Commune

# Table → the dimension it is told apart by, and what is counted.
_TOLD_BY = {
    "channels": ("channel", "contacts"),
    "kinds": ("kind", "contacts"),
    "heard_from": ("heard_from", "contacts"),
    "families": ("family", "needs"),
    "services": ("service", "needs"),
    "epcis": ("epci", "needs"),
    "communes": ("commune", "needs"),
}
_PARTS = {
    "at_contact": ("directed", "unmet_at_contact", "pending"),
    "news": ("met", "unmet_at_follow_up", "not_known", "other_news"),
}
_FIGURES = (
    "contacts",
    "calls",
    "needs",
    "referrals_per_need",
    "directed",
    "share_directed",
    "unmet_at_contact",
    "no_such_service",
    "met",
    "unmet_at_follow_up",
    "not_known",
)


@dataclass(frozen=True)
class Source:
    """Counts of one evaluation: figures and tables by name; ``is_true`` when nothing is hidden: inside the house only."""

    figures: tuple[ShownFigure, ...]
    tables: dict[str, ShownTable]
    invented: bool
    is_true: bool
    threshold: int | None = None
    situation_threshold: int | None = None
    hidden_share: float = 0.0

    def value(self, name: str) -> int | float | Hidden | None:
        """One figure; None when it is not known."""
        return next((figure.value for figure in self.figures if figure.name == name), None)


NOTHING = Source((), {}, invented=False, is_true=False)


def published_source(page: EvaluationPage) -> Source:
    """What was published of the year of *page*; NOTHING for another period, or before its year is closed."""
    found = edition_of(page)
    return _of_edition(found) if found else NOTHING


def _of_edition(edition: Edition) -> Source:
    return Source(
        tuple(figure for figure in edition.figures if figure.value is not None),
        {name: table for name, table in edition.tables.items() if not table.is_withheld},
        edition.invented,
        is_true=False,
        threshold=edition.threshold,
        situation_threshold=edition.situation_threshold,
        hidden_share=edition.hidden_share,
    )


def true_source(page: EvaluationPage) -> Source:
    """The log of the period of *page*, nothing hidden, beside the year before."""
    period = Period(page.first_day, page.last_day)
    now = observe(period, by=("month", *{dimension for dimension, _unit in _TOLD_BY.values()}))
    before = observe(period.year_before, by=("month", *{dimension for dimension, _unit in _TOLD_BY.values()}))
    earlier = before if before.total.contacts else None
    tables = {"months": _months(now, earlier)}
    tables |= {name: _told_by(name, now, earlier) for name in _TOLD_BY}
    tables |= {name: _parts(name, now, earlier) for name in _PARTS}
    return Source(
        tuple(
            ShownFigure(FIGURES[name], _figure(now, name), _figure(earlier, name) if earlier else None)
            for name in _FIGURES
        ),
        {name: table for name, table in tables.items() if table.rows},
        has_invented(period),
        is_true=True,
    )


def _figure(observed: Observed, name: str) -> Any:
    return observed.calls if name == "calls" else getattr(observed.total, name)


def _rows(pairs: Iterable[tuple[str, str, int, str]], earlier: dict[str, int] | None) -> tuple[Row, ...]:
    return tuple(
        Row(key, words, value, parent, before=earlier.get(key, 0) if earlier is not None else None)
        for key, words, value, parent in pairs
    )


def _months(now: Observed, earlier: Observed | None) -> ShownTable:
    """By the number of the month, as published: a period of one year at most has each once."""
    counts = _by_month(now)
    pairs = [(key, str(MONTHS[int(key)]), value, "") for key, value in counts.items()]
    return ShownTable(
        TABLES["months"], _rows(pairs, _by_month(earlier) if earlier else None), now.total.contacts
    )


def _by_month(observed: Observed) -> dict[str, int]:
    return {key[-2:]: counts.contacts for key, counts in observed.by["month"].items()}


def _told_by(name: str, now: Observed, earlier: Observed | None) -> ShownTable:
    dimension, unit = _TOLD_BY[name]
    above = parents(FOLLOWS_BACK[dimension]) if dimension in FOLLOWS_BACK else {}
    codes = dict(_codes()) if dimension == "commune" else {}

    def counted(observed: Observed) -> dict[str, int]:
        return {
            codes.get(key, key): getattr(counts, unit)
            for key, counts in observed.by[dimension].items()
            if getattr(counts, unit)
        }

    counts = counted(now)
    if dimension == "commune":  # none asked is a figure too
        counts = {str(commune.insee_code): 0 for commune in extent.few_communes() or ()} | counts
    by_code: dict[str, str] = {code: key for key, code in codes.items()}
    order = {key: place for place, key in enumerate(DIMENSIONS[dimension].names())}

    def place(key: str) -> tuple[bool, int]:
        return key == NONE, order.get(by_code.get(key, key), len(order))

    keys = sorted(counts, key=place)
    pairs = [
        (key, label(dimension, by_code.get(key, key)), counts[key], above.get(by_code.get(key, key), ""))
        for key in keys
    ]
    total = getattr(now.total, unit)
    return ShownTable(TABLES[name], _rows(pairs, counted(earlier) if earlier else None), total)


FOLLOWS_BACK = {base: name for name, base in FOLLOWS.items()}  # service → family, commune → epci


def _codes() -> list[tuple[str, str]]:
    return [(str(pk), code) for pk, code in Commune.objects.values_list("pk", "insee_code")]


def _parts(name: str, now: Observed, earlier: Observed | None) -> ShownTable:
    def counted(total: Counts) -> dict[str, int]:
        return {part: getattr(total, part) for part in _PARTS[name]}

    pairs = [(key, str(FIGURES[key].label), value, "") for key, value in counted(now.total).items()]
    return ShownTable(
        TABLES[name], _rows(pairs, counted(earlier.total) if earlier else None), now.total.needs
    )
