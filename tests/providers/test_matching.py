"""Who is nearest (design §4), against an independent computation in Python."""

import datetime
import itertools
import math
import random

import pytest

from providers.matching import may_help, nearest
from providers.models import Availability, Coverage, Operations, Provider
from providers.prepared import PreparedSearch
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, offer

pytestmark = pytest.mark.django_db

MONDAY = datetime.date(2026, 11, 23)


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def mezieres():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def le_blanc():
    return CommuneFactory(name="Le Blanc")


def names(queryset):
    return [provider.name for provider in queryset]


def haversine(a, b):
    """Kilometres between two points, by another formula than the portal's."""
    la, lb = math.radians(a.latitude), math.radians(b.latitude)
    dla, dlo = lb - la, math.radians(b.longitude - a.longitude)
    square = math.sin(dla / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dlo / 2) ** 2
    return 6371.0088 * 2 * math.asin(math.sqrt(square))


def test_the_nearest_comes_first_with_its_distance(cleaning, mezieres, le_blanc):
    ProviderFactory(name="Loin", base_commune=le_blanc, offers=[cleaning], communes=[mezieres])
    ProviderFactory(name="Sur place", base_commune=mezieres, offers=[cleaning], communes=[mezieres])
    found = list(nearest(cleaning, mezieres, MONDAY))
    assert [(row.name, row.km) for row in found] == [
        ("Sur place", 0),
        ("Loin", round(haversine(mezieres, le_blanc))),
    ]


def test_one_query(cleaning, mezieres, commit, django_assert_num_queries):
    for _ in range(5):
        ProviderFactory(offers=[cleaning], communes=[mezieres])
    commit()
    list(nearest(cleaning, mezieres, MONDAY))
    with django_assert_num_queries(1):
        rows = list(nearest(cleaning, mezieres, MONDAY))
        # What a card shows is there without another query.
        assert [row.base_commune.name + row.operations.opening_hours + row.price_text for row in rows]


def test_coverage_decides_not_the_head_office(cleaning, mezieres, le_blanc):
    tilly = CommuneFactory(name="Tilly", insee_code="36223", latitude=46.4266, longitude=1.2037)
    outside = CommuneFactory(name="Saint-Benoît-du-Sault", in_territory=False)
    ProviderFactory(name="Du Blanc", base_commune=le_blanc, offers=[cleaning], communes=[le_blanc, mezieres])
    ProviderFactory(name="De loin", base_commune=outside, offers=[cleaning], communes=[tilly])
    assert names(nearest(cleaning, tilly, MONDAY)) == ["De loin"]


def test_who_is_left_out(cleaning, mezieres):
    other = ServiceFactory(name="Jardin")
    everyone = {"communes": [mezieres]}
    ProviderFactory(name="bonne", offers=[cleaning], **everyone)
    ProviderFactory(name="autre service", offers=[other], **everyone)
    ProviderFactory(name="brouillon", draft=True, offers=[cleaning], **everyone)
    ProviderFactory(name="sans titre", untitled=True, offers=[cleaning], **everyone)
    ProviderFactory(name="ailleurs", offers=[cleaning], communes=[])
    ProviderFactory(name="suspendue", suspended=True, offers=[cleaning], **everyone)
    assert names(nearest(cleaning, mezieres, MONDAY)) == ["bonne"]


def test_a_structure_without_title_is_admitted_by_decision(cleaning, mezieres):
    provider = ProviderFactory(untitled=True, offers=[cleaning], communes=[mezieres])
    assert not nearest(cleaning, mezieres, MONDAY)
    Operations.objects.filter(provider=provider).update(admitted_by_decision=True)
    assert list(nearest(cleaning, mezieres, MONDAY)) == [provider]


def test_accepting_before_waiting_list_whatever_the_distance(cleaning, mezieres, le_blanc):
    ProviderFactory(
        name="attente",
        waiting=True,
        note="3 semaines",
        base_commune=mezieres,
        offers=[cleaning],
        communes=[mezieres],
    )
    ProviderFactory(name="libre", base_commune=le_blanc, offers=[cleaning], communes=[mezieres])
    found = list(nearest(cleaning, mezieres, MONDAY))
    assert [(row.name, row.waiting, row.waiting_note) for row in found] == [
        ("libre", 0, None),
        ("attente", 1, "3 semaines"),
    ]


def test_a_suspension_of_one_service_leaves_the_others(cleaning, mezieres):
    other = ServiceFactory(name="Jardin")
    provider = ProviderFactory(offers=[cleaning, other], communes=[mezieres])
    Availability.objects.create(
        operations_id=provider.pk, service=cleaning, state=Availability.State.SUSPENDED, until=MONDAY
    )
    assert names(nearest(cleaning, mezieres, MONDAY)) == []
    assert names(nearest(other, mezieres, MONDAY)) == [provider.name]


def test_a_suspension_ends_by_itself(cleaning, mezieres):
    ProviderFactory(suspended=True, until=MONDAY, offers=[cleaning], communes=[mezieres])
    assert not nearest(cleaning, mezieres, MONDAY)
    assert nearest(cleaning, mezieres, MONDAY + datetime.timedelta(days=1)).count() == 1


def test_two_modes_of_one_service_are_one_result(cleaning, mezieres):
    ProviderFactory(offers=[cleaning, offer(cleaning, mode="agent", sort_order=2)], communes=[mezieres])
    assert nearest(cleaning, mezieres, MONDAY).count() == 1


def test_ties_turn_fairly_from_day_to_day_and_not_within_a_day(cleaning, mezieres):
    for number in range(3):
        ProviderFactory(name=f"s{number}", base_commune=mezieres, offers=[cleaning], communes=[mezieres])
    days = [MONDAY + datetime.timedelta(days=day) for day in range(30)]
    orders = [names(nearest(cleaning, mezieres, day)) for day in days]
    assert orders == [names(nearest(cleaning, mezieres, day)) for day in days]
    assert all(today != tomorrow for today, tomorrow in itertools.pairwise(orders))
    firsts = [order[0] for order in orders]
    assert {name: firsts.count(name) for name in set(firsts)} == {"s0": 10, "s1": 10, "s2": 10}


def test_order_equals_an_independent_computation(mezieres):
    """200 structures at random: the whole list, as design §4 says it, worked out in Python."""
    chance = random.Random(36)
    service = ServiceFactory(name="Ménage")
    expected = []
    for number in range(200):
        provider = ProviderFactory(
            name=f"s{number}",
            base_commune=mezieres,
            location=f"SRID=4326;POINT({1.2 + chance.uniform(-0.4, 0.4)} {46.8 + chance.uniform(-0.3, 0.3)})",
            offers=[service],
            communes=[mezieres],
            **chance.choice([{}, {}, {"waiting": True}, {"suspended": True}]),
        )
        state = Availability.objects.filter(operations=provider.pk).values_list("state", flat=True).first()
        if state != "suspended":
            km = math.floor(haversine(mezieres, provider) + 0.5)
            expected.append((state == "waiting", km, provider.pk))
    groups = {}
    for waiting, km, pk in sorted(expected):
        groups.setdefault((waiting, km), []).append(pk)
    turned = []
    for tied in groups.values():
        # The structure at place p (from 1) comes at (p + day) modulo the size of the group.
        turned += sorted(tied, key=lambda pk: (tied.index(pk) + 1 + MONDAY.toordinal()) % len(tied))
    assert [row.pk for row in nearest(service, mezieres, MONDAY)] == turned


def test_a_commune_without_a_point_still_has_an_answer(cleaning):
    nowhere = CommuneFactory(name="Nulle-Part", latitude=None, longitude=None)
    ProviderFactory(offers=[cleaning], communes=[nowhere])
    assert [row.km for row in nearest(cleaning, nowhere, MONDAY)] == [None]


def test_neighbours_may_help_when_nobody_comes(cleaning, mezieres, commit, django_assert_num_queries):
    near = CommuneFactory(name="Azay-le-Ferron")  # 11 km from Mézières
    far = CommuneFactory(name="Très-Loin", latitude=48.0, longitude=3.0)
    ProviderFactory(name="voisine", base_commune=near, offers=[cleaning], communes=[near])
    ProviderFactory(name="lointaine", base_commune=far, offers=[cleaning], communes=[far])
    ProviderFactory(name="déjà là", base_commune=near, offers=[cleaning], communes=[near, mezieres])
    ProviderFactory(name="suspendue", suspended=True, base_commune=near, offers=[cleaning], communes=[near])
    commit()
    list(may_help(cleaning, mezieres, MONDAY))
    with django_assert_num_queries(1):
        assert names(may_help(cleaning, mezieres, MONDAY)) == ["voisine"]


def test_coverage_rows_follow_the_rule_only_once(cleaning, mezieres):
    provider = ProviderFactory(offers=[cleaning], communes=[mezieres], everywhere=True)
    assert Coverage.objects.filter(provider=provider, commune=mezieres).count() == 1
    assert Provider.objects.serving(mezieres).count() == 1


def test_a_prepared_search_gives_the_same_rows_for_other_values(cleaning, mezieres, le_blanc):
    """The SQL written once for sample values equals the queryset, for each service, commune and day."""
    garden = ServiceFactory(name="Jardin")
    for number in range(4):
        towns = [mezieres, le_blanc][: 1 + number % 2]
        ProviderFactory(base_commune=le_blanc, offers=[cleaning, garden][: 1 + number // 2], communes=towns)
    ProviderFactory(base_commune=le_blanc, offers=[garden], communes=[mezieres], suspended=True, until=MONDAY)
    prepared = PreparedSearch(lambda *asked: nearest(*asked)[:30])
    for service in (cleaning, garden):
        for commune in (mezieres, le_blanc):
            for day in (MONDAY, MONDAY + datetime.timedelta(days=1)):
                plain = list(nearest(service, commune, day)[:30])
                assert plain
                rows = prepared.rows(service, commune, day)
                assert [vars_of(row) for row in rows] == [vars_of(row) for row in plain]


def vars_of(row):
    return row.pk, row.name, row.km, row.waiting, row.price_text, row.base_commune.name, row.operations.pk
