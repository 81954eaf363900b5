"""Run every probe several times, each in a process of its own, and print one table.

Rounds are interleaved, so that noise of the machine hits all probes alike. The table shows the median, the best, the
median of what it would be if nobody else used the processor, and how many times as fast as Stepyard each of the others
is. A number that misses its goal says so and fails nothing. ``--markdown`` and ``--json`` write the same for pages and
programs.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.report import OURS, SECTIONS, Section

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PEERS = ROOT / ".bench"
PATIENCE = 300
"""Seconds that a probe may take in one round."""

Values = list[list[float]]
"""For each round the value, and where it was measured the value by the time of the processor."""

Found = dict[tuple[str, str], Values]
"""Section and subject -> the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A program that measures and prints lines of section, subject, value and value by the time of the processor."""

    name: str
    command: Sequence[str | Path]
    folder: Path = ROOT


def module(name: str) -> Probe:
    """Return a probe of ours."""
    return Probe(name=name, command=[sys.executable, "-m", f"tests.benchmarks.{name}"])


def peer(name: str, program: str) -> Probe:
    """Return a probe of another engine, in Python."""
    return Probe(name=name, command=[PEERS / "venv/bin/python", HERE / "peers" / program], folder=PEERS)


PROBES = [
    module("floors"),
    module("bench_rows"),
    module("bench_engine"),
    module("bench_store"),
    module("bench_postgres"),
    module("bench_forms"),
    module("bench_click"),
    module("bench_page"),
    module("bench_lists"),
]
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


def measure(probe: Probe) -> Iterator[tuple[str, str, list[float]]]:
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
        section, *rest = line.split("\t")
        if section in SECTIONS and len(rest) > 1:
            yield section, rest[0], [float(value) for value in rest[1:]]


def rounds(probes: Sequence[Probe], count: int) -> Found:
    """Run all probes in turn, so many times, each round beginning with another one."""
    found: Found = {}
    for number in range(count):
        at = number % len(probes)
        for probe in [*probes[at:], *probes[:at]]:
            print(f"round {number + 1} of {count}: {probe.name}", end="\x1b[K\r", file=sys.stderr, flush=True)
            for section, subject, values in measure(probe):
                found.setdefault((section, subject), []).append(values)
    print(end="\x1b[K", file=sys.stderr, flush=True)
    return found


def table(found: Found) -> Iterator[str]:
    """Yield the lines of the table."""
    for key, section in SECTIONS.items():
        of_section = {subject: values for (of, subject), values in found.items() if of == key}
        if of_section:
            yield f"\n{section.title}, in {section.unit}"
            yield f"  {'':46} {'median':>10} {'best':>10} {'by CPU':>10}"
            yield from lines(section, of_section)


def markdown(found: Found) -> Iterator[str]:
    """Yield the lines of the table as Markdown, each value with its ratio to ours by the time of the processor."""
    yield "| work | unit | what | median | by CPU | ratio |"
    yield "|---|---|---|---:|---:|---:|"
    for key, section in as_json(found).items():
        for subject, values in section["subjects"].items():
            cells = [number(values[name]) if values[name] else "" for name in ("median", "by_cpu", "ratio")]
            yield f"| {SECTIONS[key].title} | {section['unit']} | {subject} | {' | '.join(cells)} |"


def as_json(found: Found) -> dict[str, Any]:
    """Return the numbers of all sections, with the ratio of each to ours."""
    sections: dict[str, Any] = {}
    for (key, subject), values in found.items():
        goal = SECTIONS[key].goal
        section = sections.setdefault(key, {"unit": SECTIONS[key].unit, "goal": goal, "subjects": {}})
        middle, used = median(value[0] for value in values), [value[1] for value in values if len(value) > 1]
        by_cpu = median(used) if used else None
        section["subjects"][subject] = {"median": middle, "by_cpu": by_cpu, "rounds": values}
    for section in sections.values():
        ours = section["subjects"].get(OURS, {"median": None, "by_cpu": None})
        for values in section["subjects"].values():
            name = "by_cpu" if values["by_cpu"] and ours["by_cpu"] else "median"
            values["ratio"] = values[name] / ours[name] if ours[name] else None
    return sections


def machine(loads: Sequence[float]) -> dict[str, Any]:
    """Return where it was measured."""
    versions = {name: version(name) for name in ("pydantic", "pydantic_core", "django")}
    return {"cores": os.cpu_count(), "load": list(loads), "python": platform.python_version(), **versions}


def lines(section: Section, of_section: dict[str, Values]) -> Iterator[str]:
    """Yield a line for each subject, ours first, the others from the fastest."""
    middles = {subject: median(values[0] for values in rounds) for subject, rounds in of_section.items()}
    ours = middles.get(OURS)
    order = sorted(middles, key=lambda subject: (subject != OURS, -middles[subject]))
    for subject in order if section.more_is_better else middles:
        measured = [values[0] for values in of_section[subject]]
        used = [values[1] for values in of_section[subject] if len(values) > 1]
        best = max(measured) if section.more_is_better else min(measured)
        cells = [number(middles[subject]), number(best), number(median(used)) if used else ""]
        note = verdict(section, middles[subject]) if subject == OURS else ratio(middles[subject], ours)
        yield f"  {subject:46} {' '.join(f'{cell:>10}' for cell in cells)} {note}".rstrip()


def ratio(value: float, ours: float | None) -> str:
    """Return how many times ours a value is."""
    return f"{value / ours:8.2f} x" if ours else ""


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
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file too")
    given = parser.parse_args()
    chosen = [probe for probe in [*PROBES, *available(OTHERS)] if not given.probes or probe.name in given.probes]
    if not chosen:
        parser.error(f"none of {', '.join(given.probes)} is a probe that can run")
    loads = [os.getloadavg()[0]]
    found = rounds(chosen, max(1, given.rounds))
    loads.append(os.getloadavg()[0])
    print("\n".join((markdown if given.markdown else table)(found)))
    if given.json is not None:
        given.json.write_text(json.dumps({"machine": machine(loads), "sections": as_json(found)}, indent=2) + "\n")
    print(f"\n{os.cpu_count()} cores, load {loads[0]:.1f} at the beginning and {loads[1]:.1f} at the end")


if __name__ == "__main__":
    main()
