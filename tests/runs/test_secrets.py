"""Secrets stay masked wherever a value comes by on its way through a run, not only where its schema was declared."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from engine import Context, create_workflow, sequence, step
from playground.actions import actions
from playground.forms import mask
from playground.forms.schema.mask import MASK
from playground.graph.tree import read_tree
from playground.runs import archive
from tests.pages.conftest import stage as stage
from tests.pages.stage import Stage


class Login(BaseModel):
    """A value with a secret."""

    name: str
    password: SecretStr


class Logins(BaseModel):
    """A workflow's state with one."""

    last: Login | None = None


ADA = {"name": "Ada", "password": "s3cr3t"}


@step
async def check(data: Login, ctx: Context) -> Login:
    """Keep what was checked."""
    ctx.set_state(last=data)
    return data


@step
async def ask(data: Any, ctx: Context) -> str:
    """Wait, so that everything before can be looked at."""
    ctx.suspend()
    return "done"


def flow(given: Any = Login) -> Any:
    """Return a builder."""
    return create_workflow(id="flow", input_schema=given, output_schema=None, state_schema=Logins)


@step
async def both(data: Login) -> Login:
    """Do nothing."""
    return data


CHECK = create_workflow(id="inner", input_schema=Login, output_schema=Login, state_schema=Logins).then(check).commit()
BUILT = {
    "after a step": flow().then(check).sleep(0.001).then(ask),
    "at first": flow().sleep(0.001).then(ask),
    "after a workflow": flow().then(CHECK).sleep(0.001).then(ask),
    "after arms": flow().parallel([check, both]).sleep(0.001).then(ask),
    "after a branch": flow().branch([(lambda data: True, sequence(both, check, id="arm"))]).sleep(0.001).then(ask),
    "after items": flow(list[Login]).foreach(check).sleep(0.001).then(ask),
    "in items": flow(list[Login]).foreach(sequence(both, check)).then(ask),
    "after a loop": flow().dountil(check, lambda data: True).sleep(0.001).sleep(0.001).then(ask),
    "in a mapping": flow().then(check).map(lambda data: data.name, id="mapped").then(ask),
    "in an event": flow().map(lambda data: data.name, id="mapped").wait_for_event("login", schema=Login).then(ask),
}


@pytest.mark.parametrize("name", BUILT)
async def test_a_secret_is_shown_nowhere(stage: Stage, name: str) -> None:
    """Not in the API's run, events and streams, not on the page with each of its rows open, and not in an export."""
    built = BUILT[name].commit()
    await stage.publish(built)
    run_id = await actions.start("flow", [ADA, ADA] if "items" in name else ADA)
    if "event" in name:
        await actions.send_event(run_id, "login", ADA)
    played = await stage.play(run_id)
    assert played.status == "suspended"
    found = [json.dumps(await archive.export(run_id))]
    found += [await stage.get(f"/api/workflows/flow/runs/{run_id}"), await stage.get(f"/api/runs/{run_id}/events")]
    for path in played.steps:
        found.append(await stage.get(f"/runs/{run_id}/?open={path}"))
        for part in ("input", "output"):
            found.append(await stage.get(f"/runs/{run_id}/value/{part}/?step={path}"))
    response = await stage.client.post(
        f"/api/workflows/flow/observe?runId={run_id}", "", content_type="application/json"
    )
    found.append("".join([part.decode() async for part in response.streaming_content]))
    assert [text[max(text.index("s3cr3t") - 300, 0) :][:400] for text in found if "s3cr3t" in text] == []
    assert all("Ada" in text for text in found[:3])


async def test_a_secret_in_what_a_fork_is_given_is_masked(stage: Stage) -> None:
    """The fork's events tell of the new input without it."""
    await stage.publish(flow().then(check).then(ask).commit())
    run_id = await actions.start("flow", ADA)
    await stage.play(run_id)
    new_id = await actions.fork(run_id, "check", {"name": "Grace", "password": "s3cr3t"})
    await stage.play(new_id)
    events = await stage.get(f"/api/runs/{new_id}/events")
    assert ("Grace" in events, "s3cr3t" in events) == (True, False)


async def test_a_secret_in_a_result_is_masked_on_the_page(stage: Stage) -> None:
    """The page and its download show the rest of the result."""
    built = create_workflow(id="flow", input_schema=Login, output_schema=Login, state_schema=Logins).then(check)
    await stage.publish(built.commit())
    run_id = await actions.start("flow", ADA)
    await stage.play(run_id)
    for path in (f"/runs/{run_id}/", f"/runs/{run_id}/value/output/", f"/runs/{run_id}/value/state/"):
        page = await stage.get(path)
        assert ("Ada" in page, "s3cr3t" in page) == (True, False)


@pytest.mark.parametrize(
    ("listed", "item", "masked"),
    [
        ({"items": {"$ref": "#/definitions/pin"}, "definitions": {"pin": {"writeOnly": True}}}, "1234", MASK),
        ({"items": {"$defs": {"pin": {}}, "$ref": "#/$defs/pin"}, "$defs": {"pin": {"writeOnly": True}}}, "1234", MASK),
        (
            {"items": {"properties": {"$ref": {"writeOnly": True}, "items": {"items": {"$ref": "#/items"}}}}},
            {"$ref": "1234", "items": [{"$ref": "5678"}]},
            {"$ref": MASK, "items": [{"$ref": MASK}]},
        ),
    ],
)
def test_a_secret_in_an_item_is_found_by_the_schema_of_its_list(listed: Any, item: Any, masked: Any) -> None:
    """A step in a foreach that declares no input is given items of the list, whose references start from the list."""
    graph = {"input_schema": listed, "steps": [{"type": "foreach", "id": "f", "body": {"type": "step", "id": "s"}}]}
    (node,) = read_tree(graph).walk()
    assert mask(node.input_schema, item) == masked
