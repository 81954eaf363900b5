"""What is measured, in which unit and against which goal, and the one line by which a probe tells a number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Numbers that are compared with each other."""

    title: str
    unit: str
    more_is_better: bool = True
    goal: float | None = None


SECTIONS = {
    "memory": Section(title="100 typed steps in memory, one after the other", unit="steps/s", goal=80_000),
    "one": Section(title="SQLite, durable after each step: one run", unit="steps/s", goal=8_000),
    "many": Section(title="SQLite, durable after each step: 100 runs at once", unit="steps/s", goal=20_000),
    "append": Section(title="SQLite: the store alone, a step's two events in an append", unit="steps/s"),
    "fold": Section(title="The fold of 10,000 steps", unit="s", more_is_better=False, goal=0.5),
    "stored": Section(title="Stored for each step, in a run of", unit="bytes", more_is_better=False),
    "idle": Section(title="Held in memory for each suspended run", unit="bytes", more_is_better=False),
    "forms": Section(title="Forms", unit="s", more_is_better=False),
}

OURS = "Stepyard"


def report(section: str, subject: str, value: float) -> None:
    """Tell one number; ``subject`` names what was measured."""
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is no section: {', '.join(SECTIONS)}")
    print(section, subject, f"{value:.6g}", sep="\t", flush=True)
