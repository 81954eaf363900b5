"""Journal economy: what is stored grows with the events of a run, and a value that is handed on is stored once."""

import json
from typing import Any

import pytest

from engine import MemoryStore, Workflow, clone_step, create_step
from engine.testing import FakeClock
from tests.engine.contract.tiny import add_one, begin, run_of

BIG = "x" * 10_000


async def stored(workflow: Workflow[Any, Any], data: Any) -> int:
    """Run a workflow and return the bytes of its journal."""
    store = MemoryStore()
    run = await run_of(workflow, store=store, clock=FakeClock())
    result = await run.start(data)
    assert result.status == "success"
    return sum(len(json.dumps(event.to_dict())) for event in await store.read(run.run_id))


def chain(length: int) -> Workflow[Any, Any]:
    """Return a workflow of so many steps."""
    builder = begin()
    for number in range(length):
        builder = builder.then(clone_step(add_one, id=f"s{number}"))
    return builder.commit()


same = create_step(id="same", execute=lambda data: data)


async def test_a_journal_grows_with_the_steps() -> None:
    """Ten times the steps, ten times the bytes."""
    assert await stored(chain(1000), 0) == pytest.approx(10 * await stored(chain(100), 0), rel=0.1)


async def test_a_journal_grows_with_the_iterations() -> None:
    """Ten times the iterations of a loop, ten times the bytes."""

    def looping(times: int) -> Workflow[Any, Any]:
        return begin().dowhile(add_one, lambda _, ctx: ctx.iteration < times).commit()

    assert await stored(looping(1000), 0) == pytest.approx(10 * await stored(looping(100), 0), rel=0.1)


async def test_a_journal_grows_with_the_items() -> None:
    """Ten times the items, ten times the bytes; also when one foreach follows another, and through a nested one."""
    inner = begin("inner").foreach(clone_step(add_one, id="c")).commit()
    workflow = begin().foreach(add_one).foreach(clone_step(add_one, id="b")).then(inner).commit()
    few, many = [await stored(workflow, [1000] * count) for count in (100, 1000)]
    assert many == pytest.approx(10 * few, rel=0.1)


async def test_a_list_of_items_is_handed_on_by_one_ref() -> None:
    """Ten arms behind a foreach do not store ten lists of its outputs."""
    arms = [create_step(id=f"arm{n}", execute=lambda data: len(data)) for n in range(10)]
    workflow = begin().foreach(add_one).parallel(arms).commit()
    few, many = [await stored(workflow, [1000] * count) for count in (100, 1000)]
    assert many < 10 * few


@pytest.mark.parametrize(
    "workflow",
    [
        begin().sleep(1).sleep(1).sleep(1).commit(),
        begin().then(begin("inner").sleep(1).commit()).sleep(1).commit(),
        begin().parallel([begin(f"arm{n}").sleep(1).commit() for n in range(5)]).map(lambda data: 1).commit(),
        begin().then(create_step(id="n", execute=lambda data: 1)).commit(),
        begin().foreach(create_step(id="n", execute=lambda data: 1), concurrency=5).commit(),
    ],
)
async def test_the_input_is_stored_once(workflow: Workflow[Any, Any]) -> None:
    """However often it is handed on unchanged: to timers, nested workflows, arms and items."""
    data = [BIG] if workflow.flow.nodes[0].id == "foreach-1" else BIG
    assert await stored(workflow, data) < 2 * len(BIG)


async def test_an_output_is_stored_once() -> None:
    """The output of the last step, of its nested workflow and of the run are one."""
    inner = begin("inner").then(create_step(id="make", execute=lambda data: BIG)).commit()
    assert await stored(begin().then(begin("middle").then(inner).commit()).commit(), 1) < 2 * len(BIG)


async def test_a_list_with_a_large_value_is_not_copied_into_its_items() -> None:
    """Items refer to the list that they came from."""
    make = create_step(id="make", execute=lambda data: [BIG, BIG])
    workflow = begin().then(make).foreach(create_step(id="n", execute=len, input_schema=str)).commit()
    assert await stored(workflow, 1) < 3 * len(BIG)
