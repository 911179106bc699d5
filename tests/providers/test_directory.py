"""The public directory, as a resident meets it."""

import datetime
import re

import pytest

from providers.models import Availability, HoursException, Operations, Service
from tests.factories import (
    CommuneFactory,
    PostalCode,
    ProviderFactory,
    ServiceCategoryFactory,
    ServiceFactory,
    offer,
    set_availability,
)

pytestmark = pytest.mark.django_db
RESULTS = "/annuaire/services/menage/mezieres-en-brenne/"


@pytest.fixture
def town():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(
        name="Ménage", synonyms="femme de ménage\nrepassage", taxed=True, summary="Entretien de la maison."
    )


@pytest.fixture
def structure(town, cleaning):
    return ProviderFactory(
        name="Au Fil des Étangs",
        base_commune=town,
        communes=[town],
        offers=[offer(cleaning, price_text="23 € l’heure", price_checked_on=datetime.date(2026, 9, 1))],
        accepts_cesu=True,
        hours="24/7",
    )


def text(response):
    return response.content.decode()


def lead(response):
    return response.status_code, response.headers.get("Location")


class TestSearch:
    def test_two_clear_words_lead_to_the_results(self, client, structure):
        page = client.get("/annuaire/trouver/", {"quoi": "menage", "ou": "mezieres"})
        assert lead(page) == (302, RESULTS)

    def test_one_question_alone_leads_to_its_page(self, client, structure):
        assert lead(client.get("/annuaire/trouver/", {"quoi": "femme de ménage"})) == (
            302,
            "/annuaire/services/menage/",
        )
        found = client.get("/annuaire/trouver/", {"ou": "36290"})
        assert lead(found) == (302, "/annuaire/communes/mezieres-en-brenne/")

    def test_a_postal_code_of_two_communes_asks_which(self, client, structure):
        CommuneFactory(name="Azay-le-Ferron")
        page = client.get("/annuaire/trouver/", {"quoi": "ménage", "ou": "36290"})
        assert page.status_code == 200
        assert RESULTS in text(page)
        assert "/annuaire/services/menage/azay-le-ferron/" in text(page)

    def test_an_unclear_service_asks_which(self, client, structure):
        ServiceFactory(name="Garde des petits", synonyms="garder mon fils")
        ServiceFactory(name="Garde des grands", synonyms="garder mon fils")
        page = client.get("/annuaire/trouver/", {"quoi": "garder mon fils", "ou": "mezieres"})
        assert "/annuaire/services/garde-des-petits/mezieres-en-brenne/" in text(page)
        assert "/annuaire/services/garde-des-grands/mezieres-en-brenne/" in text(page)

    def test_both_unclear_asks_the_commune_then_the_service(self, client, structure):
        CommuneFactory(name="Azay-le-Ferron")
        ServiceFactory(name="Garde des petits", synonyms="garder mon fils")
        ServiceFactory(name="Garde des grands", synonyms="garder mon fils")
        page = text(client.get("/annuaire/trouver/", {"quoi": "garder mon fils", "ou": "36290"}))
        assert "quoi=garder+mon+fils&amp;ou=36010" in page

    def test_what_was_typed_stays_in_the_form(self, client, structure):
        page = text(client.get("/annuaire/trouver/", {"quoi": "licorne <b>", "ou": "Atlantide"}))
        assert 'value="licorne &lt;b&gt;"' in page
        assert 'value="Atlantide"' in page
        assert 'role="alert"' in page
        assert re.search(r"<title>\s*Erreur", page)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            " ",
            "x" * 5000,
            "%00",
            "\x00",
            "'; DROP TABLE x; --",
            "<script>",
            "日本語",
            "🏚️" * 50,
            "%",
            "_",
            "\\",
        ],
    )
    def test_anything_gets_an_answer(self, client, structure, typed):
        for query in ({"quoi": typed}, {"ou": typed}, {"quoi": typed, "ou": typed}, {"autre": typed}):
            page = client.get("/annuaire/trouver/", query)
            assert page.status_code in (200, 302)
            assert "<script>" not in text(page)

    def test_a_search_is_never_kept_nor_indexed(self, client, structure):
        page = client.get("/annuaire/trouver/", {"quoi": "licorne"})
        assert "no-store" in page.headers["Cache-Control"]
        assert 'name="robots" content="noindex"' in text(page)


class TestResults:
    def test_who_how_far_why_and_call(self, client, structure):
        page = text(client.get(RESULTS))
        assert "Au Fil des Étangs" in page
        assert f'href="tel:{structure.phone}"' in page
        assert "à Mézières-en-Brenne" in page
        assert "23 € l’heure" in page
        assert "sept. 2026" in page
        assert "CESU" in page
        assert "crédit d’impôt" in page

    def test_filters_keep_a_url_that_can_be_shared(self, client, town, cleaning, structure):
        ProviderFactory(name="Liste pleine", waiting=True, communes=[town], offers=[cleaning])
        assert "Liste pleine" in text(client.get(RESULTS))
        page = text(client.get(RESULTS, {"disponible": "1"}))
        assert "Liste pleine" not in page
        assert "Au Fil des Étangs" in page
        assert 'name="robots" content="noindex"' in page
        assert "Au Fil des Étangs" not in text(client.get(RESULTS, {"mode": "mandataire"}))
        assert "Au Fil des Étangs" in text(client.get(RESULTS, {"cesu": "1", "public": "agees"}))

    def test_a_filter_value_off_the_list_counts_as_none(self, client, structure):
        page = client.get(RESULTS, {"mode": "<x>", "public": "'", "disponible": "9", "cesu": ""})
        assert "Au Fil des Étangs" in text(page)
        assert "<x>" not in text(page)

    def test_filters_that_leave_nobody_say_so_and_lead_back(self, client, structure):
        page = text(client.get(RESULTS, {"mode": "mandataire"}))
        assert f'href="{RESULTS}"' in page

    def test_nobody_comes_shows_neighbours_and_the_line(self, client, town, cleaning, structure):
        azay = CommuneFactory(name="Azay-le-Ferron")
        page = text(client.get("/annuaire/services/menage/azay-le-ferron/"))
        assert azay.name in page
        assert "Au Fil des Étangs" in page
        assert "n’intervient pas d’habitude" in page

    def test_a_commune_outside_is_recognised_and_said_so(self, client, cleaning, structure):
        CommuneFactory(name="Dehors", in_territory=False, latitude=46.84, longitude=1.25)
        page = text(client.get("/annuaire/services/menage/dehors/"))
        assert "Dehors" in page
        assert "en dehors du territoire" in page
        assert "Au Fil des Étangs" in page

    def test_a_suspended_structure_is_not_given(self, client, structure):
        set_availability(structure, Availability.State.SUSPENDED)
        assert f"tel:{structure.phone}" not in text(client.get(RESULTS))

    def test_closed_today_by_exception(self, client, structure):
        assert "Ouvert" in text(client.get(RESULTS))
        today = datetime.date.today()  # noqa: DTZ011 (the page's own day, near enough: one week wide)
        week = datetime.timedelta(days=7)
        HoursException.objects.create(
            operations_id=structure.pk, first_day=today - week, last_day=today + week
        )
        assert "Fermé" in text(client.get(RESULTS))


@pytest.mark.parametrize(
    "path",
    [
        "/annuaire/services/licorne/",
        "/annuaire/services/licorne/mezieres-en-brenne/",
        "/annuaire/services/menage/atlantide/",
        "/annuaire/communes/atlantide/",
        "/annuaire/structures/personne/",
        "/n-importe-quoi/",
    ],
)
def test_an_unknown_address_helps(client, structure, path):
    page = client.get(path)
    assert page.status_code == 404
    assert 'name="quoi"' in text(page)


def test_a_draft_or_unadmitted_structure_has_no_page(client, town, cleaning):
    draft = ProviderFactory(draft=True, communes=[town], offers=[cleaning])
    untitled = ProviderFactory(untitled=True, communes=[town], offers=[cleaning])
    for hidden in (draft, untitled):
        assert client.get(hidden.get_absolute_url()).status_code == 404
        for path in (
            "/annuaire/",
            "/annuaire/communes/mezieres-en-brenne/",
            "/annuaire/services/menage/",
            "/plan-du-site/",
        ):
            assert hidden.name not in text(client.get(path))


def test_a_structure_says_everything(client, structure, town):
    Operations.objects.filter(provider=structure).update(
        opening_hours="Mo-Fr 09:00-12:00", verified_on=datetime.date(2026, 10, 2)
    )
    page = text(client.get(structure.get_absolute_url()))
    for words in (
        "Au Fil des Étangs",
        "Ménage",
        "Mézières-en-Brenne",
        "2 octobre 2026",
        "Lundi",
        structure.email,
    ):
        assert words.lower() in page.lower(), words


def test_a_commune_lists_what_comes_and_what_is_missing(client, structure, town):
    ServiceFactory(name="Jardin", category=ServiceCategoryFactory(name="Dehors"))
    page = text(client.get(town.get_absolute_url()))
    assert RESULTS in page
    assert "/annuaire/services/jardin/mezieres-en-brenne/" in page
    assert "Au Fil des Étangs" in page


def test_a_retired_service_leaves_the_site(client, structure, cleaning):
    Service.objects.filter(pk=cleaning.pk).update(retired_on="2026-01-01")
    assert client.get(RESULTS).status_code == 404
    assert "Ménage" not in text(client.get("/annuaire/"))
    # The structure stays, and its own page does not link to a dead end.
    page = text(client.get(structure.get_absolute_url()))
    assert 'href="/annuaire/services/menage/"' not in page


def test_a_retired_commune_leaves_the_site(client, structure, town):
    town.retired_on = datetime.date(2026, 1, 1)
    town.save()
    assert client.get(RESULTS).status_code == 404
    assert client.get(town.get_absolute_url()).status_code == 404


def test_canonical_address_title_and_description(client, structure):
    page = text(client.get(RESULTS, {"cesu": "1"}, HTTP_HOST="127.0.0.1"))
    assert re.search(
        r'<link rel="canonical" href="http://[^"/]+/annuaire/services/menage/mezieres-en-brenne/">', page
    )
    assert re.search(r"<title>Ménage à Mézières-en-Brenne", page)
    assert re.search(r'<meta name="description" content="[^"]{20,}">', page)


def test_a_name_is_escaped_everywhere(client, town, cleaning):
    nasty = '<script>alert("x")</script>'
    provider = ProviderFactory(
        name=nasty,
        description=nasty,
        website="https://a.example/?<b>",
        communes=[town],
        offers=[offer(cleaning, summary=nasty)],
    )
    for path in (RESULTS, provider.get_absolute_url(), town.get_absolute_url(), cleaning.get_absolute_url()):
        assert "<script>alert" not in text(client.get(path)), path


def test_no_cookie_on_any_public_page(client, structure, town, cleaning):
    for path in (
        "/annuaire/",
        RESULTS,
        town.get_absolute_url(),
        cleaning.get_absolute_url(),
        "/annuaire/trouver/",
    ):
        assert not client.get(path).cookies


def test_sitemap_lists_what_the_public_may_see(client, structure, town):
    ProviderFactory(draft=True, name="Cachée", communes=[town])
    index = text(client.get("/sitemap.xml"))
    sections = re.findall(r"<loc>http://[^/]+(/[^<]+)</loc>", index)
    assert len(sections) == 7
    listed = "".join(text(client.get(section)) for section in sections)
    for path in (
        RESULTS,
        structure.get_absolute_url(),
        town.get_absolute_url(),
        "/annuaire/services/menage/",
    ):
        assert path in listed
    assert "cachee" not in listed


def test_two_communes_share_a_postal_code(client):
    first, second = CommuneFactory(name="Le Blanc"), CommuneFactory(name="Bélâbre")
    PostalCode.objects.create(commune=second, code="36300")
    page = text(client.get("/annuaire/trouver/", {"ou": "36300"}))
    assert first.get_absolute_url() in page
    assert second.get_absolute_url() in page


PAGES = [
    "/annuaire/",
    RESULTS,
    "/annuaire/services/menage/",
    "/annuaire/communes/mezieres-en-brenne/",
    "/annuaire/structures/au-fil-des-etangs/",
    "/plan-du-site/",
    "/annuaire/services/jardin/mezieres-en-brenne/",
]


@pytest.mark.parametrize("path", PAGES)
def test_at_most_eight_queries(client, path, structure, town, django_assert_max_num_queries, commit):
    """Page cache off; several structures, so that a query per row would show.

    The first page after a change also fetches what all pages share (names, line, menus, the form,
    nomenclature, communes, rules of admission and of freshness): at most fourteen queries more,
    once per process.
    """
    other = ServiceFactory(name="Jardin")
    for _ in range(6):
        ProviderFactory(
            base_commune=CommuneFactory(), communes=[town], offers=list(Service.objects.exclude(pk=other.pk))
        )
    commit()
    with django_assert_max_num_queries(22):
        client.get(path)
    with django_assert_max_num_queries(8):
        assert client.get(path).status_code == 200
