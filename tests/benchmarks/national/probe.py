"""Measures of one base, from a process of its own that answers the lines it is given.

``python -m tests.benchmarks.national.probe`` reads one JSON object a line and
prints one back. The first, ``{"choose": …}``, fixes what is measured: Brenne
says what its sizes are, France finds a commune, a structure and words that give
the same number of results.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

TYPED = {
    "commune, whole name": "Mézières-en-Brenne",
    "commune, typing mistakes": "meziere en brene",
    "service, words": "tondre ma pelouse",
    "service, typing mistake": "mnage",
}
TRIED = 4000  # communes tried for the same number of results
Measure = Callable[[], int]


IMPORT = "import of 5,000 lines"


def choose_brenne() -> dict[str, Any]:
    """What is measured in Brenne, with its sizes."""
    from providers.lookup import find_communes
    from providers.matching import nearest
    from providers.models import Commune, Coverage, Provider, Service

    service = Service.objects.get(slug="menage-repassage")
    commune = Commune.objects.get(slug="mezieres-en-brenne")
    # A structure with a zone like most, resolved by a distance.
    by_distance = Provider.objects.filter(covers_radius_km__isnull=False, covers_territory=False)
    structure = min(
        by_distance, key=lambda row: (abs(Coverage.objects.filter(provider=row).count() - 50), row.pk)
    )
    return {
        "service": service.slug,
        "results_at": commune.slug,
        "results": len(nearest(service, commune)),
        "commune": commune.slug,
        "coming": Provider.objects.listed().serving(commune).count(),
        "structure": structure.slug,
        "zone": Coverage.objects.filter(provider=structure).count(),
        "offers": structure.offers.count(),
        "prefix": "mezi",
        "begun": len(find_communes("mezi")),
        "postal_code": "36290",
        "sharing": len(find_communes("36290")),
        "searched": structure.name,
    }


def choose_national(brenne: dict[str, Any]) -> dict[str, Any]:
    """As many results as in *brenne*, found here."""
    from django.db.models import Count

    from providers.lookup import find_communes
    from providers.matching import nearest
    from providers.models import Commune, CommuneEnding, Coverage, Offer, PostalCode, Provider, Service

    service = Service.objects.get(slug=brenne["service"])
    communes = list(Commune.objects.of_territory().defer("contour").order_by("pk")[:TRIED])

    def first(wanted: int, count: Callable[[Any], int], of: Iterable[Any]) -> Any:
        nearby, gap = None, 10**9
        for candidate in of:
            found = count(candidate)
            if abs(found - wanted) < gap:
                nearby, gap = candidate, abs(found - wanted)
            if not gap:
                break
        return nearby

    at = first(brenne["results"], lambda place: nearest(service, place).count(), communes)
    page = first(brenne["coming"], lambda place: Provider.objects.listed().serving(place).count(), communes)
    sizes = Coverage.objects.order_by().values("provider").annotate(size=Count("pk"))
    same_zone = sizes.filter(provider__lte=20_000, provider__covers_radius_km__isnull=False)
    zones = dict(same_zone.values_list("provider", "size"))
    numbers = dict(
        Offer.objects.order_by().filter(provider__lte=20_000).values_list("provider").annotate(Count("pk"))
    )
    structure = first(
        0,
        lambda key: abs(zones[key] - brenne["zone"]) + 5 * abs(numbers[key] - brenne["offers"]),
        [key for key in zones if key in numbers],
    )
    begins = first(
        brenne["begun"],
        lambda text: len(find_communes(text)),
        CommuneEnding.objects.filter(text__begins="m")
        .order_by("text")
        .values_list("text", flat=True)[:3000:7],
    )
    shared = PostalCode.objects.order_by().values("code").annotate(size=Count("pk"))
    code = shared.filter(size=brenne["sharing"]).order_by("code").values_list("code", flat=True)[0]
    listing = Provider.objects.get(pk=structure)
    names = Provider.objects.order_by().values("name").annotate(size=Count("pk")).filter(size=1)
    return {
        "service": service.slug,
        "results_at": at.slug,
        "results": nearest(service, at).count(),
        "commune": page.slug,
        "coming": Provider.objects.listed().serving(page).count(),
        "structure": listing.slug,
        "zone": zones[structure],
        "offers": numbers[structure],
        "prefix": begins,
        "begun": len(find_communes(begins)),
        "postal_code": code,
        "sharing": len(find_communes(code)),
        "searched": names.order_by("name").values_list("name", flat=True)[500],
    }


def _client() -> Any:
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1")


def _page(client: Any, path: str, query: dict[str, str] | None = None) -> Measure:
    def measure() -> int:
        response = client.get(path, query or {})
        assert response.status_code == 200, (path, response.status_code)
        return len(response.content)

    return measure


def _publication(slug: str) -> Measure:
    from providers.models import Provider

    def measure() -> int:
        listing = Provider.objects.get(slug=slug)
        listing.save_revision().publish()
        return 1

    return measure


def measures(chosen: dict[str, Any]) -> dict[str, Measure]:
    """Everything that is measured, by name, ready to be called again and again."""
    from django.contrib.auth import get_user_model
    from django.urls import reverse

    from providers.lookup import find_communes, find_services
    from providers.matching import nearest
    from providers.models import Commune, Provider, Service
    from tests.benchmarks.national import imports

    service = Service.objects.get(slug=chosen["service"])
    commune = Commune.objects.defer("contour").get(slug=chosen["results_at"])
    visitor, admin = _client(), _client()
    user, _created = get_user_model().objects.get_or_create(
        username="bench", defaults={"is_superuser": True, "is_staff": True}
    )
    admin.force_login(user)
    listing = reverse(Provider.snippet_viewset.get_url_name("list"))
    found: dict[str, Measure] = {
        "nearest list": lambda: len(nearest(service, commune)[:30]),
        "result page": _page(visitor, reverse("providers:results", args=[service.slug, commune.slug])),
        "commune page": _page(visitor, reverse("providers:commune", args=[chosen["commune"]])),
        "structure page": _page(visitor, reverse("providers:provider", args=[chosen["structure"]])),
        "commune, begun": lambda: len(find_communes(chosen["prefix"])),
        "commune, postal code": lambda: len(find_communes(chosen["postal_code"])),
        "admin: structures": _page(admin, listing),
        "admin: search": _page(admin, listing, {"q": chosen["searched"]}),
        "publication": _publication(chosen["structure"]),
        "home page": _page(visitor, "/"),
        "directory page": _page(visitor, reverse("providers:directory")),
        "service page": _page(visitor, reverse("providers:service", args=[service.slug])),
        "admin: availabilities": _page(admin, reverse("operations:index")),
        "admin: edit a listing": _page(
            admin,
            reverse(
                Provider.snippet_viewset.get_url_name("edit"),
                args=[Provider.objects.get(slug=chosen["structure"]).pk],
            ),
        ),
    }
    for name, text in TYPED.items():
        find = find_communes if name.startswith("commune") else find_services
        found[name] = lambda find=find, text=text: len(find(text))  # type: ignore[misc]
    found[IMPORT] = lambda: imports.import_lines(imports.LINES)
    return found


def run_once(measure: Measure) -> dict[str, Any]:
    """One call, for what lasts long enough to need no warming."""
    from django.db import connection

    queries = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    start, clock = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        results = measure()
    return {
        "queries": queries,
        "results": results,
        "cpu": (time.process_time() - clock) * 1000,
        "wall": (time.perf_counter() - start) * 1000,
    }


def run(measure: Measure, seconds: float) -> dict[str, Any]:
    """Medians over as many calls as fit in *seconds* (at least three), warm, with the queries of one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    measure()
    with CaptureQueriesContext(connection) as log:
        results = measure()
        queries = len(log)  # the next request empties the log
    cpu, wall = [], []
    end = time.perf_counter() + seconds
    while len(cpu) < 3 or time.perf_counter() < end:
        start, clock = time.perf_counter(), time.process_time()
        measure()
        cpu.append(time.process_time() - clock)
        wall.append(time.perf_counter() - start)
    return {
        "queries": queries,
        "results": results,
        "cpu": statistics.median(cpu) * 1000,
        "wall": statistics.median(wall) * 1000,
    }


def main() -> None:
    import django

    django.setup()
    from django.utils import translation

    from tests.benchmarks.national import plans

    translation.activate("fr")
    chosen: dict[str, Any] = {}
    known: dict[str, Measure] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "choose" in job:
            brenne = job["choose"]
            chosen = choose_national(brenne) if brenne else choose_brenne()
            known = measures(chosen)
            answer: Any = {"chosen": chosen, "measures": list(known)}
        elif "explain" in job:
            answer = plans.plans(chosen)
        elif "slow" in job:
            answer = plans.slowest(known[job["slow"]])
        elif job["measure"] == IMPORT:
            answer = run_once(known[IMPORT])
        else:
            answer = run(known[job["measure"]], job["seconds"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
