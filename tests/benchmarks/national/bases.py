"""The four bases: Brenne and France, on SQLite and on PostgreSQL; built once, then kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "var" / "bench-national"
LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Base:
    """One database with its folder (caches, marker)."""

    engine: str  # "sqlite" or "postgresql"
    name: str  # "brenne" or "national"
    url: str  # empty for SQLite: the file is in the folder

    @property
    def folder(self) -> Path:
        return FOLDER / f"{self.engine}-{self.name}"

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": "bench-only",
            "DATABASE_URL": self.url,
            "DEMO": "true",
            "DEBUG": "false",
            "PAGE_CACHE": "false",
            "CACHE_URL": "",
            "VAR_DIR": str(self.folder),
            "LOG_LEVEL": "ERROR",
        }

    @property
    def _version(self) -> str:
        """Changes with the schema and with what is invented."""
        digest = hashlib.sha256(Path(__file__).with_name("building.py").read_bytes())
        for path in sorted(ROOT.glob("*/migrations/*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    @property
    def _marker(self) -> Path:
        return self.folder / "complete"

    def is_complete(self) -> bool:
        if not self._marker.exists() or self._marker.read_text() != self._version:
            return False
        return not self.url or _exists(self.url)

    def build(self) -> None:
        print(f"  building {self.engine} {self.name}…", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.url:
            _create(self.url)
        if self.name == "brenne":
            command = ["manage.py", "demo", "--no-serve"]
        else:
            command = ["-m", "tests.benchmarks.national.building"]
        quiet = subprocess.DEVNULL if self.name == "brenne" else None
        subprocess.run([sys.executable, *command], cwd=ROOT, env=self.env, check=True, stdout=quiet)
        self._marker.write_text(self._version)


def _server(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


def _connect(url: str):
    import psycopg

    return psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True, connect_timeout=3)


def _database(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _exists(url: str) -> bool:
    with _connect(_server(url)) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_database(url)]).fetchone()
    return row is not None


def _create(url: str) -> None:
    with _connect(_server(url)) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{_database(url)}"')
        connection.execute(f'CREATE DATABASE "{_database(url)}"')


def postgresql_server() -> str:
    """Address of a PostgreSQL server that answers; "" when none does."""
    import psycopg

    given = os.environ.get("DATABASE_URL", "")
    server = _server(given) if given.startswith("postgres") else LOCAL_SERVER
    try:
        _connect(server).close()
    except psycopg.Error:
        return ""
    return server


def bases(engines: list[str]) -> dict[str, tuple[Base, Base]]:
    """Brenne and France for each engine that is there, built when they are missing."""
    found: dict[str, tuple[Base, Base]] = {}
    if "sqlite" in engines:
        found["sqlite"] = (Base("sqlite", "brenne", ""), Base("sqlite", "national", ""))
    if "postgresql" in engines:
        server = postgresql_server()
        if server:
            brenne, national = (
                Base("postgresql", name, urlunsplit(urlsplit(server)._replace(path=f"/portal_bench_{name}")))
                for name in ("brenne", "national")
            )
            found["postgresql"] = (brenne, national)
        else:
            print("PostgreSQL is skipped: no server answers (DATABASE_URL, or 127.0.0.1:5432 as postgres).")
    for pair in found.values():
        for base in pair:
            if not base.is_complete():
                base.build()
    return found
