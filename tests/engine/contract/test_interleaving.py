"""What happens between a call of the store and its return: nothing is lost, doubled or out of order."""

import asyncio
from typing import Any

from engine import Context, Engine, MemoryStore, Retry, RunResult, create_step, sequence
from engine.journal.fold import fold
from engine.journal.requests import Start, create_run, record_resume
from engine.testing import FakeClock, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, run_of


class Held:
    """A store whose appends of one kind of event are on their way for a while: done, and not yet known to be."""

    def __init__(self, type: str) -> None:
        self.inner = MemoryStore()
        self.on_its_way, self.let_go = asyncio.Event(), asyncio.Event()
        self._type = type

    async def append(self, run_id: str, drafts: Any, **claim: Any) -> int:
        """Append, and return later."""
        last = await self.inner.append(run_id, drafts, **claim)
        if any(draft.type == self._type for draft in drafts):
            self.on_its_way.set()
            await self.let_go.wait()
        return last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


async def assert_told_by_its_journal(store: Held, result: RunResult) -> None:
    """Check that the journal has no gap and that its fold is the result."""
    events = await store.inner.read(result.run_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert RunResult.of(fold(events)).to_dict() == result.to_dict()


async def test_an_arm_that_is_cancelled_while_it_writes() -> None:
    """Its events are in the journal once, and what follows is recorded after them."""
    store = Held("step-attempt-failed")

    async def flaky(data: Any) -> None:
        raise RuntimeError("again")

    async def bad(data: Any) -> None:
        await store.on_its_way.wait()
        raise ValueError("bad failed")

    arms = [
        create_step(id="flaky", execute=flaky, retry=Retry(attempts=9, delay=60)),
        create_step(id="bad", execute=bad),
    ]
    run = await run_of(begin().parallel(arms, fail_fast=True).commit(), store=store)
    running = asyncio.ensure_future(run.start(1))
    await store.on_its_way.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    store.let_go.set()
    result = await running
    assert (result.status, result.error, result.steps["flaky"].status) == ("failed", "bad failed", "canceled")
    await assert_told_by_its_journal(store, result)


async def test_an_item_that_is_cancelled_by_a_bail_while_it_writes() -> None:
    """An early end does not tear what others were recording."""
    store = Held("step-attempt-failed")

    async def work(data: int, ctx: Context) -> None:
        if data == 0:
            raise RuntimeError("again")
        await store.on_its_way.wait()
        ctx.bail("found")

    item = create_step(id="work", execute=work, retry=Retry(attempts=9, delay=60))
    run = await run_of(begin().foreach(item, concurrency=2).commit(), store=store)
    running = asyncio.ensure_future(run.start([0, 1]))
    await store.on_its_way.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    store.let_go.set()
    result = await running
    assert (result.status, result.result) == ("success", "found")
    await assert_told_by_its_journal(store, result)


async def test_an_answer_that_comes_while_the_run_records_that_it_rests() -> None:
    """The answer is gone on with, though the run was just going to sleep."""
    store = Held("run-suspended")
    workflow = begin().then(ask).then(add_one).commit()
    run = await run_of(workflow, store=store)
    running = asyncio.ensure_future(run.start(1))
    await store.on_its_way.wait()
    resuming = asyncio.ensure_future(run.resume(resume_data=41))
    await until(run, "step-resumed")
    store.let_go.set()
    assert (await running).run_id == (await resuming).run_id
    result = await run.state()
    assert (result.status, result.result) == ("success", 42)
    await assert_told_by_its_journal(store, result)


async def test_a_worker_goes_on_with_an_answer_that_found_its_run_claimed() -> None:
    """One segment is enough, though whoever brought the answer was turned away: the run was still claimed."""
    store = Held("run-suspended")
    workflow = begin().then(ask).then(add_one).commit()
    here, there = (Engine([workflow], store=store).runtime for _ in range(2))
    created = {"run_id": "r", "workflow_id": "tiny", "digest": workflow.digest, "start": Start(input=1)}
    await create_run(store, here.clock, **created)
    working = asyncio.ensure_future(here.segment("r"))
    await store.on_its_way.wait()
    await record_resume(store, there.clock, "r", ("ask",), 41)
    assert await there.segment("r") is None
    store.let_go.set()
    state = await working
    assert state is not None
    assert (state.status, state.result) == ("success", 42)


async def test_an_event_that_comes_just_before_the_timeout_wins() -> None:
    """An event that was recorded while the timeout was found to be over is the payload, and no timeout is recorded."""
    clock = FakeClock(auto=False)
    store = MemoryStore()
    workflow = begin().wait_for_event("ping", timeout=60).commit()
    run = await run_of(workflow, store=store, clock=clock)
    running = asyncio.ensure_future(run.start())
    await clock.sleeping()
    other = await Engine([workflow], store=store, clock=clock).run(run.run_id)
    clock.advance(60)
    await other.send_event("ping", "just in time")
    result = await running
    assert (result.status, result.result) == ("success", "just in time")
    assert RunResult.of(fold(await store.read(run.run_id))).to_dict() == result.to_dict()


async def test_a_hundred_answers_at_once() -> None:
    """Every item is answered once, whoever answers in whatever order."""
    run = await run_of(begin().foreach(ask).commit())
    await run.start(list(range(100)))
    results = await asyncio.gather(*(run.resume("ask", n, index=n) for n in reversed(range(100))))
    assert {result.status for result in results} == {"success"}
    assert results[0].result == list(range(100))


async def test_answers_to_siblings_in_the_same_moment() -> None:
    """Two answers that come at once both go on, each in its own arm."""
    arms = [sequence(asking("a"), add_one), sequence(asking("b"), create_step(id="after", execute=lambda data: data))]
    run = await run_of(begin().parallel(arms).commit())
    await run.start(1)
    await asyncio.gather(run.resume("a", 1), run.resume("b", 2))
    assert (await run.state()).result == {"add_one": 2, "after": 2}


async def test_many_runs_of_one_engine_keep_apart() -> None:
    """A hundred runs at once, each with its own values."""
    engine = Engine([begin().foreach(add_one, concurrency=3).then(create_step(id="sum", execute=sum)).commit()])
    runs = [await engine.workflow("tiny").create_run() for _ in range(100)]
    results = await asyncio.gather(*(run.start([n, n]) for n, run in enumerate(runs)))
    assert [result.result for result in results] == [2 * n + 2 for n in range(100)]
