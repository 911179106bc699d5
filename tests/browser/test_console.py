"""The operator's console by keyboard alone, and every key counted."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from intake.models import CallDraft, ServiceRequest
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

NEW = "/admin/calls/"
LISTED = ".console-rows input"


class Keyboard:
    """Presses keys as an operator does, and counts them: Ctrl + Enter are two."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0
        self.tools = page.context.new_cdp_session(page)

    def type(self, text: str) -> None:
        for letter in text:
            if letter == "é":
                # A key of its own on a French keyboard, unknown to Playwright's.
                for event in ("keyDown", "keyUp"):
                    key = {"type": event, "key": letter, "code": "Digit2"}
                    self.tools.send(
                        "Input.dispatchKeyEvent", key | ({"text": letter} if event == "keyDown" else {})
                    )
            else:
                self.page.keyboard.press(letter)
        self.count += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += len(key.split("+"))

    def listed(self) -> None:
        """Read the list: the keyboard is in it once it has come."""
        expect(self.page.locator(f"{LISTED}:focus")).to_be_visible()

    def save(self, *keys: str) -> None:
        with self.page.expect_navigation():
            self.press(*keys)
        expect(self.page.locator(".messages .success")).to_be_visible()


@pytest.fixture
def place():
    CommuneFactory(name="Le Blanc")
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def services(place):
    cleaning, gardening = ServiceFactory(name="Ménage"), ServiceFactory(name="Jardinage")
    for number in range(4):
        ProviderFactory(
            name=f"Les Roseaux {number}",
            base_commune=place,
            communes=[place],
            offers=[cleaning, gardening],
        )
    return cleaning, gardening


@pytest.fixture
def console(visit, services):
    """``console(**options)``: the console, open for an operator."""
    client = Client()
    client.force_login(UserFactory(groups=["Opérateurs"]))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_console(path: str = NEW, **options):
        visited = visit("/robots.txt", **options)
        visited.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visited.address}]
        )
        return visited.goto(path)

    return open_console


def quiet(visited) -> None:
    assert visited.violations == []
    assert visited.third_parties == []
    assert visited.failures == []
    assert visited.errors == []


def test_a_known_service_and_commune_in_few_keys(console, place, services):
    visited = console()
    keys = Keyboard(visited.page)
    keys.type("méz")
    keys.press("Tab")
    keys.type("mén")
    keys.press("Enter")
    keys.listed()
    keys.save("Control+Enter")
    assert keys.count == 10
    need = ServiceRequest.objects.get().needs.get()
    assert (need.commune, need.service, need.referrals.given().count()) == (place, services[0], 3)
    quiet(visited)


def test_with_the_callers_number_in_twenty_keys(console):
    visited = console()
    keys = Keyboard(visited.page)
    keys.type("méz")
    keys.press("Tab")
    keys.type("mén")
    keys.press("Enter")
    keys.listed()
    keys.press("Enter")
    keys.type("0261910077")
    keys.save("Enter")
    assert keys.count == 20
    request = ServiceRequest.objects.get()
    assert str(request.requester.phone) == "+33261910077"
    assert request.needs.get().referrals.given().count() == 3


def test_two_needs_in_one_page_by_keyboard_only(console, place, services):
    visited = console()
    page, keys = visited.page, Keyboard(visited.page)
    keys.type("méz")
    keys.press("Tab")
    keys.type("mén")
    keys.press("Enter")
    keys.listed()
    # The second is left out, the fourth is given.
    keys.press("2", "4", "Alt+n")
    expect(page.locator("#id_n1-service_text")).to_be_focused()
    # The commune is the same: only the service is typed.
    keys.type("jard")
    keys.press("Enter")
    expect(page.locator("#found-1 input[type=checkbox]:focus")).to_be_visible()
    keys.press("ArrowDown", " ")
    keys.save("Control+Enter")
    assert keys.count <= 24
    first, second = ServiceRequest.objects.get().needs.all()
    assert [first.service, second.service] == list(services)
    assert [first.commune, second.commune] == [place, place]
    assert [row.rank for row in first.referrals.all()] == [1, 3, 4]
    assert [row.rank for row in second.referrals.all()] == [1, 3]
    quiet(visited)


def test_nobody_comes_and_why_is_already_there(console):
    CommuneFactory(name="Azay-le-Ferron")
    visited = console()
    keys = Keyboard(visited.page)
    keys.type("azay")
    keys.press("Tab")
    keys.type("mén")
    expect(visited.page.locator(".console-nobody")).to_be_visible()
    keys.save("Control+Enter")
    assert ServiceRequest.objects.get().needs.get().unmet_cases.get().reason == "outside_coverage"
    assert keys.count <= 20


def test_a_closed_tab_loses_nothing(console):
    visited = console()
    keys = Keyboard(visited.page)
    keys.type("méz")
    keys.press("Tab")
    keys.type("mén")
    expect(visited.page.locator(".console-draft p:not([hidden])")).to_be_visible()
    visited.page.close()
    draft = CallDraft.objects.get()
    again = console()
    again.page.locator(f"a[href='{NEW}?draft={draft.key}']").click()
    expect(again.page.locator("#id_n0-service_text")).to_have_value("mén")
    expect(again.page.locator(LISTED)).to_have_count(4)


def test_a_lost_connection_is_told_and_mended(console):
    visited = console()
    page, keys = visited.page, Keyboard(visited.page)
    visited.context.set_offline(True)
    keys.type("méz")
    expect(page.locator(".console-offline")).to_be_visible()
    keys.press("Control+Enter")
    expect(page.locator("#id_n0-commune_text")).to_have_value("méz")
    visited.context.set_offline(False)
    expect(page.locator(".console-offline")).to_be_hidden()
    assert CallDraft.objects.get().answers["fields"]["n0-commune_text"] == ["méz"]


def test_without_scripts(console):
    visited = console(javascript=False)
    page = visited.page
    page.fill("#id_n0-commune_text", "méz")
    page.fill("#id_n0-service_text", "mén")
    page.keyboard.press("Enter")
    page.locator(LISTED).first.check()
    page.locator("button[value=save]").click()
    assert ServiceRequest.objects.get().needs.get().referrals.given().count() == 1


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_fit_and_accessible(console, width, dark):
    visited = console(width=width, dark=dark)
    page, keys = visited.page, Keyboard(visited.page)
    keys.type("méz")
    keys.press("Tab")
    keys.type("mén")
    keys.press("Enter")
    keys.listed()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, context="#console", options=rules).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert visited.overflow <= 0
