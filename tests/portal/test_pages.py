"""Every page of the demonstration: there, light in queries, with its place in the tree."""

import datetime
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from portal.models import (
    ContentPage,
    FooterLink,
    HomePage,
    NewsCategory,
    NewsIndexPage,
    NewsPage,
    SiteIdentity,
)
from tests.factories import CommuneFactory, ServiceFactory
from tests.portal.pictures import photograph

pytestmark = pytest.mark.django_db
MOST_QUERIES = 8
PATHS = [
    "/",
    "/comprendre-le-service/",
    "/comprendre-le-service/pour-qui/",
    "/comprendre-le-service/qui-fait-quoi/",
    "/credit-impot/",
    "/partenaires/",
    "/questions/",
    "/actualites/",
    "/actualites/categorie/le-service/",
    "/actualites/nouveau-site/",
    "/actualites/affiches-en-mairie/",
    "/actualites/avant-l-hiver/",
    "/actualites/flux/",
    "/publications/",
    "/publications/affiche/",
    "/contact/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/accessibilite/",
    "/plan-du-site/",
    "/recherche/",
]


def content(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def article(index, title, **fields):
    page = NewsPage(title=title, introduction=f"À propos : {title}.", **fields)
    index.add_child(instance=page)
    return page


def block(kind, value):
    return {"type": kind, "value": value}


@pytest.fixture
def news(demo_site):
    return NewsIndexPage.objects.get()


def test_a_warm_page_asks_few_queries(demo_site, client, commit):
    commit()
    asked = {}
    for path in PATHS:
        content(client, path)
        commit()  # pictures, made as the page is first shown
    for path in PATHS:
        with CaptureQueriesContext(connection) as log:
            content(client, path)
        asked[path] = len(log)
    assert {path: count for path, count in asked.items() if count > MOST_QUERIES} == {}


def test_the_trail_follows_the_tree(demo_site, client):
    shown = content(client, "/comprendre-le-service/pour-qui/")
    trail = shown.partition('class="crumbs"')[2].partition("</nav>")[0]
    assert '<a href="/comprendre-le-service/">Comprendre le service</a>' in trail
    assert '<span aria-current="page">Pour qui' in trail


def test_a_part_names_its_pages(demo_site, client):
    shown = content(client, "/comprendre-le-service/")
    assert 'href="/comprendre-le-service/pour-qui/"' in shown.partition('id="rubrique"')[2]


def test_menu_and_foot_follow_the_tree_and_the_settings(demo_site, client):
    identity = SiteIdentity.objects.get()
    page = ContentPage(title="Bénévoles", slug="benevoles", show_in_menus=True)
    demo_site.add_child(instance=page)
    FooterLink.objects.create(identity=identity, page=page, text="Devenir bénévole")
    shown = content(client, "/credit-impot/")
    assert '<a href="/benevoles/">Bénévoles</a>' in shown
    assert '<a href="/benevoles/">Devenir bénévole</a>' in shown
    page.unpublish()
    assert "/benevoles/" not in content(client, "/credit-impot/")


def test_a_private_page_is_in_no_list(news, client):
    secret = article(news, "Secret de fabrique", show_in_menus=True)
    PageViewRestriction.objects.create(page=secret, restriction_type=PageViewRestriction.LOGIN)
    FooterLink.objects.create(identity=SiteIdentity.objects.get(), page=secret)
    for path in (
        "/",
        "/actualites/",
        "/actualites/flux/",
        "/plan-du-site/",
        "/sitemap-pages.xml",
        "/recherche/?q=fabrique",
    ):
        assert "Secret" not in content(client, path), path
    assert client.get(secret.url).status_code == 302


def test_news_by_category_and_by_page(news, client):
    other = NewsCategory.objects.create(name="Autre", slug="autre")
    for number in range(12):
        article(news, f"Nouvelle {number}", category=other, date=datetime.date(2025, 1, number + 1))
    first = content(client, "/actualites/categorie/autre/")
    assert "Nouvelle 11" in first and "Nouvelle 1<" not in first
    assert 'href="/actualites/categorie/autre/?page=2"' in first
    second = content(client, "/actualites/categorie/autre/?page=2")
    assert "Nouvelle 1<" in second and "Nouvelle 11" not in second
    assert "Nouvelle 1<" in content(client, "/actualites/categorie/autre/?page=99")
    assert client.get("/actualites/categorie/inconnue/").status_code == 404


def test_an_empty_category_is_not_offered(news, client):
    NewsCategory.objects.create(name="Sans nouvelle", slug="vide")
    assert "Sans nouvelle" not in content(client, "/actualites/")
    assert client.get("/actualites/categorie/vide/").status_code == 404


def test_the_feed_holds_what_the_list_holds(news, client):
    article(news, "Foire & marché <bio>", date=timezone.localdate())
    feed = ET.fromstring(client.get("/actualites/flux/").content)  # noqa: S314 (our own)
    titles = [item.findtext("title") for item in feed.iter("item")]
    assert titles[0] == "Foire & marché <bio>"
    assert "Un site pour trouver de l’aide près de chez soi" in titles
    assert all(
        item.findtext("link").startswith("http://testserver/actualites/") for item in feed.iter("item")
    )


def test_the_latest_news_come_home(news, client):
    article(news, "Toute dernière", date=timezone.localdate())
    shown = content(client, "/").partition("Quoi de neuf")[2]
    assert shown.index("Toute dernière") < shown.index("Un site pour trouver")
    assert "Avant l’hiver" not in shown  # three at most


def test_every_block_of_a_page_is_shown(demo_site, client):
    image, service = photograph(), ServiceFactory(name="Ménage")
    town = CommuneFactory(name="Le Blanc")
    picture = {
        "image": {"image": image.pk, "decorative": False, "alt_text": "Un pré"},
        "caption": "Au printemps",
    }
    page = ContentPage(
        title="Tout",
        slug="tout",
        body=json.dumps(
            [
                block("text", "<p>Un texte.</p>"),
                block("picture", picture),
                block("callout", {"kind": "warning", "text": "<p>Prenez garde.</p>"}),
                block("quote", {"text": "Bien dit", "author": "Un voisin"}),
                block("steps", {"heading": "Étapes", "steps": [{"title": "Un", "text": "Deux"}] * 2}),
                block(
                    "accordion", {"heading": "Plis", "folds": [{"title": "Ouvrir", "text": "<p>Dedans</p>"}]}
                ),
                block(
                    "figures",
                    {
                        "heading": "Chiffres",
                        "figures": [
                            {"counts": "communes", "typed": "", "label": "communes", "source": ""},
                            {"counts": "", "typed": "17 251 €", "label": "dépensés", "source": "Bilan"},
                        ],
                    },
                ),
                block("gallery", {"heading": "Galerie", "pictures": [picture, picture]}),
                block(
                    "table",
                    {
                        "table": {
                            "columns": [
                                {"type": "text", "heading": "Quoi"},
                                {"type": "number", "heading": "Combien"},
                            ],
                            "rows": [{"values": ["Haies", 12]}],
                            "caption": "Travaux",
                        }
                    },
                ),
                block(
                    "budget",
                    {
                        "caption": "Budget",
                        "lines": [
                            {"item": "Téléphone", "amount": "1200.50", "payer": "Le Parc"},
                            {"item": "Local", "amount": "99.50", "payer": ""},
                            {"item": "Autre", "amount": None, "payer": ""},
                        ],
                        "note": "Total des montants connus",
                    },
                ),
                block(
                    "people",
                    {
                        "heading": "Équipe",
                        "people": [
                            {
                                "name": "L’accueil",
                                "role": "Répond",
                                "phone": "+33261911001",
                                "email": "accueil@demo.example",
                                "portrait": {"image": None, "decorative": False, "alt_text": ""},
                            }
                        ],
                    },
                ),
                block("find", {"heading": "Chercher", "text": "", "service": service.pk}),
                block("line", {"heading": "Appeler", "text": "Nous cherchons."}),
                block("map", {"heading": "Carte", "service": None}),
                block("news", {"heading": "Nouvelles", "count": 1}),
            ]
        ),
    )
    demo_site.add_child(instance=page)
    shown = content(client, "/tout/")
    shown = shown.replace("\u202f", "\u00a0")  # either keeps a number together
    for expected in [
        "Un texte.",
        'alt="Un pré"',
        'type="image/avif"',
        'type="image/webp"',
        "Au printemps",
        "Prenez garde.",
        "«&nbsp;Bien dit&nbsp;»",
        "<summary>Ouvrir</summary>",
        "17 251 €",
        "Travaux",
        "1\u00a0300\u00a0€",
        "Total des montants connus",
        'href="tel:+33261911001"',
        'value="Ménage"',
        "Nouvelles",
    ]:
        assert expected in shown, expected
    assert shown.count('id="quoi"') == 1
    assert f"<b>{1}</b> <span>communes" in shown, town


def test_the_state_of_the_line_is_never_kept(demo_site, client, commit):
    """Its block says now what is true now, although the rest of the page is kept."""
    commit()
    home = HomePage.objects.get()
    assert not home.is_lasting
    assert ContentPage.objects.get(slug="credit-impot").is_lasting


def test_a_draft_is_previewed_as_it_is_written(demo_site, admin_client, commit):
    """What is kept of the published page must not be shown in its place."""
    commit()
    page = ContentPage.objects.get(slug="credit-impot")
    content(admin_client, "/credit-impot/")
    page.body = json.dumps([block("text", "<p>Brouillon en cours.</p>")])
    page.save_revision()
    response = admin_client.get(f"/admin/pages/{page.pk}/view_draft/")
    assert "Brouillon en cours." in response.content.decode()
    assert "Brouillon en cours." not in content(admin_client, "/credit-impot/")


def test_the_site_map_names_the_list_of_news_and_not_each(news, client):
    shown = content(client, "/plan-du-site/")
    assert 'href="/actualites/"' in shown and 'href="/actualites/nouveau-site/"' not in shown
    assert 'href="/recherche/"' in shown


def test_page_documents_say_their_type_and_weight(real_files, demo_site, client):
    shown = content(client, "/publications/affiche/")
    assert "Affiche A4, à imprimer" in shown and re.search("\\(PDF, [0-9]+\u00a0ko\\)", shown)
    link = shown.partition('href="/documents/')[2].partition('"')[0]
    response = client.get(f"/documents/{link}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    response.close()


def test_loading_twice_adds_nothing(demo_site):
    from portal.demo.site import load_pages

    before = set(Page.objects.values_list("pk", flat=True))
    assert load_pages("1001 services", 80) == 0
    assert set(Page.objects.values_list("pk", flat=True)) == before
