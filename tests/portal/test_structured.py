"""The service and its line, as other software reads them on the home page."""

import datetime

import pytest
from django.utils import timezone

from intake.models import Hotline
from portal.demo.site import load_pages, load_settings
from tests.providers.test_structured import MORNING, things, week

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    load_settings()
    load_pages("1001 services", 80)
    return Hotline.objects.get()


def test_the_home_page_gives_the_line_and_its_hours(client, line):
    node = things(client, "/")["Organization"]
    assert node.one("name") == "1001 services en Brenne"
    contact = node.one("contactPoint")
    assert contact.one("telephone") == "+33261911001"
    hours = week(contact("hoursAvailable"))
    assert hours["Thursday"] == [MORNING]
    assert len(hours["Monday"]) == 2
    assert "Sunday" not in hours


def test_only_closures_to_come_are_told(client, line):
    now = timezone.now()
    line.closures.all().delete()
    for days in (-9, 5):
        start = now + datetime.timedelta(days=days)
        line.closures.create(start=start, end=start + datetime.timedelta(days=1))
    line.save()
    rows = things(client, "/")["Organization"].one("contactPoint")("hoursAvailable")
    (closure,) = [row for row in rows if row("validFrom")]
    assert datetime.datetime.fromisoformat(closure.one("validThrough")) > now
    assert not closure("opens")


def test_the_search_can_be_called(client, line):
    action = things(client, "/")["WebSite"].one("potentialAction")
    address = action.one("target").one("urlTemplate").replace("{search_term_string}", "licorne")
    assert "licorne" in client.get(address.removeprefix("http://testserver")).content.decode()


def test_without_a_line_there_is_no_contact(client, line):
    Hotline.objects.all().delete()
    assert not things(client, "/")["Organization"]("contactPoint")
