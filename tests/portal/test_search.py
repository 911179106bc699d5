"""The search index, spared what it does not need at each save."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db


def weighing(log):
    return [
        query["sql"]
        for query in log
        if "title_norm" in query["sql"].lower() and query["sql"].lstrip().startswith("UPDATE")
    ]


def test_saving_a_structure_finds_it_and_weighs_no_title():
    structure = ProviderFactory(name="Les Ajoncs")
    structure.name = "Les Genêts"
    with CaptureQueriesContext(connection) as log:
        structure.save()
    assert weighing(log) == []
    found = get_search_backend().search("genêts", type(structure))
    assert list(found) == [structure]


def test_saving_a_page_weighs_titles_as_wagtail_does():
    page = Page.objects.filter(depth=2).first()
    page.title = "Bienvenue en Brenne"
    with CaptureQueriesContext(connection) as log:
        page.save()
    assert weighing(log)
    assert page.pk in [found.pk for found in get_search_backend().search("Brenne", Page)]
