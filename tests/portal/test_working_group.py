"""The working group's space is private by every door: page, document, search, sitemap, menus, feeds."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Collection, PageViewRestriction, Site

from portal.models import GroupMember, GroupNotePage, MeetingPage, NewsIndexPage, NewsPage, WorkingGroupPage
from portal.models.group import is_private
from portal.roles import AUTHORS, INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from tests.factories import UserFactory
from tests.portal.event_factories import agenda, make_event

pytestmark = pytest.mark.django_db
SECRET = "Cistude confidentielle"


def collection() -> Collection:
    return Collection.objects.get(name="Groupe de travail")


def document(place: Collection):
    row = get_document_model()(title="Compte rendu", collection=place)
    row.file.save("compte-rendu.pdf", ContentFile(b"%PDF-1.4 " + SECRET.encode()))
    row.save()
    return row


def linking(row) -> str:
    block = {"heading": "", "documents": [{"document": row.pk, "title": ""}]}
    return json.dumps([{"type": "documents", "value": block}])


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Documents on a disk, as on a server."""
    settings.MEDIA_ROOT = str(tmp_path)
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"default": disk}


@pytest.fixture
def space() -> WorkingGroupPage:
    root = Site.objects.get(is_default_site=True).root_page
    page = WorkingGroupPage(title="Groupe de travail", slug="groupe", show_in_menus=True)
    page.members = [GroupMember(organisation="Les Aulnes", role="répond au téléphone")]
    return root.add_child(instance=page)


@pytest.fixture
def meeting(space) -> MeetingPage:
    page = MeetingPage(
        title=SECRET, slug="reunion", date=timezone.localdate(), agenda="Bilan\n\nSuites", show_in_menus=True
    )
    page.body = linking(document(collection()))
    return space.add_child(instance=page)


def member(role: str) -> Client:
    client = Client()
    client.force_login(UserFactory(groups=[role_name(role)]))
    return client


@pytest.mark.parametrize("role", [STAFF, OPERATORS, PARTNERS, INSTITUTIONS])
def test_members_read_pages_and_documents(space, meeting, role):
    client = member(role)
    home = client.get(space.url)
    assert SECRET in home.content.decode() and "Les Aulnes" in home.content.decode()
    assert "no-store" in home["Cache-Control"]
    page = client.get(meeting.url).content.decode()
    assert "<li>Bilan</li><li>Suites</li>" in page and 'content="noindex"' in page
    url = get_document_model().objects.get().url
    assert url in page
    assert SECRET.encode() in b"".join(client.get(url))


@pytest.mark.parametrize("who", ["anonymous", "author", "nobody"])
def test_others_are_refused_by_every_door(space, meeting, who):
    client = Client() if who == "anonymous" else member(AUTHORS)
    if who == "nobody":
        client.force_login(UserFactory())
    url = get_document_model().objects.get().url
    for address in (space.url, meeting.url, url):
        response = client.get(address)
        assert response.status_code in (302, 403), address
        assert SECRET not in response.content.decode()
    for address in (
        "/",
        "/recherche/?q=cistude",
        "/plan-du-site/",
        "/sitemap-pages.xml",
        "/media/documents/",
    ):
        assert SECRET not in client.get(address).content.decode(), address
        assert meeting.url not in client.get(address).content.decode(), address


def test_feeds_hold_nothing_of_an_article_or_event_kept_for_members():
    event = make_event(SECRET)
    news = agenda().get_parent().add_child(instance=NewsIndexPage(title="Actualités", slug="actualites"))
    article = NewsPage(title=f"{SECRET} 2", slug="reserve", introduction=SECRET, date=timezone.localdate())
    news.add_child(instance=article)
    feeds = (f"{news.url}flux/", "/agenda.ics", news.url, agenda().url)
    public = {address: SECRET in Client().get(address).content.decode() for address in feeds}
    assert all(public.values()), public
    for page in (event, article):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    for address in (*feeds, "/", "/sitemap-pages.xml", f"/agenda/{event.pk}.ics"):
        assert SECRET not in Client().get(address).content.decode(), address


def test_lifting_the_restriction_by_mistake_opens_nothing(space, meeting):
    PageViewRestriction.objects.all().delete()
    assert Client().get(meeting.url).status_code == 403
    assert member(AUTHORS).get(space.url).status_code == 403


def test_an_open_document_is_refused_with_words(space):
    page = MeetingPage(title="Réunion", slug="ouverte", date=timezone.localdate())
    page.body = linking(document(Collection.get_first_root_node()))
    with pytest.raises(ValidationError) as refused:
        space.add_child(instance=page)
    assert "Compte rendu" in str(refused.value.message_dict["body"])


def test_a_collection_inside_a_private_one_is_private(space):
    inner = collection().add_child(instance=Collection(name="2027"))
    assert is_private(inner) and not is_private(Collection.get_first_root_node())


def test_notes_and_coming_meetings(space):
    space.add_child(instance=GroupNotePage(title="Une nouvelle", slug="note"))
    html = member(PARTNERS).get(space.url).content.decode()
    assert "Une nouvelle" in html and "Aucune réunion" in html


def test_only_groups_that_belong_are_named(space):
    groups = set(PageViewRestriction.objects.get().groups.all())
    roles = (STAFF, OPERATORS, PARTNERS, INSTITUTIONS)
    assert groups == set(Group.objects.filter(name__in=[role_name(role) for role in roles]))
