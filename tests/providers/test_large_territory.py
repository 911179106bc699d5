"""A territory of more communes than one page can list."""

import re

import pytest

from providers import extent
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def country(monkeypatch):
    monkeypatch.setattr(extent, "MANY", 2)
    cleaning = ServiceFactory(name="Ménage")
    towns = [CommuneFactory(name=name) for name in ("Mézières-en-Brenne", "Le Blanc", "Azay-le-Ferron")]
    far = CommuneFactory(name="Ajaccio", insee_code="2A004", latitude=41.92, longitude=8.73)
    provider = ProviderFactory(name="Partout", base_commune=towns[0], communes=towns[:2], offers=[cleaning])
    return {"cleaning": cleaning, "towns": towns, "far": far, "provider": provider}


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_directory_leads_on_by_departement(client, country):
    page = text(client.get("/annuaire/"))
    assert 'href="/annuaire/departements/36/"' in page
    assert 'href="/annuaire/departements/2A/"' in page
    assert "/annuaire/communes/le-blanc/" not in page


def test_a_departement_lists_its_communes_with_their_counts(client, country):
    page = text(client.get("/annuaire/departements/36/"))
    assert "/annuaire/communes/le-blanc/" in page
    assert "Ajaccio" not in page
    assert re.search(r"1\sstructure", page)


def test_a_service_leads_on_to_its_results_by_departement(client, country):
    assert "/annuaire/departements/36/menage/" in text(client.get("/annuaire/services/menage/"))
    page = text(client.get("/annuaire/departements/36/menage/"))
    assert "/annuaire/services/menage/le-blanc/" in page


def test_the_way_down_to_a_commune_passes_by_its_departement(client, country):
    assert 'href="/annuaire/departements/36/"' in text(client.get("/annuaire/communes/le-blanc/"))


@pytest.mark.parametrize(
    "path", ["/annuaire/departements/99/", "/annuaire/departements/37/", "/annuaire/departements/36/x/"]
)
def test_no_page_for_what_is_not_there(client, country, path):
    assert client.get(path).status_code == 404


def test_a_small_territory_is_as_before(client):
    CommuneFactory(name="Le Blanc")
    assert "departements" not in text(client.get("/annuaire/"))


def test_a_listing_is_offered_what_is_around_its_base(client, country):
    client.force_login(UserFactory(admin=True))
    page = text(client.get(f"/admin/snippets/providers/provider/edit/{country['provider'].pk}/"))
    assert f"covers_communes_{country['towns'][1].pk}" in page
    assert f"covers_communes_{country['far'].pk}" not in page


def test_a_manager_is_chosen_and_only_by_those_who_may(client):
    client.force_login(UserFactory(admin=True))
    assert "user_chooser" in text(client.get("/admin/managers/new/")) or "Choisir" in text(
        client.get("/admin/managers/new/")
    )
    assert client.get("/admin/user_chooser/").status_code == 200
    client.force_login(UserFactory(groups=["Opérateurs"]))
    assert client.get("/admin/user_chooser/").status_code in (302, 403)
