"""A campaign's code follows the visitor from page to page, and leaves no trace in what is kept for others."""

from __future__ import annotations

import datetime
import gzip
import re

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from intake.models import ServiceRequest
from portal import page_cache as page_cache_module
from portal.campaigns import carry
from portal.demo import site
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import CampaignFactory
from tests.intake.form_pages import Visitor, publish_form

pytestmark = pytest.mark.django_db
RESULTS = "/annuaire/services/menage/mezieres-en-brenne/"


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    settings.PAGE_CACHE = True
    settings.CACHES = settings.CACHES | {
        "shared": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    with time_machine.travel(datetime.datetime(2026, 11, 24, 10, 59, 30, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture(autouse=True)
def directory(kept, commit):
    place, cleaning = CommuneFactory(name="Mézières-en-Brenne"), ServiceFactory(name="Ménage")
    ProviderFactory(base_commune=place, communes=[place], offers=[cleaning])
    site.load_settings()
    site.load_pages("test", 80)
    CampaignFactory(code="affiche-2026")
    call_command("update_index", verbosity=0)
    commit()


def leading_on(html: bytes) -> list[str]:
    """Addresses of links to the search, to results and to the form."""
    links = re.findall(r'<a\b[^>]*\shref="([^"]*)"', html.decode())
    return [link for link in links if re.match(r"/annuaire/(trouver/|services/[^/]+/[^/]+/)|/demande/", link)]


def forms(html: bytes) -> list[str]:
    return re.findall(r"<form\b.*?</form>", html.decode(), re.DOTALL)


HIDDEN = '<input type="hidden" name="c" value="affiche-2026">'


def test_from_the_home_page_to_the_results(client):
    home = client.get("/?c=affiche-2026").content
    (search,) = forms(home)
    assert HIDDEN in search
    found = client.get("/annuaire/trouver/?quoi=ménage&ou=mézières&c=affiche-2026")
    assert found["Location"] == f"{RESULTS}?c=affiche-2026"
    results = client.get(found["Location"]).content
    assert len(forms(results)) == 2  # search again, and refine
    assert all(HIDDEN in form for form in forms(results))


def test_a_search_that_asks_back_keeps_it(client):
    asked = client.get("/annuaire/trouver/?quoi=ménage&ou=nulle part&c=affiche-2026").content
    assert HIDDEN in forms(asked)[0]
    place = client.get("/annuaire/communes/mezieres-en-brenne/?c=affiche-2026").content
    links = leading_on(place)
    assert links and all(re.search(r"(\?|&amp;)c=affiche-2026$", link) for link in links)


def test_only_the_links_that_lead_on_carry_it(client):
    page = client.get(f"{RESULTS}?c=affiche-2026").content.decode()
    for link in re.findall(r'(?:href|src|content)="([^"]*affiche-2026[^"]*)"', page):
        assert re.match(r"/annuaire/(trouver/|services/[^/]+/[^/]+/)|/demande/", link)
    assert "affiche-2026" not in re.search(r'<link rel="canonical"[^>]*>', page)[0]


def test_a_page_without_a_code_is_the_same_to_the_byte(client):
    before = client.get(RESULTS)
    with_code = client.get(f"{RESULTS}?c=affiche-2026")
    after = Client().get(RESULTS)
    assert before.content == after.content and dict(before.items()) == dict(after.items())
    assert b"affiche-2026" not in after.content and b"affiche-2026" in with_code.content
    assert with_code["Content-Length"] == str(len(with_code.content))


def test_the_code_first_poisons_nothing(client):
    """The page is made, and kept, for somebody with a code."""
    client.get(f"{RESULTS}?c=affiche-2026")
    assert b"affiche-2026" not in Client().get(RESULTS).content


def test_one_page_is_kept_whatever_the_code(client, monkeypatch, commit):
    CampaignFactory(code="marche-du-blanc")
    commit()
    made = []
    page = page_cache_module._page
    monkeypatch.setattr(page_cache_module, "_page", lambda response: made.append(1) or page(response))
    for query in ("", "?c=affiche-2026", "?c=marche-du-blanc", "?c=inconnu", "?c=%22%3E"):
        assert client.get(f"{RESULTS}{query}").status_code == 200
    assert len(made) == 1


@pytest.mark.parametrize(
    "code",
    [
        "inconnu",
        "AFFICHE-2026",
        "affiche-2026%0A",
        "affiche-2026%22%3E%3Cscript%3E",
        "",
        "x" * 5000,
        "affiche_2026",
        "affiche-2026&c=inconnu",
        "&".join(f"a{n}=1" for n in range(200)),
    ],
)
def test_another_code_changes_nothing_and_goes_nowhere(client, code):
    clean = client.get(RESULTS)
    told = client.get(f"{RESULTS}?c={code}")
    assert told.content == clean.content and dict(told.items()) == dict(clean.items())
    moved = client.get(f"/annuaire/trouver/?quoi=ménage&ou=mézières&c={code}")
    assert moved["Location"] == RESULTS


def test_the_last_of_two_codes_counts(client):
    page = client.get(f"{RESULTS}?c=inconnu&c=affiche-2026")
    assert b'value="affiche-2026"' in page.content


def test_compressed_and_compared_for_that_visitor(client):
    plain = client.get(f"{RESULTS}?c=affiche-2026")
    small = client.get(f"{RESULTS}?c=affiche-2026", headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert plain["ETag"] != client.get(RESULTS)["ETag"]
    again = client.get(f"{RESULTS}?c=affiche-2026", headers={"if-none-match": plain["ETag"]})
    assert again.status_code == 304 and again.content == b""
    others = client.get(RESULTS)["ETag"]
    assert client.get(f"{RESULTS}?c=affiche-2026", headers={"if-none-match": others}).status_code == 200


def test_no_more_queries_for_a_kept_page(client, django_assert_num_queries):
    client.get(f"{RESULTS}?c=affiche-2026")
    with django_assert_num_queries(0):
        client.get(f"{RESULTS}?c=affiche-2026")


def test_a_new_campaign_is_known_at_once(client, commit):
    assert b"nouvelle" not in client.get("/?c=nouvelle").content
    CampaignFactory(code="nouvelle")
    commit()
    assert b'value="nouvelle"' in client.get("/?c=nouvelle").content


def test_no_code_is_known_without_a_database(client, monkeypatch):
    from django.db import OperationalError

    def away():
        raise OperationalError("connection refused")

    clean = client.get("/").content
    monkeypatch.setattr("intake.visits.campaigns._codes", away)
    assert client.get("/?c=affiche-2026").content == clean


def test_other_kinds_of_answers_pass_through(client):
    assert b"c=affiche-2026" not in client.get("/robots.txt?c=affiche-2026").content
    assert client.get("/nulle-part/?c=affiche-2026").status_code == 404
    head = client.head(f"{RESULTS}?c=affiche-2026")
    assert head.status_code == 200 and head.content == b""


def test_rewriting_by_hand():
    def rewritten(html: str, path: str = "/") -> str:
        return carry(html.encode(), "x-1", path).decode()

    for same in (
        '<a href="/annuaire/services/menage/">',
        '<a href="/annuaire/structures/x/contact.vcf">',
        '<a href="//evil.example/demande/">',
        '<a href="https://elsewhere.example/annuaire/trouver/">',
        '<a href="tel:+33261911001">',
        '<a href="#contenu">',
        '<a class="x">',
        '<a href="/demande/?c=autre">',
        '<a href="/demande/?service=a&amp;c=autre">',
        '<form method="post" action="/demande/">',
        '<form action="/annuaire/">',
        '<form method="get">',
        '<p data-href="/demande/">',
    ):
        assert rewritten(same) == same
    assert rewritten('<a class="b" href="/demande/">') == '<a class="b" href="/demande/?c=x-1">'
    assert (
        rewritten('<a href="/demande/?service=a&amp;commune=b#debut">')
        == '<a href="/demande/?service=a&amp;commune=b&amp;c=x-1#debut">'
    )
    assert rewritten('<form class="f" method="get">', "/annuaire/services/a/b/").endswith(
        '<input type="hidden" name="c" value="x-1">'
    )


def test_the_form_is_told_and_the_request_says_which(client, directory):
    publish_form()
    results = client.get(f"{RESULTS}?c=affiche-2026").content.decode()
    (address,) = set(re.findall(r'href="(/demande/\?service=[^"]+)"', results))
    visitor = Visitor(query=address.removeprefix("/demande/").replace("&amp;", "&"))
    visitor.to_check().press("send")
    assert ServiceRequest.objects.get().campaign.code == "affiche-2026"
