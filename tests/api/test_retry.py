"""A failed run is tried again from the steps that have failed, in a new run that shares all else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import Workflow, create_step, create_workflow, sequence
from playground.actions import actions, proceed_retry
from playground.actions.actions import store
from tests.pages.stage import Stage


class World:
    """What the steps of a workflow meet outside: failures, until somebody mends them."""

    def __init__(self) -> None:
        """Begin broken."""
        self.mended = False
        self.calls: list[str] = []

    def step(self, id: str, *, fails: bool = False, **options: Any) -> Any:
        """Return a step that adds its id, or fails."""

        async def execute(data: Any) -> Any:
            self.calls.append(id)
            if fails and not self.mended:
                raise RuntimeError(f"{id} is broken")
            return f"{data}{id}"

        return create_step(id=id, execute=execute, **options)


def begin(id: str = "flow") -> Any:
    """Begin a workflow that takes and gives any JSON."""
    return create_workflow(id=id, input_schema=None, output_schema=None)


def chain(world: World) -> Any:
    """Fail in the middle."""
    return begin().then(world.step("a")).then(world.step("b", fails=True)).then(world.step("c")).commit()


def arms(world: World) -> Any:
    """Fail in two arms of three."""
    left = sequence(world.step("a"), world.step("b", fails=True))
    return begin().parallel([left, world.step("c"), world.step("d", fails=True)]).commit()


def nested(world: World) -> Any:
    """Fail inside of a nested workflow."""
    inner = begin("inner").then(world.step("a")).then(world.step("b", fails=True)).commit()
    return begin().then(inner).then(world.step("c")).commit()


def items(world: World) -> Any:
    """Fail in each item."""
    return begin().map(lambda data: [data, data]).foreach(world.step("b", fails=True), concurrency=2).commit()


def caught(world: World) -> Any:
    """Catch a failure, and fail after it."""
    mend = create_step(id="mend", execute=lambda told: told["error"])
    return begin().attempt(world.step("a", fails=True), otherwise=mend).then(world.step("b", fails=True)).commit()


def unmended(world: World) -> Any:
    """Catch a failure, and fail with what answers to it."""
    body = sequence(world.step("a"), world.step("b", fails=True))
    handler = sequence(world.step("d"), world.step("e", fails=True))
    return begin().attempt(body, otherwise=handler).then(world.step("c")).commit()


def spent(world: World) -> Any:
    """Fail in the handler of one item of three; the others are fine, or their failure was caught for good."""

    async def spend(told: Any) -> Any:
        world.calls.append("spend")
        if told["input"] == 2 and not world.mended:
            raise RuntimeError("nothing is left")
        return "spent"

    async def fetch(item: int) -> int:
        world.calls.append(f"fetch {item}")
        if item == 1 or (item == 2 and not world.mended):
            raise RuntimeError(f"{item} is away")
        return item

    guarded = begin("guarded").attempt(
        create_step(id="fetch", execute=fetch), otherwise=create_step(id="spend", execute=spend)
    )
    return begin().map(lambda data: [0, 1, 2]).foreach(guarded.commit()).commit()


def mended_outside(world: World) -> Any:
    """Fail in a handler whose failure another attempt has caught, and fail after it."""
    inner = begin("inner").attempt(world.step("a", fails=True), otherwise=world.step("b", fails=True)).commit()
    last = create_step(id="last", execute=lambda told: told["step"])
    return begin().attempt(inner, otherwise=last).then(world.step("c", fails=True)).commit()


def beside(world: World) -> Any:
    """Catch the failure of one arm of two that failed, and fail after it."""
    mend = create_step(id="mend", execute=lambda told: "mended ")
    arms = begin("arms").parallel([world.step("a", fails=True), world.step("b", fails=True)]).commit()
    return begin().attempt(arms, otherwise=mend).then(world.step("c", fails=True)).commit()


def undone_and_caught(world: World) -> Any:
    """Catch a failure whose body was undone, and fail after it."""
    done = world.step("a", undo=lambda output: None)
    mend = create_step(id="mend", execute=lambda told: "mended ")
    body = sequence(done, world.step("b", fails=True))
    return begin().attempt(body, otherwise=mend).then(world.step("c", fails=True)).commit()


def undone_and_unmended(world: World) -> Any:
    """Undo a body, and fail with what answers to its failure."""
    done = world.step("a", undo=lambda output: None)
    body = sequence(done, world.step("b", fails=True))
    return begin().attempt(body, otherwise=world.step("d", fails=True)).then(world.step("c")).commit()


def caught_before(world: World) -> Any:
    """Catch a failure in the first pass of a loop, and fail in the second with one that is not caught."""

    async def execute(data: Any) -> Any:
        world.calls.append("a")
        if data == "x":
            raise KeyError("x")
        if not world.mended:
            raise RuntimeError("a is broken")
        return f"{data}a"

    mend = create_step(id="mend", execute=lambda told: "mended ")
    body = begin("body").attempt(create_step(id="a", execute=execute), otherwise=mend, on=KeyError).commit()
    return begin().dountil(body, lambda data, ctx: ctx.iteration == 2).commit()


def looped(world: World) -> Any:
    """Fail in the second iteration."""

    async def execute(data: Any) -> Any:
        world.calls.append("a")
        if data == "xa" and not world.mended:
            raise RuntimeError("a is broken")
        return f"{data}a"

    return begin().dountil(create_step(id="a", execute=execute), lambda data, ctx: ctx.iteration == 3).commit()


def conditional(world: World) -> Any:
    """Fail at a condition."""

    def is_fine(data: Any) -> bool:
        if not world.mended:
            raise RuntimeError("the condition is broken")
        return True

    return begin().then(world.step("a")).branch([(is_fine, world.step("b"))]).commit()


def undone(world: World) -> Any:
    """Fail after something that is undone then."""
    done = world.step("a", undo=lambda output: None)
    return begin().then(done).then(world.step("b")).then(world.step("c", fails=True)).commit()


@pytest.mark.parametrize(
    ("build", "result", "again"),
    [
        (chain, "xabc", ["b", "c"]),
        (arms, {"b": "xab", "c": "xc", "d": "xd"}, ["b", "d"]),
        (nested, "xabc", ["b", "c"]),
        (items, ["xb", "xb"], ["b", "b"]),
        (caught, "a is brokenb", ["b"]),
        (unmended, "xabc", ["b", "c"]),
        (spent, [0, "spent", 2], ["fetch 2"]),
        (mended_outside, "inner.bc", ["c"]),
        (beside, "mended c", ["c"]),
        (undone_and_caught, "mended c", ["c"]),
        (undone_and_unmended, "xabc", ["a", "b", "c"]),
        (caught_before, "mended a", ["a"]),
        (looped, "xaaa", ["a", "a"]),
        (conditional, {"b": "xab"}, ["b"]),
        (undone, "xabc", ["a", "b", "c"]),
    ],
)
async def test_what_failed_runs_again_and_nothing_else(
    stage: Stage, build: Callable[[World], Workflow[Any, Any]], result: Any, again: list[str]
) -> None:
    """With what it was given; the run that failed stays as it is."""
    world = World()
    await stage.publish(build(world))
    run_id = await actions.start("flow", "x")
    assert (await stage.play(run_id)).status == "failed"
    before = await store.read(run_id)
    world.mended, world.calls = True, []
    response = await stage.client.post(f"/api/workflows/flow/retry?runId={run_id}", content_type="application/json")
    answer = json.loads(response.content)
    assert response.status_code == 200, answer
    retried = await stage.play(answer["runId"])
    assert (retried.status, retried.result, sorted(world.calls)) == ("success", result, sorted(again)), retried.error
    assert await store.read(run_id) == before


async def test_a_step_is_given_again_what_it_had(stage: Stage) -> None:
    """Also where that was not what came before gave: the run was forked there with another input."""
    world = World()
    await stage.publish(chain(world))
    run_id = await actions.start("flow", "x")
    await stage.play(run_id)
    other = await actions.fork(run_id, "b", "other")
    await stage.play(other)
    world.mended = True
    assert (await stage.play(await proceed_retry.retry(other))).result == "otherbc"


async def test_only_what_has_failed_is_tried_again(stage: Stage) -> None:
    """A run that waits is not, nor one that is not there, nor one of another workflow."""
    run_id = await stage.suspended()
    refused = {f"trip/retry?runId={run_id}": 409, f"other/retry?runId={run_id}": 404, "trip/retry?runId=nope": 404}
    for path, status in refused.items():
        response = await stage.client.post(f"/api/workflows/{path}", content_type="application/json")
        assert response.status_code == status
