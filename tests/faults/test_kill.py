"""Two hundred requests sent at once while the server is killed, twice: what was acknowledged is in the log, once.

A server of its own (gunicorn, two workers) on a database of its own. Clients
speak plain HTTP and do what a person does: when no answer comes, they send the
same page again.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.intake.form_pages import ADDRESS, _Fields

ROOT = Path(__file__).parents[2]
SUBMISSIONS, CLIENTS, KILLS = 200, 20, 2
PATIENCE = 240  # seconds for everything, far more than needed
QUERY = "?service=menage&commune=mezieres-en-brenne"

PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.form_pages import publish_form
place, cleaning = CommuneFactory(name="Mézières-en-Brenne"), ServiceFactory(name="Ménage")
for _number in range(3):
    ProviderFactory(base_commune=place, communes=[place], offers=[cleaning])
publish_form()
"""
READ = """
import json
import django
django.setup()
from intake.models import ServiceRequest
from intake.requests.private_link import path_for
print(json.dumps([
    {"name": row.requester.name, "reference": row.reference, "path": path_for(row),
     "needs": row.needs.count(), "given": row.needs.get().referrals.given().count(),
     "follow_ups": row.needs.get().follow_ups.count()}
    for row in ServiceRequest.objects.select_related("requester")
]))
"""


def postgres_address() -> str:
    told = os.environ.get("DATABASE_URL", "")
    return told if told.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"


@contextlib.contextmanager
def postgres_database() -> Iterator[str]:
    """The address of an empty database, dropped afterwards; skips where no server answers."""
    address = postgres_address()
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL does not answer")
        pytest.skip("PostgreSQL does not answer")
    name = f"kill_{os.getpid()}"
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urllib.parse.urlunsplit(urllib.parse.urlsplit(address)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Server:
    """gunicorn in a session of its own, so that all of it can be killed at once."""

    def __init__(self, folder: Path, database: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": "only for this test",
            "DATABASE_URL": database,
            "VAR_DIR": str(folder),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEBUG": "false",
            # Static files are served where they lie: nothing to collect.
            "DEMO": "true",
            "HTTPS": "false",
            "CACHE_URL": "",
            "EMAIL_URL": "memorymail:",
            "LOG_LEVEL": "CRITICAL",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, script: str) -> str:
        """What *script* prints, run with the server's settings."""
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=150,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--log-level", "critical", "--backlog", "64", "--no-control-socket"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL to the master and its workers: nothing is finished, nothing is said."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
            self.process = None

    def ask(self, method: str, path: str, fields: dict[str, list[str]] | None = None) -> tuple[int, str, str]:
        """Status, Location and body of one answer; raises OSError or HTTPException when none comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Origin": self.env["SITE_URL"], "Content-Type": "application/x-www-form-urlencoded"}
            body = urllib.parse.urlencode(fields, doseq=True) if fields else None
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with contextlib.ExitStack() as stack:
        database = ""
        if request.param == "postgresql":
            database = stack.enter_context(postgres_database())
        server = Server(tmp_path, database or f"sqlite:///{tmp_path / 'portal.sqlite3'}")
        server.run(PREPARE)
        server.start()
        stack.callback(server.kill)
        yield server


@dataclass
class Sent:
    """One request as its sender knows it: a name of its own, the last page it sent, where it was led."""

    name: str
    fields: dict[str, list[str]]
    path: str
    tries: int


class Crowd:
    """Clients that send their requests, and count what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.deadline = time.monotonic() + PATIENCE
        self.acknowledged = 0
        self.moved = threading.Condition()

    def insist(
        self, method: str, path: str, fields: dict[str, list[str]] | None = None
    ) -> tuple[int, str, str, int]:
        """The first true answer to the same question asked again and again, and how often it was asked."""
        tries = 0
        while time.monotonic() < self.deadline:
            tries += 1
            try:
                status, location, body = self.server.ask(method, path, fields)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if status < 500:
                return status, location, body, tries
            time.sleep(0.1)
        raise TimeoutError(path)

    def send_one(self, name: str) -> Sent:
        """From the first page of the form to its acknowledgement."""
        _status, _location, body, _tries = self.insist("GET", ADDRESS + QUERY)
        for _page in range(6):
            form = _Fields(ADDRESS)
            form.feed(body)
            answers = {"reach": "phone", "phone": "02 61 91 00 77", "name": name, "consent": "on"}
            form.values |= {asked: [value] for asked, value in answers.items() if asked in form.names}
            # Enter presses the first button; the last page has one to send.
            button = ("go", "send") if ("go", "send") in form.buttons else form.buttons[0]
            fields = form.values | {button[0]: [button[1]]}
            status, location, body, tries = self.insist("POST", ADDRESS, fields)
            if status == 303:
                with self.moved:
                    self.acknowledged += 1
                    self.moved.notify_all()
                return Sent(name, fields, location.partition("?")[0], tries)
            assert status == 200, (status, body[:2000])
        raise AssertionError(f"The form does not end: {body[:2000]}")

    def wait_for(self, number: int) -> None:
        with self.moved:
            assert self.moved.wait_for(lambda: self.acknowledged >= number, PATIENCE)


def test_what_is_acknowledged_is_in_the_log_once(server: Server) -> None:
    crowd = Crowd(server)
    with ThreadPoolExecutor(CLIENTS) as clients:
        waiting = [clients.submit(crowd.send_one, f"Client {number:03d}") for number in range(SUBMISSIONS)]
        for kill in range(1, KILLS + 1):
            crowd.wait_for(SUBMISSIONS * kill // (KILLS + 2))
            server.kill()
            server.start()
        sent = [future.result() for future in waiting]

    log = json.loads(server.run(READ))
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in log:
        by_name.setdefault(row["name"], []).append(row)
    assert sorted(by_name) == sorted(one.name for one in sent)
    assert all(len(rows) == 1 for rows in by_name.values())
    assert all((row["needs"], row["given"], row["follow_ups"]) == (1, 3, 1) for row in log)
    assert len({row["reference"] for row in log}) == SUBMISSIONS
    for one in sent:
        assert by_name[one.name][0]["path"] == one.path

    # Those who had to insist, and some others: the same page sent once more leads to the same reference.
    insisted = [one for one in sent if one.tries > 1]
    for one in [*insisted[:10], *sent[:5]]:
        status, location, _body, _tries = crowd.insist("POST", ADDRESS, one.fields)
        assert (status, location.partition("?")[0]) == (303, one.path)
        _status, _location, page, _tries = crowd.insist("GET", one.path)
        shown = re.sub(r"\D", "", re.search(r"\d\d(?:\s|&nbsp;)\d\d(?:\s|&nbsp;)\d\d(?!\d)", page)[0])  # type: ignore[index]
        assert shown == by_name[one.name][0]["reference"]
    assert json.loads(server.run(READ)) == log


def test_the_server_is_really_killed(tmp_path: Path) -> None:
    """So that the test above can fail: nothing answers after the kill."""
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'portal.sqlite3'}")
    server.start()
    try:
        for _attempt in range(600):
            with contextlib.suppress(OSError):
                # Without tables: an answer all the same.
                server.ask("GET", ADDRESS)
                break
            time.sleep(0.1)
        else:
            pytest.fail("The server does not start.")
    finally:
        server.kill()
    with pytest.raises(OSError):
        server.ask("GET", ADDRESS)
