"""The public report of a page, worked out once until something changes."""

from __future__ import annotations

from django.utils.translation import get_language

from intake.models import EvaluationPage
from intake.report.content import Report, report_of
from providers.generation import per_generation


@per_generation
def _public(page: EvaluationPage, language: str) -> Report:
    return report_of(page)


def public_report(page: EvaluationPage, is_draft: bool = False) -> Report:
    """What everybody may read of *page*; a draft that is only looked at is not remembered."""
    return report_of(page) if is_draft else _public(page, get_language() or "")
