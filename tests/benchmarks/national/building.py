"""The national base: every commune of France, and an invented offer of natural shape.

Runs in a process of its own, told by the environment which base to fill:
``python -m tests.benchmarks.national.building``. Deterministic: one seed, the
same base each time but for the order of keys.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

STRUCTURES = 60_000
OFFERS = 300_000
COVERED = 51  # communes each structure comes to, about: 3,000,000 rows and a little more
GROUP = 26  # communes of an invented group of communes: two groups make one zone
SEED = 1001
KINDS = (
    "Les Services", "L’Aide à domicile", "Main dans la main", "Le Coup de pouce", "La Maison claire",
    "Au Fil des jours", "Les Bons Voisins", "Entraide", "Le Jardin facile", "Présence et soutien",
)  # fmt: skip


def say(text: str, since: float) -> None:
    print(f"    {time.perf_counter() - since:6.0f} s  {text}", flush=True)


def grouped(rows: list[Any]) -> None:
    """Invent groups of communes: neighbours of one département, about 26 together."""

    def strip(row: Any) -> tuple[str, int, float]:
        # Strips of a fifth of a degree, each walked the other way: neighbours stay together.
        band = int(row.point.latitude * 5)
        return row.insee_code[:2], band, row.point.longitude * (-1) ** band

    for code, communes in groupby(sorted(rows, key=strip), key=lambda row: row.insee_code[:2]):
        for place, row in enumerate(communes):
            number = place // GROUP + 1
            row.epci_siren = f"9{ord(code[0]):02d}{ord(code[1]):02d}{number:04d}"
            row.epci_name = f"CC n° {number} ({code})"


def insert(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Many rows, as fast as the database takes them."""
    from django.db import connection

    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(columns))
            cursor.cursor.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)


def nearest_keys(grid: Any, commune: Any, count: int) -> list[tuple[float, int]]:
    """Square of the distance and key of the *count* communes nearest to *commune*."""
    km = 12.0
    while True:
        keys = list(grid.within(commune, km))
        if len(keys) >= count or km > 180:
            break
        km *= 1.6
    return sorted(
        (
            sum(
                (a - b) ** 2 for a, b in zip(grid.points[key], (commune.x, commune.y, commune.z), strict=True)
            ),
            key,
        )
        for key in keys
    )[:count]


def structures(
    communes: list[Any], nearest: dict[int, list[tuple[float, int]]], chance: random.Random
) -> Iterator[Any]:
    """60,000 listings, more of them where more people live, unsaved."""
    import math

    from providers.geometry import EARTH_RADIUS_KM
    from providers.models import Provider
    from providers.naming import name_key

    weights = [300 + (commune.population or 0) for commune in communes]
    bases = chance.choices(communes, weights=weights, k=STRUCTURES)
    for number, base in enumerate(bases, start=1):
        form = chance.choice(Provider.LegalForm.values)
        listing = Provider(
            pk=number,
            name=(name := f"{chance.choice(KINDS)} de {base.name}"[:140]),
            search_name=name_key(name),
            slug=f"structure-{number}",
            legal_form=form,
            description="Structure inventée pour mesurer le portail. " * chance.randint(2, 8),
            base_commune_id=base.pk,
            phone=f"+3326191{number % 10000:04d}",
            email=f"contact@structure-{number}.example",
            address=f"{chance.randint(1, 90)} rue de la Mairie",
            accepts_cesu=chance.random() < 0.5,
            live=True,
        )
        listing.latitude, listing.longitude = base.latitude, base.longitude
        listing.x, listing.y, listing.z = base.x, base.y, base.z
        rule = chance.random()
        listing.rule = "picked" if rule < 0.4 else "radius" if rule < 0.75 else "groups"
        if listing.rule == "radius":
            reach = math.sqrt(nearest[base.pk][-1][0])
            km = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, reach / 2))
            listing.covers_radius_km = max(1, min(200, round(km + 0.2)))
        yield listing


def offers(services: list[int], chance: random.Random) -> Iterator[tuple[int, int, int]]:
    """300,000 triples (structure, service, place): from one to nine services each, some asked for more."""
    weights = [1 / (3 + place) for place in range(len(services))]
    counts = [chance.randint(1, 9) for _ in range(STRUCTURES)]
    while (missing := OFFERS - sum(counts)) != 0:
        place = chance.randrange(STRUCTURES)
        step = 1 if missing > 0 else -1
        if 1 <= counts[place] + step <= 9:
            counts[place] += step
    for number, count in enumerate(counts, start=1):
        chosen: list[int] = []
        while len(chosen) < count:
            service = chance.choices(services, weights=weights)[0]
            if service not in chosen:
                chosen.append(service)
        yield from ((number, service, place) for place, service in enumerate(chosen))


def fill_territory(since: float) -> None:
    from providers import territory
    from providers.territory_files import read_national

    rows = read_national()
    grouped(rows)
    territory.load(rows, [])
    say(f"{len(rows)} communes, their names and groups", since)


def fill_structures(since: float) -> None:
    from django.db import connection, transaction

    from providers.coverage import _Grid
    from providers.models import Availability, Commune, Offer, Operations, Provider, Service

    chance = random.Random(SEED)
    communes = list(Commune.objects.of_territory().defer("contour").order_by("insee_code"))
    by_key = {commune.pk: commune for commune in communes}
    grid: Any = _Grid()
    grid.points = {commune.pk: (commune.x, commune.y, commune.z) for commune in communes}
    nearest: dict[int, list[tuple[float, int]]] = Lazy(grid, by_key)
    with transaction.atomic():
        listings = list(structures(communes, nearest, chance))
        Provider.objects.bulk_create(listings, batch_size=2000)
        Operations.objects.bulk_create(
            [
                Operations(provider_id=row.pk, opening_hours="Mo-Fr 09:00-12:00,14:00-17:00")
                for row in listings
            ],
            batch_size=5000,
        )
        Availability.objects.bulk_create(
            [
                Availability(
                    operations_id=row.pk,
                    state=chance.choice([Availability.State.WAITING, Availability.State.SUSPENDED]),
                )
                for row in chance.sample(listings, STRUCTURES // 15)
            ],
            batch_size=5000,
        )
        say(f"{len(listings)} structures", since)
        services = list(Service.objects.order_by("slug").values_list("pk", flat=True))
        titles = ["declaration"] * 12 + ["approval", "authorisation", "none"]
        columns = (
            "provider_id",
            "service_id",
            "sort_order",
            "mode",
            "summary",
            "audience",
            "legal_title",
            "price_text",
        )
        insert(
            Offer._meta.db_table,
            columns,
            (
                (*row, "provider", "", "everyone", chance.choice(titles), "")
                for row in offers(services, chance)
            ),
        )
        say(f"{OFFERS} offers", since)
        picked = Provider.covers_communes.through
        insert(
            picked._meta.db_table,
            ("provider_id", "commune_id"),
            (
                (row.pk, key)
                for row in listings
                if row.rule == "picked"
                for _square, key in nearest[row.base_commune_id]
            ),
        )
        insert(
            Provider.covers_epcis.through._meta.db_table,
            ("provider_id", "epci_id"),
            (
                (row.pk, group)
                for row in listings
                if row.rule == "groups"
                for group in two_groups(by_key, nearest[row.base_commune_id])
            ),
        )
    if connection.vendor == "postgresql":
        # Keys were given: the next one comes after them.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('providers_provider', 'id'), (SELECT max(id) FROM providers_provider))"
            )
    say("rules of their zones", since)


def two_groups(by_key: dict[int, Any], nearest: list[tuple[float, int]]) -> list[int]:
    """The two groups of communes nearest to a base."""
    found: list[int] = []
    for _square, key in nearest:
        if by_key[key].epci_id not in found:
            found.append(by_key[key].epci_id)
        if len(found) == 2:
            break
    return found


class Lazy(dict[int, list[tuple[float, int]]]):
    """The communes nearest to each base, looked for once."""

    def __init__(self, grid: Any, communes: dict[int, Any]) -> None:
        super().__init__()
        self.grid, self.communes = grid, communes

    def __missing__(self, key: int) -> list[tuple[float, int]]:
        found = self[key] = nearest_keys(self.grid, self.communes[key], COVERED)
        return found


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import translation

    from portal.demo import site
    from providers import coverage, generation
    from providers.models import Coverage
    from providers.nomenclature import load_nomenclature

    since = time.perf_counter()
    translation.activate("fr")
    call_command("migrate", verbosity=0, interactive=False)
    load_nomenclature()
    site.load_settings()
    site.load_pages("bench", 8000)
    fill_territory(since)
    fill_structures(since)
    count = coverage.refresh_all()
    say(f"{count} listings resolved to {Coverage.objects.count()} rows of coverage (refresh_all)", since)
    call_command("update_index", verbosity=0)
    say("search index", since)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if connection.vendor == "postgresql":
        connection.set_autocommit(True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    generation.bump()
    say("statistics", since)


if __name__ == "__main__":
    main()
