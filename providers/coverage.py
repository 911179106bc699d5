"""From the rule a structure chose to the communes it comes to.

The rule (whole territory, groups of communes, distance, communes picked) is
content of the listing; the resolved rows serve the public and follow the
published listing and the territory.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from providers.geometry import chord_of_km, squared_chord
from providers.models import Commune, Coverage, Provider
from providers.models.territory import Located


def within_km(origin: Located, km: float) -> Q:
    """Condition on communes whose point is at most *km* from *origin*'s."""
    if origin.x is None:
        return Q(pk__in=[])
    reach = chord_of_km(km)
    # The box on x lets an index or a cheap comparison discard most rows.
    return Q(x__range=(origin.x - reach, origin.x + reach)) & Q(
        pk__in=Commune.objects.alias(square=squared_chord(origin)).filter(square__lte=reach**2).values("pk")
    )


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


def refresh(provider: Provider) -> None:
    """Bring the resolved rows of the saved listing in line with its rule."""
    wanted = set(communes_of(provider).values_list("pk", flat=True))
    with transaction.atomic():
        known = set(Coverage.objects.filter(provider_id=provider.pk).values_list("commune", flat=True))
        if gone := known - wanted:
            Coverage.objects.filter(provider_id=provider.pk, commune__in=gone).delete()
        Coverage.objects.bulk_create(
            [Coverage(provider_id=provider.pk, commune_id=pk) for pk in sorted(wanted - known)],
            ignore_conflicts=True,  # another publication at the same moment
        )


def refresh_all(providers: Iterable[Provider] | None = None) -> int:
    """Resolve every listing again, after a change of territory; returns how many."""
    count = 0
    rows = Provider.objects.order_by("pk") if providers is None else providers
    for provider in rows:
        if not provider.location:
            provider.save(update_fields=["latitude", "longitude", "x", "y", "z"])
        refresh(provider)
        count += 1
    return count
