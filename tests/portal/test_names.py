"""The names of the site are data: in texts of staff too, and on every page of another territory."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from portal.demo.agenda import load_agenda, load_jobs
from portal.demo.evaluations import load_evaluations
from portal.demo.group import load_group
from portal.demo.structures import load_structures
from portal.models import ContentPage, EventPage, SiteIdentity
from portal.names import fill, fill_html
from providers.models import Commune, JobOpening, Provider, Service
from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(demo_site):
    identity = SiteIdentity.objects.get()
    identity.park_name = "Communauté de communes de l’Aubrac"
    identity.park_article = SiteIdentity.Article.FEMININE
    identity.save()
    return identity


def test_words_become_the_names_of_the_settings(names):
    assert fill("{service}, {parc}") == "1001 services, Communauté de communes de l’Aubrac"
    assert fill("{Le parc} paie.") == "La Communauté de communes de l’Aubrac paie."
    assert fill("l’aide {du parc} et {au parc}") == (
        "l’aide de la Communauté de communes de l’Aubrac et à la Communauté de communes de l’Aubrac"
    )
    assert fill("{téléphone}") == fill("{telephone}") == "02\u00a061\u00a091\u00a010\u00a001"


@pytest.mark.parametrize(
    ("article", "of", "at"),
    [
        ("le", "du Parc", "au Parc"),
        ("l’", "de l’Parc", "à l’Parc"),
        ("les", "des Parc", "aux Parc"),
        ("none", "de Parc", "à Parc"),
    ],
)
def test_every_article(names, article, of, at):
    names.park_name, names.park_article = "Parc", article
    names.save()
    assert (fill("{du parc}"), fill("{au parc}")) == (of, at)


def test_other_braces_stay_and_names_are_escaped(names):
    names.service_name = "<b>1001</b> & plus"
    names.save()
    assert fill("{rien} {} {{service}}") == "{rien} {} {<b>1001</b> & plus}"
    assert fill_html("<p>{service}</p>") == "<p>&lt;b&gt;1001&lt;/b&gt; &amp; plus</p>"


def test_words_are_filled_wherever_a_title_goes(names, demo_site, client):
    page = ContentPage(
        title="Le rôle {du parc}", slug="role", introduction="Voici {service}.", show_in_menus=True
    )
    demo_site.add_child(instance=page)
    for path in ("/role/", "/plan-du-site/", "/recherche/?q=role"):
        shown = client.get(path).content.decode()
        assert "Le rôle de la Communauté de communes de l’Aubrac" in shown
        assert "{du parc}" not in shown
    assert "Voici 1001 services." in client.get("/role/").content.decode()


def test_what_visitors_type_is_left_alone(demo_site, client):
    assert "{parc}" in client.get("/recherche/", {"q": "{parc}"}).content.decode()


class Links(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.paths = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        url = dict(attrs).get("href", "")
        if tag == "a" and url.startswith("/"):
            self.paths.add(urlsplit(url).path)


# One of each kind of page.
SEEN = {
    "/",
    "/credit-impot/",
    "/actualites/nouveau-site/",
    "/mentions-legales/",
    "/annuaire/",
    "/demande/",
    "/agenda/",
    "/agenda/passes/",
    "/agenda/soiree-de-lancement/",
    "/emplois/",
    "/bilans/2009/",
    "/groupe-de-travail/reunion-de-suivi/",
}


def walk(client, *more):
    """Every page that links lead to, from home and from *more*: path → text."""
    waiting, pages = {"/", "/recherche/", "/actualites/flux/", "/agenda.ics", "/sitemap.xml", *more}, {}
    while waiting:
        path = waiting.pop()
        if path.startswith(("/admin/", "/documents/", "/media/", "/compte/")):
            continue
        response = client.get(path)
        assert response.status_code == 200, path
        # Files too: pictures and PDFs hold no words to read this way.
        text = b"".join(response).decode(errors="replace")
        pages[path] = text
        if response["Content-Type"].startswith("text/html"):
            waiting |= Links(text).paths - set(pages)
    return pages


def test_another_territory_keeps_no_trace_of_the_first(demo_site, admin_client):
    """The settings page, the communes and the census change; no code, no text does."""
    client = admin_client  # sees the working group too
    call_command("load_territory", verbosity=0)
    call_command("load_nomenclature", verbosity=0)
    load_structures()
    load_agenda()
    load_jobs()
    load_group(demo_site)
    load_evaluations(demo_site)
    call_command("load_territory", codes="87085 87154 87118", verbosity=0)
    identity = SiteIdentity.objects.get()
    identity.place_suffix = "en X"
    identity.park_name = "Parc naturel régional X"
    identity.park_address = "Place de la Mairie"
    identity.park_website = "https://parc-x.example/"
    identity.operator_name = "Idées en X"
    identity.save()
    # The structures of the first territory leave with it: another census comes,
    # the events are held elsewhere and the jobs are offered by others.
    inside = list(Commune.objects.of_territory())
    EventPage.objects.update(commune=inside[0])
    structure = ProviderFactory(
        name="Les Genêts",
        base_commune=inside[0],
        communes=inside,
        offers=[Service.objects.current().first()],
    )
    for job in JobOpening.objects.all():
        job.communes.set(inside)
    JobOpening.objects.update(provider=structure)
    Provider.objects.exclude(pk=structure.pk).delete()
    pages = walk(client, "/groupe-de-travail/")
    assert len(pages) > 70
    assert set(pages) >= SEEN
    assert any(path.startswith("/inscriptions/") for path in pages)
    assert any(path.startswith("/emplois/") and path != "/emplois/" for path in pages)
    left = {
        path: re.findall(r".{30}brenne.{30}", text, re.IGNORECASE | re.DOTALL) for path, text in pages.items()
    }
    assert not {path: found for path, found in left.items() if "brenne" in pages[path].lower()}
    assert "Parc naturel régional X" in pages["/"]
