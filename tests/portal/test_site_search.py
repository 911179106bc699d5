"""The search over pages, services, communes and structures, as people type."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from portal.models import ContentPage
from portal.site_search import search_site
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db
ONLY_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="trigrams are PostgreSQL's")


@pytest.fixture
def pages(demo_site):
    garden = ServiceFactory(name="Jardinage", synonyms="tonte\ntondre la pelouse\nhaie")
    town = CommuneFactory(name="Le Blanc")
    ProviderFactory(name="Au Fil des Étangs", base_commune=town, communes=[town], offers=[garden])
    demo_site.add_child(
        instance=ContentPage(title="Le jardinage au printemps", slug="printemps", introduction="Semer tôt.")
    )
    return demo_site


def titles(question):
    return [page["title"] for page in search_site(question).pages]


def test_accents_case_articles_and_plurals_are_forgiven(pages):
    for question in (
        "crédit d'impôt",
        "credit impot",
        "CRÉDIT D’IMPÔT",
        "crédits d'impôts",
        "le credit des impots",
    ):
        assert titles(question)[0] == "Le crédit d’impôt", question


def test_text_is_searched_too(pages):
    assert "Avant l’hiver, pensez-y" in titles("gouttière")
    assert "Questions et réponses" in titles("mot de passe")


def test_a_synonym_finds_what_speaks_of_the_service(pages):
    found = search_site("tonte")
    assert [service.name for service in found.services] == ["Jardinage"]
    assert "Le jardinage au printemps" in [page["title"] for page in found.pages]


def test_structures_by_name(pages):
    for question in ("étangs", "etang", "fil des etangs"):
        assert [structure.name for structure in search_site(question).structures] == ["Au Fil des Étangs"]


def test_communes_by_name_or_code(pages):
    assert [commune.name for commune in search_site("le blanc").communes] == ["Le Blanc"]
    assert search_site("36300").communes


def test_some_of_the_words_are_better_than_nothing(pages):
    assert "Le crédit d’impôt" in titles("impôt perlimpinpin")


@ONLY_POSTGRESQL
def test_a_typing_mistake_is_forgiven_in_titles_and_names(pages):
    assert "Le jardinage au printemps" in titles("printenps")
    assert [structure.name for structure in search_site("fil des etnags").structures] == ["Au Fil des Étangs"]


def test_a_typing_mistake_in_a_service_is_forgiven_everywhere(pages):
    assert [service.name for service in search_site("jardinnage").services] == ["Jardinage"]


def test_drafts_private_pages_and_unlisted_structures_never_appear(pages):
    draft = ContentPage(title="Perlimpinpin brouillon", slug="brouillon", live=False)
    private = ContentPage(title="Perlimpinpin privé", slug="prive")
    for page in (draft, private):
        pages.add_child(instance=page)
    below = ContentPage(title="Perlimpinpin dessous", slug="dessous")
    private.add_child(instance=below)
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    ProviderFactory(name="Perlimpinpin", draft=True)
    assert search_site("perlimpinpin").count == 0
    assert search_site("perlimpinpim").count == 0


HOSTILE = [
    "",
    " ",
    "\x00",
    "' OR 1=1 --",
    '"',
    "*",
    "%",
    "a" * 5000,
    "NEAR(a b)",
    "l’",
    "😀",
    "{parc}",
    "-x",
    "AND",
]


def test_nothing_typed_fails(pages, client):
    for question in HOSTILE:
        response = client.get("/recherche/", {"q": question})
        assert response.status_code == 200, question
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response.content.decode()


def test_an_empty_question_is_told_beside_the_field(client, db):
    shown = client.get("/recherche/?q=+").content.decode()
    assert 'href="#q"' in shown and 'aria-describedby="q-hint q-error"' in shown
    assert 'role="alert"' not in client.get("/recherche/").content.decode()


def test_nothing_found_offers_the_phone(pages, client):
    shown = client.get("/recherche/?q=perlimpinpin").content.decode()
    assert "0 réponse" in shown and "appelez-nous" in shown


def test_a_search_asks_few_queries(pages, client, commit):
    commit()
    client.get("/recherche/?q=jardin")
    with CaptureQueriesContext(connection) as log:
        client.get("/recherche/?q=printemps")
    assert len(log) <= 12, "\n".join(query["sql"][:150] for query in log)
