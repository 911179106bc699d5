"""Operational facts of a listing in the admin: who may change what, and slips on their screen."""

import datetime

import pytest
from django.urls import reverse

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, role_name
from providers.models import Availability, HoursException, Manager, Operations, Provider
from providers.viewsets import ProviderViewSet
from tests.factories import (
    ProviderFactory,
    UserFactory,
    offer,
    set_availability,
)
from tests.providers.listing_forms import edit_url, post_operations

pytestmark = pytest.mark.django_db


class TestWhoMayDoWhat:
    """Operational facts: staff and operators for all, partners for theirs, nobody else."""

    @pytest.fixture
    def other(self, towns, services):
        return ProviderFactory(
            name="Autre", base_commune=towns[0], communes=towns, offers=[offer(services[0])]
        )

    @pytest.fixture
    def partner(self, client, listing):
        user = UserFactory(groups=[role_name(PARTNERS)])
        Manager.objects.create(provider=listing, user=user)
        client.force_login(user)
        return client

    def test_a_partner_changes_the_availability_of_its_own(self, partner, listing):
        post_operations(partner, listing, state="waiting", hours="")
        assert Availability.objects.get(operations=listing.pk).state == "waiting"

    def test_a_partner_finds_its_own_on_its_home(self, partner, listing, other):
        page = partner.get(reverse("wagtailadmin_home")).content.decode()
        assert reverse("operations:edit", args=[listing.pk]) in page
        assert "Autre" not in page

    def test_a_partner_reaches_nobody_else(self, partner, listing, other):
        from providers.upkeep import OperationsViewSet

        viewset = OperationsViewSet()
        checked = 0
        for pattern in viewset.get_urlpatterns():
            if "pk" in pattern.pattern.converters:
                url = reverse(f"operations:{pattern.name}", args=[other.pk])
                assert partner.get(url).status_code in (302, 403, 404), url
                assert partner.post(url).status_code in (302, 403, 404), url
                assert "Autre" not in partner.get(url, follow=True).content.decode()
                checked += 1
        assert checked >= 3
        assert "Autre" not in partner.get(reverse("operations:index")).content.decode()
        assert listing.name in partner.get(reverse("operations:index")).content.decode()
        assert not Availability.objects.exists()

    def test_a_partner_cannot_grant_itself_trust(self, partner, listing):
        changes = {"trusted": "on", "admitted_by_decision": "on", "verified_on": "2026-01-01"}
        post_operations(partner, listing, state="waiting", hours="", **changes)
        row = Operations.objects.get(pk=listing.pk)
        assert (row.trusted, row.admitted_by_decision, row.verified_on) == (False, False, None)

    def test_a_partner_opens_its_listing_and_no_other(self, partner, listing, other):
        assert partner.get(edit_url(listing)).status_code == 200
        assert partner.get(edit_url(other)).status_code in (302, 403)
        page = partner.get(reverse("wagtailsnippets_providers_provider:list")).content.decode()
        assert "Avant" in page
        assert "Autre" not in page

    @pytest.mark.parametrize("role", [PARTNERS, INSTITUTIONS])
    def test_no_view_of_listings_tells_another_s_name(self, client, role, listing, other):
        """Every URL of the listings and of their chooser, by GET and POST, messages left behind included."""
        other.name = "Secrète"
        other.save_revision()
        client.force_login(UserFactory(groups=[role_name(role)]))
        checked = 0
        for viewset in (ProviderViewSet(), ProviderViewSet().chooser_viewset):
            for pattern in viewset.get_urlpatterns():
                keys = dict.fromkeys(pattern.pattern.converters, other.latest_revision_id)
                if pattern.name == "revisions_compare":  # the one address that is a regular expression
                    keys = {"pk": other.pk, "revision_id_a": "live", "revision_id_b": "latest"}
                elif "pk" in keys:
                    keys["pk"] = other.pk
                url = reverse(f"{viewset.url_namespace}:{pattern.name}", kwargs=keys)
                for method in (client.get, client.post):
                    answer = method(url)
                    assert answer.status_code in (302, 403, 404, 405), url
                    after = client.get(reverse("wagtailadmin_home")).content.decode()
                    for secret in ("Autre", "Secrète"):
                        assert secret not in answer.content.decode() + after, url
                checked += 1
        assert checked >= 25

    def test_an_operator_keeps_the_facts_of_all_but_edits_no_listing(self, client, listing):
        client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
        post_operations(client, listing, state="suspended", hours="")
        assert Availability.objects.get(operations=listing.pk).state == "suspended"
        client.post(edit_url(listing), {"name": "Piraté"})
        assert Provider.objects.get(pk=listing.pk).name == "Avant"

    def test_a_removed_manager_loses_access_with_the_session_open(self, partner, listing):
        Manager.objects.all().delete()
        assert partner.get(reverse("operations:edit", args=[listing.pk])).status_code in (302, 403)

    def test_communes_and_services_cannot_be_deleted(self, client, towns, services):
        client.force_login(UserFactory(admin=True))
        for name, row in (("commune", towns[0]), ("service", services[0])):
            url = reverse(f"wagtailsnippets_providers_{name}:delete", args=[row.pk])
            assert client.post(url).status_code in (302, 403)
            row.refresh_from_db()


def test_a_suspension_given_twice_is_refused_with_words(staff, listing):
    set_availability(listing, "waiting")
    response = staff.post(
        reverse("operations:edit", args=[listing.pk]),
        {
            "availabilities-TOTAL_FORMS": 2,
            "availabilities-INITIAL_FORMS": 0,
            "availabilities-MIN_NUM_FORMS": 0,
            "availabilities-MAX_NUM_FORMS": 1000,
            "availabilities-0-state": "waiting",
            "availabilities-1-state": "suspended",
            "hours_exceptions-TOTAL_FORMS": 1,
            "hours_exceptions-INITIAL_FORMS": 0,
            "hours_exceptions-MIN_NUM_FORMS": 0,
            "hours_exceptions-MAX_NUM_FORMS": 1000,
            "hours_exceptions-0-first_day": "2026-12-24",
            "hours_exceptions-0-last_day": "2026-12-01",
        },
    )
    assert response.status_code == 200
    assert Availability.objects.get().state == "waiting"


def test_dates_of_a_closure_are_in_order():
    from django.db import IntegrityError, transaction

    provider = ProviderFactory()
    day = datetime.date(2026, 12, 24)
    with pytest.raises(IntegrityError), transaction.atomic():
        HoursException.objects.create(
            operations_id=provider.pk, first_day=day, last_day=day - datetime.timedelta(1)
        )


class TestSlipsOnTheAvailabilityScreen:
    @pytest.mark.parametrize("typed", ["31/12/9999", "01/01/1900", "32/01/2027", "bientôt"])
    def test_a_day_that_cannot_be_is_told_beside_its_field(self, staff, listing, typed):
        answer = post_operations(
            staff, listing, "suspended", "", status=200, **{"availabilities-0-until": typed}
        )
        assert "until" in answer.context["form"].formsets["availabilities"].forms[0].errors
        assert not Availability.objects.exists()

    def test_two_people_add_the_same_state(self, staff, listing):
        post_operations(staff, listing, "waiting", "")
        # The second had opened the screen before the first saved.
        answer = post_operations(staff, listing, "suspended", "", status=200)
        assert "service" in answer.context["form"].formsets["availabilities"].forms[0].errors
        assert Availability.objects.get().state == "waiting"

    @pytest.mark.parametrize("key", ["abc", "9" * 23])
    def test_a_key_that_is_none(self, staff, listing, key):
        assert staff.get(f"/admin/operations/edit/{key}/").status_code == 404
