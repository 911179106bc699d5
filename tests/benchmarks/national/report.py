"""Asking both bases in turns, and the table."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from tests.benchmarks.national.bases import ROOT, Base, bases
from tests.benchmarks.national.probe import IMPORT

TARGET = 1.5


class Probe:
    """A process that answers for one base."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.national.probe"],
            cwd=ROOT,
            env=base.env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, **job: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The process of {self.base.engine} {self.base.name} stopped at {job}.")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measured(
    brenne: Probe, national: Probe, name: str, rounds: int, seconds: float
) -> tuple[dict[str, Any], dict[str, Any], dict[str, float]]:
    """Medians of both bases, and of the ratio in each round."""
    runs = [
        (brenne.ask(measure=name, seconds=seconds), national.ask(measure=name, seconds=seconds))
        for _ in range(rounds)
    ]
    ratios = {
        clock: statistics.median(far[clock] / near[clock] for near, far in runs) for clock in ("cpu", "wall")
    }
    here, there = (
        {key: statistics.median(run[key] for run in side) for key in side[0]}
        for side in zip(*runs, strict=True)
    )
    return here, there, ratios


def table(engine: str, brenne: Probe, national: Probe, options: argparse.Namespace) -> bool:
    """Print the lines of one engine; true when every ratio that counts is within the target."""
    here = brenne.ask(choose={})
    there = national.ask(choose=here["chosen"])
    clock = "cpu" if engine == "sqlite" else "wall"
    print(
        f"\n{engine}: {options.rounds} rounds in turns, page cache off, warm; the ratio that counts is by {clock}"
    )
    print("  Brenne:   " + sizes(here["chosen"]))
    print("  national: " + sizes(there["chosen"]))
    print(f"{'':<26}{'queries':>11}{'Brenne ms':>20}{'national ms':>20}{'ratio':>15}")
    print(f"{'':<26}{'':>11}{'cpu':>10}{'wall':>10}{'cpu':>10}{'wall':>10}{'cpu':>8}{'wall':>7}")
    within = True
    for name in here["measures"]:
        if options.only and options.only not in name:
            continue
        rounds = min(3, options.rounds) if name == IMPORT else options.rounds
        near, far, ratio = measured(brenne, national, name, rounds, options.seconds)
        late = "" if ratio[clock] <= TARGET else "  > 1.5"
        within = within and not late
        queries = f"{near['queries']:.0f} / {far['queries']:.0f}"
        print(
            f"{name:<26}{queries:>11}{near['cpu']:>10.2f}{near['wall']:>10.2f}{far['cpu']:>10.2f}"
            f"{far['wall']:>10.2f}{ratio['cpu']:>8.2f}{ratio['wall']:>7.2f}{late}",
            flush=True,
        )
        if options.slow:
            for seconds, sql in national.ask(slow=name):
                print(f"      {seconds:.3f} s  {sql[: options.slow]}")
    return within


def sizes(chosen: dict[str, Any]) -> str:
    return (
        f"{chosen['results']} results at {chosen['results_at']}, {chosen['coming']} structures come to "
        f"{chosen['commune']}, structure with {chosen['offers']} offers in {chosen['zone']} communes, "
        f"“{chosen['prefix']}” {chosen['begun']}, {chosen['postal_code']} {chosen['sharing']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--explain", action="store_true", help="print the plans of the main queries")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--only", default="", help="lines whose name holds this")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each measure in each round")
    parser.add_argument("--slow", type=int, default=0, help="print so many characters of the slowest queries")
    options = parser.parse_args()
    print("Bases (built once: some ten minutes each for France)…", flush=True)
    for engine, pair in bases(options.engine or ["sqlite", "postgresql"]).items():
        probes = [Probe(base) for base in pair]
        table(engine, *probes, options)
        if options.explain:
            for name, text in probes[1].ask(explain=True).items():
                print(f"\n{engine}, national: {name}\n{text}")
        for probe in probes:
            probe.close()


if __name__ == "__main__":
    main()
