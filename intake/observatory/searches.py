"""Searches of the directory that found nobody, by service and commune."""

from __future__ import annotations

from django.db.models import Sum

from intake.models import UnansweredSearch
from intake.observatory.cube import Filters, among
from intake.observatory.periods import Period


def unanswered(period: Period, filters: Filters | None = None) -> dict[tuple[str, str], int]:
    """How many searches of the period found nobody, by (service, commune)."""
    rows = UnansweredSearch.objects.filter(day__range=(period.first, period.last))
    for name, keys in (filters or Filters()).keys().items():
        if name in ("service", "commune"):
            rows = rows.filter(among(name, name, keys))
    return {
        (str(service), str(commune)): count
        for service, commune, count in rows.order_by()
        .values_list("service_id", "commune_id")
        .annotate(n=Sum("count"))
    }
