"""Queries, CPU and weight of each public page beside a bare Wagtail home page, and the page
cache beside a bare Django view in the same server. Run by ``make bench``.

CPU time is the process's own, so that a busy machine changes it little; each
figure is the median of rounds in which both sides take turns.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7
REQUESTS = 60
PAGES = {
    "home": "/",
    "results": "/annuaire/services/menage-repassage/mezieres-en-brenne/",
    "directory": "/annuaire/",
    "commune": "/annuaire/communes/mezieres-en-brenne/",
    "service": "/annuaire/services/menage-repassage/",
    "structure": "/annuaire/structures/au-fil-des-etangs/",
    "nobody comes": "/annuaire/services/interprete-langue-des-signes/tilly/",
    "text": "/comprendre-le-service/",
    "site map": "/plan-du-site/",
}

# Runs in a process of its own: prints, for each path, queries and CPU per request.
PROBE = """
import json, sys, time, os
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
handler, factory = WSGIHandler(), RequestFactory(SERVER_NAME="127.0.0.1")
def once(path):
    response = handler(factory.get(path, HTTP_HOST="127.0.0.1:8000").environ, lambda *a, **k: None)
    body = b"".join(response)
    response.close()
    return response.status_code, body
for line in sys.stdin:
    job = json.loads(line)
    with CaptureQueriesContext(connection) as log:
        status, body = once(job["path"])
    cold = len(log)
    assert status == 200, (job["path"], status)
    with CaptureQueriesContext(connection) as log:
        once(job["path"])
    warm = len(log)
    start = time.process_time()
    for _ in range(job["requests"]):
        once(job["path"])
    cpu = (time.process_time() - start) / job["requests"]
    print(json.dumps({"cold": cold, "warm": warm, "ms": cpu * 1000, "bytes": len(body)}), flush=True)
"""

BARE_VIEW = """
import os, sys
from django.conf import settings
settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("Hello"))]
application = get_wsgi_application()
"""


def portal_env(folder: Path, **extra: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "bench-only",
        "DEMO": "true",
        "DEBUG": "false",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
        **extra,
    }


def prepare_portal(folder: Path) -> None:
    env = portal_env(folder)
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
    )


def prepare_bare(folder: Path) -> dict[str, str]:
    """A site as ``wagtail start`` makes it, without debugging; returns its environment."""
    wagtail = Path(sys.executable).with_name("wagtail")
    subprocess.run([wagtail, "start", "bare", str(folder)], check=True, capture_output=True)
    settings = folder / "bare" / "settings" / "bench.py"
    settings.write_text(
        textwrap.dedent(
            """
            from .base import *
            DEBUG = False
            SECRET_KEY = "bench"
            ALLOWED_HOSTS = ["*"]
            STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
            DATABASES["default"]["CONN_MAX_AGE"] = 600
            """
        )
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "bare.settings.bench", "PYTHONPATH": str(folder)}
    env.pop("DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=folder, env=env, check=True, capture_output=True
    )
    return env


class Probe:
    """A process that answers questions about one site."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROBE],
            cwd=folder,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, path: str) -> dict[str, float]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"path": path, "requests": REQUESTS}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The site stopped while answering {path}.")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=10)


def bench_pages(portal: Probe, bare: Probe) -> None:
    print(f"\nPublic pages, page cache off, median of {ROUNDS} × {REQUESTS} requests")
    print(f"{'page':<16}{'queries':>8}{'first':>7}{'CPU ms':>9}{'÷ bare home':>13}{'kB':>7}")
    first = {name: portal.ask(path)["cold"] for name, path in PAGES.items()}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in PAGES}
    ratios: dict[str, list[float]] = {name: [] for name in PAGES}
    reference = []
    for _ in range(ROUNDS):
        bare_run = bare.ask("/")
        reference.append(bare_run)
        for name, path in PAGES.items():
            run = portal.ask(path)
            runs[name].append(run)
            ratios[name].append(run["ms"] / bare_run["ms"])
    base = statistics.median(run["ms"] for run in reference)
    print(
        f"{'(bare Wagtail)':<16}{reference[0]['warm']:>8}{'':>7}{base:>9.2f}{1:>13.2f}{reference[0]['bytes'] / 1000:>7.1f}"
    )
    for name in PAGES:
        cpu = statistics.median(run["ms"] for run in runs[name])
        print(
            f"{name:<16}{runs[name][-1]['warm']:>8}{first[name]:>7}{cpu:>9.2f}"
            f"{statistics.median(ratios[name]):>13.2f}{runs[name][-1]['bytes'] / 1000:>7.1f}"
        )
    print("queries: once what all pages share is remembered; first: in a process that has just started")


@contextmanager
def server(module: str, folder: Path, env: dict[str, str]) -> Iterator[int]:
    """gunicorn with one worker on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        module,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(command, cwd=folder, env=env)
    try:
        for _ in range(200):
            try:
                fetch(port)
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def fetch(port: int) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def rate(port: int, requests: int = 400) -> float:
    """Requests a second, one after the other."""
    start = time.perf_counter()
    for _ in range(requests):
        status, _body = fetch(port)
        assert status == 200, status
    return requests / (time.perf_counter() - start)


def bench_cache(portal: Path, folder: Path) -> None:
    (folder / "bare_view.py").write_text(BARE_VIEW)
    bare_env = os.environ | {"PYTHONPATH": str(folder)}
    with (
        server("bare_view:application", folder, bare_env) as bare_port,
        server("portal.wsgi", ROOT, portal_env(portal)) as portal_port,
    ):
        body = fetch(portal_port)[1]
        rounds = [(rate(portal_port), rate(bare_port)) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"\nPage cache, one gunicorn worker, median of {ROUNDS} × 400 requests in turns")
    print(f"cached home page  {ours:7.0f} requests/s  ({len(body) / 1000:.1f} kB on the wire)")
    print(f"bare Django view  {theirs:7.0f} requests/s  (5 bytes, default middleware)")
    print(f"ratio             {ratio:7.2f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "portal").mkdir()
        (folder / "bare").mkdir()
        (folder / "view").mkdir()
        print("Preparing the two sites…", flush=True)
        prepare_portal(folder / "portal")
        bare_env = prepare_bare(folder / "bare")
        portal = Probe(ROOT, portal_env(folder / "portal", PAGE_CACHE="false"))
        bare = Probe(folder / "bare", bare_env)
        bench_pages(portal, bare)
        portal.close()
        bare.close()
        bench_cache(folder / "portal", folder / "view")


if __name__ == "__main__":
    main()
