"""Supply beside demand: every cell counted another way, the four groups, the pages and the files."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from intake.observatory import published
from intake.observatory.closing import publish
from intake.observatory.quadrant import Asked, quadrant
from intake.suppression import HIDDEN
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, role_name
from providers import extent
from providers.matching import may_help, nearest
from providers.models import Availability, Commune, Offer, Service
from providers.supply_grid import grid, known_grid
from tests.factories import (
    CommuneFactory,
    EpciFactory,
    ProviderFactory,
    ServiceFactory,
    UserFactory,
    set_availability,
)
from tests.factories import (
    offer as offer_of,
)
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    """Four communes, four services, structures that wait, are suspended, hide as drafts, come twice over."""
    blanc, mezieres = CommuneFactory(name="Le Blanc"), CommuneFactory(name="Mézières-en-Brenne")
    azay, belabre = CommuneFactory(name="Azay-le-Ferron"), CommuneFactory(name="Bélâbre")
    cleaning, garden = ServiceFactory(name="Ménage"), ServiceFactory(name="=Jardinage")
    meals, _gliding = ServiceFactory(name="Repas"), ServiceFactory(name="Vol à voile")
    one = ProviderFactory(
        base_commune=blanc, location=str(blanc.point), communes=[blanc, mezieres], offers=[cleaning, garden]
    )
    ProviderFactory(
        base_commune=mezieres,
        location=str(mezieres.point),
        communes=[mezieres],
        offers=[offer_of(cleaning), offer_of(cleaning, mode=Offer.Mode.AGENT)],
        waiting=True,
    )
    ProviderFactory(
        base_commune=azay, location=str(azay.point), communes=[azay, blanc], offers=[meals], suspended=True
    )
    ProviderFactory(base_commune=azay, location=str(azay.point), communes=[azay], offers=[meals, cleaning])
    ProviderFactory(base_commune=belabre, communes=[belabre], offers=[meals], draft=True)
    ProviderFactory(base_commune=belabre, communes=[belabre], offers=[meals], untitled=True)
    set_availability(one, Availability.State.WAITING, service=garden)
    return blanc, mezieres, azay, belabre


def test_every_cell_is_what_the_search_finds(offer):
    communes = list(Commune.objects.of_territory())
    found = grid(communes)
    met = 0
    for service in Service.objects.all():
        for commune in communes:
            given, cell = list(nearest(service, commune)), found.cell(service.pk, commune.pk)
            assert cell.coming == len(given)
            assert cell.accepting == sum(not row.waiting for row in given)
            if given:
                assert cell.km == min((row.km for row in given if row.km is not None), default=None)
                met += 1
            elif beyond := [row.km for row in may_help(service, commune) if row.km is not None]:
                assert cell.km is not None and cell.km <= min(beyond)
    assert met == 6


def test_a_service_over_the_territory(offer):
    _blanc, _mezieres, _azay, belabre = offer
    found = grid(offer)
    cleaning = found.of_service(Service.objects.get(name="Ménage").pk)
    assert (cleaning.structures, cleaning.accepting) == (3, 2)
    assert set(cleaning.white) == {belabre.pk}
    assert cleaning.per_commune == 3 / 4
    nobody = found.of_service(Service.objects.get(name="Vol à voile").pk)
    assert (nobody.structures, len(nobody.white), nobody.km) == (0, 4, None)


def test_it_takes_two_queries_whatever_the_size(offer, django_assert_num_queries):
    with django_assert_num_queries(4):  # the two, and the policies of admission and freshness
        grid(offer)
    for _ in range(5):
        ProviderFactory(communes=[*offer, CommuneFactory()], offers=[ServiceFactory(), ServiceFactory()])
    communes = list(Commune.objects.of_territory())
    with django_assert_num_queries(4):
        grid(communes)


def test_the_four_groups():
    def row(name, asked, able):
        return Asked(Service(name=name), asked, able)

    found = quadrant(
        [
            row("a", 9, 0.2),
            row("b", 8, 3.0),
            row("c", 1, 0.1),
            row("d", 0, 4.0),
            row("e", HIDDEN, 1.0),
            row("f", 2, 2.0),
        ]
    )
    assert (found.often, found.few) == (5.0, 1.5)
    assert {group.code: [r.service.name for r in group.services] for group in found.groups} == {
        "lacking": ["a"],
        "served": ["b"],
        "rare": ["c"],
        "unknown": ["f", "d"],
    }
    assert [r.service.name for r in found.hidden] == ["e"]
    empty = quadrant([])
    assert (empty.often, empty.few) == (0, 0) and not any(group.services for group in empty.groups)


@pytest.fixture
def operator(client):
    client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
    return client


def test_staff_see_both_sides(offer, operator):
    blanc, _mezieres, _azay, belabre = offer
    cleaning, gliding = Service.objects.get(name="Ménage"), Service.objects.get(name="Vol à voile")
    for _ in range(3):
        request_for((cleaning, blanc))
    request_for((gliding, belabre))
    html = operator.get(reverse("intake_supply:index")).content.decode()
    cells = ">Ménage</a></th><td>3</td><td>0</td><td>3</td><td>2</td><td>1</td><td>0"
    assert cells in html
    assert ">Vol à voile</a></th><td>1</td><td>1</td><td>0</td><td>0</td><td>4</td><td>–" in html
    page = operator.get(reverse("intake_supply:service", args=["menage"])).content.decode()
    assert '<th scope="row">Le Blanc</th><td>3</td><td>0</td><td>1</td><td>1</td><td>0' in page
    assert "(ne vient pas)" in page


def test_filters_narrow_and_bad_ones_are_told(offer, operator):
    blanc = offer[0]
    blanc.epci = EpciFactory(name="Brenne Val de Creuse")
    blanc.save()
    cleaning = Service.objects.get(name="Ménage")
    old = timezone.now() - datetime.timedelta(days=800)
    request_for((cleaning, blanc), received_at=old)
    url = reverse("intake_supply:index")
    assert ">Ménage</a></th><td>0</td>" in operator.get(url).content.decode()
    day = f"{timezone.localdate(old):%d/%m/%Y}"
    asked = {"first": day, "last": day, "epci": blanc.epci_id}
    html = operator.get(url, asked).content.decode()
    assert ">Ménage</a></th><td>1</td><td>0</td><td>1</td>" in html and "sur 1)" in html
    for bad in (
        {"first": "02/05/2026", "last": "01/05/2026"},
        {"first": "hier"},
        {"first": "01/01/1999", "last": "01/01/2026"},
        {"family": "999999"},
        {"epci": "x' OR 1=1"},
    ):
        response = operator.get(url, bad)
        html = response.content.decode()
        assert (
            response.status_code == 200
            and "Rien n’a été compté" in html
            and 'table class="listing"' not in html
        )
        assert operator.get(url, bad | {"export": "csv"})["Content-Type"].startswith("text/html")
    assert operator.get(reverse("intake_supply:service", args=["inconnu"])).status_code == 404


def test_files_hold_the_same_and_nothing_runs(offer, operator):
    request_for((Service.objects.get(name="Ménage"), offer[0]))
    url = reverse("intake_supply:index")
    answer = operator.get(url, {"export": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    by_name = {row[0]: row for row in rows}
    assert by_name["Ménage"][2:7] == ["1", "0", "3", "2", "1"] and by_name["Ménage"][8] == "Bélâbre"
    assert "'=Jardinage" in by_name
    book = load_workbook(io.BytesIO(operator.get(url, {"export": "xlsx"}).content))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [next(r for r in cells if r[0] == "Ménage")[place] for place in (0, 2, 3)] == ["Ménage", 1, 0]
    assert not any(cell.data_type == "f" for row in book.worksheets[0].iter_rows() for cell in row)


@pytest.mark.parametrize("role", [PARTNERS, INSTITUTIONS])
def test_others_may_not(offer, client, role):
    client.force_login(UserFactory(groups=[role_name(role)]))
    for address in (reverse("intake_supply:index"), reverse("intake_supply:service", args=["menage"])):
        assert client.get(address, {"export": "csv"}).status_code == 302


class TestPublic:
    def test_white_areas_of_each_service(self, offer, client, commit, django_assert_max_num_queries):
        commit()
        client.get(reverse("intake:supply"))
        with django_assert_max_num_queries(8):
            html = client.get(reverse("intake:supply")).content.decode()
        assert '>Ménage</a></th><td class="sum">3 (2)</td><td class="sum">1</td>' in html
        assert '>Vol à voile</a></th><td class="sum">0 (0)</td><td class="sum">tous' in html.replace(
            "toutes", "tous"
        )
        response = client.get(reverse("intake:supply_service", args=["menage"]))
        page = response.content.decode()
        assert "Dans 1 commune sur 4, personne ne vient encore." in page and not response.cookies
        assert page.count("Bélâbre") >= 2 and "(ne vient pas)" in page
        assert client.get("/observatoire/offre/inconnu/").status_code == 404
        assert client.get("/observatoire/offre/departements/36/").status_code == 404

    def test_what_was_published_stands_beside_and_nothing_else(self, offer, client):
        cleaning, meals = Service.objects.get(name="Ménage"), Service.objects.get(name="Repas")
        at = datetime.datetime(2009, 3, 2, 9, tzinfo=datetime.UTC)
        for number in range(32):
            request_for((cleaning if number > 1 else meals, offer[0]), received_at=at)
        assert publish(2009, timezone.now())
        html = client.get("/observatoire/offre/").content.decode()
        _before, _tag, after = html.partition('class="quadrant-rare"')
        assert "demandé 30 fois" not in after and "demandé 2 fois" not in html
        shown = published.edition(2009).table("services").row("repas")
        assert shown is not None and shown.is_hidden and "leur nombre est masqué" in html

    def test_nothing_offered_at_all(self, client):
        CommuneFactory()
        ServiceFactory(name="Repas")
        html = client.get("/observatoire/offre/repas/").content.decode()
        assert "Dans 1 commune sur 1, personne ne vient encore." in html
        assert client.get("/observatoire/offre/").status_code == 200

    def test_a_large_territory_is_read_by_departement(self, offer, client, monkeypatch):
        monkeypatch.setattr(extent, "MANY", 2)
        assert known_grid().communes == ()
        html = client.get("/observatoire/offre/").content.decode()
        assert "/observatoire/offre/departements/36/" in html and "Ménage" not in html
        assert "/departements/36/menage/" in client.get("/observatoire/offre/menage/").content.decode()
        page = client.get("/observatoire/offre/departements/36/menage/").content.decode()
        assert "Dans 1 commune sur 4" in page
        assert client.get("/observatoire/offre/departements/99/").status_code == 404
