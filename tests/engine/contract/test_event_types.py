"""The types of events, each recorded by what it is named after."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine import Context, Engine, Event, MemoryStore, Retry, create_step
from engine.building.builder import WorkflowBuilder
from engine.events import EVENT_TYPES
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, until
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of

TYPES = """
run-created run-started run-suspended run-waiting run-succeeded run-failed run-canceled run-recovered run-forked
run-undoing run-paused run-proceeded run-tagged
step-started step-output step-progress step-labeled step-log step-attempt-failed step-suspended step-resumed
step-expired step-woken step-succeeded step-failed step-canceled step-bailed step-undo-started
step-undone step-undo-failed
branch-decided race-decided attempt-caught
loop-decided sleep-started sleep-ended event-awaited event-received event-expired state-changed
"""


def test_a_type_of_event_is_one_of_these() -> None:
    """No more and no less."""
    assert sorted(EVENT_TYPES) == sorted(TYPES.split())


async def talk(data: Any, ctx: Context) -> Any:
    """Say something in every way, fail at the first attempt."""
    ctx.write("piece")
    ctx.progress(0.5)
    ctx.label("talk")
    ctx.set_state(n=1)
    print("line")
    if ctx.attempt == 1:
        raise ValueError("again")
    return data


async def stop(data: Any, ctx: Context) -> Any:
    """End the run early."""
    ctx.bail("early")


async def journal_of(
    workflow: WorkflowBuilder[Any, Any, Any], act: Callable[[Any], Awaitable[Any]] | None = None
) -> list[Event]:
    """Run a workflow on a clock that jumps, do something with the run, and return its journal."""
    store = MemoryStore()
    run = await run_of(workflow.commit(), store=store, clock=FakeClock())
    await run.start_async(1)
    if act is not None:
        await act(run)
    await anext(event async for event in run.observe() if event.type in ("run-succeeded", "run-failed", "run-canceled"))
    return await store.read(run.run_id)


async def answer(run: Any) -> None:
    """Answer the question."""
    await until(run, "run-suspended")
    await run.resume(resume_data="yes")


async def cancel(run: Any) -> None:
    """Cancel the run that waits for an answer."""
    await until(run, "run-suspended")
    await run.cancel()


async def send(run: Any) -> None:
    """Send the event."""
    await until(run, "run-waiting")
    await run.send_event("ping", 1)


def retried() -> WorkflowBuilder[Any, Any, Any]:
    """Say something in every way, twice."""
    return begin().then(create_step(id="talk", execute=talk, retry=Retry(attempts=2)))


def asked() -> WorkflowBuilder[Any, Any, Any]:
    """Ask one question."""
    return begin().then(ask)


async def ask_soon(data: Any, ctx: Context) -> Any:
    """Ask what nobody answers in time."""
    return ctx.suspend(timeout=60, default="no")


def expired() -> WorkflowBuilder[Any, Any, Any]:
    """Ask one question with a deadline."""
    return begin().then(create_step(id="ask", execute=ask_soon))


async def let_pass(run: Any) -> None:
    """Wait for the end, which comes by itself."""
    await until(run, "run-succeeded")


def missed() -> WorkflowBuilder[Any, Any, Any]:
    """Wait for an event that does not come, and add one instead."""
    return begin().wait_for_event("ping", timeout=60, otherwise=add_one)


def decided() -> WorkflowBuilder[Any, Any, Any]:
    """Take one arm, repeat once, and fail."""
    return begin().branch([(lambda data: True, add_one)]).map(len).dountil(double, lambda data: data == 4).then(fail)


def raced() -> WorkflowBuilder[Any, Any, Any]:
    """Fail in one arm, win in the other."""
    return begin().race([fail, add_one])


def caught() -> WorkflowBuilder[Any, Any, Any]:
    """Fail, and go on with what handles that."""
    return begin().attempt(fail, otherwise=create_step(id="mend", execute=mend))


async def mend(data: Any) -> Any:
    """Go on."""
    return 0


def undone() -> WorkflowBuilder[Any, Any, Any]:
    """Undo, at the second try, what was done before a failure."""
    tries: list[int] = []

    def undo(output: Any) -> None:
        tries.append(output)
        if len(tries) == 1:
            raise ValueError("not yet")

    book = create_step(id="book", execute=mend, undo=undo, retry=Retry(attempts=2))
    return begin().then(book).then(fail)


def bailed() -> WorkflowBuilder[Any, Any, Any]:
    """End early."""
    return begin().then(create_step(id="stop", execute=stop))


def awaited() -> WorkflowBuilder[Any, Any, Any]:
    """Wait for an event and for a timer."""
    return begin().wait_for_event("ping").sleep(60)


JOURNALS: list[tuple[Any, Any, str]] = [
    (
        retried,
        None,
        "run-created, run-started, "
        "step-started talk, step-output talk, step-progress talk, step-labeled talk, state-changed talk, "
        "step-log talk, "
        "step-attempt-failed talk, "
        "step-started talk, step-output talk, step-progress talk, state-changed talk, step-log talk, "
        "step-succeeded talk, run-succeeded",
    ),
    (
        raced,
        None,
        "run-created, run-started, step-started fail, step-started add_one, step-failed fail, step-succeeded add_one, "
        "race-decided race-1, run-succeeded",
    ),
    (
        caught,
        None,
        "run-created, run-started, step-started fail, step-failed fail, attempt-caught attempt-1, step-started mend, "
        "step-succeeded mend, run-succeeded",
    ),
    (
        undone,
        None,
        "run-created, run-started, step-started book, step-succeeded book, step-started fail, step-failed fail, "
        "run-undoing, step-undo-started book, step-undo-failed book, step-undo-started book, step-undone book, "
        "run-failed",
    ),
    (
        asked,
        answer,
        "run-created, run-started, step-started ask, step-suspended ask, run-suspended, "
        "step-resumed ask, step-succeeded ask, run-succeeded",
    ),
    (
        asked,
        cancel,
        "run-created, run-started, step-started ask, step-suspended ask, run-suspended, "
        "step-canceled ask, run-canceled",
    ),
    (
        expired,
        let_pass,
        "run-created, run-started, step-started ask, step-suspended ask, run-suspended, "
        "step-expired ask, step-succeeded ask, run-succeeded",
    ),
    (
        missed,
        None,
        "run-created, run-started, event-awaited event-1, run-waiting, event-expired event-1, "
        "step-started add_one, step-succeeded add_one, step-succeeded event-1, run-succeeded",
    ),
    (
        decided,
        None,
        "run-created, run-started, branch-decided branch-1, step-started add_one, step-succeeded add_one, "
        "step-started map-1, step-succeeded map-1, "
        "step-started double, step-succeeded double, loop-decided dountil-1, "
        "step-started double, step-succeeded double, loop-decided dountil-1, "
        "step-started fail, step-failed fail, run-failed",
    ),
    (bailed, None, "run-created, run-started, step-started stop, step-bailed stop, run-succeeded"),
    (
        awaited,
        send,
        "run-created, run-started, event-awaited event-1, run-waiting, event-received event-1, "
        "sleep-started sleep-1, run-waiting, sleep-ended sleep-1, run-succeeded",
    ),
]


@pytest.mark.parametrize(("build", "act", "journal"), JOURNALS)
async def test_what_happens_is_recorded_in_its_order(build: Any, act: Any, journal: str) -> None:
    """Each event with the path of its step or node; those of the run have none."""
    events = await journal_of(build(), act)
    assert ", ".join(" ".join([event.type, *map(str, event.path)]) for event in events) == journal


async def test_a_recovery_and_a_fork_are_recorded() -> None:
    """The two types that a run of one process does not have."""
    store, workflow = MemoryStore(), begin().then(add_one).commit()
    dying = Engine([workflow], store=FaultPoint(store, at=1, durable=True))
    run = await dying.workflow("tiny").create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    later = await Engine([workflow], store=store).run(run.run_id)
    await later.restart()
    fork = await later.fork("add_one")
    assert "run-recovered" in [event.type for event in await store.read(run.run_id)]
    assert [event.type for event in await store.read(fork.run_id)] == ["run-created", "run-forked"]


async def test_a_pause_is_recorded() -> None:
    """And who had the run go on, under which conditions."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).then(double).commit(), store=store)
    await run.start(1, breakpoints=["add_one"])
    await run.proceed(step=True, input_data=5, breakpoints="all")
    await run.proceed(breakpoints=["double"])
    told = [event.payload for event in await store.read(run.run_id) if event.type in ("run-paused", "run-proceeded")]
    assert told == [
        {"before": ["add_one"], "input": {"input": []}},
        {"before": [["add_one"]], "step": True, "breakpoints": "all", "input": 5},
        {"before": ["double"], "input": {"step": ["add_one"]}},
        {"before": [["double"]], "breakpoints": ["double"]},
    ]


NOT_THERE = {"run-recovered", "run-forked", "run-paused", "run-proceeded", "run-tagged", "step-woken"}
"""What other tests record: see above, `test_tags.py` and `test_waking.py`."""


def test_every_type_has_its_place_in_these_tests() -> None:
    """A type that nothing records would be a promise that nobody keeps."""
    recorded = {event.split()[0] for _, _, journal in JOURNALS for event in journal.split(", ")}
    assert recorded | NOT_THERE == set(TYPES.split())
