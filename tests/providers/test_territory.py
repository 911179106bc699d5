"""Loading a territory: the true one, another one, and files that are wrong."""

import json

import pytest
from django.core.management import CommandError, call_command

from providers.models import Commune, Epci, PostalCode
from providers.naming import at_place, normalise, of_place
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db

HEADER = "code_insee,nom,codes_postaux,lat,lon\n"


def load(*args, **kwargs):
    call_command("load_territory", *args, verbosity=0, **kwargs)


@pytest.fixture
def write(tmp_path):
    def _write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return _write


def faults(capsys, *args, **kwargs):
    before = set(Commune.objects.values_list("insee_code", "name", "in_territory"))
    with pytest.raises(CommandError):
        load(*args, **kwargs)
    assert set(Commune.objects.values_list("insee_code", "name", "in_territory")) == before, "half loaded"
    return capsys.readouterr().err


def test_brenne_is_the_default():
    load()
    inside = Commune.objects.of_territory()
    assert inside.count() == 51
    assert sum(inside.values_list("population", flat=True)) == pytest.approx(30_000, rel=0.05)
    assert not inside.filter(contour=None).exists()
    assert not inside.filter(epci=None).exists()
    mezieres = Commune.objects.get(insee_code="36123")
    assert (mezieres.slug, mezieres.point_source) == ("mezieres-en-brenne", "town_hall")
    assert Commune.objects.get(name="Luzeret").point_source == "centroid"
    # Just outside: known, but not of the territory.
    chateauroux = Commune.objects.get(insee_code="36044")
    assert not chateauroux.in_territory


def test_loading_again_updates_and_keeps_addresses():
    load()
    before = dict(Commune.objects.values_list("insee_code", "pk"))
    Commune.objects.filter(insee_code="36123").update(name="Autre nom", slug="adresse-gardee", population=1)
    load()
    assert dict(Commune.objects.values_list("insee_code", "pk")) == before
    again = Commune.objects.get(insee_code="36123")
    assert (again.name, again.slug, again.population > 900) == ("Mézières-en-Brenne", "adresse-gardee", True)
    assert PostalCode.objects.filter(commune=again).count() == 1


def test_another_territory_by_codes_gives_a_working_directory(client):
    """The communes of another real place, out of the national file: no contour, group or town hall."""
    load()
    load(codes="87154 87085;87118,87019")
    assert set(Commune.objects.of_territory().values_list("insee_code", flat=True)) == {
        "87154",
        "87085",
        "87118",
        "87019",
    }
    assert not Commune.objects.of_territory().exclude(contour=None).exists()
    limoges = Commune.objects.get(insee_code="87085")
    service = ServiceFactory(name="Ménage")
    ProviderFactory(name="Porcelaine", base_commune=limoges, everywhere=True, offers=[service])
    for path in (
        "/annuaire/",
        "/annuaire/communes/limoges/",
        "/annuaire/services/menage/",
        "/annuaire/services/menage/limoges/",
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        assert '<svg class="map' not in page.content.decode()
    assert "Porcelaine" in page.content.decode()
    assert "Tilly" not in client.get("/annuaire/").content.decode()


def test_every_bad_line_is_named(capsys, write):
    path = write(
        "communes.csv",
        HEADER
        + "36018,Le Blanc,36300,46.6,1.06\n"
        + "3601,Trop court,36300,46.6,1.06\n"
        + "36019,,36300,46.6,1.06\n"
        + "36020,Sans point,36300,,\n"
        + "36021,Hors du globe,36300,146.6,1.06\n"
        + "36022,Mauvais code postal,363,46.6,1.06\n"
        + "36018,Deux fois,36300,46.6,1.06\n"
        + "36023,Pas un nombre,36300,nord,est\n",
    )
    told = faults(capsys, path)
    for line in (3, 4, 5, 6, 7, 8, 9):
        assert f"ligne {line} " in told or f"ligne {line}\u00a0" in told, told
    assert "ligne 2" not in told


def test_a_contour_without_its_commune_is_named(capsys, write):
    communes = write("c.csv", HEADER + "36018,Le Blanc,36300,46.6,1.06\n")
    ring = [[1, 46], [1.1, 46], [1.1, 46.1], [1, 46]]
    features = [
        {
            "type": "Feature",
            "properties": {"insee": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code in ("36018", "36999")
    ]
    contours = write("c.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert "36999" in faults(capsys, communes, contours=contours)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1, 46]},
        {"type": "Polygon", "coordinates": [[[1, 46], [1.1, 46], [1, 46]]]},
        {"type": "Polygon", "coordinates": [[[1, 46], [1.1, 46], [1.1, 46.1], [2, 47]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"]] * 4]},
        {"type": "Polygon", "coordinates": 12},
    ],
)
def test_a_contour_that_is_none_is_named(capsys, write, geometry):
    communes = write("c.csv", HEADER + "36018,Le Blanc,36300,46.6,1.06\n")
    feature = {"type": "Feature", "properties": {"insee": "36018"}, "geometry": geometry}
    contours = write("c.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert "36018" in faults(capsys, communes, contours=contours)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\x89PNG\x00\x00",
        b"nom;age\nx;1\n",
        b"{}",
        HEADER.encode(),
        b'code_insee,nom,codes_postaux\n"36018,x',
    ],
    ids=["empty", "blank", "binary", "other columns", "json", "header only", "open quote"],
)
def test_a_file_of_the_wrong_kind_is_refused(capsys, write, content):
    assert faults(capsys, write("x.csv", content)).strip()


def test_a_missing_file_and_unknown_codes(capsys):
    assert faults(capsys, "/nowhere/x.csv")
    told = faults(capsys, codes="36018 99999 abc")
    assert "99999" in told
    assert "ABC" in told
    assert "36018" not in told


def test_a_spreadsheet_from_windows_is_read(write):
    text = "code_insee;nom;codes_postaux;lat;lon\r\n36016;Bélâbre;36370;46,5516;1,1575\r\n"
    load(write("c.csv", text.encode("cp1252")), around=0)
    belabre = Commune.objects.get()
    assert (belabre.name, belabre.latitude) == ("Bélâbre", 46.5516)


def test_groups_of_communes_are_updated(write):
    header = "code_insee,nom,codes_postaux,lat,lon,epci_siren,epci_nom\n"
    row = "36018,Le Blanc,36300,46.6,1.06,243600319,"
    load(write("a.csv", header + row + "CC ancienne\n"), around=0)
    load(write("b.csv", header + row + "CC nouvelle\n"), around=0)
    assert [epci.name for epci in Epci.objects.all()] == ["CC nouvelle"]


def test_names_as_french_says_them():
    assert [at_place(name) for name in ("Rosnay", "Le Blanc", "Les Ormes", "La Pérouille")] == [
        "à Rosnay",
        "au Blanc",
        "aux Ormes",
        "à La Pérouille",
    ]
    assert [of_place(name) for name in ("Rosnay", "Le Blanc", "Azay-le-Ferron", "Obterre", "Les Ormes")] == [
        "de Rosnay",
        "du Blanc",
        "d’Azay-le-Ferron",
        "d’Obterre",
        "des Ormes",
    ]


def test_normalise_is_stable():
    for text in ("St-Gaultier", "VENDŒUVRES", "  l'Île  d’Yeu ", "a\u0301", "\x00%_'\""):
        assert normalise(normalise(text)) == normalise(text)


def test_a_commune_keeps_its_address_when_two_share_a_name(write):
    CommuneFactory(name="Rosnay", slug="rosnay", insee_code="51475")
    load(write("c.csv", HEADER + "36173,Rosnay,36300,46.7,1.21\n"), around=0)
    assert Commune.objects.get(insee_code="36173").slug == "rosnay-36173"
