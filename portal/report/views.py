"""The report of an evaluation for everybody: the page that waits for it, the PDF, the spreadsheet."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from intake.models import EvaluationPage
from intake.observatory.sheets import XLSX_TYPE
from intake.report.kept import public_report
from intake.report.workbook import workbook
from portal.report import document
from providers.views import public


def page_or_404(slug: str) -> EvaluationPage:
    """The published evaluation at this address."""
    page = EvaluationPage.objects.live().public().filter(slug=slug).first()
    if page is None:
        raise Http404
    return page


def pdf_url(page: EvaluationPage) -> str:
    return reverse("report:pdf", args=[page.slug])


def waiting_url(page: EvaluationPage) -> str:
    return reverse("report:waiting", args=[page.slug])


def xlsx_url(page: EvaluationPage) -> str:
    return reverse("report:xlsx", args=[page.slug])


@require_safe
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the PDF that is ready, or say that it is being made while the browser fetches it."""
    page = page_or_404(slug)
    if document.is_ready(page, document.report_data(page)):
        response: HttpResponse = HttpResponseRedirect(pdf_url(page))
    else:
        heading = _("The report is being made")
        context = {
            "heading": heading,
            "page_title": page.title,
            "file_url": pdf_url(page),
            "meta": public.meta(heading, robots="noindex"),
            "canonical": "",
            "crumbs": public.crumbs((page.title, page.get_url() or "/"), (heading, "")),
            "editor_url": "",
        }
        response = render(request, "portal/report/waiting.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def report_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The report as PDF/UA-1; a browser that has it already is told so."""
    page = page_or_404(slug)
    data = document.report_data(page)
    etag = f'"{document.fingerprint(data)}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return known  # type: ignore[return-value]
    response = pdf_response(document.pdf(page, data), file_name(page, "pdf"))
    response["ETag"] = etag
    return response


@require_safe
def report_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a spreadsheet."""
    page = page_or_404(slug)
    response = HttpResponse(workbook(public_report(page)), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name(page, "xlsx")}"'
    return response


def file_name(page: EvaluationPage, ending: str, internal: bool = False) -> str:
    """“bilan-2009.pdf”; what must not leave the house says so."""
    return f"bilan-{page.slug}{'-interne' if internal else ''}.{ending}"


def pdf_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
