"""Waiting for a run until it rests: until it has ended, or only a person or an event can bring it on soon."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from engine.errors import UnknownRun
from engine.events import RESTING
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.commandline.exit_codes import Exit
from playground.commandline.own_worker import OwnWorker
from playground.commandline.progress import Progress
from playground.history import History, Reason, Window
from playground.live import nudges
from playground.runpage.loaded_run import Loaded, reasons_of
from playground.runs.queue_position import standing_of

LOOK = 0.1
"""Seconds between two looks at the journal: the workers of a running playground cannot nudge this process."""
CHECK = 1.0
"""Seconds between two looks whether somebody is there who takes the run, and what it waits for."""
SOON = timedelta(seconds=60)
"""For how long the end of a wait for an event is waited for, as a timer is."""


def rests(run: RunState, now: datetime) -> bool:
    """Tell whether nothing brings the run on by itself soon: it has ended, pauses, or waits for a person or events."""
    if run.status in RESTING:
        return True
    # Without any wait, the one there was is over, and a worker goes on soon.
    return run.status == "waiting" and bool(run.waiting) and all(_comes_from_outside(one, now) for one in run.waiting)


def _comes_from_outside(step: StepState, now: datetime) -> bool:
    return bool(step.event_name) and (step.due_at is None or step.due_at - now > SOON)


def code_of_run(run: RunState) -> Exit:
    """Return the exit code that a run at rest gives."""
    codes = {"success": Exit.DONE, "failed": Exit.FAILED, "canceled": Exit.CANCELED}
    return codes.get(run.status, Exit.WAITING)


async def follow(run_id: str, progress: Progress, *, own_worker: OwnWorker | None = None, seen: int = 0) -> History:
    """Return the run when it rests.

    Args:
        run_id: the run.
        progress: is told what happens.
        own_worker: has somebody take the run; without it, it is only watched.
        seen: the last event of which nothing is to be told.
    """
    try:
        return await _follow(run_id, progress, own_worker, seen)
    finally:
        progress.finish()


async def _follow(run_id: str, progress: Progress, own_worker: OwnWorker | None, seen: int) -> History:
    history, clock = History(), asyncio.get_running_loop().time
    check_at = clock() + CHECK
    async with nudges.watching(nudges.run_group(run_id)) as watch:
        while True:
            events = await store.read(run_id, after=history.run.last_seq)
            for event in events:
                # One after the other: a step of a loop is another one after the next event.
                history.feed([event])
                if event.seq > seen:
                    progress.tell(history, event)
            if not history.run.run_id:
                raise UnknownRun(f"no run has the id {run_id!r}")
            progress.show(history)
            if rests(history.run, datetime.now(UTC)) and (own_worker is None or await _is_left_alone(run_id)):
                return history
            if clock() >= check_at:
                if own_worker is not None:
                    await own_worker.ensure(history.run.workflow_id)
                progress.waits(await _reasons(history))
                check_at = clock() + CHECK
            await watch.moved(LOOK)


async def _reasons(history: History) -> Sequence[Reason]:
    """Return what holds the run, as its page says it."""
    entry = await catalogue.version(history.run.workflow_id, history.run.digest)
    return await reasons_of(Loaded(history=history, entry=entry, window=Window()))


async def _is_left_alone(run_id: str) -> bool:
    """Tell whether no worker has anything to do with a run: hooks follow the end, and an answer may just have come."""
    standing = await standing_of(run_id)
    return standing is None or (standing.owner is None and standing.queued_at is None)
