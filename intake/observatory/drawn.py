"""The charts of a published year, each made of the rows of its table and of nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.charts import Chart
from intake.observatory.published import Edition, Row, ShownTable
from intake.observatory.table_charts import table_bars, table_communes, table_months
from providers.views import public

BARS = (
    "families",
    "epcis",
    "at_contact",
    "unmet",
    "news",
    "channels",
    "kinds",
    "heard_from",
    "beneficiaries",
    "searched",
)


def charts(edition: Edition) -> dict[str, Chart]:
    """By name of the table; those in which nothing was counted, or that were withheld, are left out."""
    found = {"months": months(edition.table("months"), edition.year)}
    links = dict.fromkeys(("services",), _link_of_service)
    for name in BARS:
        found[name] = _bars(edition, edition.table(name), links.get(name))
    communes = edition.table("communes")
    places = table_communes(communes, _name(communes), capfirst(communes.unit))
    if places:
        found["communes"] = places
    return {
        name: chart.marked(edition.invented)
        for name, chart in found.items()
        if not edition.table(name).is_withheld and any(row.value != 0 for row in edition.table(name).rows)
    }


def _name(table: ShownTable) -> str:
    return f"observatoire-{table.name.replace('_', '-')}"


def months(table: ShownTable, year: int) -> Chart:
    """The months of *year* that are published."""
    return table_months(
        table,
        _name(table),
        datetime.date(year, 1, 1),
        measure=capfirst(table.unit),
        present=str(year),
        earlier=str(year - 1),
    )


def _bars(edition: Edition, table: ShownTable, url_of: Callable[[Row], str] | None = None) -> Chart:
    return table_bars(
        table,
        _name(table),
        table.rows,
        heading=_("Line"),
        measure=str(edition.year),
        earlier=str(edition.year - 1),
        label=capfirst,
        url_of=url_of,
    )


def _link_of_service(row: Row) -> str:
    return next(
        (
            service.get_absolute_url()
            for _category, services in public.families()
            for service in services
            if service.slug == row.key
        ),
        "",
    )
