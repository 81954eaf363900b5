"""The time that a step waits for is ended by somebody, as if it had come."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Engine, Event, Fail, MemoryStore, Rehearsal, Retry, Run, create_step
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

    async def begin(self, workflow: Any, data: Any = 1, at: str = "run-waiting", **ways: Any) -> Run[Any, Any]:
        """Start a run; return it when it waits."""
        self.engine = Engine([workflow], store=self.store, clock=self.clock)
        self.flow = workflow.flow
        run = await self.engine.workflow(workflow.id).create_run()
        await run.start_async(data, **ways)
        await until(run, at)  # type: ignore[arg-type]
        return run

    async def wake(self, run: Run[Any, Any], step: Any = None, **more: Any) -> None:
        """Find the step, as whoever asks does, and wake it."""
        state = await self.engine.runtime.state(run.run_id)
        found = find_asleep(places_of(self.flow), state, step, self.clock.now())
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
    with pytest.raises(NotAsleep, match=r"'a\.nap' of run .* Steps that wait for one: b\.nap"):
        await there.wake(run, "a.nap")
    await run.cancel()
    with pytest.raises(RunFinished):
        await there.wake(run, "b.nap")


async def test_what_waits_for_no_time_is_refused() -> None:
    """A question without a deadline waits for a person; an unknown step is unknown."""
    there = Sleepers()
    run = await there.begin(begin().then(ask).commit(), at="run-suspended")
    with pytest.raises(
        NotAsleep, match=r"no step .* waits for a timer, .* there is no time to end\. Steps that wait for one: none"
    ):
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


async def test_a_rehearsed_delay_is_ended() -> None:
    """Of each attempt alone; a step that runs after its delay waits for no time."""
    there = Sleepers()
    called, go_on = asyncio.Event(), asyncio.Event()

    async def work(data: int, ctx: Context) -> int:
        called.set()
        await go_on.wait()
        if ctx.attempt == 1:
            raise ValueError("not yet")
        return data

    flow = begin().then(create_step(id="slow", execute=work, retry=Retry(attempts=2, delay=0))).commit()
    rehearsal = Rehearsal(delays={"slow": 3600})
    run = await there.begin(flow, at="step-started", rehearsal=rehearsal)
    await there.wake(run)
    await called.wait()
    with pytest.raises(NotAsleep):
        await there.wake(run, "slow")
    go_on.set()
    async for event in run.observe():
        if event.type == "step-started" and event.payload["attempt"] == 2:
            break
    await there.wake(run, "slow")
    assert [event.type for event in await ended(run)].count("step-woken") == 2


async def test_a_delay_that_is_over_is_not_ended() -> None:
    """Nobody records its end, so that the clock says whether it is waited for."""
    there = Sleepers()
    flow = begin().then(add_one).commit()
    run = await there.begin(flow, at="step-started", rehearsal=Rehearsal(delays={"add_one": 60}))
    state = await there.engine.runtime.state(run.run_id)
    (step,) = state.open.values()
    now = there.clock.now()
    assert [step.is_asleep(now + timedelta(seconds=late)) for late in (0, 59, 60, 61)] == [True, True, False, False]
    await there.wake(run)
    await until(run, "run-succeeded")
    assert not any(one.is_asleep(now) for one in (await there.engine.runtime.state(run.run_id)).steps())


@pytest.mark.parametrize("caught", [False, True])
async def test_the_pause_before_an_undo_is_tried_again_is_ended(*, caught: bool) -> None:
    """When the run has failed, and when only a part of it has, of which the run goes on."""
    there = Sleepers()
    tries: list[int] = []

    def give_back(output: int) -> None:
        tries.append(output)
        if len(tries) == 1:
            raise ConnectionError("the shop is closed")

    def fail(data: int) -> int:
        raise Fail("no")

    buy = create_step(id="buy", execute=lambda data: data, undo=give_back, retry=Retry(attempts=2, delay=3600))
    no, instead = create_step(id="no", execute=fail), create_step(id="instead", execute=lambda data: 7)
    flow = begin().attempt(begin("body").then(buy).then(no).commit(), otherwise=instead) if caught else None
    run = await there.begin((flow or begin().then(buy).then(no)).commit(), at="step-undo-failed")
    path = "body.buy" if caught else "buy"
    with pytest.raises(NotAsleep if caught else RunFinished):
        await there.wake(run, path.replace("buy", "no"))
    await there.wake(run)
    events = await ended(run, "run-succeeded" if caught else "run-failed")
    assert len(tries) == 2
    undo = [event.type for event in events if event.path == tuple(path.split(".")) and "number" in event.payload]
    assert undo == ["step-undo-started", "step-undo-failed", "step-woken", "step-undo-started", "step-undone"]


async def test_the_pause_of_an_undo_in_a_former_pass_is_ended() -> None:
    """Two passes have the same path; the event says of which step's undo it is."""
    there = Sleepers()
    tries: list[int] = []

    def give_back(output: int) -> None:
        tries.append(output)
        if output == 2 and tries.count(2) == 1:
            raise ConnectionError("the shop is closed")

    def fail(data: int) -> int:
        raise Fail("no")

    buy = create_step(id="buy", execute=lambda data: data + 1, undo=give_back, retry=Retry(attempts=2, delay=3600))
    flow = begin().dountil(buy, lambda data: data >= 3).then(create_step(id="no", execute=fail)).commit()
    run = await there.begin(flow, at="step-undo-failed")
    await there.wake(run)
    await ended(run, "run-failed")
    assert tries == [3, 2, 2]


async def test_a_fork_shares_a_pause_that_was_ended() -> None:
    """Its undo is numbered among those that the fork shares."""
    there = Sleepers()
    tries: list[int] = []

    def give_back(output: int) -> None:
        tries.append(output)
        if len(tries) == 1:
            raise ConnectionError("the shop is closed")

    def fail(data: int) -> int:
        raise Fail("no")

    again = Retry(attempts=2, delay=3600)
    buy = create_step(id="buy", execute=lambda data: data, undo=give_back, retry=again)
    other = create_step(id="other", execute=lambda data: data, undo=lambda output: None)
    no, instead = create_step(id="no", execute=fail), create_step(id="instead", execute=lambda data: 7)
    last = create_step(id="last", execute=lambda data: data)
    caught = begin("caught").attempt(begin("body").then(buy).then(no).commit(), otherwise=instead).commit()
    run = await there.begin(begin().then(other).then(caught).then(last).commit(), at="step-undo-failed")
    await there.wake(run, "caught.body.buy")
    await ended(run)
    result = await run.time_travel(step="last")
    assert (result.status, tries) == ("success", [1, 1])
    state = await there.engine.runtime.state(result.run_id)
    found = state.find(("caught", "body", "buy"))
    assert found is not None
    assert (found.undone_at is not None, found.wakes_at) == (True, None)
