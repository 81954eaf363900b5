"""Starting in a program what the schedules of its workflows are due for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.errors import RequestError, RunExists
from engine.journal.requests import Start, create_run
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.runs.start_input import admit
from engine.schedules.due import settle
from engine.schedules.planned import Planned, run_id_of
from engine.tree.nodes import Flow


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A schedule, and up to when its due times are dealt with."""

    flow: Flow
    planned: Planned
    since: datetime


async def run_schedules(
    runtime: Runtime, flows: Sequence[Flow], *, since: datetime | None = None, until: datetime | None = None
) -> None:
    """Start a run at each due time of the schedules of some workflows; see `engine.Engine.run_schedules`."""
    begins = runtime.clock.now() if since is None else since.astimezone(UTC)
    watched = [_Watched(flow=flow, planned=one, since=begins) for flow in flows for one in flow.schedules]
    while True:
        upcoming = [due for one in watched if (due := await _fire(runtime, one, until)) is not None]
        if not upcoming or (until is not None and min(upcoming) > until):
            return
        await runtime.clock.sleep_until(min(upcoming))


async def _fire(runtime: Runtime, watched: _Watched, until: datetime | None) -> datetime | None:
    """Start what a schedule is due for now; return when it is due next."""
    now = runtime.clock.now() if until is None else min(until, runtime.clock.now())
    planned = watched.planned
    settled = settle(planned.timing, planned.missed, since=watched.since, now=now)
    for due in settled.start:
        try:
            await _start(runtime, watched.flow, planned, due)
        except RequestError as error:
            # Another program on the same store may have been first.
            if not isinstance(error, RunExists):
                runtime.logger.error("schedule %r of workflow %r: %s", planned.id, watched.flow.id, error)
    watched.since = settled.until
    return settled.next


async def _start(runtime: Runtime, flow: Flow, planned: Planned, due: datetime) -> None:
    run_id = run_id_of(flow.id, planned.id, due)
    run: Run[object, object] = Run(runtime, flow, run_id)
    start = await admit(flow, Start(input=planned.input, schedule=planned.id, scheduled_for=due), run)
    digest = runtime.flows.digest(flow)
    await create_run(runtime.store, runtime.clock, run_id=run_id, workflow_id=flow.id, digest=digest, start=start)
    runtime.spawn(runtime.drive(run_id))
