"""A structure confirms its listing from its e-mail; somebody reports an error: on a phone, every scheme."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from intake.mail.listings import confirmation_url
from portal.demo.site import load_pages, load_settings
from providers.models import Commune, ErrorReport, Operations, Service
from providers.nomenclature import load_nomenclature
from tests.factories import ProviderFactory


@pytest.fixture
def late():
    """A structure of the true territory whose listing is ten days late."""
    call_command("load_territory", verbosity=0)
    load_nomenclature()
    load_settings()
    load_pages("1001 services", 80)
    town = Commune.objects.get(slug="mezieres-en-brenne")
    cleaning = Service.objects.get(slug="menage-repassage")
    provider = ProviderFactory(name="Les Roseaux", base_commune=town, communes=[town], offers=[cleaning])
    Operations.objects.update(verified_on=timezone.localdate() - datetime.timedelta(days=194))
    return provider


def path_of(provider) -> str:
    return "/confirmer/" + confirmation_url(Operations.objects.get(pk=provider.pk)).split("/confirmer/")[1]


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(late, visit, axe, dark):
    visited = visit(dark=dark)
    for path in (late.get_absolute_url(), "/signaler/les-roseaux/", path_of(late), "/confirmer/faux/"):
        axe(visited.goto(path))
    visited.goto("/signaler/les-roseaux/")
    visited.page.get_by_role("button", name="Envoyer").click()
    assert "problème" in visited.page.content()
    axe(visited)


@pytest.mark.parametrize("javascript", [True, False])
def test_confirmed_by_one_button(late, visit, javascript):
    page = visit(javascript=javascript, width=320).goto(path_of(late)).page
    page.get_by_role("button", name="Tout est toujours exact").click()
    page.wait_for_url("**?merci")
    assert page.get_by_role("heading", name="Merci").is_visible()
    assert Operations.objects.get().verified_on == timezone.localdate()


def test_an_error_reported_from_the_page_of_a_structure(late, visit):
    page = visit(javascript=False, width=320).goto(late.get_absolute_url()).page
    page.get_by_role("link", name="Signaler une erreur").click()
    page.get_by_label("des horaires, un prix").check()
    page.get_by_label("Que faudrait-il écrire").fill("Ils ouvrent à 9 h.")
    page.get_by_role("button", name="Envoyer").click()
    assert page.get_by_role("heading", name="Merci").is_visible()
    assert ErrorReport.objects.get().words == "Ils ouvrent à 9 h."
