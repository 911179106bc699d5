"""The charts of a published year, each made of the rows of its table and of nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.charts import Bar, Chart, bar_chart, commune_chart, month_chart
from intake.observatory.published import Edition, Row, ShownTable
from providers import extent
from providers.models import Commune
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
    found = {
        "months": months(edition.table("months"), edition.year, invented=edition.invented),
    }
    links = dict.fromkeys(("services",), _link_of_service)
    for name in BARS:
        found[name] = _bars(edition, edition.table(name), links.get(name))
    places = _communes(edition, edition.table("communes"))
    if places:
        found["communes"] = places
    return {
        name: chart
        for name, chart in found.items()
        if not edition.table(name).is_withheld and any(row.value != 0 for row in edition.table(name).rows)
    }


def _name(table: ShownTable) -> str:
    return f"observatoire-{table.name.replace('_', '-')}"


def _earlier(edition: Edition, table: ShownTable) -> str:
    return str(edition.year - 1) if table.is_compared else ""


def months(table: ShownTable, year: int, *, invented: bool) -> Chart:
    """Month by month; as bars when some months are told together, since a column stands for one."""
    name, measure = _name(table), capfirst(table.unit)
    if any("-" in row.key for row in table.rows):
        return bar_chart(
            name,
            table.title,
            table.definition,
            [
                Bar(capfirst(row.label), row.value, row.before if table.is_compared else None)
                for row in table.rows
            ],
            heading=_("Month"),
            measure=str(year),
            before=str(year - 1) if table.is_compared else "",
            invented=invented,
        )
    return month_chart(
        name,
        table.title,
        table.definition,
        [datetime.date(year, int(row.key), 1) for row in table.rows],
        [row.value for row in table.rows],
        [row.before for row in table.rows] if table.is_compared else None,
        measure=measure,
        present=str(year),
        earlier=str(year - 1),
        invented=invented,
    )


def _bars(edition: Edition, table: ShownTable, url_of: Callable[[Row], str] | None = None) -> Chart:
    return bar_chart(
        _name(table),
        table.title,
        table.definition,
        [
            Bar(
                capfirst(row.label),
                row.value,
                row.before if table.is_compared else None,
                url_of(row) if url_of else "",
            )
            for row in table.rows
        ],
        heading=_("Line"),
        measure=str(edition.year),
        before=_earlier(edition, table),
        invented=edition.invented,
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


def _communes(edition: Edition, table: ShownTable) -> Chart | None:
    communes = extent.few_communes()
    if not communes:
        return None
    values = {row.key: row.value for row in table.rows}
    # A commune that came into the territory since has no figure: not known.
    return commune_chart(
        _name(table),
        table.title,
        table.definition,
        {commune.pk: values[commune.insee_code] for commune in communes if commune.insee_code in values},
        communes=communes,
        measure=capfirst(table.unit),
        url_of=Commune.get_absolute_url,
        none=_("none"),
        invented=edition.invented,
    )
