"""The zone of a structure: the rule it chose, and the communes that come of it."""

import pytest

from providers import coverage
from providers.models import Commune, Coverage
from tests.factories import CommuneFactory, EpciFactory, ProviderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes():
    """Four communes of the territory and one outside; the first two in one group of communes."""
    epci = EpciFactory(name="CC Cœur de Brenne")
    mezieres = CommuneFactory(name="Mézières-en-Brenne", epci=epci)
    azay = CommuneFactory(name="Azay-le-Ferron", epci=epci)
    return {
        "epci": epci,
        "mezieres": mezieres,
        "azay": azay,
        "blanc": CommuneFactory(name="Le Blanc"),
        "belabre": CommuneFactory(name="Bélâbre"),
        "dehors": CommuneFactory(name="Dehors", latitude=46.84, longitude=1.25, in_territory=False),
    }


def covered(provider):
    rows = Coverage.objects.filter(provider=provider).values_list("commune__name", flat=True)
    return set(rows)


def test_each_rule_and_their_sum(communes):
    base = communes["mezieres"]
    inside = {"Mézières-en-Brenne", "Azay-le-Ferron", "Le Blanc", "Bélâbre"}
    assert covered(ProviderFactory(base_commune=base, communes=[communes["blanc"]])) == {"Le Blanc"}
    assert covered(ProviderFactory(base_commune=base, epcis=[communes["epci"]])) == {
        "Mézières-en-Brenne",
        "Azay-le-Ferron",
    }
    assert covered(ProviderFactory(base_commune=base, covers_territory=True)) == inside
    # Dehors lies 4 km from Mézières, Azay 11 km; a distance ignores the edge of the territory.
    assert covered(ProviderFactory(base_commune=base, covers_radius_km=5)) == {"Mézières-en-Brenne", "Dehors"}
    summed = ProviderFactory(base_commune=base, covers_radius_km=5, communes=[communes["belabre"]])
    assert covered(summed) == {"Mézières-en-Brenne", "Dehors", "Bélâbre"}
    assert covered(ProviderFactory(base_commune=base)) == set()


def test_the_distance_is_counted_from_the_point_on_the_map(communes):
    provider = ProviderFactory(
        base_commune=communes["blanc"], location="SRID=4326;POINT(1.20888 46.8197)", covers_radius_km=5
    )
    assert covered(provider) == {"Mézières-en-Brenne", "Dehors"}


def test_a_changed_territory_changes_the_zone(communes):
    provider = ProviderFactory(base_commune=communes["mezieres"], covers_territory=True)
    Commune.objects.filter(pk=communes["dehors"].pk).update(in_territory=True)
    Commune.objects.filter(pk=communes["belabre"].pk).update(in_territory=False)
    coverage.refresh_all()
    assert covered(provider) == {"Mézières-en-Brenne", "Azay-le-Ferron", "Le Blanc", "Dehors"}


def test_a_retired_commune_leaves_the_zone(communes):
    provider = ProviderFactory(base_commune=communes["mezieres"], covers_territory=True)
    communes["belabre"].retired_on = "2026-01-01"
    communes["belabre"].save()
    coverage.refresh_all()
    assert "Bélâbre" not in covered(provider)


def test_refreshing_twice_writes_nothing(communes, django_assert_num_queries):
    provider = ProviderFactory(base_commune=communes["mezieres"], covers_territory=True)
    before = list(Coverage.objects.values_list("pk", flat=True))
    coverage.refresh(provider)
    assert list(Coverage.objects.values_list("pk", flat=True)) == before


def test_the_base_follows_the_town_hall_until_it_has_a_point_of_its_own(communes):
    provider = ProviderFactory(base_commune=communes["mezieres"], covers_radius_km=5)
    Commune.objects.filter(pk=communes["mezieres"].pk).update(
        latitude=46.6331, longitude=1.06419, **dict(zip("xyz", communes["blanc"].point.vector, strict=True))
    )
    coverage.refresh_all()
    provider.refresh_from_db()
    assert provider.point == communes["blanc"].point
    assert covered(provider) == {"Mézières-en-Brenne", "Le Blanc"}


class TestOneCommuneChanges:
    """Only that commune is resolved again, for every kind of rule, as for all listings together."""

    @pytest.fixture
    def listings(self, communes):
        base = communes["mezieres"]
        return [
            ProviderFactory(base_commune=base, communes=[communes["blanc"]]),
            ProviderFactory(base_commune=base, epcis=[communes["epci"]]),
            ProviderFactory(base_commune=base, covers_territory=True),
            ProviderFactory(base_commune=base, covers_radius_km=12),
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"retired_on": "2026-01-01"},
            {"in_territory": False},
            {"epci": None},
            {"latitude": 47.9, "longitude": 2.9},
        ],
    )
    @pytest.mark.parametrize("name", ["azay", "blanc", "mezieres"])
    def test_it_agrees_with_a_resolution_of_everything(self, communes, listings, commit, change, name):
        commit()
        commune = Commune.objects.get(pk=communes[name].pk)
        for field, value in change.items():
            setattr(commune, field, value)
        commune.save()
        commit()
        alone = [covered(listing) for listing in listings]
        coverage.refresh_all()
        assert alone == [covered(listing) for listing in listings]

    def test_a_new_commune_enters_the_zones_that_mean_it(self, communes, listings, commit):
        CommuneFactory(name="Nouvelle", latitude=46.82, longitude=1.21)
        commit()
        assert [("Nouvelle" in covered(listing)) for listing in listings] == [False, False, True, True]


def test_the_wanted_communes_are_those_of_the_query(communes):
    listing = ProviderFactory(base_commune=communes["mezieres"], covers_radius_km=12)
    for commune in communes.values():
        if isinstance(commune, Commune):
            inside = coverage.communes_of(listing).filter(pk=commune.pk).exists()
            assert (listing.pk in coverage.listings_for(commune)) == inside, commune
