"""The time that a step waits for is ended by somebody, as if it had come."""

from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Engine, Event, MemoryStore, Retry, Run, create_step
from engine.errors import AmbiguousResume, NotAsleep, RunFinished, SuspendTimeout, UnknownStep
from engine.journal.answer_target import places_of
from engine.journal.breakpoints import find_asleep, record_wake
from engine.testing import FakeClock, until
from tests.engine.contract.tiny import add_one, ask, begin, crash


class Sleepers:
    """Runs on a clock that stands still: what ends, ends because it is woken."""

    def __init__(self) -> None:
        self.clock = FakeClock(auto=False)
        self.store = MemoryStore(self.clock)

    async def begin(self, workflow: Any, data: Any = 1, at: str = "run-waiting") -> Run[Any, Any]:
        """Start a run; return it when it waits."""
        self.engine = Engine([workflow], store=self.store, clock=self.clock)
        self.flow = workflow.flow
        run = await self.engine.workflow(workflow.id).create_run()
        await run.start_async(data)
        await until(run, at)  # type: ignore[arg-type]
        return run

    async def wake(self, run: Run[Any, Any], step: Any = None, **more: Any) -> None:
        """Find the step, as whoever asks does, and wake it."""
        state = await self.engine.runtime.state(run.run_id)
        found = find_asleep(places_of(self.flow), state, step)
        await record_wake(self.store, self.clock, run.run_id, found.path, **more)
        self.engine.runtime.spawn(self.engine.runtime.drive(run.run_id))


async def ended(run: Run[Any, Any], at: str = "run-succeeded") -> list[Event]:
    """Return the journal when the run has ended."""
    await until(run, at)  # type: ignore[arg-type]
    return [event async for event in run.observe()]


async def test_a_timer_is_ended() -> None:
    """The journal says so before it says that the timer is over; no time has passed."""
    there = Sleepers()
    run = await there.begin(begin().then(add_one).sleep(3600, id="nap").then(ask_not()).commit())
    await there.wake(run)
    events = await ended(run)
    assert [event.type for event in events if event.path == ("nap",)] == ["sleep-started", "step-woken", "sleep-ended"]
    assert events[0].at == events[-1].at


def ask_not() -> Any:
    """Return a step that hands on what it is given."""
    return create_step(id="last", execute=lambda data: data)


@pytest.mark.parametrize("beside", [False, True])
async def test_the_pause_before_a_next_attempt_is_ended(*, beside: bool) -> None:
    """While a worker holds the run, alone and in a group; the other arm sleeps on."""
    there = Sleepers()

    async def work(data: int, ctx: Context) -> int:
        if ctx.attempt == 1:
            raise ValueError("not yet")
        return data

    flaky = create_step(id="flaky", execute=work, retry=Retry(attempts=2, delay=3600))
    nap = begin("other").sleep(7200).commit()
    flow = begin().parallel([flaky, nap]) if beside else begin().then(flaky)
    run = await there.begin(flow.commit(), at="step-attempt-failed")
    await there.wake(run, "flaky")
    await until(run, "step-succeeded")
    result = await run.state()
    assert (result.steps["flaky"].attempts, result.steps["flaky"].output) == (2, 1)
    if beside:
        assert result.steps["other.sleep-1"].status == "waiting"
        await there.wake(run)
    await until(run, "run-succeeded")


@pytest.mark.parametrize(("default", "result"), [({"default": 7}, 7), ({}, "late")])
async def test_deadlines_come_when_somebody_says_so(default: dict[str, Any], result: Any) -> None:
    """A question is decided by its default, or times out inside the step; an event is not waited for any more."""
    there = Sleepers()

    async def work(data: int, ctx: Context) -> Any:
        try:
            return ctx.suspend("Which?", timeout=3600, **default)
        except SuspendTimeout:
            return "late"

    otherwise = create_step(id="otherwise", execute=lambda data: data)
    flow = begin().then(create_step(id="choose", execute=work)).wait_for_event("paid", timeout=60, otherwise=otherwise)
    run = await there.begin(flow.commit(), at="run-suspended")
    await there.wake(run, "choose")
    await until(run, "run-waiting")
    await there.wake(run)
    assert (await ended(run))[-1].payload["result"] == {"step": ["event-1"]}
    assert (await run.state()).result == result


async def test_only_the_one_that_is_meant_is_woken() -> None:
    """Of several one has to be named; one that waits for another time by now is not woken."""
    there = Sleepers()
    arms = [begin(name).sleep(3600, id="nap").commit() for name in ("a", "b")]
    run = await there.begin(begin().parallel(arms).commit())
    with pytest.raises(AmbiguousResume, match=r"wait for a time: a\.nap, b\.nap\. Say which one"):
        await there.wake(run)
    state = await there.engine.runtime.state(run.run_id)
    due = state.due_at
    assert due is not None
    with pytest.raises(NotAsleep):
        await there.wake(run, "a.nap", due=there.clock.now())
    await there.wake(run, "a.nap", due=due)
    await until(run, "sleep-ended")
    with pytest.raises(NotAsleep, match=r"'a\.nap' of run .* Such steps now: b\.nap"):
        await there.wake(run, "a.nap")
    await run.cancel()
    with pytest.raises(RunFinished):
        await there.wake(run, "b.nap")


async def test_what_waits_for_no_time_is_refused() -> None:
    """A question without a deadline waits for a person; an unknown step is unknown."""
    there = Sleepers()
    run = await there.begin(begin().then(ask).commit(), at="run-suspended")
    with pytest.raises(NotAsleep, match=r"waits for a time that could be ended\. Such steps now: none"):
        await there.wake(run)
    with pytest.raises(UnknownStep):
        await there.wake(run, "gone")
    with pytest.raises(NotAsleep):
        await record_wake(there.store, there.clock, run.run_id, ("ask",))


async def test_a_wake_survives_a_crash() -> None:
    """Another process goes on where nobody had taken notice, also one whose clock is behind."""
    there = Sleepers()
    flow = begin().sleep(3600, id="nap").then(add_one).commit()
    run_id = await crash(flow, there.store, 2)
    await record_wake(there.store, FakeClock(auto=False), run_id, ("nap",))
    engine = Engine([flow], store=there.store, clock=there.clock)
    assert (await (await engine.run(run_id)).restart()).result == 2


async def test_a_next_attempt_is_woken_once() -> None:
    """Before a worker has taken notice; and one whose clock is behind makes the attempt all the same."""
    there = Sleepers()
    tries: list[int] = []

    async def work(data: int) -> int:
        tries.append(data)
        if len(tries) == 1:
            raise ValueError("not yet")
        return data

    flow = begin().then(create_step(id="flaky", execute=work, retry=Retry(attempts=2, delay=3600))).commit()
    run_id = await crash(flow, there.store, 2)
    assert len(tries) == 1
    ahead = FakeClock(there.clock.now() + timedelta(hours=1), auto=False)
    await record_wake(there.store, ahead, run_id, ("flaky",))
    with pytest.raises(NotAsleep):
        await record_wake(there.store, ahead, run_id, ("flaky",))
    engine = Engine([flow], store=there.store, clock=there.clock)
    assert (await (await engine.run(run_id)).restart()).result == 1
