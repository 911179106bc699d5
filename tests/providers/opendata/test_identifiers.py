"""Identifiers for other software outlive whatever is done to a listing."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.exceptions import ValidationError

from providers.identifiers import own, turned
from providers.inclusion_codes import theme_labels, themes_of, validate_themes
from providers.models import Offer, Provider, Service, ServiceCategory
from providers.nomenclature import load_nomenclature
from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db


def identifiers(fetch):
    rows = json.loads(fetch("/opendata/hsds/services?minimal=true"))["contents"]
    return sorted(row["id"] for row in rows)


def test_publishing_an_old_version_changes_none(directory, fetch):
    listing = directory.reeds
    first = listing.save_revision()
    first.publish()
    before, keys = identifiers(fetch), set(Offer.objects.values_list("pk", flat=True))
    listing = Provider.objects.get(pk=listing.pk)
    listing.name = "Les Roseaux de Brenne"
    listing.save_revision().publish()
    # A version from before these identifiers were kept, under keys that are gone.
    first.content = {key: value for key, value in first.content.items() if key != "uuid"}
    for row in first.content["offers"]:
        row["pk"] = None
    first.save()
    first.publish()
    assert Provider.objects.get(pk=listing.pk).uuid == directory.reeds.uuid
    assert set(Offer.objects.values_list("pk", flat=True)) != keys  # or the test would show nothing
    assert identifiers(fetch) == before


def test_a_version_of_somebody_else_cannot_bring_another_identity(directory):
    revision = directory.reeds.save_revision()
    revision.content["uuid"] = str(uuid.uuid4())
    revision.save()
    revision.publish()
    assert Provider.objects.get(pk=directory.reeds.pk).uuid == directory.reeds.uuid


def test_renamed_services_and_modes_keep_theirs(directory, fetch):
    before = identifiers(fetch)
    directory.cleaning.name, directory.cleaning.slug = "Entretien", "entretien"
    directory.cleaning.save()
    Offer.objects.filter(mode=Offer.Mode.AGENT).update(mode=Offer.Mode.OTHER)
    assert identifiers(fetch) == before


def test_turned_twice_is_as_before_and_still_a_random_uuid():
    one, other = uuid.uuid4(), uuid.uuid4()
    pair = turned(one, other)
    assert turned(pair, other) == one
    assert pair not in (one, other) and pair != turned(other, one)
    assert (pair.version, pair.variant) == (4, uuid.RFC_4122)


def test_the_shipped_nomenclature_has_the_same_identifiers_everywhere():
    load_nomenclature()
    assert Service.objects.get(slug="portage-repas").uuid == own("service", "portage-repas")
    assert ServiceCategory.objects.get(slug="maison").uuid == own("family", "maison")
    # Literally: a change of this constant would make another identity of every service.
    assert str(own("service", "portage-repas")) == "bd1976ec-5108-5fb3-88e7-a796880d8386"


def test_the_shipped_nomenclature_knows_its_themes():
    load_nomenclature()
    mapped = Service.objects.exclude(inclusion_themes="")
    assert mapped.count() == 22
    for service in mapped:
        assert set(themes_of(service.inclusion_themes)) <= set(theme_labels())
        service.full_clean()


def test_a_code_that_is_no_theme_is_named():
    with pytest.raises(ValidationError, match="jardinage"):
        validate_themes("famille--garde-denfants\njardinage\n")


def test_bulk_creation_gives_each_its_own(directory):
    made = Provider.objects.bulk_create(
        ProviderFactory.build(base_commune=directory.blanc, slug=f"s-{n}") for n in range(3)
    )
    assert len({row.uuid for row in made}) == 3
