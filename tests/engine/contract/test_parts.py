"""A workflow is a tree: which part may stand where, which functions stand between, and when calls return."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import Context, clone_step, sequence
from engine.testing import FakeClock, run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, run_of

PARTS: dict[str, Any] = {
    "step": lambda: clone_step(add_one, id="part"),
    "workflow": lambda: begin("part").then(add_one).commit(),
    "sequence": lambda: sequence(begin("inner").then(add_one).commit(), clone_step(add_one, id="more"), id="part"),
}

PLACES: dict[str, Any] = {
    "then": lambda part: begin().then(part),
    "parallel": lambda part: begin().parallel([part, double]),
    "branch": lambda part: begin().branch([(lambda data: True, part), (lambda data: True, double)]),
    "otherwise": lambda part: begin().branch([(lambda data: False, double)], otherwise=part),
    "dowhile": lambda part: begin().dowhile(part, lambda output: output < 14),
    "dountil": lambda part: begin().dountil(part, lambda output: output >= 14),
    "foreach": lambda part: begin().map(lambda data: [data, data + 10]).foreach(part),
    "sequence": lambda part: begin().then(sequence(part, double)),
}

GIVES: dict[str, Any] = {
    "then": lambda f: f(10),
    "parallel": lambda f: {"part": f(10), "double": 20},
    "branch": lambda f: {"part": f(10), "double": 20},
    "otherwise": lambda f: {"part": f(10)},
    "dowhile": lambda f: 14,
    "dountil": lambda f: 14,
    "foreach": lambda f: [f(10), f(20)],
    "sequence": lambda f: 2 * f(10),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("part", PARTS)
async def test_a_step_a_workflow_or_a_sequence_may_stand_in_every_place(part: str, place: str) -> None:
    """An arm, a loop body, a foreach body and a part of a sequence is any of the three, under its own id."""
    result = await run_to_end(PLACES[place](PARTS[part]()).commit(), 10)
    added = 2 if part == "sequence" else 1
    assert (result.status, result.result) == ("success", GIVES[place](lambda data: data + added))


def shapes(value: Any) -> dict[str, Any]:
    """Return a function of each shape that gives the value when it is called with what it takes."""

    async def of_data(data: Any) -> Any:
        assert data == 10
        return value

    async def of_both(data: Any, ctx: Context) -> Any:
        assert (data, ctx.request_context) == (10, {"user": "Ada"})
        return value

    def sync_of_data(data: Any) -> Any:
        assert data == 10
        return value

    def sync_of_both(data: Any, ctx: Context) -> Any:
        assert (data, ctx.request_context) == (10, {"user": "Ada"})
        return value

    return {"data": sync_of_data, "data, ctx": sync_of_both, "async data": of_data, "async data, ctx": of_both}


# What a function stands for, what it gives, and what comes of it.
FUNCTIONS: dict[str, tuple[Any, Any, Any]] = {
    "branch": (lambda f: begin().branch([(f, double)]), True, {"double": 20}),
    "dowhile": (lambda f: begin().map(lambda data: 9).dowhile(add_one, f), False, 10),
    "dountil": (lambda f: begin().map(lambda data: 9).dountil(add_one, f), True, 10),
    "map": (lambda f: begin().map(f), "mapped", "mapped"),
    "map key": (lambda f: begin().map({"key": f}), "mapped", {"key": "mapped"}),
    "sleep": (lambda f: begin().sleep(f), timedelta(hours=1), 10),
    "sleep_until": (lambda f: begin().sleep_until(f), datetime(2030, 1, 1, 1, tzinfo=UTC), 10),
}


@pytest.mark.parametrize("shape", shapes(None))
@pytest.mark.parametrize("place", FUNCTIONS)
async def test_functions_take_the_data_or_the_data_and_the_context_sync_or_async(place: str, shape: str) -> None:
    """Conditions, mappings and timers alike."""
    build, gives, result = FUNCTIONS[place]
    ended = await run_to_end(build(shapes(gives)[shape]).commit(), 10, request_context={"user": "Ada"})
    assert (ended.status, ended.result) == ("success", result)
    if place.startswith("sleep"):
        assert ended.ended_at == datetime(2030, 1, 1, 1, tzinfo=UTC)


async def test_start_and_resume_wait_through_timers_and_events() -> None:
    """They return when the run asks or has ended; meanwhile its status is waiting."""
    clock = FakeClock(auto=False)
    workflow = begin().sleep(60).then(ask).sleep(60).wait_for_event("ping").then(add_one).commit()
    run = await run_of(workflow, clock=clock)
    starting = asyncio.ensure_future(run.start(1))
    await clock.sleeping()
    assert (starting.done(), (await run.state()).status) == (False, "waiting")
    clock.advance(60)
    assert (await starting).status == "suspended"
    resuming = asyncio.ensure_future(run.resume(resume_data=2))
    await clock.sleeping()
    assert (resuming.done(), (await run.state()).status) == (False, "waiting")
    clock.advance(60)
    await anext(event async for event in run.observe() if event.payload.get("events") == ["ping"])
    assert (resuming.done(), (await run.state()).status) == (False, "waiting")
    await run.send_event("ping", 41)
    assert ((await resuming).status, (await resuming).result) == ("success", 42)
