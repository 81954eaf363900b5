"""When a run pays for the deaths of its workers, told from its journal."""

from engine.journal.state import RunState
from engine.paths import format_path, ids_of

MAX_LOST = 3
"""How many workers may die at the same place before it fails."""


def is_deadly(run: RunState) -> bool:
    """Tell whether a run rehearses the death of the worker that executes it now."""
    deaths = {} if run.rehearsal is None else run.rehearsal.deaths
    return any(step.lost < deaths.get(format_path(ids_of(step.path)), 0) for step in run.open.values()) and bool(deaths)


def is_suspect(run: RunState, more: int = 0) -> bool:
    """Tell whether a run fails with the next worker that dies under what it has at work.

    Args:
        run: the run.
        more: how many died that are not recorded yet.
    """
    stuck = run.stuck if run.recovered_seq == run.last_seq else 0
    at_work = [step.lost for step in run.open.values() if step.kind == "step" and step.status == "running"]
    return not run.ended and max([*at_work, stuck]) + more >= MAX_LOST - 1
