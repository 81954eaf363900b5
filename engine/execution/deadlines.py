"""Suspensions with a deadline: an answer and the deadline race, and what is recorded first holds."""

from engine.execution.outcome import HALTED, Outcome, recorded
from engine.execution.walker import Walker
from engine.journal.requests import own_schema
from engine.journal.step_state import StepState
from engine.paths import Path
from engine.values.missing import MISSING


async def rest(run: Walker, path: Path, record: StepState) -> Outcome | None:
    """Halt at a suspended step until it is answered or its deadline comes.

    Returns:
        None when the step goes on now: its deadline has come, or someone has answered just then.
    """
    while record.status == "suspended":
        due = record.due_at
        if due is None:
            return HALTED
        if due > run.clock.now():
            run.alarm(path, due)
            return HALTED
        decided = {} if record.default is MISSING else {"default": record.default} | own_schema(record)
        await run.journal.settle("step-expired", path, decided, still=lambda: record.status == "suspended")
    return recorded(record, path)
