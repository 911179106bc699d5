"""The search that other sites show in a frame, and the page where its code is taken."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from intake.models import Campaign
from tests.factories import CommuneFactory

pytestmark = pytest.mark.django_db
CSP = "Content-Security-Policy"


class Form(HTMLParser):
    """The fields of the one form of a page, and its links."""

    def __init__(self, text):
        super().__init__()
        self.form, self.fields, self.links, self.tags = {}, {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if tag == "form":
            self.form = attrs
        elif tag == "input":
            self.fields[attrs["name"]] = attrs.get("value", "")
        elif tag == "a":
            self.links.append(attrs)


def test_the_commune_is_chosen_and_the_search_understands_it(directory, client, fetch):
    page = Form(fetch("/widget/?commune=36123"))
    assert page.fields == {"quoi": "", "ou": "Mézières-en-Brenne"}
    assert (page.form["target"], page.form["rel"]) == ("_blank", "noopener")
    answer = client.get(page.form["action"], {**page.fields, "quoi": "ménage"})
    assert answer["Location"].endswith(f"{directory.cleaning.slug}/{directory.mezieres.slug}/")
    assert "script" not in page.tags


def test_a_name_that_two_communes_share_is_sent_as_a_code(directory, fetch):
    CommuneFactory(name="Saint-Aubin", insee_code="36181", slug="saint-aubin-1")
    CommuneFactory(name="Saint-Aubin", insee_code="86210", slug="saint-aubin-2")
    assert Form(fetch("/widget/?commune=36181")).fields["ou"] == "36181"


@pytest.mark.parametrize("code", ["", "99999", "x", "36123'--", "%00", "3" * 900])
def test_a_commune_that_is_not_is_asked_for(code, directory, fetch):
    assert Form(fetch(f"/widget/?commune={code}")).fields == {"quoi": "", "ou": ""}


def test_a_commune_that_left_is_asked_for(directory, fetch):
    type(directory.blanc).objects.filter(pk=directory.blanc.pk).update(retired_on="2026-01-01")
    assert Form(fetch("/widget/?commune=36018")).fields == {"quoi": "", "ou": ""}


def test_only_the_widget_may_be_framed_by_others(directory, client):
    framed = client.get("/widget/?commune=36123")
    assert "frame-ancestors *" in framed[CSP]
    assert "X-Frame-Options" not in framed
    assert "script-src 'self'" in framed[CSP]
    for address in ("/", "/annuaire/", "/opendata/", "/opendata/widget/", "/opendata/hsds/"):
        response = client.get(address)
        assert "frame-ancestors 'self'" in response[CSP]
        assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_it_is_small(directory, client):
    assert len(client.get("/widget/?commune=36123").content) < 4000


def test_the_campaign_is_carried(directory, client, commit):
    Campaign.objects.create(code="site-mairie", name="Sites des mairies", starts_on="2026-01-01")
    commit()
    page = Form(client.get("/widget/?commune=36123&c=site-mairie").content.decode())
    assert page.fields["c"] == "site-mairie"
    assert "c" not in Form(client.get("/widget/?commune=36123&c=inconnue").content.decode()).fields


def codes(text):
    return [html.unescape(code) for code in re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)]


def test_the_code_leads_to_the_widget_and_to_the_commune(directory, client, fetch):
    text = fetch("/opendata/widget/?commune=mezieres&code=Site-Mairie")
    frame, link = codes(text)
    (source,) = re.findall(r'src="([^"]+)"', frame)
    assert html.unescape(source) == "http://testserver/widget/?commune=36123&c=site-mairie"
    assert 'title="' in frame and "<script" not in frame
    (address,) = re.findall(r'href="([^"]+)"', link)
    assert html.unescape(address) == (
        f"http://testserver{directory.mezieres.get_absolute_url()}?c=site-mairie"
    )
    for url in (source, address):
        assert client.get(html.unescape(url).removeprefix("http://testserver")).status_code == 200
    assert "frame-src 'self'" in client.get("/opendata/widget/?commune=mezieres")[CSP]


def test_several_communes_are_told_apart(directory, fetch):
    page = Form(fetch("/opendata/widget/?commune=36290&code=site-mairie"))
    wanted = [link["href"] for link in page.links if link["href"].startswith("?commune=")]
    assert sorted(wanted) == ["?commune=36010&code=site-mairie", "?commune=36123&code=site-mairie"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("commune=", "commune"), ("commune=nulle+part", "commune"), ("commune=azay&code=É!", "code"), ("commune=%00", "commune")],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_beside_its_field(query, field, directory, fetch):
    text = fetch(f"/opendata/widget/?{query}")
    assert f'href="#id_{field}"' in text and f'id="id_{field}-error"' in text
    assert "<textarea" not in text


def test_every_page_leads_to_open_data(directory, fetch):
    assert 'href="/opendata/"' in fetch("/annuaire/")
    assert "http://testserver/opendata/</loc>" in fetch("/sitemap-directory.xml")
    assert 'href="/opendata/widget/"' in fetch("/plan-du-site/")


def test_the_page_cache_leaves_the_parameters_alone(directory, settings):
    settings.PAGE_CACHE = True
    client = Client()
    assert "Mézières" in client.get("/widget/?commune=36123").content.decode()
    assert "Blanc" in client.get("/widget/?commune=36018").content.decode()
    rows = client.get("/opendata/hsds/services?postcode=75001").json()
    assert rows["total_items"] == 0
