"""Lists exported from the admin hold no formula."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.contrib.redirects.models import Redirect

from portal.roles import STAFF, role_name
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    Redirect.objects.create(old_path="/ancien", redirect_link="=HYPERLINK(A1)")
    return client


def exported(client, file_format):
    response = client.get(reverse("wagtailredirects:index"), {"export": file_format})
    return b"".join(response.streaming_content)


def test_a_csv_of_wagtail_is_defused(staff):
    rows = list(csv.reader(io.StringIO(exported(staff, "csv").decode())))
    assert any("'=HYPERLINK(A1)" in row for row in rows)
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_workbook_of_wagtail_is_defused(staff):
    sheet = load_workbook(io.BytesIO(exported(staff, "xlsx"))).worksheets[0]
    assert "'=HYPERLINK(A1)" in [cell.value for row in sheet for cell in row]
