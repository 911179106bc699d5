"""The report as a spreadsheet: a tab for the figures, the budget, each table, the comparison, the method."""

from __future__ import annotations

from django.utils.translation import gettext as _

from intake.observatory.sheets import Sheet, as_xlsx
from intake.report.content import Report, figure_text, method


def workbook(report: Report) -> bytes:
    """*report* as XLSX; text that would run as a formula is defused, unknown amounts are blank."""
    return as_xlsx(_sheets(report))


def _sheets(report: Report) -> list[Sheet]:
    title = f"{report.title} – {report.period}"
    if report.is_internal:
        mark = _("INTERNAL")
        title = f"{mark} – {title}"
    figures = report.source.figures
    made = [
        Sheet(
            _("Figures"),
            title,
            [_("Figure"), str(report.span), report.span.earlier, _("Definition")],
            [
                [figure.label, _plain(figure, figure.value), _plain(figure, figure.before), figure.definition]
                for figure in figures
            ],
            method(report),
        ),
        Sheet(
            _("Budget"),
            _("Budget"),
            [_("For"), _("Item"), _("In detail"), _("Amount (€)"), _("Paid by")],
            [
                [kind, line.item, line.detail, line.amount, line.paid_by]
                for kind, lines, _total in report.budget
                for line in lines
            ]
            + [[_("In all"), "", "", report.costs.whole, ""]],
        ),
        Sheet(
            _("Funders"),
            _("Funders"),
            [_("Name"), _("Amount (€)")],
            [[funder.name, funder.amount] for funder in report.page.funders.all()],
        ),
        Sheet(
            _("Costs"),
            _("What one of each cost"),
            [_("Cost"), _("running (€)"), _("with communication (€)")],
            [[cost.label, cost.running, cost.whole] for cost in report.unit_costs],
        ),
    ]
    for chapter in report.chapters:
        made += [
            Sheet(
                chart.title,
                chart.title,
                chart.headings,
                [[row.label, *row.values] for row in chart.rows],
                [chart.description, *chart.notes],
            )
            for chart in chapter.charts
        ]
    if report.comparison.is_useful:
        rows = [[label, *values] for label, values in report.comparison.figures]
        rows += [[label, *values] for label, values in report.comparison.costs]
        made.append(
            Sheet(
                _("Comparison"),
                _("Beside the evaluations before"),
                [_("Figure"), *report.comparison.titles],
                rows,
            )
        )
    return made


def _plain(figure: object, value: object) -> object:
    """Whole counts as numbers; shares and averages as they are read."""
    return value if isinstance(value, int) else figure_text(figure, value)  # type: ignore[arg-type]
