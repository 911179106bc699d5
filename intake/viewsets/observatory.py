"""The observatory in Wagtail's admin: true figures for those who take requests, published ones for the others."""

from __future__ import annotations

import datetime
from typing import Any

from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from intake.charts import Bar, bar_chart, month_chart
from intake.charts.values import written
from intake.models.observatory_page import observatory_url
from intake.observatory import around, published, sheets
from intake.observatory.dashboard import TABLES, Dashboard, Tile
from intake.observatory.dashboard_form import DashboardForm
from intake.observatory.dimensions import DIMENSIONS
from intake.observatory.figures import FIGURES
from intake.permissions import handles_requests, sees_published
from intake.viewsets.board import Board
from providers.viewsets import Guarded

TITLE = gettext_lazy("Observatory")
PUBLISHED = gettext_lazy("Published figures")
FOLDED = ("service", "commune", "campaign")  # long, or rarely looked at


def value_text(value: Any, unit: str) -> str:
    """“1 204”, “95 %”, “2,1”, “–”."""
    if value is None:
        return "–"
    if unit == "share":
        return written(100 * value, 0) + "\u00a0%"
    return written(value, 1) if unit else written(value)


def _tile(tile: Tile) -> dict[str, str]:
    return {
        "label": str(tile.label),
        "definition": str(tile.definition),
        "value": value_text(tile.value, tile.unit),
        "before": value_text(tile.before, tile.unit),
    }


class DashboardView(Board):
    """Figures of some months, narrowed as asked, beside those of the year before."""

    template_name = "intake/observatory/dashboard.html"
    page_title = TITLE
    header_icon = "view"

    @cached_property
    def form(self) -> DashboardForm:
        return DashboardForm(self.request.GET)

    @cached_property
    def board(self) -> Dashboard:
        return Dashboard(self.form.period, self.form.filters)

    def tables(self, kind: str) -> list[sheets.Sheet]:
        return list(self.board.sheets())

    def file_name(self) -> str:
        return f"{_('observatory')}-{self.form.period.last:%Y-%m}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "form": self.form,
            "query": self.query(),
            "board": None,
            "reset_url": reverse("observatory:index"),
            "published_url": reverse("observatory:published"),
            "public_url": observatory_url(),
        }
        return context | (self._figures() if self.form.is_valid() else {})

    def _figures(self) -> dict[str, Any]:
        board = self.board
        return {
            "board": board,
            "tiles": [_tile(tile) for tile in board.tiles],
            "months": self._months(),
            "families": self._families(),
            "tables": [self._table(name) for name in TABLES],
            "structures": board.structures,
            "log_url": board.log_url(),
            "unmet_url": board.unmet_url(),
        }

    def _months(self) -> Any:
        board = self.board
        name = "contacts" if board.now.has_contacts() else "needs"
        months = board.period.months
        values = [getattr(counts, name) for counts in board.now.by["month"].values()]
        before = [getattr(counts, name) for counts in board.before.by["month"].values()]
        return month_chart(
            "observed-months",
            capfirst(FIGURES[name].label) + ", " + _("by month"),
            str(FIGURES[name].definition),
            months,
            values,
            before if len(before) == len(months) else None,
            measure=capfirst(FIGURES[name].label),
            present=_("this period"),
            earlier=_("the year before"),
            urls=[_month_url(board, month) for month in months],
        )

    def _families(self) -> Any:
        lines = self.board.lines("family")
        return bar_chart(
            "observed-families",
            _("Needs by family of services"),
            str(FIGURES["needs"].definition),
            [Bar(line.label, line.counts.needs, line.before.needs, line.url) for line in lines],
            heading=_("Family"),
            measure=_("this period"),
            before=_("the year before"),
        )

    def _table(self, dimension: str) -> dict[str, Any]:
        board = self.board
        columns, rates = board.columns(dimension), dimension in ("commune", "epci")
        return {
            "title": DIMENSIONS[dimension].label,
            "is_folded": dimension in FOLDED,
            "headings": [capfirst(FIGURES[name].label) for name in columns],
            "has_rates": rates,
            "rows": [
                {
                    "label": line.label,
                    "url": line.url,
                    "cells": [written(value) for value in line.values(columns)],
                    "before": written(line.before.needs),
                    "rate": written(line.per_thousand, 1),
                }
                for line in board.lines(dimension)
            ],
        }


def _month_url(board: Dashboard, month: datetime.date) -> str:
    narrowed = Dashboard(type(board.period)(month, _last_of(board, month)), board.filters)
    return narrowed.log_url()


def _last_of(board: Dashboard, month: datetime.date) -> datetime.date:
    after = [day for day in board.period.months if day > month]
    return (after[0] if after else board.period.last + datetime.timedelta(days=1)) - datetime.timedelta(
        days=1
    )


class PublishedView(Board):
    """The published counts around somebody: of their communes or services, of one year; nothing else is counted."""

    template_name = "intake/observatory/around.html"
    page_title = PUBLISHED
    header_icon = "view"

    @cached_property
    def edition(self) -> published.Edition | None:
        asked = self.request.GET.get("year", "")
        # A year that was not published is none: the latest is shown, and the choice says which are.
        years = published.years()
        return published.edition(int(asked)) if asked in map(str, years) else published.latest()

    def has_figures(self) -> bool:
        return self.edition is not None

    def file_name(self) -> str:
        return f"{_('observatory')}-{self.edition.year}" if self.edition else ""

    def tables(self, kind: str) -> list[sheets.Sheet]:
        edition = self.edition
        if edition is None:
            return []
        headings = [_("year"), _("table"), _("code"), _("line"), _("count"), _("for 1,000 inhabitants")]
        rows = [
            [
                edition.year,
                table.title,
                row.key,
                row.label,
                row.value,
                row.per_thousand and round(row.per_thousand, 1),
            ]
            for table in around.tables(self.request.user, edition)
            for row in table.rows
        ]
        return [sheets.Sheet(str(edition.year), str(self.page_title), headings, rows)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edition = self.edition
        scope = around.scope_of(self.request.user)
        return super().get_context_data(**kwargs) | {
            "edition": edition,
            "scope": scope,
            "years": published.years(),
            "tables": around.told(self.request.user, edition) if edition else [],
            "public_url": observatory_url(),
        }


class ObservatoryViewSet(Guarded, ViewSet):
    """One address for each door."""

    name = "observatory"
    url_prefix = "observatoire"
    icon = "view"

    def may_open(self, user: Any, view_class: Any, url: dict[str, Any]) -> bool:
        return sees_published(user) if view_class is PublishedView else handles_requests(user)

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(DashboardView), name="index"),
            path("publie/", self.construct_view(PublishedView), name="published"),
        ]
