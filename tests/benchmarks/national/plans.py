"""How the database answers: the plans of the queries that matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def plans(chosen: dict[str, Any]) -> dict[str, str]:
    """EXPLAIN (SQLite: QUERY PLAN, PostgreSQL: ANALYZE) of the main queries, by name."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from providers.coverage import communes_of, listings_for
    from providers.lookup import find_communes
    from providers.matching import nearest
    from providers.models import Commune, Provider, Service

    service = Service.objects.get(slug=chosen["service"])
    commune = Commune.objects.defer("contour").get(slug=chosen["results_at"])
    structure = Provider.objects.get(slug=chosen["structure"])
    asked: dict[str, Callable[[], Any]] = {
        "nearest list": lambda: list(nearest(service, commune)[:30]),
        "commune lookup, begun": lambda: find_communes(chosen["prefix"]),
        "commune lookup, typing mistakes": lambda: find_communes("meziere en brene"),
        "commune lookup, postal code": lambda: find_communes(chosen["postal_code"]),
        "admin list, first page": lambda: list(Provider.objects.select_related("base_commune")[:50]),
        "zone of one listing": lambda: list(communes_of(structure).values_list("pk")),
        "listings for one commune": lambda: listings_for(commune),
    }
    found: dict[str, str] = {}
    for name, ask in asked.items():
        with CaptureQueriesContext(connection) as log:
            ask()
        texts = [explained(entry["sql"]) for entry in log if entry["sql"].startswith("SELECT")]
        found[name] = "\n--\n".join(texts)
    return found


def explained(sql: str) -> str:
    from django.db import connection

    word = "EXPLAIN (ANALYZE, COSTS OFF)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def slowest(measure: Callable[[], Any]) -> list[list[Any]]:
    """Queries of one call with their seconds, the slowest first: where to look."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    measure()
    with CaptureQueriesContext(connection) as log:
        measure()
    return sorted(([float(entry["time"]), entry["sql"][:1500]] for entry in log), reverse=True)[:8]
