"""The board of the base's health, what a listing lacks, and the confirmation noted by people."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers import completeness, health
from providers.models import ErrorReport, Manager, Offer, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory, give_logo, offer

pytestmark = pytest.mark.django_db
Way = Operations.Way


@pytest.fixture
def place():
    return CommuneFactory(name="Le Blanc")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


def client_of(role: str, provider: Provider | None = None) -> Client:
    user = UserFactory(groups=[role_name(role)])
    if provider:
        Manager.objects.create(provider=provider, user=user)
    client = Client()
    client.force_login(user)
    return client


def confirmed(provider: Provider, days_ago: int) -> None:
    day = timezone.localdate() - datetime.timedelta(days=days_ago)
    Operations.objects.filter(pk=provider.pk).update(verified_on=day)


# --- Completeness ---------------------------------------------------------------


def test_a_listing_with_everything_scores_100(place, cleaning):
    provider = ProviderFactory(
        base_commune=place,
        communes=[place],
        offers=[offer(cleaning, price_text="25 € l’heure", price_checked_on=timezone.localdate())],
        description="Nous faisons le ménage chez vous, deux heures par semaine ou plus, avec la même personne.",
        accessibility=Provider.Accessibility.YES,
        hours="Mo-Fr 09:00-12:00",
    )
    give_logo(provider)
    assert completeness.missing(provider) == []
    assert completeness.score(provider) == 100


def test_an_empty_one_scores_what_is_left(place):
    provider = ProviderFactory(base_commune=place, email="")
    lacking = [item.code for item in completeness.missing(provider)]
    assert lacking == ["offers", "description", "coverage", "hours", "price", "email", "access", "logo"]
    assert completeness.score(provider) == 15
    assert list(completeness.incomplete(Provider.objects.all())) == [provider]


def test_the_points_add_up_to_100():
    assert sum(item.points for item in completeness.ITEMS) == 100


def test_one_that_is_not_saved_lacks_everything():
    assert completeness.score(Provider()) == 0


# --- The board ------------------------------------------------------------------


@pytest.fixture
def base(place, cleaning):
    """One structure per problem; the rest is sound in each."""

    def one(name: str, **kwargs) -> Provider:
        values = {
            "base_commune": place,
            "communes": [place],
            "offers": [offer(cleaning, price_text="25 €", price_checked_on=timezone.localdate())],
            "description": "Nous venons chez vous. " * 5,
            "accessibility": Provider.Accessibility.YES,
            "hours": "Mo-Fr 09:00-12:00",
        }
        provider = ProviderFactory(name=name, **(values | kwargs))
        confirmed(provider, 10)
        Manager.objects.create(provider=provider, user=UserFactory())
        return provider

    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    rows = {
        "fresh": one("Saine"),
        "due": one("Bientôt"),
        "late": one("Retard"),
        "hidden": one("Cachée"),
        "incomplete": one("Vide", description="", hours=""),
        "without-manager": one("Seule"),
        "expired-title": one(
            "Expirée", offers=[offer(cleaning, price_text="1 €", title_expires_on=yesterday)]
        ),
        "improbable-coverage": one("Immense", covers_radius_km=120),
        "reported": one("Signalée"),
    }
    for code, days in (("due", 178), ("late", 190), ("hidden", 300)):
        confirmed(rows[code], days)
    Manager.objects.filter(provider=rows["without-manager"]).delete()
    ErrorReport.objects.create(provider=rows["reported"], reason="delay")
    ErrorReport.objects.create(provider=rows["fresh"], reason="delay", closed_at=timezone.now())
    one("Brouillon", live=False, description="")
    return rows


def test_each_count_is_its_list(base):
    for problem, count in health.board():
        found = set(health.among(health.published(), problem.code))
        assert len(found) == count
        expected = {base[problem.code]}
        if problem.code == "fresh":
            expected = set(base.values()) - {base["due"], base["late"], base["hidden"]}
        assert found == expected, problem.code


def test_coverage_is_improbable_when_nobody_is_served_or_one_person_serves_all(place, cleaning):
    kinds = Provider.LegalForm
    nowhere = ProviderFactory(base_commune=place, offers=[cleaning])
    alone = ProviderFactory(base_commune=place, everywhere=True, legal_form=kinds.MICRO_ENTERPRISE)
    ProviderFactory(base_commune=place, everywhere=True, legal_form=kinds.ASSOCIATION)
    ProviderFactory(base_commune=place, covers_radius_km=health.IMPROBABLE_KM)
    assert set(health.among(health.published(), "improbable-coverage")) == {nowhere, alone}


def test_a_title_of_none_does_not_expire(place, cleaning):
    old = datetime.date(2020, 1, 1)
    titles = Offer.LegalTitle
    ProviderFactory(
        base_commune=place, offers=[offer(cleaning, legal_title=titles.NONE, title_expires_on=old)]
    )
    assert not health.among(health.published(), "expired-title")


@pytest.mark.parametrize("role", [STAFF, OPERATORS])
def test_the_board_leads_to_each_list_and_its_export(base, role):
    staff = client_of(role)
    page = staff.get(reverse("health:index")).content.decode()
    for problem in health.PROBLEMS:
        url = f"{reverse('health:listings')}?problem={problem.code}"
        assert url in page
        shown = staff.get(url).content.decode()
        assert base[problem.code].name in shown, problem.code
        assert ("Saine" in shown) == (problem.code == "fresh"), problem.code
        assert "Brouillon" not in shown
    content = b"".join(staff.get(f"{reverse('health:listings')}?problem=late&export=csv").streaming_content)
    text = content.decode("utf-8-sig")
    assert "Retard" in text
    assert "Saine" not in text
    assert "ajoutez un logo" in text
    workbook = staff.get(f"{reverse('health:listings')}?export=xlsx")
    assert workbook.status_code == 200


@pytest.mark.parametrize("role", [PARTNERS, INSTITUTIONS])
def test_the_board_is_for_nobody_else(base, role):
    other = client_of(role, base["fresh"] if role == PARTNERS else None)
    for name in ("index", "listings", "listings_results"):
        response = other.get(reverse(f"health:{name}"))
        assert response.status_code in (302, 403)
    assert "Santé de la base" not in other.get(reverse("wagtailadmin_home")).content.decode()


# --- Confirmed by people ---------------------------------------------------------


def confirm_url(provider: Provider) -> str:
    return reverse("operations:confirm", args=[provider.pk])


def answers(**kwargs) -> dict:
    return {
        "way": "phone",
        "source": "Secrétariat",
        "on": timezone.localdate().isoformat(),
        "review_months": "6",
    } | kwargs


def test_an_operator_notes_a_confirmation_by_phone(place):
    provider = ProviderFactory(base_commune=place)
    operator = client_of(OPERATORS)
    assert confirm_url(provider) in operator.get(reverse("operations:index")).content.decode()
    assert (
        confirm_url(provider) in operator.get(reverse("operations:edit", args=[provider.pk])).content.decode()
    )
    assert operator.get(confirm_url(provider)).status_code == 200
    assert Operations.objects.get().verified_on is None
    assert operator.post(confirm_url(provider), answers(review_months="3")).status_code == 302
    row = Operations.objects.get()
    assert (row.verified_on, row.verification_way, row.verification_source, row.review_months) == (
        timezone.localdate(),
        Way.PHONE,
        "Secrétariat",
        3,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": ""},
        {"way": "link"},
        {"source": ""},
        {"source": "x" * 121},
        {"on": "demain"},
        {"on": "2090-01-01"},
        {"on": "2020-01-01"},
        {"review_months": "5"},
        {"review_months": "x"},
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_noted(place, wrong):
    provider = ProviderFactory(base_commune=place)
    response = client_of(OPERATORS).post(confirm_url(provider), answers(**wrong))
    assert response.status_code == 422
    assert next(iter(wrong)) in response.context["form"].errors
    assert Operations.objects.get().verified_on is None


def test_a_manager_confirms_with_one_button_and_sets_nothing_else(place):
    provider = ProviderFactory(base_commune=place)
    manager = client_of(PARTNERS, provider)
    home = manager.get(reverse("wagtailadmin_home")).content.decode()
    assert confirm_url(provider) in home
    assert "sur 100" in home
    stale = answers(way="staff", on="2026-01-01", review_months="12")
    assert manager.post(confirm_url(provider), stale).status_code == 302
    row = Operations.objects.get()
    assert (row.verified_on, row.verification_way, row.verification_source, row.review_months) == (
        timezone.localdate(),
        Way.MANAGER,
        "",
        6,
    )


def test_nobody_confirms_the_listing_of_another(place):
    provider, other = ProviderFactory(base_commune=place), ProviderFactory(base_commune=place)
    for client in (Client(), client_of(PARTNERS, other), client_of(INSTITUTIONS)):
        for response in (client.get(confirm_url(provider)), client.post(confirm_url(provider), answers())):
            assert response.status_code in (302, 403)
    assert Operations.objects.get(pk=provider.pk).verified_on is None


def test_hours_saved_from_an_old_screen_do_not_undo_a_confirmation(place):
    from tests.providers.listing_forms import post_operations

    provider = ProviderFactory(base_commune=place)
    operator = client_of(OPERATORS)
    assert operator.post(confirm_url(provider), answers()).status_code == 302
    post_operations(operator, provider, state="waiting", hours="", verified_on="2025-01-01")
    assert Operations.objects.get().verified_on == timezone.localdate()


def test_the_list_of_availabilities_is_filtered_by_state(place):
    late, fresh = ProviderFactory(name="Tardive", base_commune=place), ProviderFactory(name="Fraîche")
    confirmed(late, 190)
    confirmed(fresh, 3)
    page = client_of(OPERATORS).get(reverse("operations:index_results") + "?state=late").content.decode()
    assert "Tardive" in page
    assert "Fraîche" not in page
