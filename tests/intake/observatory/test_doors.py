"""Who sees what of the observatory: true figures for those who take requests, published ones for all the others."""

from __future__ import annotations

import datetime
import html
import io
import zipfile

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from intake.models import Institution, Need, ObservatoryPage, PublishedYear, ServiceRequest
from intake.observatory import closing, published, stored
from intake.observatory.periods import Period, closes_on, last_closed_year
from intake.observatory.reading import observe
from intake.requests.reasons import Channel
from intake.suppression import Hidden
from portal.roles import INSTITUTIONS, PARTNERS, STAFF
from providers.models import Manager
from tests.factories import CommuneFactory, EpciFactory, ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db
BOARD = f"{settings.ADMIN_PATH}observatoire/"
AROUND = f"{BOARD}publie/"
# How many needs of the year in each commune: three of an institution, one of them small, and two others.
ASKED = {"Le Blanc": 31, "Rosnay": 4, "Bélâbre": 17, "Lingé": 23, "Migné": 3}
MINE = ("Le Blanc", "Rosnay", "Bélâbre")


def year_before_last() -> int:
    return last_closed_year()


@pytest.fixture
def page(db) -> ObservatoryPage:
    root = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=ObservatoryPage(title="Observatoire", slug="observatoire"))


@pytest.fixture
def territory():
    group = EpciFactory(name="CC Brenne")
    return {name: CommuneFactory(name=name, epci=group, population=1000) for name in ASKED}


@pytest.fixture
def log(territory):
    """A closed year: phone calls for cleaning in five communes, every one directed."""
    cleaning = ServiceFactory(name="Ménage")
    ProviderFactory(communes=list(territory.values()), offers=[cleaning], base_commune=territory["Le Blanc"])
    at = datetime.datetime(year_before_last(), 3, 2, 9, tzinfo=datetime.UTC)
    places = [territory[name] for name, count in ASKED.items() for _ in range(count)]
    requests = ServiceRequest.objects.bulk_create(
        ServiceRequest(reference=f"T{number}", channel=Channel.PHONE, received_at=at, status="waiting")
        for number in range(len(places))
    )
    Need.objects.bulk_create(
        Need(request=request, service=cleaning, commune=place, contact_outcome="directed", status="directed")
        for request, place in zip(requests, places, strict=True)
    )
    return cleaning


@pytest.fixture
def edition(log, commit):
    assert closing.publish(year_before_last(), timezone.now())
    commit()
    return published.latest()


def words(response) -> str:
    assert response.status_code == 200
    body = response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    # Spreadsheets write accents as numbers.
    return " ".join(html.unescape(body.decode()).replace("\u202f", " ").replace("\xa0", " ").split())


class TestInstitution:
    @pytest.fixture
    def member(self, as_role, territory):
        client = as_role(INSTITUTIONS)
        row = Institution.objects.create(name="Service social")
        row.users.add(client.user)
        row.communes.set(territory[name] for name in MINE)
        return client

    @pytest.mark.parametrize(
        "address", [settings.ADMIN_PATH, AROUND, f"{AROUND}?export=csv", f"{AROUND}?export=xlsx"]
    )
    def test_sees_the_published_counts_of_its_communes_only(self, member, edition, address):
        said = words(member.get(address))
        for name in MINE:
            assert name in said
        # Neither another commune, nor a sum from which one could be taken away.
        for name in set(ASKED) - set(MINE):
            assert name not in said
        shown = {row.label: row.value for row in edition.table("communes").rows}
        assert str(shown["Le Blanc"]) in said
        assert ("masqué" in said) or not any(isinstance(shown[name], Hidden) for name in MINE)

    def test_every_count_it_gets_is_a_published_one(self, member, edition):
        lines = member.get(f"{AROUND}?export=csv").content.decode("utf-8-sig").split("\r\n")[1:-1]
        got = {line.split(";")[3]: line.split(";")[4] for line in lines}
        rows = {row.label: row for row in edition.table("communes").rows}
        assert got == {name: "masqué" if rows[name].is_hidden else str(rows[name].value) for name in MINE}

    def test_reaches_no_true_figure(self, member, edition):
        for query in ("", "?export=csv", "?export=xlsx", "?commune=1"):
            assert member.get(f"{BOARD}{query}").status_code == 302

    def test_without_communes_is_told_so(self, as_role, edition):
        client = as_role(INSTITUTIONS)
        said = words(client.get(AROUND))
        assert "Aucune commune" in said and "Le Blanc" not in said
        assert "Le Blanc" not in words(client.get(f"{AROUND}?export=csv"))


def test_a_partner_sees_what_was_asked_around_it(as_role, edition, log, territory):
    client = as_role(PARTNERS)
    mine = ProviderFactory(communes=[territory["Bélâbre"]], offers=[log], base_commune=territory["Bélâbre"])
    Manager.objects.create(provider=mine, user=client.user)
    said = words(client.get(settings.ADMIN_PATH))
    assert "Ce qui a été demandé autour de vous" in said and "Bélâbre" in said and "Ménage" in said
    assert "Lingé" not in said
    assert client.get(BOARD).status_code == 302


class TestStaff:
    def test_sees_true_figures_and_takes_them_away(self, staff, log, territory):
        year = year_before_last()
        query = f"?first={year}-01&last={year}-12"
        said = words(staff.get(f"{BOARD}{query}"))
        assert "<b>78</b>" in said and "Rosnay" in said
        # True, and small: the public does not see it.
        assert "<td>4</td>" in said
        book = staff.get(f"{BOARD}{query}&export=xlsx")
        assert book.content[:2] == b"PK" and "Rosnay" in words(book)
        sheet = words(staff.get(f"{BOARD}{query}&export=csv"))
        assert "Rosnay" in sheet

    def test_lines_lead_to_the_log_with_as_many_requests(self, staff, log, territory):
        year = year_before_last()
        response = staff.get(f"{BOARD}?first={year}-01&last={year}-12")
        rosnay = territory["Rosnay"]
        address = next(
            line.split('"')[1]
            for line in response.content.decode().replace("&amp;", "&").split("<a href=")[1:]
            if f"commune={rosnay.pk}" in line
        )
        log_page = staff.get(address)
        assert log_page.status_code == 200
        assert ServiceRequest.objects.filter(needs__commune=rosnay).count() == ASKED["Rosnay"]
        assert words(log_page).count("Rosnay") >= ASKED["Rosnay"]

    @pytest.mark.parametrize(
        ("query", "words_told"),
        [
            ("first=2026-05&last=2026-01", "La période finit avant de commencer"),
            ("first=2999-01&last=2999-02", "Donnez une année et un mois"),
            ("first=zz", "Donnez une année et un mois"),
            ("first=0001-01&last=9999-12", "Donnez une année et un mois"),
            ("first=1990-01&last=2026-01", "Vingt ans au plus"),
            ("commune=999999", "Sélectionnez un choix valide"),
            ("channel=%00", ""),
        ],
    )
    def test_what_cannot_be_is_said_beside_the_field(self, staff, query, words_told):
        said = words(staff.get(f"{BOARD}?{query}"))
        assert words_told in said and "observed-tiles" not in said
        # Nothing to save either: the same page comes back.
        assert "observed-filters" in words(staff.get(f"{BOARD}?{query}&export=csv"))

    def test_a_formula_in_a_name_does_not_run(self, staff, log, territory):
        territory["Rosnay"].name = "=1+1"
        territory["Rosnay"].save()
        year = year_before_last()
        sheet = staff.get(f"{BOARD}?first={year}-01&last={year}-12&export=csv").content.decode()
        assert ";=1+1" not in sheet and "=1+1" in sheet

    def test_an_empty_log(self, staff):
        assert "Rien n’a été compté" in words(staff.get(BOARD))
        assert stored.refresh() == 0 and closing.close_years() == []


class TestPublic:
    def test_a_year(self, client, page, edition):
        said = words(client.get("/observatoire/"))
        year = edition.year
        assert f"En {year}, 78 demandes ont été reçues, toutes par téléphone." in said
        assert "Ménage (78)" in said and "masqué" in said
        assert words(client.get(f"/observatoire/{year}/")) == said or str(year) in said
        for name, count in ASKED.items():
            shown = edition.table("communes").row(
                next(r.key for r in edition.table("communes").rows if r.label == name)
            )
            assert (shown.value == count) or shown.is_hidden

    @pytest.mark.parametrize("year", ["0", "1989", "2999", "99999999999999999999"])
    def test_a_year_that_was_not_published(self, client, page, edition, year):
        response = client.get(f"/observatoire/{year}/")
        assert response.status_code == 404
        said = response.content.decode()
        assert "Rien n’est publié pour" in said and f"/observatoire/{edition.year}/" in said

    def test_no_filter_narrows_anything(self, client, page, edition):
        plain = words(client.get("/observatoire/"))
        assert words(client.get("/observatoire/?commune=36018&first=2026-01&year=2009")) == plain

    def test_an_empty_log(self, client, page):
        assert "Aucun chiffre n’est encore publié" in words(client.get("/observatoire/"))
        assert words(client.get("/observatoire/donnees.csv")).startswith("\ufeffannee;tableau")
        assert "code_parent" in words(client.get("/observatoire/dictionnaire/"))

    def test_one_single_request_in_the_whole_base(self, client, page, log, commit):
        ServiceRequest.objects.exclude(pk=ServiceRequest.objects.first().pk).delete()
        assert closing.publish(year_before_last(), timezone.now())
        commit()
        said = words(client.get("/observatoire/"))
        assert "trop peu de personnes" in said and "Le plus demandé" not in said
        content = PublishedYear.objects.get().content
        assert not any(value for rows in content["tables"].values() for _key, value, _parent in rows)
        assert content["grids"] == {"families_epcis": None, "families_at_contact": None}

    def test_the_file_holds_what_the_pages_say(self, client, page, edition):
        lines = client.get("/observatoire/donnees.csv").content.decode("utf-8-sig").split("\r\n")
        cells = [line.split(";") for line in lines[1:-1]]
        communes = {cell[4]: (cell[8], cell[9]) for cell in cells if cell[1] == "communes"}
        for row in edition.table("communes").rows:
            assert communes[row.label] == (("", "1") if row.is_hidden else (str(row.value), "0"))
        assert all(len(cell) == len(lines[0].split(";")) for cell in cells)

    def test_at_most_eight_queries(self, client, page, edition, django_assert_max_num_queries, commit):
        client.get("/observatoire/")
        with django_assert_max_num_queries(8):
            client.get("/observatoire/")

    def test_a_commune_that_left_the_territory_counts_elsewhere(self, log, territory, commit):
        place = territory["Lingé"]
        place.in_territory = False
        place.save()
        assert closing.publish(year_before_last(), timezone.now())
        commit()
        table = published.latest().table("communes")
        assert "Lingé" not in [row.label for row in table.rows]
        assert observe(Period.of_year(year_before_last())).by["epci"][""].needs == ASKED["Lingé"]


class TestClosing:
    def test_a_year_waits_for_the_last_answers(self, log):
        year = year_before_last()
        ServiceRequest.objects.update(created_at=datetime.datetime(year, 3, 2, tzinfo=datetime.UTC))
        eve = datetime.datetime.combine(closes_on(year), datetime.time(), datetime.UTC) - datetime.timedelta(
            days=1
        )
        assert closes_on(year) == datetime.date(year + 1, 2, 12)
        assert closing.close_years(eve) == []
        assert closing.close_years(eve + datetime.timedelta(days=2)) == [year]
        assert closing.close_years(eve + datetime.timedelta(days=300)) == []

    def test_old_requests_entered_lately_are_waited_for(self, log):
        # Entered today, for a year long over: more may come.
        assert closing.close_years() == []
        assert closing.close_years(timezone.now() + datetime.timedelta(days=43))[0] == year_before_last()

    def test_a_closed_year_is_never_made_again(self, edition):
        kept = PublishedYear.objects.get()
        ServiceRequest.objects.first().delete()
        assert not closing.publish(edition.year, timezone.now())
        assert PublishedYear.objects.get().content == kept.content
        with pytest.raises(Exception, match="ne change jamais"):
            kept.save()


def test_anonymous_reach_no_board(edition):
    for address in (BOARD, AROUND):
        assert Client().get(address).status_code == 302


def test_staff_keep_institutions(as_role, territory):
    client = as_role(STAFF)
    response = client.post(
        f"{settings.ADMIN_PATH}intake_institutions/new/",
        {"name": "CAF", "communes": [territory["Rosnay"].pk], "users": [client.user.pk]},
    )
    assert response.status_code == 302
    assert Institution.objects.get().communes.get() == territory["Rosnay"]
