"""One step of a recorded run, run alone in memory: with what came before it, and nothing after."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, MemoryStore, Retry, create_step, create_workflow, step, value
from engine.errors import UnknownStep
from engine.events import Event
from engine.testing import FakeClock
from playground.worker.step_runs.step_process import run_step

CALLS: list[str] = []


class Counted(BaseModel):
    """The run's state."""

    n: int = 0


@step(state_schema=Counted)
async def begin(data: int, ctx: Context) -> int:
    """Set the state."""
    CALLS.append("begin")
    ctx.set_state(n=data)
    return data + 1


@step(state_schema=Counted)
def work(data: int, ctx: Context) -> dict[str, Any]:
    """Say all that is known here."""
    CALLS.append("work")
    print("working")
    return {"given": data, "before": ctx.result("begin"), "state": ctx.state.n, "who": ctx.request_context["who"]}


@step
async def after(data: dict[str, Any]) -> int:
    """Come after it."""
    CALLS.append("after")
    return 1


def hook(result: Any) -> None:
    """Say that the run has ended."""
    CALLS.append("hook")


FLOW = (
    create_workflow(id="flow", input_schema=int, output_schema=int, state_schema=Counted, on_finish=hook)
    .then(begin)
    .then(work)
    .then(after)
    .commit()
)


async def recorded(flow: Any, data: Any, **ways: Any) -> list[Event]:
    """Return the journal of a run."""
    store = MemoryStore()
    run = await Engine([flow], store=store, clock=FakeClock()).workflow(flow.id).create_run()
    await run.start(data, **ways)
    CALLS.clear()
    return await store.read(run.run_id)


async def alone(flow: Any, events: list[Event], path: list[str | int], **order: Any) -> tuple[list[Event], Any]:
    """Run a step alone; return its events, and all that was told."""
    told: list[Mapping[str, Any]] = []
    given = {"input": order.pop("input"), "began": order.pop("began", None)}
    await run_step(flow, {"events": [event.to_dict() for event in events], "step": path, **given}, told.append)
    return [Event.from_dict(event) for event in told[-1]["came"]][1:], told


async def test_a_step_runs_alone_with_what_came_before_it() -> None:
    """Results, state and context are as in the run; nothing else is called, not even a hook."""
    events = await recorded(FLOW, 5, request_context={"who": "Ada"})
    came, told = await alone(FLOW, events, ["work"], input=70)
    assert CALLS == ["work"]
    assert came[-1].payload["output"] == {"given": 70, "before": 6, "state": 5, "who": "Ada"}
    assert [event.payload["message"] for event in came if event.type == "step-log"] == ["working"]
    assert (told[0], told[-1]["seconds"] >= 0) == ({"running": True}, True)


@pytest.mark.parametrize("items", [0, 1])
async def test_one_item_of_a_list_or_one_pass_of_a_loop(items: int) -> None:
    """Others are left alone."""
    double = create_step(id="double", execute=lambda data: (CALLS.append(str(data)), data * 2)[1], input_schema=int)
    flow = (
        create_workflow(id="list", input_schema=list[int], output_schema=None).foreach(double, concurrency=3).commit()
    )
    events = await recorded(flow, [1, 2])
    came, _ = await alone(flow, events, ["double", items], input=50)
    assert (CALLS, came[-1].payload["output"]) == (["50"], 100)
    loop = create_workflow(id="loop", input_schema=int, output_schema=None)
    looped = loop.dountil(double, lambda data: data > 5).commit()
    events = await recorded(looped, 1)
    began = [event.seq for event in events if event.type == "step-started"]
    came, _ = await alone(looped, events, ["double"], input=3, began=began[items])
    assert (CALLS, came[0].payload["iteration"], came[-1].payload["output"]) == (["3"], items + 1, 6)


async def test_a_failure_and_a_question_are_what_came() -> None:
    """One attempt is made, whatever the policy; nobody answers."""

    async def act(data: str, ctx: Context) -> Any:
        return ctx.suspend({"about": data}) if data == "ask" else [][1]

    act_step = create_step(id="act", execute=act, retry=Retry(attempts=5, delay=3600))
    flow = create_workflow(id="acts", input_schema=str, output_schema=None).then(act_step).commit()
    events = await recorded(flow, "ask")
    for given, last in (("ask", "step-suspended"), ("fail", "step-attempt-failed")):
        came, _ = await alone(flow, events, ["act"], input=given)
        assert [event.type for event in came] == ["step-started", last]


async def test_a_map_runs_alone() -> None:
    """With what came before it, up to its own end: what follows is not called, and its own failure is what came."""

    def total(data: Any, ctx: Context) -> Any:
        CALLS.append("total")
        return ctx.result("begin") / data["count"]

    flow = (
        create_workflow(id="flow", input_schema=int, output_schema=None, state_schema=Counted)
        .then(begin)
        .map({"count": value(7)}, id="counts")
        .map(total, id="total")
        .then(create_step(id="last", execute=lambda data: CALLS.append("last")))
        .commit()
    )
    events = await recorded(flow, 1)
    came, _ = await alone(flow, events, ["total"], input={"count": 8})
    assert (CALLS, came[-1].type, came[-1].payload["output"]) == (["total"], "step-succeeded", 0.25)
    came, _ = await alone(flow, events, ["total"], input={"count": 0})
    assert (came[-1].type, came[-1].payload["error"]["type"]) == ("step-failed", "ZeroDivisionError")
    came, _ = await alone(flow, events, ["counts"], input=None)
    assert came[-1].payload["output"] == {"count": 7}


async def test_what_is_no_step_or_is_gone_is_refused() -> None:
    """A timer, and a step that the code has no more or does not come to, cannot be run alone."""
    flow = create_workflow(id="flow", input_schema=int, output_schema=None).sleep(0, id="nap").commit()
    events = await recorded(flow, 1)
    for name in ("nap", "gone"):
        with pytest.raises(UnknownStep, match="is no step and no map: only what a function does"):
            await alone(flow, events, [name], input=1)
