"""``python -m tests.benchmarks.observatory [sqlite|postgresql]``"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "var" / "bench-observatory"
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
NAME = "bench_observatory"
SIZES = (1_000, 1_000_000)
STAFF, PUBLIC = 0.3, 0.15  # seconds of CPU that a page may take


def _environment(engine: str, folder: Path) -> dict[str, str]:
    url = f"{SERVER}/{NAME}" if engine == "postgresql" else ""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "bench-only",
        "DATABASE_URL": url,
        "DEMO": "true",
        "DEBUG": "false",
        "PAGE_CACHE": "false",
        "CACHE_URL": "",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }


def _fresh(engine: str) -> dict[str, str] | None:
    """An empty base; None where there is no server."""
    folder = FOLDER / engine
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if engine == "postgresql":
        import psycopg

        try:
            with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {NAME}")
                server.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError:
            print("no PostgreSQL server answers: skipped")
            return None
    environment = _environment(engine, folder)
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return environment


def _ask(environment: dict[str, str], needs: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.observatory.probe", str(needs)]
    answer = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def main(engines: list[str]) -> int:
    slow = 0
    for engine in engines:
        environment = _fresh(engine)
        if environment is None:
            continue
        small, large = (_ask(environment, needs) for needs in SIZES)
        print(f"\n{engine}, seconds of CPU of the server (on the clock, with the database)")
        print(f"{'':44}{small['needs']:>16,}{large['needs']:>18,} needs")
        for name, (cpu, clock) in large["pages"].items():
            few = small["pages"][name]
            limit = PUBLIC if name.startswith("public") else STAFF
            mark = "" if cpu <= limit else f"  above {limit}"
            slow += cpu > limit
            print(f"{name:44}{few[0]:>8.3f} ({few[1]:.3f}){cpu:>10.3f} ({clock:.3f}){mark}")
        print(f"{'every month counted again, at night':44}{small['night']:>8.1f}{large['night']:>18.1f}")
    return slow


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:] or ["sqlite", "postgresql"]) else 0)
