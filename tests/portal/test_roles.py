"""Every role has, from the first migration, the permissions of the table."""

import pytest
from django.contrib.auth.models import Group

from portal.roles import COLLECTION_PERMISSIONS, MODEL_PERMISSIONS, PAGE_PERMISSIONS, role_name
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", MODEL_PERMISSIONS)
def test_a_role_may_do_what_the_table_says_and_no_more(role):
    user = UserFactory(groups=[role_name(role)])
    of_models = {
        name for name in user.get_all_permissions() if not name.startswith(("wagtailimages", "wagtaildocs"))
    }
    assert of_models == set(MODEL_PERMISSIONS[role])


@pytest.mark.parametrize("role", PAGE_PERMISSIONS)
def test_page_and_collection_permissions(role):
    group = Group.objects.get(name=role_name(role))
    pages = set(group.page_permissions.values_list("permission__codename", flat=True))
    assert pages == set(PAGE_PERMISSIONS[role])
    collections = group.collection_permissions.values_list(
        "permission__content_type__app_label", "permission__codename"
    )
    assert {".".join(pair) for pair in collections} == set(COLLECTION_PERMISSIONS[role])
