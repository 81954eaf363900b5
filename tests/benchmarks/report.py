"""What is measured, in which unit and against which goal, and the one line by which a probe tells a number."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Numbers that are compared with each other."""

    title: str
    unit: str
    more_is_better: bool = True
    goal: float | None = None


SECTIONS = {
    "runs": Section(title="Whole runs of 3 steps, in memory", unit="runs/s", goal=30_000),
    "chain": Section(title="A chain of 100 steps, in memory", unit="steps/s", goal=150_000),
    "fan-out": Section(title="A fan-out of 100, in memory", unit="s", more_is_better=False, goal=0.0012),
    "loop": Section(title="A loop of 1,000, in memory", unit="passes/s", goal=130_000),
    "foreach": Section(title="A foreach of 1,000, 10 at once, in memory", unit="items/s", goal=120_000),
    "watched": Section(title="A chain of 100 steps that somebody watches, in memory", unit="steps/s"),
    "sync": Section(title="A chain of 100 plain functions, each in a thread", unit="steps/s", goal=60_000),
    "inline": Section(title="A chain of 100 plain functions on the event loop", unit="steps/s", goal=60_000),
    "question": Section(
        title="SQLite: suspend, persist, resume, a store opened for each", unit="s", more_is_better=False, goal=0.002
    ),
    "question-warm": Section(
        title="SQLite: suspend, persist, resume, in an open store", unit="s", more_is_better=False, goal=0.0009
    ),
    "memory": Section(title="100 typed steps in memory, one after the other", unit="steps/s", goal=80_000),
    "one": Section(title="SQLite, durable after each step: one run", unit="steps/s", goal=25_000),
    "many": Section(title="SQLite, durable after each step: 100 runs at once", unit="steps/s", goal=30_000),
    "append": Section(title="SQLite: the store alone, a step's two events in an append", unit="steps/s"),
    "postgres-one": Section(title="PostgreSQL, durable after each step: one run", unit="steps/s", goal=2_000),
    "postgres-many": Section(
        title="PostgreSQL, durable after each step: 100 runs at once", unit="steps/s", goal=12_000
    ),
    "postgres-trips": Section(
        title="PostgreSQL: round trips for a step without news", unit="trips", more_is_better=False, goal=1
    ),
    "postgres-statements": Section(
        title="PostgreSQL: statements for a run of 5 steps", unit="statements", more_is_better=False, goal=40
    ),
    "postgres-stored": Section(
        title="PostgreSQL: stored for a run of 5 steps, indexes too", unit="bytes", more_is_better=False
    ),
    "postgres-log": Section(
        title="PostgreSQL: write-ahead log for a run of 5 steps", unit="bytes", more_is_better=False
    ),
    "fold": Section(title="The fold of 10,000 steps", unit="s", more_is_better=False, goal=0.5),
    "resume": Section(title="An answer to one of 1,000 suspended items, in memory", unit="s", more_is_better=False),
    "stored": Section(title="Stored for each step, in a run of", unit="bytes", more_is_better=False),
    "idle": Section(title="Held in memory for each suspended run", unit="bytes", more_is_better=False),
    "lists": Section(title="Lists on SQLite", unit="s", more_is_better=False, goal=0.05),
    "click": Section(title="Over HTTP, on a server with one worker", unit="s", more_is_better=False, goal=0.008),
    "forms": Section(title="Forms", unit="s", more_is_better=False),
}

OURS = "Stepyard"


class Stopwatch:
    """Counts seconds from where it is made: those that pass, and those for which this process had a processor."""

    def __init__(self) -> None:
        """Start."""
        self._started = time.perf_counter()
        self._used = time.process_time()

    @property
    def seconds(self) -> float:
        """Return the seconds that have passed."""
        return time.perf_counter() - self._started

    @property
    def used(self) -> float:
        """Return the processor's seconds, of all threads together."""
        return time.process_time() - self._used

    def rate(self, section: str, subject: str, count: int) -> None:
        """Tell how many a second there were, and how many for each second of the processor."""
        seconds, used = self.seconds, self.used
        report(section, subject, count / seconds, count / used)


def report(section: str, subject: str, value: float, by_processor: float | None = None) -> None:
    """Tell one number.

    Args:
        section: one of `SECTIONS`.
        subject: names what was measured.
        value: the number.
        by_processor: the same number by the time of the processor, which other programs do not disturb.
    """
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is no section: {', '.join(SECTIONS)}")
    numbers = [value] if by_processor is None else [value, by_processor]
    print(section, subject, *(f"{number:.6g}" for number in numbers), sep="\t", flush=True)
