"""Requests with no worker at hand: the JSON Schema decides, and each request is recorded once or not at all."""

import asyncio
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.errors import (
    AlreadyResumed,
    AmbiguousResume,
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    NotSuspended,
    RequestError,
    RunAlreadyStarted,
    RunExists,
    RunFinished,
    StepNotRun,
    UnknownRun,
    UnknownStep,
    UnknownWorkflow,
)
from engine.events import Draft, EventType
from engine.paths import Path
from playground.actions import actions
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.runs import lists
from playground.runs.inbox import inbox_count
from playground.runs.queue_position import queue_length

pytestmark = pytest.mark.django_db(transaction=True)

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
STEPS = [
    {"type": "step", "id": "ask", "input_schema": CITY, "resume_schema": {"type": "boolean"}},
    {"type": "foreach", "id": "each", "body": {"type": "step", "id": "item", "resume_schema": {"type": "integer"}}},
    {
        "type": "foreach",
        "id": "all",
        "body": {
            "type": "workflow",
            "id": "inner",
            "workflow": {
                "id": "inner",
                "steps": [{"type": "step", "id": "nested", "resume_schema": {"type": "integer"}}],
            },
        },
    },
    {"type": "event", "id": "paid", "name": "payment", "schema": {"type": "number"}},
]


@pytest.fixture(autouse=True)
async def published() -> None:
    """Have one workflow in the catalogue and no worker."""
    graph = {"id": "flow", "input_schema": CITY, "output_schema": {}, "steps": STEPS}
    entry = WorkflowEntry(workflow_id="flow", digest="d1", graph=graph, module="a.py")
    await catalogue.publish([entry], [], worker_id="w", site=["a.py"])


def draft(type: EventType, path: Path = (), **payload: Any) -> Draft:
    """Return an event of now."""
    return Draft(SystemClock().now(), type, path, payload)


async def suspended(run_id: str, *paths: Path) -> None:
    """Start a run and have it wait for answers at some paths."""
    await actions.start("flow", {"city": "London"}, run_id=run_id)
    asks = [draft("step-suspended", path, payload=None, label=str(path[-1]), call=1) for path in paths]
    starts = [draft("step-started", path, attempt=1, input={"value": 1}) for path in paths]
    events = [draft("run-started"), *starts, *asks, draft("run-suspended", suspended=[list(path) for path in paths])]
    await store.transact(run_id, after=0, decide=lambda known: events)


async def test_a_start_is_recorded_and_queued() -> None:
    """A start that fits the JSON Schema makes a pending run, marked as unchecked, that waits for a worker."""
    run_id = await actions.start("flow", {"city": "London"}, resource_id="me", request_context={"k": 1})
    run = await actions.state_of(run_id)
    assert (run.status, run.workflow_id, run.digest, run.resource_id) == ("pending", "flow", "d1", "me")
    assert (run.root.input, run.request_context) == ({"city": "London"}, {"k": 1})
    (created,) = await store.read(run_id)
    assert created.payload["unchecked"] is True
    assert await queue_length() == 1


async def test_a_start_that_does_not_fit_leaves_nothing() -> None:
    """Bad input, an unknown workflow and a bad id are refused, and no run is made."""
    with pytest.raises(InvalidInput) as refused:
        await actions.start("flow", {"city": 5})
    assert [issue.path for issue in refused.value.issues] == [("city",)]
    with pytest.raises(UnknownWorkflow, match="There are: flow"):
        await actions.start("nowhere", {})
    for bad in ("", "a b", "-x", "a/b", "x" * 201, "\ud800"):
        with pytest.raises(InvalidInput):
            await actions.start("flow", {"city": "London"}, run_id=bad)
    assert await lists.total() == 0


async def test_an_id_is_taken_once() -> None:
    """A run is created once and started once."""
    await actions.create("flow", run_id="r")
    with pytest.raises(RunExists):
        await actions.create("flow", run_id="r")
    assert await queue_length() == 0
    await actions.start("flow", {"city": "London"}, run_id="r")
    assert await queue_length() == 1
    with pytest.raises(RunAlreadyStarted):
        await actions.start("flow", {"city": "London"}, run_id="r")


async def test_an_answer_goes_to_the_step_that_is_meant() -> None:
    """A path, a label, or nothing when only one step waits: each finds its step."""
    await suspended("one", ("ask",))
    assert await actions.resume("one", None, True) == ("ask",)
    await suspended("several", ("item", 0), ("item", 1), ("item", 2))
    assert await actions.resume("several", "item[1]", 5) == ("item", 1)
    assert await actions.resume("several", ["item", 2], 5) == ("item", 2)
    assert await actions.resume("several", None, 5, label="0") == ("item", 0)
    await suspended("more", ("item", 0), ("item", 1))
    assert await actions.resume("more", "item", 5, index=1) == ("item", 1)
    with pytest.raises(AlreadyResumed):
        await actions.resume("more", "item", 5, index=1)
    with pytest.raises(NotSuspended, match="index 7"):
        await actions.resume("more", None, 5, index=7)
    assert [path for path, step in (await actions.state_of("several")).open.items() if step.status == "suspended"] == []


async def test_a_step_in_an_item_is_found_without_its_indexes() -> None:
    """The ids of its path and the item's index name it, and so does its own id when no other step has it."""
    await suspended("r", ("inner", 0, "nested"), ("inner", 1, "nested"), ("inner", 2, "nested"))
    assert await actions.resume("r", ["inner", "nested"], 5, index=1) == ("inner", 1, "nested")
    with pytest.raises(AlreadyResumed):
        await actions.resume("r", ["inner", "nested"], 5, index=1)
    with pytest.raises(AmbiguousResume, match=r"inner\[0\].nested, inner\[2\].nested"):
        await actions.resume("r", "inner.nested", 5)
    assert await actions.resume("r", "nested", 5, index=2) == ("inner", 2, "nested")
    assert await actions.resume("r", "nested", 5) == ("inner", 0, "nested")
    with pytest.raises(AlreadyResumed):
        await actions.resume("r", "inner[0].nested", 5)


async def test_an_answer_that_cannot_be_given_changes_nothing() -> None:
    """Each reason has its own error, and the run stays as it was."""
    await suspended("r", ("item", 0), ("item", 1))
    before = await store.read("r")
    refused: list[tuple[type[RequestError], str | None, Any]] = [
        (AmbiguousResume, None, 1),
        (AmbiguousResume, "item", 1),
        (InvalidResumeData, "item[0]", "x"),
        (NotSuspended, "item[7]", 1),
        (UnknownStep, "nowhere", 1),
        (UnknownStep, "a..b", 1),
    ]
    for error, step, data in refused:
        with pytest.raises(error):
            await actions.resume("r", step, data)
    with pytest.raises(NotSuspended, match="label 'boss'"):
        await actions.resume("r", None, 1, label="boss")
    with pytest.raises(UnknownRun):
        await actions.resume("nowhere", "ask", 1)
    assert await store.read("r") == before


async def test_one_answer_wins() -> None:
    """Of many answers to one question at the same time exactly one is recorded; the others hear of it."""
    await suspended("r", ("ask",))
    outcomes = await asyncio.gather(
        *(actions.resume("r", "ask", n % 2 == 0) for n in range(10)), return_exceptions=True
    )
    assert outcomes.count(("ask",)) == 1
    assert {type(outcome) for outcome in outcomes if outcome != ("ask",)} == {AlreadyResumed}
    assert [event.type for event in await store.read("r")].count("step-resumed") == 1
    with pytest.raises(AlreadyResumed):
        await actions.resume("r", "ask", True)


async def test_an_answer_to_an_earlier_question_is_late() -> None:
    """An answer names the suspension it was given for, so that it cannot answer the next one by mistake."""
    await suspended("r", ("ask",))
    first = (await actions.state_of("r")).suspended[0].suspension
    await actions.resume("r", "ask", True)
    again = [draft("step-suspended", ("ask",), payload=None, label=None, call=2)]
    await store.transact("r", after=0, decide=lambda events: again)
    with pytest.raises(AlreadyResumed):
        await actions.resume("r", "ask", True, suspension=first)
    assert await actions.resume("r", "ask", True) == ("ask",)


async def test_a_cancel_closes_everything() -> None:
    """A canceled run waits for nothing, leaves queue and inbox, and is canceled once."""
    await suspended("r", ("ask",))
    assert await inbox_count() == 1
    await actions.cancel("r", "enough")
    run = await actions.state_of("r")
    assert (run.status, run.open) == ("canceled", {})
    assert await inbox_count() == 0
    with pytest.raises(RunFinished):
        await actions.cancel("r")
    with pytest.raises(RunFinished):
        await actions.resume("r", None, True)
    with pytest.raises(UnknownRun):
        await actions.cancel("nowhere")


async def test_events_are_kept_or_delivered() -> None:
    """An event is checked by its schema and kept for the step that will wait for it."""
    await suspended("r", ("ask",))
    with pytest.raises(InvalidEventPayload):
        await actions.send_event("r", "payment", "much")
    with pytest.raises(UnknownStep, match="'refund'"):
        await actions.send_event("r", "refund", 1)
    await actions.send_event("r", "payment", 9.5)
    assert list((await actions.state_of("r")).mailbox.values()) == [("payment", 9.5)]


async def test_a_fork_is_a_new_run() -> None:
    """A fork needs a step that has begun and an input that fits; the run itself stays as it is."""
    await suspended("r", ("ask",))
    before = await store.read("r")
    with pytest.raises(StepNotRun):
        await actions.fork("r", "item")
    with pytest.raises(UnknownStep, match="'nowhere'"):
        await actions.fork("r", "nowhere")
    with pytest.raises(InvalidInput):
        await actions.fork("r", "ask", {"city": 5})
    new_id = await actions.fork("r", "ask", {"city": "Paris"})
    fork = await actions.state_of(new_id)
    assert fork.forked_from is not None
    assert fork.forked_from["from_run_id"] == "r"
    assert await store.read("r") == before
