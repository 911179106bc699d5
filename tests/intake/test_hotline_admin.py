"""Staff edit the line on one settings screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from intake.hotline.line import line_now
from intake.models import Hotline, HotlineClosure
from providers.hours import DAYS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


def url() -> str:
    hotline = Hotline.objects.first() or Hotline.objects.create()
    return reverse("wagtailsettings:edit", args=["intake", "hotline", hotline.pk])


def posted(closures: Sequence[tuple[str, str, str]] = (), **fields: str) -> dict[str, str]:
    data = {f"opening_hours-{day}": "9h-12h 14h-17h" for day in DAYS[:5]}
    data |= {
        "phone": "02 61 91 00 99",
        "opening_hours-Th": "9h-12h",
        "opening_hours-Sa": "",
        "opening_hours-Su": "",
        "opening_hours-PH": "off",
        "opening_hours": "",
        "has_answering_machine": "on",
        "answering_message": "Bonjour.",
        "closures-TOTAL_FORMS": str(len(closures)),
        "closures-INITIAL_FORMS": "0",
    }
    for number, (start, end, reason) in enumerate(closures):
        data |= {
            f"closures-{number}-start": start,
            f"closures-{number}-end": end,
            f"closures-{number}-reason": reason,
        }
    return data | fields


def test_saved_as_typed(staff: Client) -> None:
    response = staff.get(url())
    assert response.status_code == 200
    assert 'name="opening_hours-Mo"' in response.content.decode()
    response = staff.post(url(), posted([("24/12/2026 12:00", "04/01/2027 09:00", "congés")]))
    assert response.status_code == 302, response.context["form"].errors
    hotline = Hotline.objects.get()
    assert hotline.phone == "+33261910099"
    assert hotline.opening_hours == "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"
    closure = hotline.closures.get()
    assert closure.start == datetime.datetime(2026, 12, 24, 12, tzinfo=PARIS)
    line = line_now(datetime.datetime(2026, 12, 28, 10, tzinfo=PARIS))
    assert line.detail.endswith("(congés), laissez un message")
    html = staff.get(url()).content.decode()
    assert 'value="9h-12h 14h-17h"' in html and "fermé" in html


def test_a_wrong_day_and_a_closure_back_to_front_are_told_next_to_the_field(staff: Client) -> None:
    data = posted([("04/01/2027 09:00", "24/12/2026 12:00", "congés")], **{"opening_hours-We": "le matin"})
    response = staff.post(url(), data)
    assert response.status_code == 200
    form = response.context["form"]
    assert form.errors["opening_hours"][0].startswith("Mercredi")
    assert list(form.formsets["closures"].forms[0].errors) == ["end"]
    html = response.content.decode()
    assert 'value="le matin"' in html and 'id="id_opening_hours-We-error"' in html
    assert "La fermeture finit avant de commencer" in html and 'value="congés"' in html
    assert not HotlineClosure.objects.exists()


def test_hours_richer_than_a_week_survive_the_screen(staff: Client) -> None:
    osm = "Jul-Aug Mo-Fr 09:00-12:00; Sep-Jun Mo-Fr 14:00-17:00"
    screen = url()
    Hotline.objects.update(opening_hours=osm)
    html = staff.get(screen).content.decode()
    assert f'value="{osm}"' in html and "opening_hours-Mo" not in html
    data = {key: text for key, text in posted().items() if not key.startswith("opening_hours-")}
    staff.post(screen, data | {"opening_hours": osm, "answering_message": "Autre."})
    hotline = Hotline.objects.get()
    assert (hotline.opening_hours, hotline.answering_message) == (osm, "Autre.")


def test_the_database_refuses_a_closure_back_to_front() -> None:
    hotline, now = Hotline.objects.create(), datetime.datetime(2026, 8, 27, tzinfo=PARIS)
    for end in (now, now - datetime.timedelta(minutes=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            HotlineClosure.objects.create(hotline=hotline, start=now, end=end)


def test_others_may_not_edit_it(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(url()).status_code == 302
