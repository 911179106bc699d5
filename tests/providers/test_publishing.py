"""Staff edit a listing in the admin: drafts, publication, reverting, and what they must not undo."""

import datetime

import pytest
from django.urls import reverse

from providers.models import Availability, HoursException, Offer, Operations, Provider
from tests.factories import (
    CommuneFactory,
    offer,
)
from tests.providers.listing_forms import covered, edit_url, form, post, post_operations

pytestmark = pytest.mark.django_db


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
