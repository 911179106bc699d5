"""The charts of a report, from the tables of its source."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.charts import Chart, ShareRow, share_chart
from intake.observatory.published import ShownTable
from intake.observatory.table_charts import table_bars, table_communes, table_months
from intake.report.source import Source
from intake.suppression import HIDDEN

MOST_BARS = 15


@dataclass(frozen=True)
class Span:
    """The period of a report, as its charts name it: “2026”, or “2025–2026” for one that crosses a new year."""

    first: datetime.date
    last: datetime.date

    def __str__(self) -> str:
        return self._named(0)

    @property
    def earlier(self) -> str:
        """The same, one year before."""
        return self._named(1)

    def _named(self, years_before: int) -> str:
        first, last = self.first.year - years_before, self.last.year - years_before
        return str(last) if first == last else f"{first}–{last}"


def charts(source: Source, span: Span) -> dict[str, Chart]:
    """A chart for each table that has one, by the name of the table."""
    found = {}
    for name, table in source.tables.items():
        make = _MADE.get(name)
        if make and table.rows:
            chart = make(table, span)
            if chart is not None:
                found[name] = chart.marked(source.invented)
    return found


def _months(table: ShownTable, span: Span) -> Chart:
    return table_months(
        table,
        "mois",
        span.first,
        measure=_("Requests"),
        present=str(span),
        earlier=span.earlier,
    )


def _bars(heading: Any) -> Callable[[ShownTable, Span], Chart]:
    def made(table: ShownTable, span: Span) -> Chart:
        rows = [row for row in table.rows if row.value != 0 or row.before not in (None, 0)]
        # The longest first; hidden ones after those that are shown.
        rows.sort(
            key=lambda row: (
                not row.key,
                row.value is HIDDEN,
                -row.value if isinstance(row.value, int) else 0,
            )
        )
        return table_bars(
            table,
            table.name,
            rows[:MOST_BARS],
            heading=str(heading),
            measure=str(span),
            earlier=span.earlier,
        )

    return made


def _shares(table: ShownTable, span: Span) -> Chart:
    rows = [ShareRow(str(span), [row.value for row in table.rows], table.total)]
    if table.is_compared:
        before = [row.before for row in table.rows]
        known = [value for value in before if isinstance(value, int)]
        # Without all its parts a whole is not worked out from them.
        total = sum(known) if len(known) == len(before) else HIDDEN
        rows.append(ShareRow(span.earlier, before, total))
    return share_chart(
        table.name,
        table.title,
        table.definition,
        [row.label for row in table.rows],
        rows,
        heading=_("Year"),
    )


def _map(table: ShownTable, span: Span) -> Chart | None:
    return table_communes(table, "communes", str(span))


_MADE: dict[str, Callable[[ShownTable, Span], Chart | None]] = {
    "months": _months,
    "families": _bars(gettext_lazy("Family")),
    "services": _bars(gettext_lazy("Service")),
    "epcis": _bars(gettext_lazy("Group of communes")),
    "communes": _map,
    "at_contact": _shares,
    "news": _shares,
    "channels": _bars(gettext_lazy("Channel")),
    "kinds": _bars(gettext_lazy("Who asks")),
    "heard_from": _bars(gettext_lazy("Answer")),
}
