"""The public pages of the observatory: a year, all data as a file, what the data mean."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from intake.charts.values import written
from intake.models import ObservatoryPage
from intake.observatory import drawn, open_table, published, running, sheets, wording
from intake.observatory.catalogue import GRIDS, TABLES
from intake.observatory.published import Edition, GridShown, Row, ShownFigure, ShownTable
from providers.generation import per_generation
from providers.views import public

FILE = "observatoire.csv"


def year(request: HttpRequest, page: ObservatoryPage, wanted: int | None) -> HttpResponse:
    """The year *wanted*, the latest when None; one that was not published is said so, with those that were."""
    years = published.years()
    shown = wanted if wanted is not None else (years[0] if years else None)
    edition = published.edition(shown) if shown in years else None
    # A year that runs: its months at its own address, in a sentence above the latest year that is whole.
    begun = running.years()
    months = running.running(wanted) if wanted is not None else begun[0] if begun and not edition else None
    base = page.get_url(request) or "/"
    told_year = months.year if months else shown
    title = f"{page.title} {told_year}" if edition or months else page.title
    context = {
        "page": page,
        "base": base,
        "years": [
            *({"year": one.caption, "url": f"{base}{one.year}/", "is_shown": one == months} for one in begun),
            *({"year": one, "url": f"{base}{one}/", "is_shown": one == shown} for one in years),
        ],
        "wanted": wanted,
        "edition": edition,
        "months": months,
        "months_chart": drawn.months(months.table, months.year).marked(months.invented) if months else None,
        "begun": [one for one in begun if one != months and wanted is None],
        **(_told(shown, get_language()) if edition else {}),
        "meta": public.meta(
            page.seo_title or title,
            page.search_description or page.introduction,
            robots="" if edition or months or wanted is None else "noindex",
        ),
        "canonical": public.canonical(
            f"{base}{wanted}/" if wanted is not None and (edition or months) else base
        ),
        "crumbs": public.crumbs(
            (page.title, base if wanted is not None else ""),
            *([(str(wanted), "")] if wanted is not None else []),
        ),
        "editor_url": public.editor_url(request, page),
    }
    status = 404 if wanted is not None and not (edition or months) else 200
    return TemplateResponse(request, "intake/observatory/page.html", context, status=status)


@per_generation
def _told(year: int, language: str | None) -> dict[str, Any]:
    """All that the page says of a year; worked out once for all who read it."""
    edition = published.edition(year)
    assert edition is not None  # noqa: S101  # the caller has looked
    charts = drawn.charts(edition)
    return {
        "sentences": wording.sentences(edition),
        "figures": [figure for row in edition.figures if (figure := told(row))],
        "charts": {name: charts.get(name) for name in TABLES},
        "withheld": [table.title for table in edition.tables.values() if table.is_withheld],
        "services": _grouped(edition, "families", "services"),
        "communes": _grouped(edition, "epcis", "communes"),
        "grids": {name: grid_told(edition.grids[name]) if name in edition.grids else None for name in GRIDS},
        "hidden_percent": round(100 * edition.hidden_share),
    }


def told(row: ShownFigure) -> dict[str, Any] | None:
    """One figure as it is read; None when it cannot be told."""
    if row.value is None:
        return None
    return {
        "label": row.label,
        "definition": row.definition,
        "value": figure_text(row, row.value),
        "before": figure_text(row, row.before) if row.before is not None else "",
        "is_hidden": row.is_hidden,
    }


def figure_text(row: ShownFigure, value: Any) -> str:
    """“1 204”, “95 %”, “2,1”, “masqué”."""
    if isinstance(value, float):
        unit = row.figure.unit
        return written(100 * value, 0) + "\u00a0%" if unit == "share" else written(value, 1)
    return written(value)


def _rate(row: Row) -> str:
    return "–" if row.per_thousand is None else written(row.per_thousand, 1)


def _cells(row: Row, table: ShownTable, rates: bool) -> list[str]:
    cells = [written(row.value)]
    if table.is_compared:
        cells.append(written(row.before))
    return [*cells, _rate(row)] if rates else cells


def _grouped(edition: Edition, above: str, below: str) -> dict[str, Any]:
    """A table under another: each group with its own count, then its members."""
    groups, members = edition.table(above), edition.table(below)
    rates = below == "communes"
    headings = [str(edition.year)]
    if groups.is_compared:
        headings.append(str(edition.year - 1))
    if rates:
        headings.append(_("for 1,000 inhabitants"))
    return {
        "title": members.title,
        "definition": members.definition,
        "headings": headings,
        "groups": [
            {
                "label": capfirst(row.label),
                "cells": _cells(row, groups, rates),
                "rows": [
                    {"label": capfirst(one.label), "cells": _cells(one, groups, rates)}
                    for one in members.under(row.key)
                ],
            }
            for row in groups.rows
        ],
    }


def grid_told(grid: GridShown) -> dict[str, Any]:
    """A crossed table as it is read."""
    return {
        "name": grid.name,
        "title": grid.title,
        "definition": grid.definition,
        "columns": [capfirst(label) for _key, label in grid.columns],
        "rows": [
            {"label": capfirst(row.label), "cells": [written(cell) for cell in row.cells]}
            for row in grid.rows
        ],
    }


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Every published count, all years, as a file that spreadsheets open."""
    response = HttpResponse(_file(), content_type=sheets.CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


@per_generation
def _file() -> bytes:
    return sheets.as_csv(
        open_table.HEADINGS, open_table.rows(published.editions(published.years()), running.years())
    )


def dictionary(request: HttpRequest, page: ObservatoryPage) -> HttpResponse:
    """What the file holds, and how counts are hidden."""
    base = page.get_url(request) or "/"
    title = _("Data dictionary of the observatory")
    latest = published.latest()
    context = {
        "page": page,
        "base": base,
        "title": title,
        "parts": open_table.dictionary(),
        "edition": latest,
        "meta": public.meta(
            title, _("What each figure of the observatory means, and how small counts are hidden.")
        ),
        "canonical": public.canonical(f"{base}dictionnaire/"),
        "crumbs": public.crumbs((page.title, base), (_("Dictionary"), "")),
        "editor_url": public.editor_url(request, page),
    }
    return TemplateResponse(request, "intake/observatory/dictionary.html", context)
