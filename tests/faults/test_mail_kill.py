"""The worker is killed, without warning, while it delivers: every e-mail arrives all the same."""

from __future__ import annotations

import asyncio
import datetime
import email
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection
from django.utils import timezone

from intake.models import OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGES = 200
SECONDS = 60
# Which message, counted from the first that arrives, costs the worker its life,
# and whether the server has already taken it by then.
KILLS = {50: True, 120: False}


class Postman:
    """Takes e-mails, and kills who brings them when told to."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.in_flight: set[str] = set()
        self.arrived = 0
        self.port = 0
        self.worker: subprocess.Popen[bytes] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message_id = email.message_from_bytes(envelope.content)["Message-ID"]
        self.arrived += 1
        taken = KILLS.get(self.arrived)
        if taken is not None and self.worker is not None:
            self.in_flight.add(message_id)
            if taken:
                self.received.append(message_id)
            os.kill(self.worker.pid, signal.SIGKILL)
            await asyncio.sleep(0.2)
            return "451 too late"
        self.received.append(message_id)
        await asyncio.sleep(0.005)
        return "250 OK"


@pytest.fixture
def postman():
    taker = Postman()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        taker.port = probe.getsockname()[1]
    controller = Controller(taker, hostname="127.0.0.1", port=taker.port)
    controller.start()
    yield taker
    controller.stop()


@pytest.fixture
def base(tmp_path):
    """Address of a base that other processes reach, with the messages; and a way to run SQL on it."""
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind="test",
            to=f"habitant-{number}@exemple.fr",
            subject="Bonjour",
            text="Bonjour",
            message_id=f"<{number}@essai>",
            send_after=timezone.now(),
        )
        for number in range(MESSAGES)
    )
    if connection.vendor == "sqlite":
        file = tmp_path / "portal.sqlite3"
        with closing(sqlite3.connect(file)) as copy:
            connection.connection.backup(copy)

        def run(sql: str, *values: Any) -> list[Any]:
            with closing(sqlite3.connect(file, timeout=20)) as link, link:
                return link.execute(sql.replace("%s", "?"), values).fetchall()

        return f"sqlite:///{file}", run

    def run_here(sql: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    place = connection.settings_dict
    password = f":{quote(place['PASSWORD'])}" if place["PASSWORD"] else ""
    host = f"{place['HOST'] or '127.0.0.1'}:{place['PORT'] or 5432}"
    return f"postgres://{quote(place['USER'])}{password}@{host}/{place['NAME']}", run_here


@pytest.fixture
def start(base, postman, tmp_path):
    """Starts one worker in a process of its own; all are stopped in the end."""
    workers: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": base[0],
        "VAR_DIR": str(tmp_path / "var"),
        "EMAIL_URL": f"smtp://127.0.0.1:{postman.port}",
        "LOG_LEVEL": "CRITICAL",
    }

    def run() -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_duties", "--loop", "--pause", "0.1"],
            cwd=Path(settings.BASE_DIR),
            env=environment,
        )
        workers.append(worker)
        return worker

    yield run
    for worker in workers:
        worker.kill()
        worker.wait()


def test_killed_twice_it_delivers_everything(base, postman, start):
    _url, run = base
    for _kill in KILLS:
        postman.worker = start()
        assert postman.worker.wait(timeout=SECONDS) == -signal.SIGKILL
        # What it held is nobody's until ten minutes have gone by: let them go by.
        assert run("SELECT count(*) FROM intake_outboxmessage WHERE state = 'sending'") == [(1,)]
        past = timezone.now() - datetime.timedelta(minutes=11)
        moment = past.replace(tzinfo=None).isoformat(" ") if connection.vendor == "sqlite" else past
        run("UPDATE intake_outboxmessage SET claimed_at = %s WHERE state = 'sending'", moment)
    # Two at once to finish: they never take the same one.
    postman.worker = None
    first, second = start(), start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and len(set(postman.received)) < MESSAGES:
        assert (first.poll(), second.poll()) == (None, None)
        time.sleep(0.1)
    # A pass that has begun is finished, and written down.
    for worker in (first, second):
        worker.terminate()
    assert [worker.wait(timeout=20) for worker in (first, second)] == [0, 0]

    assert set(postman.received) == {f"<{number}@essai>" for number in range(MESSAGES)}
    assert run("SELECT DISTINCT state FROM intake_outboxmessage WHERE kind = 'test'") == [("sent",)]
    # Only what was in flight when the worker died may have come twice, under the same Message-ID.
    twice = {name for name, count in Counter(postman.received).items() if count > 1}
    assert twice <= postman.in_flight
    assert max(Counter(postman.received).values()) <= 2
