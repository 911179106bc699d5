"""The observatory's file is listed among the open data."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_page_of_open_data_leads_to_what_was_asked(client):
    page = client.get(reverse("opendata:index"))
    assert f'href="{reverse("intake:observatory_data")}"' in page.content.decode()
