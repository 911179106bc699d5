"""Staff edit a listing in the admin: drafts, publication, reverting, and what they must not undo."""

import datetime

import pytest
from django.urls import reverse

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers.models import Availability, Coverage, HoursException, Manager, Offer, Operations, Provider
from providers.viewsets import ProviderViewSet
from tests.factories import (
    CommuneFactory,
    ProviderFactory,
    UserFactory,
    offer,
    set_availability,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client


def covered(provider):
    return set(Coverage.objects.filter(provider=provider).values_list("commune__name", flat=True))


def form(provider, communes, services, **changes):
    """What the browser posts for *provider* with these communes and services, those before struck out."""
    known = [
        row.pk
        for row in Provider.objects.get(pk=provider.pk).get_latest_revision_as_object().offers.all()
        if row.pk  # those of a draft have no key yet, and are replaced
    ]
    data = {
        "name": provider.name,
        "legal_form": provider.legal_form,
        "description": provider.description,
        "siret": provider.siret or "",
        "sap_number": "",
        "slug": provider.slug,
        "logo": "",
        "phone": str(provider.phone),
        "email": provider.email,
        "website": "",
        "address": "",
        "postal_code": "",
        "base_commune": provider.base_commune_id,
        "location": provider.location,
        "languages": "français",
        "accessibility": "unknown",
        "accessibility_note": "",
        "payment_note": "",
        "covers_radius_km": "",
        "covers_communes": [commune.pk for commune in communes],
        "offers-TOTAL_FORMS": len(known) + len(services),
        "offers-INITIAL_FORMS": len(known),
        "offers-MIN_NUM_FORMS": 0,
        "offers-MAX_NUM_FORMS": 1000,
    }
    rows = [(key, services[0], "1") for key in known] + [("", service, "") for service in services]
    for number, (key, service, struck) in enumerate(rows):
        data |= {
            f"offers-{number}-id": key,
            f"offers-{number}-ORDER": number + 1,
            f"offers-{number}-DELETE": struck,
            f"offers-{number}-service": service.pk,
            f"offers-{number}-mode": "provider",
            f"offers-{number}-audience": "everyone",
            f"offers-{number}-legal_title": "declaration",
            f"offers-{number}-summary": "",
            f"offers-{number}-price_text": "",
            f"offers-{number}-price_checked_on": "",
            f"offers-{number}-title_expires_on": "",
        }
    return data | changes


def edit_url(provider):
    return reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])


def post(client, provider, data):
    response = client.post(edit_url(provider), data)
    assert response.status_code == 302, response.context["form"].errors if response.context else response
    return response


def test_a_draft_keeps_the_published_listing_public(staff, listing, towns, services):
    post(staff, listing, form(listing, towns[2:], services[1:], name="Après"))
    page = staff.get(listing.get_absolute_url()).content.decode()
    assert "Avant" in page
    assert "Après" not in page
    assert covered(listing) == {"Mézières-en-Brenne", "Le Blanc"}
    assert [row.service.name for row in Offer.objects.filter(provider=listing)] == ["Ménage"]
    post(staff, listing, form(listing, towns[2:], services[1:], name="Après") | {"action-publish": "1"})
    assert "Après" in staff.get(listing.get_absolute_url()).content.decode()
    assert covered(listing) == {"Bélâbre"}
    assert [row.service.name for row in Offer.objects.filter(provider=listing)] == ["Jardin"]


def test_publishing_an_old_draft_undoes_no_operational_fact(staff, listing, towns, services):
    """A draft is opened, the structure is suspended and its hours change, then the draft goes out."""
    post(staff, listing, form(listing, towns[:2], services, name="Brouillon d’avant"))
    post_operations(staff, listing, state="suspended", hours="Mo 10:00-11:00")
    assert Operations.objects.get(pk=listing.pk).opening_hours.startswith("Mo 10:00-11:00")
    draft = Provider.objects.get(pk=listing.pk).latest_revision
    draft.publish()
    row = Availability.objects.get(operations=listing.pk)
    assert row.state == "suspended"
    assert Operations.objects.get(pk=listing.pk).opening_hours.startswith("Mo 10:00-11:00")
    assert Provider.objects.get(pk=listing.pk).name == "Brouillon d’avant"


def post_operations(client, provider, state, hours, *, status=302, **changes):
    """What the availability screen posts; *status* is 302 when it is saved, 200 when it is refused."""
    data = {
        "availabilities-TOTAL_FORMS": 1,
        "availabilities-INITIAL_FORMS": 0,
        "availabilities-MIN_NUM_FORMS": 0,
        "availabilities-MAX_NUM_FORMS": 1000,
        "availabilities-0-id": "",
        "availabilities-0-service": "",
        "availabilities-0-state": state,
        "availabilities-0-until": "",
        "availabilities-0-note": "",
        "hours_exceptions-TOTAL_FORMS": 0,
        "hours_exceptions-INITIAL_FORMS": 0,
        "hours_exceptions-MIN_NUM_FORMS": 0,
        "hours_exceptions-MAX_NUM_FORMS": 1000,
        "opening_hours_0": "10-11",
        "opening_hours": hours,
        "verified_on": "",
        "verification_source": "",
        "decision_note": "",
    }
    response = client.post(reverse("operations:edit", args=[provider.pk]), data | changes)
    assert response.status_code == status, response.context["form"].errors if response.context else response
    return response


def test_reverting_brings_back_coverage_and_offers(listing, towns, services):
    first = listing.latest_revision
    draft = Provider.objects.get(pk=listing.pk)
    draft.covers_communes = [towns[2]]
    draft.offers = [offer(services[1])]
    draft.save_revision().publish()
    assert covered(listing) == {"Bélâbre"}
    first.as_object().save_revision().publish()
    assert covered(listing) == {"Mézières-en-Brenne", "Le Blanc"}
    assert [row.service.name for row in Offer.objects.filter(provider=listing)] == ["Ménage"]


def test_unpublishing_hides_it_at_once(listing, client):
    assert client.get(listing.get_absolute_url()).status_code == 200
    listing.unpublish()
    assert client.get(listing.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("location", "SRID=4326;POINT(1.2)"),
        ("location", "SRID=4326;POINT(1.2 146.7)"),
        ("location", "SRID=27572;POINT(1.2 46.7)"),
        ("location", "ici"),
        ("siret", "12345678901234"),
        ("siret", "abc"),
        ("covers_radius_km", "0"),
        ("covers_radius_km", "100000"),
        ("phone", "12"),
        ("base_commune", "999999"),
        ("website", "javascript:alert(1)"),
        ("legal_form", "secte"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(staff, listing, towns, services, field, value):
    response = staff.post(
        edit_url(listing), form(listing, towns, services, **{field: value}) | {"action-publish": "1"}
    )
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert Provider.objects.get(pk=listing.pk).name == "Avant"


def test_neither_phone_nor_email_is_refused(staff, listing, towns, services):
    data = form(listing, towns, services, phone="", email="") | {"action-publish": "1"}
    assert "phone" in staff.post(edit_url(listing), data).context["form"].errors


def test_the_same_service_twice_in_one_mode_is_refused(staff, listing, towns, services):
    data = form(listing, towns, [services[0], services[0]]) | {"action-publish": "1"}
    assert staff.post(edit_url(listing), data).status_code == 200
    assert Offer.objects.filter(provider=listing).count() == 1


def test_preview_shows_the_draft_to_its_editor_only(staff, listing, towns, services):
    url = reverse("wagtailsnippets_providers_provider:preview_on_edit", args=[listing.pk])
    answer = staff.post(url, form(listing, towns[2:], services[1:], name="En préparation"))
    assert answer.json()["is_valid"], answer.json()
    page = staff.get(url, {"mode": ""}).content.decode()
    assert "En préparation" in page
    assert "Bélâbre" in page
    assert "Jardin" in page
    assert "Avant" in staff.get(listing.get_absolute_url()).content.decode()


def test_the_map_widget_asks_no_third_party(staff, listing):
    page = staff.get(edit_url(listing)).content.decode()
    assert "leaflet/leaflet.js" in page
    assert "unpkg.com" not in page
    assert "googleapis" not in page
    assert "lat&quot;: 59.3293" not in page  # Stockholm, the widget's own default


def test_the_edit_form_offers_the_communes_to_tick(staff, listing, towns):
    page = staff.get(edit_url(listing)).content.decode()
    for town in towns:
        assert f'value="{town.pk}" id="covers_communes_{town.pk}"' in page, town
    assert page.count(" checked") >= 2


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

    from providers.models import HoursException

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


def test_a_far_date_breaks_no_page(client, listing):
    HoursException.objects.create(
        operations_id=listing.pk, first_day=datetime.date(2020, 1, 1), last_day=datetime.date.max
    )
    assert client.get(listing.get_absolute_url()).status_code == 200


def test_editing_a_commune_changes_the_zones(listing, towns, django_capture_on_commit_callbacks):
    Provider.objects.filter(pk=listing.pk).update(covers_territory=True)
    newcomer = CommuneFactory(name="Nouvelle", in_territory=False)
    newcomer.in_territory = True
    with django_capture_on_commit_callbacks(execute=True):
        newcomer.save()
    assert "Nouvelle" in covered(listing)


def test_a_latitude_off_the_globe_is_told(staff, towns):
    url = reverse("wagtailsnippets_providers_commune:edit", args=[towns[0].pk])
    answer = staff.post(
        url,
        {
            "name": "X",
            "insee_code": "36123",
            "slug": "x",
            "latitude": "999",
            "longitude": "1",
            "point_source": "town_hall",
        },
    )
    assert answer.status_code == 200
    assert "latitude" in answer.context["form"].errors


def test_documents_are_only_given_by_wagtail(client, settings):
    from pathlib import Path

    folder = Path(settings.MEDIA_ROOT)
    for name in ("documents", "images"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "secret.txt").write_text("secret")
    picture = client.get("/media/images/secret.txt")
    assert b"".join(picture.streaming_content) == b"secret"
    for close in picture._resource_closers:  # close() would end the test's own connection
        close()
    for path in (
        "/media/documents/secret.txt",
        "/media/./documents/secret.txt",
        "/media//documents/secret.txt",
        "/media/images/../documents/secret.txt",
    ):
        assert client.get(path).status_code in (301, 302, 400, 404), path
