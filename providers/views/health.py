"""The health of the base in Wagtail's admin: the counts, the list behind each, and their export."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.base import ViewSet

from providers import completeness, freshness, health
from providers.matching import today
from providers.models import ErrorReport, Provider
from providers.permissions import sees_health
from providers.upkeep import day_text
from providers.viewsets import Guarded

TITLE = gettext_lazy("Health of the base")


def listing_url(code: str) -> str:
    """The structures with the problem *code*."""
    return f"{reverse('health:listings')}?{urlencode({'problem': code})}"


class BoardView(WagtailAdminTemplateMixin, TemplateView):
    """Each problem with its count, what it means and its list."""

    template_name = "providers/admin/health.html"
    header_icon = "clipboard-list"
    page_title = TITLE
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": TITLE}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "total": health.published().count(),
            "rows": [
                {"problem": problem, "count": count, "url": listing_url(problem.code)}
                for problem, count in health.board()
            ],
            "all_url": reverse("health:listings"),
            "open_reports": ErrorReport.objects.open().count(),
            "reports_url": reverse("error_reports:index") + "?state=open",
            "policy": freshness.policy(),
        }


class ProblemFilterSet(WagtailFilterSet):
    """By problem."""

    problem = django_filters.ChoiceFilter(
        label=gettext_lazy("problem"),
        choices=lambda: [(row.code, row.label) for row in health.PROBLEMS],
        method="with_problem",
    )

    class Meta:
        model = Provider
        fields = ["problem"]

    def with_problem(self, rows: QuerySet[Provider], name: str, value: str) -> QuerySet[Provider]:
        return health.among(rows, value)


def _state(row: Provider) -> str:
    return str(freshness.state(row.operations, today()).label)


def _phone(row: Provider) -> str:
    return row.phone.as_national if row.phone else "–"


def _confirm_url(row: Provider) -> str:
    return reverse("operations:confirm", args=[row.pk])


class ListingsView(ReportView):
    """Published structures, with what a phone call about them needs."""

    page_title = gettext_lazy("Published listings")
    header_icon = "clipboard-list"
    index_url_name = "health:listings"
    index_results_url_name = "health:listings_results"
    filterset_class = ProblemFilterSet
    default_ordering = "name"
    is_searchable = False
    columns = [
        TitleColumn("name", label=capfirst(gettext_lazy("structure")), get_url=_confirm_url, sort_key="name"),
        Column("phone", label=capfirst(gettext_lazy("phone")), accessor=_phone),
        Column("state", label=capfirst(gettext_lazy("confirmation")), accessor=_state),
        Column(
            "verified_on",
            label=capfirst(gettext_lazy("last checked on")),
            accessor=lambda row: day_text(row.operations.verified_on),
            sort_key="verified_on",
        ),
        Column(
            "due",
            label=capfirst(gettext_lazy("to be confirmed by")),
            accessor=lambda row: day_text(freshness.due_on(row.operations)),
        ),
        Column("score", label=capfirst(gettext_lazy("completeness")), accessor="score", sort_key="score"),
    ]
    list_export = [
        "name",
        "phone_text",
        "email",
        "base_commune.name",
        "state",
        "verified_on",
        "operations.get_verification_way_display",
        "operations.verification_source",
        "due",
        "score",
        "missing",
    ]
    export_headings = {
        "name": gettext_lazy("structure"),
        "phone_text": gettext_lazy("phone"),
        "email": gettext_lazy("e-mail"),
        "base_commune.name": gettext_lazy("commune of the base"),
        "state": gettext_lazy("confirmation"),
        "verified_on": gettext_lazy("last checked on"),
        "operations.get_verification_way_display": gettext_lazy("how it was checked"),
        "operations.verification_source": gettext_lazy("checked with"),
        "due": gettext_lazy("to be confirmed by"),
        "score": gettext_lazy("completeness"),
        "missing": gettext_lazy("what is missing"),
    }

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("health:index"), "label": TITLE},
            {"url": "", "label": self.page_title},
        ]

    def get_base_queryset(self) -> QuerySet[Provider]:
        rows = (
            health.published()
            .filter(operations__isnull=False)
            .annotate(verified_on=F("operations__verified_on"))
        )
        rows = rows.select_related("operations", "base_commune").defer("base_commune__contour")
        return completeness.judged(rows)

    def get_filename(self) -> str:
        return f"{_('health-of-the-base')}-{today():%Y-%m-%d}"

    def to_row_dict(self, item: Provider) -> Any:
        item.state = _state(item)  # type: ignore[attr-defined]
        item.due = freshness.due_on(item.operations)  # type: ignore[attr-defined]
        item.phone_text = str(item.phone or "")  # type: ignore[attr-defined]
        words = [str(lack.words) for lack in completeness.missing_of(item)]
        item.missing = " ; ".join(words)  # type: ignore[attr-defined]
        return super().to_row_dict(item)


class HealthViewSet(Guarded, ViewSet):
    """For those who keep the facts of every structure."""

    name = "health"
    url_prefix = "sante-de-la-base"
    icon = "clipboard-list"
    menu_label = TITLE
    menu_order = 165
    add_to_admin_menu = True

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_health(user)

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: sees_health(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(BoardView), name="index"),
            path("structures/", self.construct_view(ListingsView), name="listings"),
            path(
                "structures/results/",
                self.construct_view(ListingsView, results_only=True),
                name="listings_results",
            ),
        ]
