"""Figures for a monitoring system, in the text format of Prometheus.

All of them are read from the database at that moment, so that every web process gives the same; but for the lag of
those who watch, which each process knows of its own. The format:
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from playground.catalogue import catalogue
from playground.fleet import workers
from playground.fleet.worker_figures import CountedByWorker, counted
from playground.histogram import Histogram
from playground.live.lag import WATCHERS
from playground.runs import lists
from playground.runs.inbox import inbox_count
from playground.runs.queue_position import executed_count, longest_wait, queue_length

Sample = tuple[Mapping[str, str], float]
"""Labels, and the value that has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the playground stands."""

    runs: Mapping[str, Counter[str]]
    """For each workflow, how many of its runs have each status."""
    executed: int
    """How many runs a worker executes now."""
    queued: int
    """How many runs wait for a worker."""
    longest_wait: float
    """For how many seconds the oldest of them has waited."""
    questions: int
    """How many steps wait for a person."""
    workers: Mapping[tuple[str, str], int]
    """For each host and status, how many worker processes there are."""
    problems: int
    """How many modules do not import."""
    counted: Sequence[CountedByWorker]
    """What each worker process has counted since it began."""
    lag: Histogram
    """How long what happened in runs took to reach those who watch over this process."""


async def read_figures() -> Figures:
    """Return how the playground stands now."""
    return Figures(
        runs=await lists.counts(),
        executed=await executed_count(),
        queued=await queue_length(),
        longest_wait=await longest_wait(),
        questions=await inbox_count(),
        workers=Counter((one.host, one.status) for one in await workers.listing(ended=0)),
        problems=len(await catalogue.import_errors()),
        counted=await counted(),
        lag=WATCHERS,
    )


def as_text(figures: Figures) -> str:
    """Return them as Prometheus reads them."""
    runs = [
        ({"workflow": workflow, "status": status}, count)
        for workflow, counts in sorted(figures.runs.items())
        for status, count in sorted(counts.items())
    ]
    processes = [({"host": host, "status": status}, count) for (host, status), count in sorted(figures.workers.items())]
    own = [({"host": one.host, "worker": one.worker_id}, one) for one in figures.counted]
    steps = [({"workflow": id} | labels, steps) for labels, one in own for id, steps in sorted(one.steps.items())]
    lines = [
        *_gauge("stepyard_runs", "Runs, by workflow and status.", runs),
        *_gauge("stepyard_runs_executed", "Runs that a worker executes now.", [({}, figures.executed)]),
        *_gauge("stepyard_queue_runs", "Runs that wait for a worker.", [({}, figures.queued)]),
        *_gauge("stepyard_queue_oldest_seconds", "How long the oldest has waited.", [({}, figures.longest_wait)]),
        *_gauge("stepyard_questions", "Steps that wait for a person.", [({}, figures.questions)]),
        *_gauge("stepyard_workers", "Worker processes, by host and status.", processes),
        *_gauge("stepyard_import_problems", "Modules that do not import.", [({}, figures.problems)]),
        *_histogram("stepyard_step_seconds", "How long attempts of steps took, by workflow and worker.", steps),
        *_samples(
            "stepyard_takeovers_total",
            "counter",
            "Runs that went on here after their worker was lost or stopped.",
            [(labels, one.takeovers) for labels, one in own],
        ),
        *_histogram("stepyard_watch_lag_seconds", "How far pages of this process are behind.", [({}, figures.lag)]),
    ]
    return "".join(f"{line}\n" for line in lines)


def _gauge(name: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    return _samples(name, "gauge", text, samples)


def _samples(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def _histogram(name: str, text: str, samples: Iterable[tuple[Mapping[str, str], Histogram]]) -> Iterator[str]:
    yield from _samples(name, "histogram", text, ())
    for labels, histogram in samples:
        count = 0
        for bound, count in histogram.cumulative():
            yield _line(f"{name}_bucket", {**labels, "le": bound}, count)
        yield _line(f"{name}_sum", labels, histogram.total)
        yield _line(f"{name}_count", labels, count)


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{label}="{_quoted(of)}"' for label, of in labels.items())
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
