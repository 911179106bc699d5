"""The reports in Wagtail's admin: choose a year, the public version or the internal one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets import Button

from intake.menu import HOOK, ItemFor
from intake.models import EvaluationPage
from intake.observatory.sheets import XLSX_TYPE, download
from intake.permissions import handles_requests
from intake.report.content import last_twelve_months, report_of
from intake.report.workbook import workbook
from intake.views.guard import ForOperators
from portal.report import document
from portal.report.views import file_name, pdf_response, waiting_url, xlsx_url

TITLE = _("Yearly reports")


def _page(pk: int | None) -> EvaluationPage:
    """The evaluation with this key; without one, what stands for the last twelve months."""
    return get_object_or_404(EvaluationPage, pk=pk) if pk else last_twelve_months()


class ReportsView(WagtailAdminTemplateMixin, TemplateView):
    """Every evaluation, the latest first, with its files."""

    template_name = "portal/report/index.html"
    page_title = TITLE
    header_icon = "doc-full"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": TITLE}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            {
                "page": page,
                "pdf": waiting_url(page) if page.live else "",
                "xlsx": xlsx_url(page) if page.live else "",
            }
            for page in EvaluationPage.objects.order_by("-last_day")
        ]
        return super().get_context_data(**kwargs) | {"rows": rows}


class InternalWaitingView(WagtailAdminTemplateMixin, TemplateView):
    """Said while the browser fetches the internal report, which takes some seconds when the log is long."""

    template_name = "portal/report/internal.html"
    page_title = _("The report is being made")
    header_icon = "doc-full"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, arguments = _page(self.kwargs.get("pk")), list(self.kwargs.values())
        name = "internal_pdf" if arguments else "latest_pdf"
        return super().get_context_data(**kwargs) | {
            "page": page,
            "file_url": reverse(f"reports:{name}", args=arguments),
        }


class InternalView(View):
    """True counts, marked so on every sheet: the PDF, or the spreadsheet."""

    as_xlsx = False

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        page = _page(pk)
        if self.as_xlsx:
            name = file_name(page, "xlsx", internal=True)
            return download(workbook(report_of(page, internal=True)), XLSX_TYPE, name)
        content = document.pdf(page, document.report_data(page, internal=True))
        response = pdf_response(content, file_name(page, "pdf", internal=True))
        patch_cache_control(response, private=True, no_store=True)
        return response


class ReportsViewSet(ForOperators, ViewSet):
    """For those who take requests: true counts are among the files."""

    name = "reports"
    url_prefix = "rapports"
    icon = "doc-full"

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(ReportsView), name="index"),
            path("douze-derniers-mois/", self.construct_view(InternalWaitingView), name="latest"),
            path("douze-derniers-mois.pdf", self.construct_view(InternalView), name="latest_pdf"),
            path(
                "douze-derniers-mois.xlsx",
                self.construct_view(InternalView, as_xlsx=True),
                name="latest_xlsx",
            ),
            path("<int:pk>/interne/", self.construct_view(InternalWaitingView), name="internal"),
            path("<int:pk>/interne.pdf", self.construct_view(InternalView), name="internal_pdf"),
            path(
                "<int:pk>/interne.xlsx", self.construct_view(InternalView, as_xlsx=True), name="internal_xlsx"
            ),
        ]


@hooks.register("register_admin_viewset")
def register_reports() -> Any:
    return ReportsViewSet()


@hooks.register(HOOK)
def reports_item() -> MenuItem:
    url = reverse("reports:index")
    return ItemFor(TITLE, url, handles_requests, name="reports", icon_name="doc-full", order=340)


@hooks.register("register_page_header_buttons")
def report_button(page: Any, user: Any, *args: Any, **kwargs: Any) -> Iterator[Button]:
    """From an evaluation to its report."""
    if isinstance(page, EvaluationPage) and page.pk and handles_requests(user):
        yield Button(_("Report"), url=reverse("reports:index"), icon_name="doc-full", priority=17)
