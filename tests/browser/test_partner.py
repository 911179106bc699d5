"""A new partner, from the e-mail to a listing that waits for approval; then the park."""

from __future__ import annotations

import re
import time

import pytest

from intake.models import OutboxMessage
from portal.roles import STAFF, role_name
from providers import invitations
from providers.models import ListingSubmission, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

PASSWORD = "des roseaux et des hérons"
WORDS = "Nous venons aussi le samedi matin."


@pytest.fixture
def listing() -> Provider:
    town = CommuneFactory(name="Le Blanc")
    provider = ProviderFactory(
        name="Au Fil des Étangs", base_commune=town, communes=[town], offers=[ServiceFactory(name="Ménage")]
    )
    provider.covers_territory = True
    provider.save()
    provider.save_revision().publish()
    return Provider.objects.get(pk=provider.pk)


def invitation_link(provider: Provider) -> str:
    staff = UserFactory(groups=[role_name(STAFF)], username="parc")
    invitations.invite(provider, "lea@structure.example", staff)
    text = OutboxMessage.objects.get(kind="invitation").text
    return re.search(r"/compte/invitation/\S+", text)[0]  # type: ignore[index]


def sign_in(page, address: str, login: str, password: str) -> None:
    page.goto(f"{address}/admin/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/admin/")


def test_from_the_invitation_to_the_public_page_in_under_two_minutes(listing, visit):
    link = invitation_link(listing)
    visited = visit(link, width=1280, height=1000)
    page, public = visited.page, listing.get_absolute_url()
    started = time.monotonic()
    page.get_by_label("Prénom").fill("Léa")
    page.get_by_label("Nom", exact=True).fill("Brossard")
    page.get_by_label("Avec un mot de passe").check()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir ma fiche").click()
    page.wait_for_url("**/admin/")
    assert page.get_by_role("heading", name="Au Fil des Étangs").is_visible()
    page.get_by_role("link", name="Modifier ma fiche").click()
    page.locator("#id_description").fill(WORDS)
    page.get_by_role("button", name="Envoyer au parc").click()
    page.wait_for_url("**/admin/")
    assert ListingSubmission.objects.waiting().count() == 1
    assert "attend" in page.locator("main").inner_text()
    assert time.monotonic() - started < 120

    reader = visit(public).page
    assert WORDS not in reader.inner_text("main")

    park = visit("/", width=1280, height=1000)
    sign_in(park.page, park.address, "parc", "étang-roseau")
    park.page.get_by_role("link", name="Au Fil des Étangs").first.click()
    assert WORDS in park.page.inner_text("main")
    reader.reload()
    assert WORDS not in reader.inner_text("main")
    park.page.get_by_role("button", name="Valider et publier").click()
    park.page.wait_for_selector("text=Publié")
    reader.reload()
    assert WORDS in reader.inner_text("main")


@pytest.mark.parametrize(("width", "dark"), [(320, False), (1280, True)])
def test_the_pages_are_for_everybody(listing, visit, axe, width, dark):
    """At phone width and in both schemes: axe finds nothing, nothing overflows, nobody else is asked."""
    link = invitation_link(listing)
    for path in (
        link,
        "/compte/login/",
        "/compte/login/code/",
        "/compte/password/reset/",
        f"/c-est-ma-structure/{listing.slug}/",
        "/proposer-ma-structure/",
    ):
        visited = visit(path, width=width, dark=dark)
        axe(visited)
        assert visited.overflow <= 0, path
        assert not visited.violations, path
        assert not visited.third_parties, path
        if path.startswith(("/c-est", "/proposer")):
            visited.expect_clean()


def test_a_second_factor_is_drawn_without_asking_anybody(listing, visit, axe):
    """The picture to be read by a phone is in the page itself: the strict policy allows it."""
    UserFactory(groups=[role_name(STAFF)], username="parc")
    visited = visit("/compte/login/")
    sign_in(visited.page, visited.address, "parc", "étang-roseau")
    visited.page.goto(f"{visited.address}/compte/2fa/totp/activate/")
    visited.page.fill("[name=password]", "étang-roseau")
    visited.page.get_by_role("button", name="Continuer").click()
    visited.page.wait_for_url("**/totp/activate/")
    box = visited.page.locator(".qr svg").bounding_box()
    assert box is not None
    assert box["width"] > 100
    axe(visited)
    assert visited.overflow <= 0
