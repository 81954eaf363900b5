"""The tree of a workflow in the wire format of the clients."""

import json
from datetime import UTC, datetime
from typing import Any

from engine import Workflow, clone_step, create_workflow, sequence, step
from tests.pages.stage import Stage


@step
async def one(data: Any) -> Any:
    """Count."""
    return data


@step
async def two(data: Any) -> Any:
    """Return the input."""
    return data


INNER = create_workflow(id="inner", input_schema=None, output_schema=None).then(one).commit()


def flow() -> Any:
    """Return a builder."""
    return create_workflow(id="flow", input_schema=None, output_schema=None)


async def graph_of(stage: Stage, built: Any) -> Any:
    """Return what a client is given of a workflow's tree."""
    workflow: Workflow[Any, Any] = built.commit()
    await stage.publish(workflow)
    return json.loads(await stage.get("/api/workflows/flow"))["stepGraph"]


async def test_steps_and_what_runs_at_once(stage: Stage) -> None:
    """Arms are entries as well; a nested workflow and a sequence have a flow of their own."""
    more = [clone_step(one, id="three"), clone_step(two, id="four")]
    built = flow().then(one).parallel([two, INNER, sequence(*more, id="both")])
    first, both = await graph_of(stage, built)
    assert first == {"type": "step", "id": "one", "step": {"id": "one", "description": "Count."}}
    assert (both["type"], [arm["type"] for arm in both["steps"]]) == ("parallel", ["step", "workflow", "workflow"])
    assert [entry["id"] for entry in both["steps"][2]["serializedStepFlow"]] == ["three", "four"]
    assert both["steps"][1]["workflowId"] == "inner"


async def test_conditions_are_given_as_text(stage: Stage) -> None:
    """Of branches, where otherwise is one of them, and of loops."""
    built = flow().branch([(lambda data: data > 1, one)], otherwise=two).dountil(INNER, lambda data: data > 2)
    branch, loop = await graph_of(stage, built)
    assert branch["type"] == "conditional"
    assert branch["serializedConditions"] == [
        {"id": "one-condition", "fn": "data > 1"},
        {"id": "two-condition", "fn": "otherwise"},
    ]
    assert (loop["loopType"], loop["step"]["id"], loop["serializedCondition"]["fn"]) == ("dountil", "inner", "data > 2")


async def test_items_mappings_and_waits(stage: Stage) -> None:
    """Times are milliseconds, and dates are text."""
    at = datetime(2030, 1, 1, tzinfo=UTC)
    built = flow().map(lambda data: [data]).foreach(one, concurrency=2).sleep(1.5).sleep_until(at)
    found = await graph_of(stage, built.sleep(lambda data: 1).wait_for_event("paid", timeout=2))
    assert [entry["type"] for entry in found] == ["mapping", "foreach", "sleep", "sleepUntil", "sleep", "waitForEvent"]
    assert (found[1]["step"]["id"], found[1]["opts"]) == ("one", {"concurrency": 2})
    assert (found[2]["duration"], found[3]["date"], "fn" in found[4]) == (1500, "2030-01-01T00:00:00+00:00", True)
    assert (found[5]["event"], found[5]["timeout"]) == ("paid", 2000)
