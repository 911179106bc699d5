"""A real Chromium on a live server: ``visit("/annuaire/", javascript=False, width=320)``.

The browser is Debian's (``apt install chromium``), or the one named by
CHROMIUM. Without one these tests are skipped, except under CI=true, where they
fail: a check nobody notices missing is no check.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from whitenoise.compress import Compressor

ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # small in containers
    "--disable-sync",
    "--no-first-run",
    # A page that asks a third party for anything fails, on any machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
TIMEOUT = 15_000  # milliseconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The server has its own thread, hence committed rows; what migrations
            # wrote (the root page, the roles) is put back for each test.
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The site as in production: static files through WhiteNoise, ours compressed."""
    static = Path(django_settings.STATIC_ROOT)
    call_command("collectstatic", interactive=False, verbosity=0)
    compressor = Compressor(quiet=True)
    for source in django_settings.STATICFILES_DIRS:
        for path in Path(source).rglob("*"):
            copy = static / path.relative_to(source)
            if path.is_file() and compressor.should_compress(path.name):
                list(compressor.compress(str(copy)))
    server = LiveServer("localhost", start=False)
    # Otherwise Django's own handler would answer for static files.
    server.thread.static_handler = lambda application: application
    with override_settings(WHITENOISE_USE_FINDERS=False):
        server.start()
    yield server
    server.stop()


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    found = (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )
    if found and Path(found).exists():
        return found
    reason = (
        f"no Chromium: {named} does not exist"
        if named
        else "no Chromium: apt install chromium, or set CHROMIUM"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = _chromium()
    # Playwright's synchronous API keeps an event loop open in this thread from
    # here to its end, which Django takes for asynchronous code; there is none.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    own = connections[DEFAULT_DB_ALIAS]
    with sync_playwright() as playwright:
        # Beside a loop Django would open another connection, which knows
        # nothing of the database prepared for the tests.
        connections[DEFAULT_DB_ALIAS] = own
        # Chromium's sandbox does not start for root.
        chromium = playwright.chromium.launch(
            executable_path=executable, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
        )
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Visit:
    """One visitor with an empty browser: a page, and all that went on around it.

    ``violations``: what the Content-Security-Policy refused; ``errors``: the
    console's errors and scripts that failed; ``requests``: address, status (0 without
    an answer), bytes received, headers included, and whether it failed.
    """

    def __init__(self, context: BrowserContext, address: str, text_size: int, javascript: bool) -> None:
        self.context = context
        self.javascript = javascript
        self.address = address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(TIMEOUT)
        self.violations: list[str] = []
        self.errors: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._listen(text_size)

    def _listen(self, text_size: int) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        tools = self.context.new_cdp_session(self.page)
        tools.on("Network.requestWillBeSent", self._on_request)
        tools.on("Network.responseReceived", self._on_response)
        tools.on("Network.loadingFinished", self._on_end)
        tools.on("Network.loadingFailed", self._on_failure)
        # Heard with JavaScript off too, unlike the event of the same name.
        tools.on("Audits.issueAdded", self._on_issue)
        for domain in ("Network", "Audits"):
            tools.send(f"{domain}.enable")
        if text_size != 100:
            sizes = {"standard": 16 * text_size // 100, "fixed": 13 * text_size // 100}
            tools.send("Page.setFontSizes", {"fontSizes": sizes})

    def _on_console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _on_request(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("data:"):
            return
        if (before := self._by_id.get(event["requestId"])) and "redirectResponse" in event:
            before["status"] = event["redirectResponse"]["status"]
            before["bytes"] = int(event["redirectResponse"]["encodedDataLength"])
        record = {"url": event["request"]["url"], "status": 0, "bytes": 0, "failed": False}
        self._by_id[event["requestId"]] = record
        self.requests.append(record)

    def _on_response(self, event: dict[str, Any]) -> None:
        if record := self._by_id.get(event["requestId"]):
            record["status"] = event["response"]["status"]
            record["failed"] = record["status"] >= 400

    def _on_failure(self, event: dict[str, Any]) -> None:
        # An icon still on its way when the visitor moves on is given up, which is no failure.
        if record := self._by_id.get(event["requestId"]):
            record["failed"] = record["failed"] or not event.get("canceled")

    def _on_end(self, event: dict[str, Any]) -> None:
        if record := self._by_id.get(event["requestId"]):
            record["bytes"] = int(event["encodedDataLength"])

    def _on_issue(self, event: dict[str, Any]) -> None:
        details = event["issue"]["details"].get("contentSecurityPolicyIssueDetails")
        if details:
            blocked = details.get("blockedURL") or details["contentSecurityPolicyViolationType"]
            self.violations.append(f"{details['violatedDirective']}: {blocked}")

    def goto(self, path: str) -> Visit:
        """Open *path* of the site and wait until nothing is being fetched."""
        self.page.goto(self.address + path, wait_until="networkidle")
        return self

    @property
    def cookies(self) -> list[dict[str, Any]]:
        return [dict(cookie) for cookie in self.context.cookies()]

    @property
    def transferred(self) -> int:
        """Bytes received since the visit began."""
        return sum(record["bytes"] for record in self.requests)

    @property
    def failures(self) -> list[str]:
        """Addresses refused or without answer; not those the visitor left behind by moving on."""
        return [record["url"] for record in self.requests if record["failed"]]

    @property
    def third_parties(self) -> list[str]:
        """Addresses asked for outside the site."""
        ours = urlsplit(self.address).netloc
        return [record["url"] for record in self.requests if urlsplit(record["url"]).netloc != ours]

    @property
    def overflow(self) -> int:
        """CSS pixels by which the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def expect_clean(self) -> None:
        """Fail on a refused resource, an error, a failed request, a cookie or a third party."""
        seen = {
            "refused by the Content-Security-Policy": self.violations,
            "errors": self.errors,
            "failed requests": self.failures,
            "cookies": self.cookies,
            "third parties": self.third_parties,
        }
        assert not any(seen.values()), {what: found for what, found in seen.items() if found}


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Visit]]:
    """``visit(path, javascript=True, dark=False, width=1280, height=900, text_size=100)`` → Visit.

    *text_size* is the reader's own, in per cent. Each call is another visitor.
    """
    contexts: list[BrowserContext] = []

    def open_page(
        path: str = "/",
        *,
        javascript: bool = True,
        dark: bool = False,
        width: int = 1280,
        height: int = 900,
        text_size: int = 100,
        **options: Any,
    ) -> Visit:
        context = browser.new_context(
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            **options,
        )
        contexts.append(context)
        return Visit(context, live_server.url, text_size, javascript).goto(path)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Visit], None]:
    """``axe(visit)`` fails when axe-core finds anything on the page, saying what and where."""

    def run(visited: Visit) -> None:
        # axe waits for promises, which never come where scripts are off.
        assert visited.javascript, "axe needs a visit with JavaScript on"
        violations = Axe().run(visited.page).response["violations"]
        told = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(
                f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in violation["nodes"]
            )
            for violation in violations
        ]
        assert not told, f"{visited.page.url}\n" + "\n".join(told)

    return run
