"""What a yearly report says, before it is a page, a PDF or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from intake.charts import Chart, written
from intake.evaluation.costs import Costs, per_unit
from intake.evaluation.published import MOST_EARLIER, euros
from intake.models import BudgetLine, EvaluationPage
from intake.observatory.periods import Period
from intake.observatory.published import ShownFigure
from intake.report.drawn import Span, charts
from intake.report.source import Source, published_source, true_source
from intake.suppression import Hidden
from providers.hours.wording import full_day

# Chapters, each with the tables it shows, in their order.
_CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("months", ("months",)),
    ("asked", ("families", "services")),
    ("where", ("communes", "epcis")),
    ("outcomes", ("at_contact", "news")),
    ("how", ("channels", "kinds", "heard_from")),
)


@dataclass(frozen=True)
class Chapter:
    """A heading and its charts, each with its table."""

    title: str
    charts: list[Chart]


@dataclass(frozen=True)
class UnitCost:
    """What one of something cost (€): running only, and with communication; None when it is not known."""

    label: str
    running: Decimal | None
    whole: Decimal | None


@dataclass(frozen=True)
class Report:
    """One evaluation in full; ``is_internal``: true counts, not to leave the house."""

    page: EvaluationPage
    source: Source
    is_internal: bool
    chapters: list[Chapter]
    budget: list[tuple[str, list[BudgetLine], Decimal | None]]
    by_payer: list[tuple[str, Decimal | None]]
    costs: Costs
    unit_costs: list[UnitCost]
    comparison: Comparison

    @property
    def title(self) -> str:
        return self.page.title

    @property
    def period(self) -> str:
        return _("From %(first)s to %(last)s") % {
            "first": full_day(self.page.first_day),
            "last": full_day(self.page.last_day),
        }

    @property
    def span(self) -> Span:
        return Span(self.page.first_day, self.page.last_day)

    @property
    def method(self) -> list[str]:
        """How its counts were made, sentence by sentence."""
        return method(self)

    def chart(self, name: str) -> Chart | None:
        """The chart called *name*, if the report has it."""
        return next((chart for part in self.chapters for chart in part.charts if chart.name == name), None)


@dataclass(frozen=True)
class Comparison:
    """The evaluation beside those before it: the titles of its columns, then rows of a label and values."""

    titles: list[str]
    figures: list[tuple[str, list[Any]]]
    costs: list[tuple[str, list[Decimal | None]]]

    @property
    def is_useful(self) -> bool:
        return len(self.titles) > 1


def figure_text(figure: ShownFigure, value: Any) -> str:
    """A figure as it is read: “132”, “97 %”, “2,4”, “hidden”, “–”."""
    if value is None or isinstance(value, Hidden):
        return written(value)
    if figure.figure.unit == "share":
        return f"{number_format(round(100 * value))}\u00a0%"
    return written(value, 1 if figure.figure.unit in ("ratio", "hours") else 0)


def report_of(page: EvaluationPage, internal: bool = False) -> Report:
    """The report of *page*: of what was published, or *internal*, of the log as it is now."""
    source = true_source(page) if internal else published_source(page)
    lines = list(page.budget_lines.all())
    costs = Costs.of(lines)
    drawn = charts(source, Span(page.first_day, page.last_day))
    return Report(
        page,
        source,
        internal,
        [
            Chapter(_chapter(name), [drawn[table] for table in tables if table in drawn])
            for name, tables in _CHAPTERS
            if any(table in drawn for table in tables)
        ],
        _by_kind(lines, costs),
        _by_payer(lines),
        costs,
        _unit_costs(source, costs),
        _comparison(page, source, costs, internal),
    )


def last_twelve_months() -> EvaluationPage:
    """A page that is nowhere, for a report on the last twelve months: what staff read before a meeting."""
    period = Period.last_twelve()
    return EvaluationPage(
        title=_("The last twelve months"),
        slug="douze-derniers-mois",
        first_day=period.first,
        last_day=min(period.last, timezone.localdate()),
    )


def _chapter(name: str) -> str:
    return {
        "months": _("Month by month"),
        "asked": _("The needs"),
        "where": _("Where"),
        "outcomes": _("The answer"),
        "how": _("Who asked, and how"),
    }[name]


def _by_kind(lines: Sequence[BudgetLine], costs: Costs) -> list[tuple[str, list[BudgetLine], Decimal | None]]:
    totals = {BudgetLine.Kind.RUNNING: costs.running, BudgetLine.Kind.COMMUNICATION: costs.communication}
    parts = [
        (str(kind.label), [line for line in lines if line.kind == kind], totals[kind])
        for kind in BudgetLine.Kind
    ]
    return [part for part in parts if part[1]]


def _by_payer(lines: Iterable[BudgetLine]) -> list[tuple[str, Decimal | None]]:
    """What each payer paid, the most first; None as soon as one of its amounts is not known."""
    found: dict[str, Decimal | None] = {}
    for line in lines:
        if line.paid_by:
            known = found.get(line.paid_by, Decimal(0))
            found[line.paid_by] = None if known is None or line.amount is None else known + line.amount
    return sorted(found.items(), key=lambda item: (-(item[1] or 0), item[0]))


def _unit_costs(source: Source, costs: Costs) -> list[UnitCost]:
    words = {
        "contacts": _("for one contact"),
        "needs": _("for one need"),
        "met": _("for one need that was met"),
    }
    found = []
    for name, label in words.items():
        value = source.value(name)
        count = value if isinstance(value, int) else None
        found.append(UnitCost(label, per_unit(costs.running, count), per_unit(costs.whole, count)))
    return found


def _comparison(page: EvaluationPage, source: Source, costs: Costs, internal: bool) -> Comparison:
    pages = EvaluationPage.objects.live().public().exclude(pk=page.pk).filter(last_day__lt=page.first_day)
    earlier = list(pages.prefetch_related("budget_lines").order_by("-last_day")[:MOST_EARLIER])
    columns = [(page.title, source, costs)]
    for row in earlier:
        found = true_source(row) if internal else published_source(row)
        columns.append((row.title, found, Costs.of(row.budget_lines.all())))
    figures = [
        (figure.label, [_text(column, figure.name) for _title, column, _costs in columns])
        for figure in source.figures
    ]
    wanted: list[tuple[str, list[Decimal | None]]] = [
        (_("running cost"), [cost.running for _title, _source, cost in columns]),
        (_("communication"), [cost.communication for _title, _source, cost in columns]),
    ]
    units = [_unit_costs(column, cost) for _title, column, cost in columns]
    wanted += [
        (
            _("running cost, %(unit)s") % {"unit": units[0][place].label},
            [unit[place].running for unit in units],
        )
        for place in range(len(units[0]))
    ]
    return Comparison([title for title, _source, _costs in columns], figures, wanted)


def _text(source: Source, name: str) -> str:
    figure = next((figure for figure in source.figures if figure.name == name), None)
    return figure_text(figure, figure.value) if figure else "–"


def method(report: Report) -> list[str]:
    """How the counts of *report* were made, sentence by sentence."""
    source = report.source
    if source.is_true:
        return [
            _(
                "True counts of the request log, small ones included: this version is for those who take requests."
            ),
            _("They are those of the day this was made, and may still change as news comes in."),
        ]
    if not source.figures:
        return [
            _(
                "Counts are published for whole calendar years, once they are closed: this period has none, or not yet."
            )
        ]
    said = [
        _(
            "Counts come from the request log; they were published once for the year, and do not change since."
        ),
        _(
            "Counts below %(threshold)s are hidden, below %(situation)s where a personal situation is told, and so are "
            "those that would give them back. Hidden is not zero."
        )
        % {"threshold": source.threshold, "situation": source.situation_threshold},
        _("Share of the published counts that is hidden: %(share)s %%.")
        % {"share": number_format(round(100 * source.hidden_share, 1), 1)},
        _("An amount that is not known stays blank, and no total is worked out from it."),
    ]
    if source.invented:
        said.append(
            _(
                "Demonstration: the number of calls is the true one where the source gives it; how they divide up is "
                "invented."
            )
        )
    return said


def amount_text(amount: Decimal | None) -> str:
    """“17 251 €”; blank when it is not known."""
    return euros(amount)
