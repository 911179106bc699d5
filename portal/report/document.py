"""The report as Typst takes it, and as the PDF it becomes; made once for each content."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from intake.charts import Chart
from intake.charts.drawing import WIDTH
from intake.models import EvaluationPage
from intake.report.content import Report, amount_text, figure_text, method, report_of
from portal.names import fill, site_identity
from portal.printing import typesetting
from portal.printing.content import colours, logo_data
from portal.report.prose import blocks
from providers.hours.wording import full_day
from providers.views import public

DRAWING = "report"
FOLDER = "reports"
# Of the figures, those in large on the first page.
HIGHLIGHTS = ("contacts", "needs", "directed", "unmet_at_contact", "no_such_service", "met")
NARROW = 460  # pixels of a chart beside its table: its letters are as large as those around


def report_data(page: EvaluationPage, internal: bool = False) -> dict[str, Any]:
    """All that the drawing needs: words already chosen, amounts already written."""
    names = site_identity()
    report = report_of(page, internal)
    return {
        "language": (get_language() or "fr").partition("-")[0],
        "colours": colours(names.palette),
        "words": _words(report),
        "identity": {
            "service": names.service_name,
            "place": names.place_suffix,
            "name": names.full_name,
            "park": names.park_name,
        }
        | logo_data(names),
        "internal": report.is_internal,
        "title": fill(report.title),
        "period": report.period,
        "summary": fill(page.summary),
        "figures": [
            {
                "label": figure.label,
                "value": figure_text(figure, figure.value),
                "before": figure_text(figure, figure.before) if figure.before is not None else "",
                "definition": figure.definition,
            }
            for figure in report.source.figures
        ],
        "highlights": [
            {"label": figure.label, "value": figure_text(figure, figure.value)}
            for figure in report.source.figures
            if figure.name in HIGHLIGHTS
        ],
        "compared": any(figure.before is not None for figure in report.source.figures),
        "year": str(report.span),
        "year_before": report.span.earlier,
        "narrative": blocks(fill(page.narrative)),
        "chapters": [
            {"title": chapter.title, "charts": [_chart(chart) for chart in chapter.charts]}
            for chapter in report.chapters
        ],
        "budget": _budget(report),
        "comparison": _comparison(report),
        "comments": blocks(fill(page.comments)),
        "method": method(report),
    }


def _words(report: Report) -> dict[str, str]:
    names = site_identity()
    return {
        "contents": _("Contents"),
        "figures": _("The year in figures"),
        "figure": _("Figure"),
        "definition": _("What it means"),
        "narrative": _("What happened"),
        "budget": _("Budget"),
        "comparison": _("Beside the evaluations before"),
        "comments": _("What the working group says"),
        "method": _("Method and definitions"),
        "same": _("The same figures as a table"),
        "internal": _("INTERNAL – true counts, small ones included: must not leave the service"),
        "internal_short": _("Internal document"),
        "made": _("Made on %(day)s.") % {"day": full_day(timezone.localdate())} if report.is_internal else "",
        "address": public.canonical((report.page.pk and report.page.get_url()) or "/"),
        "report": _("Yearly report"),
        "signature": _("%(park)s. A service %(role)s %(operator)s.")
        % {"park": names.park_name, "role": names.operator_role, "operator": names.operator_name}
        if names.operator_name
        else f"{names.park_name}.",
    }


def _chart(chart: Chart) -> dict[str, Any]:
    is_map = "viewBox" in str(chart.svg)
    beside = not is_map and len(chart.headings) <= 3
    return {
        "title": chart.title,
        "description": chart.description,
        "svg": str(chart.svg).replace(f'width="{WIDTH}"', f'width="{NARROW}"', 1)
        if beside
        else str(chart.svg),
        "words": chart.words,
        "legend": [
            {"swatch": chart.alone(key) if key.swatch else "", "text": key.text} for key in chart.legend
        ],
        "notes": chart.notes,
        "invented": chart.invented,
        "headings": list(chart.headings),
        "rows": [[row.label, *row.cells] for row in chart.rows],
        "is_map": is_map,
    }


def _budget(report: Report) -> dict[str, Any]:
    units = [[cost.label, amount_text(cost.running), amount_text(cost.whole)] for cost in report.unit_costs]
    return {
        "caption": _("What was spent, and who paid"),
        "headings": [_("Item"), _("Paid by"), _("Amount")],
        "parts": [
            {
                "title": title,
                "rows": [[line.item, line.detail, line.paid_by, amount_text(line.amount)] for line in lines],
                "total": amount_text(total),
            }
            for title, lines, total in report.budget
        ],
        "total_word": _("In all"),
        "total": amount_text(report.costs.whole),
        "payers_title": _("By payer"),
        "payers": [[name, amount_text(amount)] for name, amount in report.by_payer],
        "funders_title": _("Funders"),
        "funders": [[funder.name, amount_text(funder.amount)] for funder in report.page.funders.all()],
        "funder_headings": [_("Name"), _("Amount")],
        "units_title": _("What one of each cost"),
        "unit_headings": [_("Cost"), _("running"), _("with communication")],
        # Nothing at all to say where neither amounts nor counts are known.
        "units": [row for row in units if row[1] or row[2]],
        "blank": _("A blank amount is not known."),
    }


def _comparison(report: Report) -> dict[str, Any]:
    found = report.comparison
    if not found.is_useful:
        return {"headings": [], "rows": []}
    rows = [[label, *values] for label, values in found.figures]
    rows += [[label, *(amount_text(value) or "–" for value in values)] for label, values in found.costs]
    return {"headings": [_("Figure"), *found.titles], "rows": rows}


def fingerprint(data: dict[str, Any]) -> str:
    """Names the PDF of *data*: another content, or another drawing, has another name."""
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode())
    for name in ("report.typ", "kit.typ"):
        digest.update((typesetting.ROOT / name).read_bytes())
    return digest.hexdigest()[:32]


def _place(page: EvaluationPage, data: dict[str, Any]) -> tuple[str, str]:
    kind = "internal" if data["internal"] else "public"
    return f"{page.pk or page.slug}-{kind}-{data['language']}", fingerprint(data)


def is_ready(page: EvaluationPage, data: dict[str, Any]) -> bool:
    """Whether the PDF of *data* is kept already."""
    stem, digest = _place(page, data)
    return storages["private"].exists(f"{FOLDER}/{stem}-{digest}.pdf")


def pdf(page: EvaluationPage, data: dict[str, Any]) -> bytes:
    """The PDF/UA-1 of *data*, made at first and kept; those of older contents of the same page go."""
    storage = storages["private"]
    stem, digest = _place(page, data)
    name = f"{FOLDER}/{stem}-{digest}.pdf"
    if storage.exists(name):
        with storage.open(name) as stream:
            return bytes(stream.read())
    made = typesetting.pdf(DRAWING, data)
    storage.save(name, ContentFile(made))
    for other in storage.listdir(FOLDER)[1]:
        if other.startswith(f"{stem}-") and digest not in other:
            storage.delete(f"{FOLDER}/{other}")
    return made
