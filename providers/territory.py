"""Loading a territory into the base, once or again."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.text import slugify

from providers import coverage
from providers.geometry import distance_km
from providers.models import Commune, Epci, PostalCode
from providers.naming import normalise
from providers.territory_files import CommuneRow

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
    keys = dict(Commune.objects.filter(insee_code__in=slugs).values_list("insee_code", "pk"))
    PostalCode.objects.filter(commune__in=keys.values()).delete()
    PostalCode.objects.bulk_create(
        [PostalCode(commune_id=keys[row.insee_code], code=code) for row in rows for code in row.postal_codes],
        batch_size=1000,
    )
    coverage.refresh_all()


def near_territory(communes: QuerySet[Commune], kept: list[int], most: int = 400) -> QuerySet[Commune]:
    """The current communes of *communes* worth offering in a form, those of the territory first.

    The territory and its surroundings up to *most*, and those of *kept* (keys) in any case.
    """
    offered = (
        communes.filter(retired_on=None).order_by("-in_territory", "search_name", "pk").values("pk")[:most]
    )
    return (
        communes.filter(Q(pk__in=list(offered.values_list("pk", flat=True))) | Q(pk__in=kept))
        .select_related("epci")
        .defer("contour", "epci__siren")
        .order_by("-in_territory", F("epci__name").asc(nulls_last=True), "search_name", "pk")
    )
