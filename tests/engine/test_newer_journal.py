"""A journal that a newer version has written: it is read as far as it is understood, and left alone."""

from typing import Any

import pytest

from engine import Engine, MemoryStore, Run
from engine.clock import SystemClock
from engine.errors import NewerJournal
from engine.events import Draft
from engine.journal.fold import fold
from tests.engine.contract.tiny import add_one, ask, begin, double

WORKFLOW = begin().then(add_one).then(ask).then(double).commit()


async def newer_run(store: MemoryStore) -> Run[Any, Any]:
    """Return a suspended run of which a newer version has recorded something."""
    run = await Engine([WORKFLOW], store=store).workflow("tiny").create_run()
    await run.start(1)
    postponed: Any = "step-postponed"
    unknown = Draft(SystemClock().now(), postponed, ("double",), {"until": "later"})
    await store.transact(run.run_id, after=0, decide=lambda events: [unknown, unknown])
    return run


async def test_what_is_understood_is_read() -> None:
    """The state is that of the events that are known; the others are named."""
    store = MemoryStore()
    run = await newer_run(store)
    state = fold(await store.read(run.run_id))
    assert (state.status, state.unknown) == ("suspended", ("step-postponed",))
    assert (await run.state()).suspended == [["ask"]]
    assert (await store.summary(run.run_id)).last_seq == state.last_seq


@pytest.mark.parametrize(
    "request_",
    [
        lambda run: run.resume(resume_data=1),
        lambda run: run.cancel(),
        lambda run: run.restart(),
    ],
    ids=["resume", "cancel", "restart"],
)
async def test_nothing_is_recorded(request_: Any) -> None:
    """What cannot be judged is refused, and the message says what to do."""
    store = MemoryStore()
    run = await newer_run(store)
    before = await store.read(run.run_id)
    with pytest.raises(NewerJournal, match=r"newer version of Stepyard, .*: step-postponed\. .*upgrade"):
        await request_(run)
    assert await store.read(run.run_id) == before


async def test_a_fork_shares_only_what_is_understood() -> None:
    """What came before the unknown events can be forked, what follows them cannot."""
    store = MemoryStore()
    run = await newer_run(store)
    assert (await run.time_travel("ask", 5)).suspended == [["ask"]]
    started = Draft(SystemClock().now(), "step-started", ("double",), {"attempt": 1, "input": {"value": 1}})
    await store.transact(run.run_id, after=0, decide=lambda events: [started])
    with pytest.raises(NewerJournal):
        await run.fork("double")
