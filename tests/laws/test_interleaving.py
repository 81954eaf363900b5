"""Laws that hold however the steps of a run, its store and the people who answer it come between each other."""

import asyncio
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, Event, MemoryStore, Run, RunResult
from engine.errors import AlreadyResumed, NotSuspended, RunFinished
from engine.journal.fold import fold
from engine.journal.requests import record_event
from engine.testing import FakeClock
from tests.laws.hesitant import Hesitant
from tests.laws.trees import Plan, World, answer_to, build, expected, plans

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)


class Eager:
    """Answers every question at once, twice, from another engine: while the run is still at work."""

    def __init__(self, run: Run) -> None:
        """Take the run, as another engine sees it."""
        self.run = run
        self.work: set[asyncio.Task[None]] = set()
        self.accepted = 0
        self.seen = 0

    def __call__(self, event: Event) -> None:
        """Take notice of an event."""
        self.seen = event.seq
        if event.type == "step-suspended":
            for _ in range(2):
                self.work.add(asyncio.ensure_future(self.answer(event)))

    async def answer(self, event: Event) -> None:
        """Answer; one of the two answers may come too late."""
        try:
            await self.run.resume(event.path, answer_to(event.payload["payload"]))
        except (AlreadyResumed, NotSuspended, RunFinished):
            return
        self.accepted += 1


@law
@given(plan=plans(events=True), data=st.integers(0, 20), seed=st.integers(0, 999))
async def test_answers_while_the_run_is_at_work_equal_answers_afterwards(plan: Plan, data: int, seed: int) -> None:
    """Every question is answered once, every step is done once, and the result is that of plain evaluation."""
    world, clock = World(), FakeClock()
    # Leases run by real time: a clock that jumps would let the other engine think that this one has died.
    kept = MemoryStore()
    store = Hesitant(kept, seed)
    world.send = partial(record_event, store, clock)
    workflow = build(plan, world)
    run = await Engine([workflow], store=store, clock=clock).workflow("main").create_run()
    other = Engine([workflow], store=store, clock=clock)
    run.watch(eager := Eager(Run(other.runtime, workflow.flow, run.run_id, recorded=True)))
    result = await run.start(data)
    while eager.work or eager.seen < (await kept.summary(run.run_id)).last_seq:
        await asyncio.gather(*eager.work, asyncio.sleep(0))
        eager.work = {task for task in eager.work if not task.done()}
        result = await run.state()
    assert (result.status, result.result) == ("success", expected(plan, data)), result.error
    assert all(done == 1 for done in world.done.values())
    events = await kept.read(run.run_id)
    assert eager.accepted == len([event for event in events if event.type == "step-resumed"])
    assert result.to_dict() == RunResult.of(fold(events)).to_dict()


@law
@given(
    plan=plans(failing=True, events=True), data=st.integers(0, 20), seed=st.integers(0, 999), after=st.integers(0, 40)
)
async def test_a_cancel_at_any_moment_ends_the_run_for_good(plan: Plan, data: int, seed: int, after: int) -> None:
    """Whatever the run is doing: it ends, nothing is recorded after its end, and nothing of it is left at work."""
    world, clock, kept = World(), FakeClock(), MemoryStore()
    store = Hesitant(kept, seed)
    world.send = partial(record_event, store, clock)
    engine = Engine([build(plan, world)], store=store, clock=clock)
    run = await engine.workflow("main").create_run()
    await run.start_async(data)
    for _ in range(after):
        await asyncio.sleep(0)
    try:
        result = await run.cancel()
        assert result.status == "canceled"
    except RunFinished:
        # It may be about to end otherwise, when what it did is undone.
        async for _ in run.observe():
            pass
        result = await run.state()
    await engine.close()
    events = await kept.read(run.run_id)
    ends = [event for event in events if event.type in ("run-succeeded", "run-failed", "run-canceled")]
    assert ends == events[-1:]
    assert engine.runtime.live == ()
    assert result.to_dict() == RunResult.of(fold(events)).to_dict()
