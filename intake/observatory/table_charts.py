"""A published table as a chart: what the observatory's pages and the yearly report draw alike.

Each chart is made of the rows of its table and of nothing else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.charts import Bar, Chart, bar_chart, commune_chart, month_chart, months_from
from intake.observatory.published import Row, ShownTable
from providers import extent
from providers.models import Commune


def table_months(
    table: ShownTable,
    name: str,
    first: datetime.date,
    *,
    measure: str,
    present: str,
    earlier: str,
) -> Chart:
    """The months of a table, from that of *first* on, beside those of the year before where there are.

    As bars when some months are told together: a column stands for one.
    """
    if any("-" in row.key for row in table.rows):
        return table_bars(
            table,
            name,
            table.rows,
            heading=_("Month"),
            measure=present,
            earlier=earlier,
            label=capfirst,
        )
    by_month = {int(row.key): row for row in table.rows}
    months = [month for month in months_from(first) if month.month in by_month]
    rows = [by_month[month.month] for month in months]
    return month_chart(
        name,
        table.title,
        table.definition,
        months,
        [row.value for row in rows],
        [row.before for row in rows] if table.is_compared else None,
        measure=measure,
        present=present,
        earlier=earlier,
    )


def table_bars(
    table: ShownTable,
    name: str,
    rows: Iterable[Row],
    *,
    heading: str,
    measure: str,
    earlier: str,
    label: Callable[[str], str] = str,
    url_of: Callable[[Row], str] | None = None,
) -> Chart:
    """*rows* of the table in the order given; *label* makes the words of one from its own."""
    return bar_chart(
        name,
        table.title,
        table.definition,
        [Bar(label(row.label), row.value, row.before, url_of(row) if url_of else "") for row in rows],
        heading=heading,
        measure=measure,
        before=earlier if table.is_compared else "",
    )


def table_communes(table: ShownTable, name: str, measure: str) -> Chart | None:
    """The communes of the territory; None where there are too many to draw."""
    communes = extent.few_communes()
    if not communes:
        return None
    by_code = {row.key: row.value for row in table.rows}
    # A commune that came into the territory since has no figure: not known.
    return commune_chart(
        name,
        table.title,
        table.definition,
        {commune.pk: by_code.get(commune.insee_code) for commune in communes},
        communes=communes,
        measure=measure,
        url_of=Commune.get_absolute_url,
        none=_("none"),
    )
