"""The request log in a real browser: no script fails, nothing overflows, an action goes through."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import FollowUp, ServiceRequest, UnmetCase
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, request_for


@pytest.fixture
def log():
    place, cleaning = CommuneFactory(name="Le Blanc"), ServiceFactory(name="Ménage")
    ProviderFactory(base_commune=place, communes=[place], offers=[cleaning])
    elsewhere = CommuneFactory(name="Azay-le-Ferron")
    request = request_for((cleaning, place), (cleaning, elsewhere), phone=PHONE, name="Odile")
    FollowUp.objects.update(due_on=timezone.localdate())
    return request


@pytest.fixture
def open_page(visit, log):
    client = Client()
    client.force_login(UserFactory(admin=True))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def go(path: str, **how):
        visited = visit("/robots.txt", **how)
        visited.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visited.address}]
        )
        return visited.goto(path)

    return go


def quiet(visited) -> None:
    assert visited.violations == []
    assert visited.failures == []
    assert [error for error in visited.errors if "Failed to load resource" not in error] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_screen_is_quiet_and_forms_fit(open_page, log, width):
    screens = [
        reverse("intake_requests:index"),
        reverse("intake_requests:edit", args=[log.pk]),
        reverse("intake_unmet:index"),
        reverse("intake_unmet:edit", args=[UnmetCase.objects.get().pk]),
        reverse("intake_followups:index"),
        reverse("intake_searches:index"),
    ]
    for path in screens:
        visited = open_page(path, width=width)
        visited.page.wait_for_load_state("networkidle")
        quiet(visited)
        for field in visited.page.locator(".request select:visible, .request-find input:visible").all():
            box = field.bounding_box()
            assert box and box["x"] + box["width"] <= width, path


def test_found_again_and_withdrawn(open_page, log):
    visited = open_page(reverse("intake_requests:index"))
    page = visited.page
    page.get_by_label("Référence, numéro de téléphone ou mots").fill("odile")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('intake_requests:edit', args=[log.pk])}")
    page.locator(f"#act-withdraw-{log.pk} summary").click()
    page.locator(f"#act-withdraw-{log.pk} button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    quiet(visited)
    assert ServiceRequest.objects.get().status == "closed"
