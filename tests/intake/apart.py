"""Running a piece of Python in a process of its own, on a real base: threads, lost connections."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
START = """
import json, sys, threading
import django
django.setup()
from django.db import connection, connections
from django.test import Client
given = json.load(sys.stdin)
"""


def base_for_others(directory: Path) -> str:
    """DATABASE_URL of what the test has committed, for another process (a copy of it on SQLite)."""
    if connection.vendor == "sqlite":
        copy = directory / "copy.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(copy) as target:
            connection.connection.backup(target)
        return f"sqlite:///{copy}"
    known = connection.settings_dict
    host, port = known["HOST"] or "127.0.0.1", known["PORT"] or 5432
    password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{password}@{host}:{port}/{known['NAME']}"


def run_apart(code: str, database_url: str, **given: Any) -> Any:
    """What *code* prints as JSON; it finds its values in ``given``."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", START + textwrap.dedent(code)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=env,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
