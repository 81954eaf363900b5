"""Run every probe several times, each in a process of its own, and print one table.

Rounds are interleaved, so that noise of the machine hits all probes alike; the table shows the median, the best, and
how many times as fast as Stepyard each of the others is. A number that misses its goal says so and fails nothing.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.report import OURS, SECTIONS, Section

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PEERS = ROOT / ".bench"
PATIENCE = 300
"""Seconds that a probe may take in one round."""

Found = dict[tuple[str, str], list[float]]
"""Section and subject -> the values of all rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A program that measures and prints lines of section, subject and value."""

    name: str
    command: Sequence[str | Path]
    folder: Path = ROOT


def module(name: str) -> Probe:
    """Return a probe of ours."""
    return Probe(name=name, command=[sys.executable, "-m", f"tests.benchmarks.{name}"])


def peer(name: str, program: str) -> Probe:
    """Return a probe of another engine, in Python."""
    return Probe(name=name, command=[PEERS / "venv/bin/python", HERE / "peers" / program], folder=PEERS)


PROBES = [module("floors"), module("bench_engine"), module("bench_store"), module("bench_forms")]
OTHERS = [
    peer("LangGraph", "langgraph_chain.py"),
    peer("Burr", "burr_chain.py"),
    peer("DBOS", "dbos_chain.py"),
    Probe(
        name="Mastra",
        command=[PEERS / "node/node_modules/.bin/node", HERE / "peers/mastra_chain.mjs"],
        folder=PEERS / "node",
    ),
]


def measure(probe: Probe) -> Iterator[tuple[str, str, float]]:
    """Run a probe once and yield its numbers; a probe that fails says so."""
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(
            probe.command, cwd=probe.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{probe.name}: {error}", file=sys.stderr)
        return
    if done.returncode:
        print(f"{probe.name} ended with {done.returncode}: {done.stderr.strip()[-500:]}", file=sys.stderr)
    for line in done.stdout.splitlines():
        section, tab, rest = line.partition("\t")
        if tab and section in SECTIONS:
            subject, _, value = rest.rpartition("\t")
            yield section, subject, float(value)


def rounds(probes: Sequence[Probe], count: int) -> Found:
    """Run all probes in turn, so many times, each round beginning with another one."""
    found: Found = {}
    for number in range(count):
        at = number % len(probes)
        for probe in [*probes[at:], *probes[:at]]:
            print(f"round {number + 1} of {count}: {probe.name}", end="\x1b[K\r", file=sys.stderr, flush=True)
            for section, subject, value in measure(probe):
                found.setdefault((section, subject), []).append(value)
    print(end="\x1b[K", file=sys.stderr, flush=True)
    return found


def table(found: Found) -> Iterator[str]:
    """Yield the lines of the table."""
    for key, section in SECTIONS.items():
        values = {subject: numbers for (of, subject), numbers in found.items() if of == key}
        if values:
            yield f"\n{section.title}, in {section.unit}"
            yield f"  {'':46} {'median':>12} {'best':>12}"
            yield from lines(section, values)


def lines(section: Section, values: dict[str, list[float]]) -> Iterator[str]:
    """Yield a line for each subject, ours first, the others from the fastest."""
    ours = median(values[OURS]) if OURS in values else None
    order = sorted(values, key=lambda subject: (subject != OURS, -median(values[subject])))
    for subject in order if section.more_is_better else values:
        middle = median(values[subject])
        best = max(values[subject]) if section.more_is_better else min(values[subject])
        note = verdict(section, middle) if subject == OURS else f"{middle / ours:8.2f} x" if ours else ""
        yield f"  {subject:46} {number(middle):>12} {number(best):>12} {note}".rstrip()


def verdict(section: Section, value: float) -> str:
    """Return how a value of ours stands to the goal."""
    if section.goal is None:
        return ""
    met = value >= section.goal if section.more_is_better else value <= section.goal
    sign = "at least" if section.more_is_better else "at most"
    return f"  goal: {sign} {number(section.goal)}{'' if met else ', MISSED'}"


def number(value: float) -> str:
    """Write a value for people."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def available(probes: Iterable[Probe]) -> Iterator[Probe]:
    """Yield the peers that are installed, and say which are not."""
    for probe in probes:
        if Path(probe.command[0]).exists():
            yield probe
        else:
            print(f"{probe.name} is not installed, so it is left out")


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure Stepyard and its peers.")
    parser.add_argument("probes", nargs="*", help="only these: " + ", ".join(p.name for p in [*PROBES, *OTHERS]))
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default 5)")
    given = parser.parse_args()
    chosen = [probe for probe in [*PROBES, *available(OTHERS)] if not given.probes or probe.name in given.probes]
    if not chosen:
        parser.error(f"none of {', '.join(given.probes)} is a probe that can run")
    loads = [os.getloadavg()[0]]
    found = rounds(chosen, max(1, given.rounds))
    loads.append(os.getloadavg()[0])
    print("\n".join(table(found)))
    print(f"\n{os.cpu_count()} cores, load {loads[0]:.1f} at the beginning and {loads[1]:.1f} at the end")


if __name__ == "__main__":
    main()
