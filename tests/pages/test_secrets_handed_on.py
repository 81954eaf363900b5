"""A secret is one wherever it is handed to, also where the step that receives it does not say so."""

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from engine import create_workflow, sequence, step
from playground.actions import actions
from tests.pages.stage import Stage

SECRET = "hunter2"


class Login(BaseModel):
    """A name and what must not be seen."""

    name: str
    password: SecretStr


@step
async def keep(data: Login) -> Login:
    """Hand it on."""
    return data


@step
async def refuse(data: Login) -> Login:
    """Fail."""
    raise ValueError("not now")


@step
async def loose(data: dict[str, Any]) -> str:
    """Take anything."""
    return "done"


@step
async def also_loose(data: Any) -> str:
    """Take anything, and say nothing of it."""
    return "done"


def begin(id: str, **options: Any) -> Any:
    """Begin a workflow that takes a login."""
    return create_workflow(id=id, input_schema=Login, output_schema=None, **options)


INNER = create_workflow(id="inner", input_schema=None, output_schema=None).then(also_loose).commit()
DEEP = begin("deep").then(refuse).commit()
FLOWS = {
    "loose": begin("then").then(keep).then(loose).commit(),
    "also_loose": begin("arms").then(keep).parallel([also_loose, loose]).commit(),
    "inner.also_loose": begin("nested").then(keep).then(INNER).commit(),
    "told": begin("caught").attempt(DEEP, otherwise=step(id="told")(loose.function)).commit(),
    "first": begin("chain").attempt(refuse, otherwise=sequence(step(id="first")(loose.function), also_loose)).commit(),
}


@pytest.mark.parametrize("path", FLOWS)
async def test_no_page_and_no_route_shows_it(stage: Stage, path: str) -> None:
    """Neither the row of the step, nor its value alone, its fork, the journal as text, the API or its events."""
    flow = FLOWS[path]
    await stage.publish(flow)
    run_id = await actions.start(flow.id, {"name": "Ada", "password": SECRET})
    assert (await stage.play(run_id)).status == "success"
    about = f"/api/workflows/{flow.id}/runs/{run_id}"
    for place in (
        f"/runs/{run_id}/?row={path}",
        f"/runs/{run_id}/value/input/?step={path}",
        f"/runs/{run_id}/fork/?step={path}",
        about,
        f"/api/runs/{run_id}/events",
    ):
        response = await stage.client.get(place)
        text = response.content.decode()
        assert response.status_code == 200, place
        assert SECRET not in text, place
        assert "Ada" in text, place
