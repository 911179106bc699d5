"""Reported errors in Wagtail's admin: for staff all of them, for a structure its own, without who told."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from providers.models import ErrorReport
from providers.permissions import is_listing_staff, manages_any, reports_open_to, sees_reporter
from providers.reports import close
from providers.viewsets import Guarded

TITLE = gettext_lazy("Reported errors")


class ReportFilterSet(WagtailFilterSet):
    """Open or closed, and by reason."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("state"),
        choices=[("open", gettext_lazy("to be answered")), ("closed", gettext_lazy("closed"))],
        method="in_state",
    )

    class Meta:
        model = ErrorReport
        fields = ["state", "reason"]

    def in_state(self, rows: QuerySet[ErrorReport], name: str, value: str) -> QuerySet[ErrorReport]:
        return rows.filter(closed_at__isnull=value == "open")


class ReportIndexView(BaseListingView):
    """The newest first."""

    page_title = TITLE
    header_icon = "warning"
    index_url_name = "error_reports:index"
    index_results_url_name = "error_reports:index_results"
    filterset_class = ReportFilterSet
    default_ordering = "-created_at"
    is_searchable = False
    paginate_by = 50
    model = ErrorReport
    columns = [
        TitleColumn(
            "provider",
            label=capfirst(gettext_lazy("structure")),
            accessor="provider.name",
            get_url=lambda row: reverse("error_reports:edit", args=[row.pk]),
        ),
        Column("reason", label=capfirst(gettext_lazy("what is wrong")), accessor="get_reason_display"),
        DateColumn("created_at", label=capfirst(gettext_lazy("told on")), sort_key="created_at"),
        DateColumn("closed_at", label=capfirst(gettext_lazy("closed on")), sort_key="closed_at"),
    ]

    def get_base_queryset(self) -> QuerySet[ErrorReport]:
        return reports_open_to(self.request.user).select_related("provider")


class AnswerForm(forms.Form):
    """What was corrected, or why nothing had to be."""

    answer = forms.CharField(
        label=gettext_lazy("answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "What was corrected, or why nothing had to be. Sent to the person who left an address."
        ),
    )


class ReportView(WagtailAdminTemplateMixin, TemplateView):
    """One report, and its answer."""

    template_name = "providers/admin/report.html"
    header_icon = "warning"
    page_title = gettext_lazy("Reported error")
    _show_breadcrumbs = True
    http_method_names = ["get", "head", "post"]

    @cached_property
    def report(self) -> ErrorReport:
        rows = reports_open_to(self.request.user).select_related("provider", "closed_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("error_reports:index"), "label": TITLE},
            {"url": "", "label": str(self.report.provider)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "report": self.report,
            "reporter": self.report.email if sees_reporter(self.request.user) else "",
            "form": AnswerForm() if self.report.closed_at is None else None,
        } | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if close(self.report, form.cleaned_data["answer"], request.user):
            messages.success(request, _("Closed."))
        else:
            messages.warning(request, _("Somebody closed it meanwhile: see their answer."))
        return redirect(reverse("error_reports:edit", args=[self.report.pk]))


class ErrorReportViewSet(Guarded, ViewSet):
    """Staff for all, managers for their own listings."""

    name = "error_reports"
    url_prefix = "erreurs-signalees"
    icon = "warning"
    menu_label = TITLE
    menu_order = 166
    add_to_admin_menu = True

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if "pk" in url:
            return reports_open_to(user).filter(pk=url["pk"]).exists()
        return is_listing_staff(user) or manages_any(user)

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: self.may_reach(request.user, {})
        return item

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(ReportIndexView), name="index"),
            path("results/", self.construct_view(ReportIndexView, results_only=True), name="index_results"),
            path("<int:pk>/", self.construct_view(ReportView), name="edit"),
        ]
