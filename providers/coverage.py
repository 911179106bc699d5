"""From the rule a structure chose to the communes it comes to.

The rule (whole territory, groups of communes, distance, communes picked) is
content of the listing; the resolved rows serve the public and follow the
published listing and the territory. They are resolved for one listing when it
is saved, for one commune when it changes, and for all when a territory is
loaded: one commune never costs a walk through every listing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Sin
from django.db.models.lookups import LessThanOrEqual

from providers.geometry import EARTH_RADIUS_KM, chord_of_km, squared_chord
from providers.models import Commune, Coverage, Provider
from providers.models.listing import WIDEST_KM
from providers.models.territory import Located

_LISTINGS_AT_ONCE = 200
_MANY_COMMUNES = 1000  # from here on, listings for the whole territory are resolved one at a time
_CELL = 0.005  # side of a cell of the grid, in radii of the Earth: 32 km


def _box(origin: Any, reach: float) -> Q:
    """Condition an index can answer: at most *reach* (chord) away on each axis."""
    return Q(
        z__range=(origin.z - reach, origin.z + reach),
        y__range=(origin.y - reach, origin.y + reach),
        x__range=(origin.x - reach, origin.x + reach),
    )


def within_km(origin: Located, km: float) -> Q:
    """Condition on communes whose point is at most *km* from *origin*'s."""
    if origin.x is None:
        return Q(pk__in=[])
    reach = chord_of_km(km)
    return _box(origin, reach) & Q(LessThanOrEqual(squared_chord(origin), reach**2))


def communes_of(provider: Provider) -> QuerySet[Commune]:
    """The communes that *provider*'s rule means today, saved or not.

    Picked communes count even outside the territory; so does a distance.
    """
    rule = Q(pk__in=[commune.pk for commune in provider.covers_communes.all()])
    rule |= Q(epci__in=[epci.pk for epci in provider.covers_epcis.all()])
    if provider.covers_territory:
        rule |= Q(in_territory=True)
    if provider.covers_radius_km:
        rule |= within_km(provider, provider.covers_radius_km)
    return Commune.objects.current().filter(rule)


def listings_for(commune: Commune) -> set[int]:
    """Keys of the saved listings whose rule means *commune* today: :func:`communes_of` the other way round."""
    if commune.retired_on:
        return set()
    picked = Provider.covers_communes.through.objects.filter(commune=commune)
    found = set(picked.values_list("provider", flat=True))
    if commune.epci_id:
        grouped = Provider.covers_epcis.through.objects.filter(epci=commune.epci_id)
        found |= set(grouped.values_list("provider", flat=True))
    listings = Provider.objects.order_by().values_list("pk", flat=True)
    if commune.in_territory:
        found |= set(listings.filter(covers_territory=True))
    if commune.x is not None:
        half_angle = Cast("covers_radius_km", FloatField()) / EARTH_RADIUS_KM / 2.0
        reach = Sin(half_angle) * 2.0
        near = listings.filter(_box(commune, chord_of_km(WIDEST_KM)), covers_radius_km__isnull=False)
        found |= set(near.filter(LessThanOrEqual(squared_chord(commune), reach * reach)))
    return found


def _write(rows: QuerySet[Coverage], known: set[int], wanted: set[int], column: str, **fixed: int) -> None:
    """Make the keys in *column* of *rows* those *wanted*, touching only what differs."""
    if gone := known - wanted:
        rows.filter(**{f"{column}__in": gone}).delete()
    Coverage.objects.bulk_create(
        [Coverage(**fixed, **{column: key}) for key in sorted(wanted - known)],
        batch_size=5000,
        ignore_conflicts=True,  # another publication at the same moment
    )


def refresh(provider: Provider) -> None:
    """Bring the resolved rows of the saved listing in line with its rule."""
    wanted = set(communes_of(provider).order_by().values_list("pk", flat=True))
    rows = Coverage.objects.filter(provider_id=provider.pk)
    with transaction.atomic():
        known = set(rows.values_list("commune", flat=True))
        _write(rows, known, wanted, "commune_id", provider_id=provider.pk)


def refresh_commune(key: int) -> None:
    """Bring the resolved rows of one commune in line with every listing's rule, after it changed.

    Structures based there without a point of their own move with its town hall.
    """
    commune = Commune.objects.defer("contour").get(pk=key)
    based = Provider.objects.filter(base_commune=commune, location="").order_by("pk")
    with transaction.atomic():
        for provider in based.exclude(latitude=commune.latitude, longitude=commune.longitude):
            provider.place_at(commune.point)
            Provider.objects.filter(pk=provider.pk).update(
                **{name: getattr(provider, name) for name in ("latitude", "longitude", "x", "y", "z")}
            )
            refresh(provider)
        rows = Coverage.objects.filter(commune=commune)
        known = set(rows.values_list("provider", flat=True))
        _write(rows, known, listings_for(commune), "provider_id", commune_id=commune.pk)


class _Grid:
    """The current communes in memory, a few numbers each, to resolve many rules at once."""

    def __init__(self) -> None:
        self.current: set[int] = set()
        self.inside: set[int] = set()
        self.groups: dict[int, set[int]] = defaultdict(set)
        self._cells: dict[tuple[int, int], list[tuple[int, float, float, float]]] = defaultdict(list)
        rows = Commune.objects.current().order_by()
        for key, epci, inside, x, y, z in rows.values_list("pk", "epci", "in_territory", "x", "y", "z"):
            self.current.add(key)
            if inside:
                self.inside.add(key)
            if epci:
                self.groups[epci].add(key)
            if x is not None and y is not None and z is not None:
                self._cells[int(y // _CELL), int(z // _CELL)].append((key, x, y, z))

    def within(self, origin: Any, km: float) -> Iterator[int]:
        """Keys of the communes :func:`within_km`."""
        reach = chord_of_km(km)
        limit = reach**2
        rows, columns = (
            range(int((value - reach) // _CELL), int((value + reach) // _CELL) + 1)
            for value in (origin.y, origin.z)
        )
        for row in rows:
            for column in columns:
                for key, x, y, z in self._cells.get((row, column), ()):
                    # The sums of squared_chord, in its order: both give the same communes.
                    dx, dy, dz = x - origin.x, y - origin.y, z - origin.z
                    if dx * dx + dy * dy + dz * dz <= limit:
                        yield key

    def communes_of(self, listing: Any, picked: set[int], groups: set[int]) -> set[int]:
        wanted = picked & self.current
        for group in groups:
            wanted |= self.groups.get(group, set())
        if listing.covers_territory:
            wanted |= self.inside
        if listing.covers_radius_km and listing.x is not None:
            wanted.update(self.within(listing, listing.covers_radius_km))
        return wanted


def _place_bases() -> None:
    """Put every listing without a point of its own at the town hall of its commune; one statement."""
    base = Commune.objects.filter(pk=OuterRef("base_commune"))
    columns = ("latitude", "longitude", "x", "y", "z")
    Provider.objects.filter(location="").update(**{name: Subquery(base.values(name)[:1]) for name in columns})


def _batches(grid: _Grid) -> Iterator[list[Any]]:
    """Every listing, a few columns of it, as many at once as memory may hold."""
    wide = len(grid.inside) > _MANY_COMMUNES
    columns = ("pk", "covers_territory", "covers_radius_km", "x", "y", "z")
    last = 0
    while True:
        rows = list(
            Provider.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list(*columns, named=True)[:_LISTINGS_AT_ONCE]
        )
        if not rows:
            return
        last = rows[-1].pk
        alone = [row for row in rows if wide and row.covers_territory]
        batch = [row for row in rows if not (wide and row.covers_territory)]
        yield from ([row] for row in alone)
        if batch:
            yield batch


def _by_listing(rows: QuerySet[Any], column: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for provider, key in rows.order_by().values_list("provider", column).iterator():
        found[provider].add(key)
    return found


@transaction.atomic
def refresh_all() -> int:
    """Resolve every listing again, after a change of territory; returns how many.

    A few queries for 200 listings at a time, in memory that does not grow with
    their number; only rows that differ are written.
    """
    _place_bases()
    grid = _Grid()
    count = 0
    for batch in _batches(grid):
        mine = {"provider__in": [listing.pk for listing in batch]}
        picked = _by_listing(Provider.covers_communes.through.objects.filter(**mine), "commune")
        groups = _by_listing(Provider.covers_epcis.through.objects.filter(**mine), "epci")
        known = _by_listing(Coverage.objects.filter(**mine), "commune")
        added: list[Coverage] = []
        for listing in batch:
            key = listing.pk
            wanted = grid.communes_of(listing, picked[key], groups[key])
            if gone := known[key] - wanted:
                Coverage.objects.filter(provider=key, commune__in=gone).delete()
            added += [Coverage(provider_id=key, commune_id=pk) for pk in sorted(wanted - known[key])]
        Coverage.objects.bulk_create(added, batch_size=5000, ignore_conflicts=True)
        count += len(batch)
    return count


def create_for(providers: Sequence[Provider]) -> None:
    """Resolve many structures just created; the same rule is worked out once."""
    known: dict[Any, list[int]] = {}
    rows = []
    for provider in providers:
        epcis = frozenset(epci.pk for epci in provider.covers_epcis.all())
        picked = frozenset(commune.pk for commune in provider.covers_communes.all())
        centre = (provider.covers_radius_km, provider.x, provider.y) if provider.covers_radius_km else None
        rule = (provider.covers_territory, centre, epcis, picked)
        if rule not in known:
            known[rule] = list(communes_of(provider).values_list("pk", flat=True))
        rows += [Coverage(provider_id=provider.pk, commune_id=pk) for pk in known[rule]]
    Coverage.objects.bulk_create(rows, batch_size=2000)
