"""Loading a territory into the base, once or again."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.text import slugify

from providers import coverage, extent, spelling
from providers.geometry import distance_km, squared_chord
from providers.models import Commune, Epci, PostalCode
from providers.models.territory import Located
from providers.naming import normalise
from providers.territory_files import CommuneRow

MOST_OFFERED = 400  # communes to tick in a form
MOST_NEAR = 120  # the same, around one base
OFFERED_KM = 60
Report = Callable[[str], None]


def around(communes: list[CommuneRow], candidates: list[CommuneRow], km: float) -> list[CommuneRow]:
    """Those of *candidates* at most *km* from one of *communes*, themselves left out."""
    inside = {commune.insee_code for commune in communes}
    points = [commune.point for commune in communes if commune.point]
    if not points or km <= 0:
        return []
    margin = km / 111.0  # degrees of latitude; longitude is narrower, hence the wider box
    south, north = min(p.latitude for p in points) - margin, max(p.latitude for p in points) + margin
    west, east = min(p.longitude for p in points) - 2 * margin, max(p.longitude for p in points) + 2 * margin
    return [
        row
        for row in candidates
        if row.insee_code not in inside
        and row.point
        and south <= row.point.latitude <= north
        and west <= row.point.longitude <= east
        and any(distance_km(row.point, point) <= km for point in points)
    ]


def _free_slugs(rows: list[CommuneRow]) -> dict[str, str]:
    """An address for each commune: known ones keep theirs, so that links last."""
    slugs = dict(Commune.objects.values_list("insee_code", "slug"))
    taken = set(slugs.values())
    for row in rows:
        if row.insee_code not in slugs:
            slug = slugify(row.name.replace("œ", "oe").replace("Œ", "Oe"))[:110] or row.insee_code
            if slug in taken:
                slug = f"{slug}-{row.insee_code.lower()}"
            slugs[row.insee_code] = slug
            taken.add(slug)
    return slugs


def _as_commune(row: CommuneRow, slug: str, epcis: dict[str, Epci], inside: bool) -> Commune:
    commune = Commune(
        insee_code=row.insee_code,
        name=row.name,
        slug=slug,
        search_name=normalise(row.name),
        population=row.population,
        contour=row.contour,
        epci=epcis.get(row.epci_siren),
        in_territory=inside,
        point_source=Commune.PointSource.TOWN_HALL if row.from_town_hall else Commune.PointSource.CENTROID,
    )
    commune.place_at(row.point)
    return commune


@transaction.atomic
def load(inside: list[CommuneRow], outside: list[CommuneRow], report: Report = lambda text: None) -> None:
    """Make *inside* the territory and keep *outside* as its neighbours.

    Communes already known are updated and keep their address; those that left
    stay in the base, outside the territory. Every coverage is resolved again.
    All of it or nothing.
    """
    sirens = {row.epci_siren: row.epci_name for row in inside if row.epci_siren}
    Epci.objects.bulk_create(
        [Epci(siren=siren, name=name) for siren, name in sorted(sirens.items())],
        update_conflicts=True,
        unique_fields=["siren"],
        update_fields=["name"],
    )
    epcis = {epci.siren: epci for epci in Epci.objects.filter(siren__in=sirens)}
    rows = inside + outside
    slugs = _free_slugs(rows)
    Commune.objects.filter(in_territory=True).update(in_territory=False)
    communes = [_as_commune(row, slugs[row.insee_code], epcis, True) for row in inside]
    communes += [_as_commune(row, slugs[row.insee_code], epcis, False) for row in outside]
    updated = ["name", "search_name", "population", "contour", "epci", "in_territory", "point_source"]
    for start in range(0, len(communes), 1000):
        Commune.objects.bulk_create(
            communes[start : start + 1000],
            update_conflicts=True,
            unique_fields=["insee_code"],
            update_fields=[*updated, "latitude", "longitude", "x", "y", "z"],
        )
        report(f"{min(start + 1000, len(communes))}/{len(communes)}")
    keys = dict(Commune.objects.values_list("insee_code", "pk"))
    _forget_postal_codes([keys[row.insee_code] for row in rows])
    PostalCode.objects.bulk_create(
        [PostalCode(commune_id=keys[row.insee_code], code=code) for row in rows for code in row.postal_codes],
        batch_size=1000,
    )
    spelling.index(Commune.objects.only("search_name").order_by("pk").iterator(chunk_size=2000))
    coverage.refresh_all()


def _forget_postal_codes(keys: list[int]) -> None:
    for start in range(0, len(keys), 1000):
        PostalCode.objects.filter(commune__in=keys[start : start + 1000]).delete()


def offered_communes(
    communes: QuerySet[Commune], base: Located | None, kept: Iterable[int]
) -> QuerySet[Commune]:
    """The current communes of *communes* worth offering in a form, by group, those of the territory first.

    The territory and its surroundings; of a large one only the communes around
    *base*. Those of *kept* (keys) in any case.
    """
    current = communes.filter(retired_on=None)
    if extent.is_large():
        offered = _nearest(current, base)
    else:
        offered = current.order_by("-in_territory", "search_name", "pk")[:MOST_OFFERED]
    keys = {*offered.values_list("pk", flat=True), *kept}
    return (
        communes.filter(Q(pk__in=keys))
        .select_related("epci")
        .defer("contour", "epci__siren")
        .order_by("-in_territory", F("epci__name").asc(nulls_last=True), "search_name", "pk")
    )


def offered_groups(groups: QuerySet[Epci], base: Located | None, kept: Iterable[int]) -> QuerySet[Epci]:
    """The groups of communes worth offering in a form: in a large territory, those around *base* and *kept*."""
    if not extent.is_large():
        return groups
    around = _nearest(Commune.objects.current(), base).values_list("epci", flat=True)
    return groups.filter(pk__in={*filter(None, around), *kept})


def _nearest(communes: QuerySet[Commune], base: Located | None) -> QuerySet[Commune]:
    if base is None or base.x is None:
        return communes.none()
    near = communes.filter(coverage.within_km(base, OFFERED_KM)).alias(square=squared_chord(base))
    return near.order_by("square", "pk")[:MOST_NEAR]
