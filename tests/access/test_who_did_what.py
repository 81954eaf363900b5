"""Who started, answered and cancelled: recorded with the request, shown on the page, told by the API."""

import json
from collections.abc import AsyncIterator

import pytest

from playground.actions import actions, copies
from playground.guard.callers import Caller, Role, caller
from playground.runs import archive
from tests.pages.conftest import stage
from tests.pages.stage import Stage, row

__all__ = ["stage"]


@pytest.fixture
async def ada() -> AsyncIterator[None]:
    """Have Ada ask."""
    token = caller.set(Caller(name="Ada <3"))
    yield
    caller.reset(token)


async def names(run_id: str) -> dict[str, str]:
    """Return who is noted in the journal of a run, by type of event."""
    return {event.type: event.payload["by"] for event in await actions.store.read(run_id) if "by" in event.payload}


async def test_a_start_and_an_answer_are_signed(stage: Stage, ada: None) -> None:
    """On the page, in the row of the step, as text and in the API."""
    run_id = await stage.suspended()
    await actions.resume(run_id, None, {"approved": True})
    await stage.play(run_id)
    assert await names(run_id) == {"run-created": "Ada <3", "step-resumed": "Ada <3"}
    page = await stage.get(f"/runs/{run_id}/?row=approve")
    assert "by Ada &lt;3" in page
    assert "Answer, by Ada &lt;3" in row(page, "approve")
    found = json.loads(await stage.get(f"/api/workflows/trip/runs/{run_id}"))
    assert found["startedBy"] == "Ada <3"


async def test_a_cancel_is_signed(stage: Stage, ada: None) -> None:
    """Beside its reason."""
    run_id = await stage.suspended()
    await actions.cancel(run_id, "no money")
    assert (await names(run_id))["run-canceled"] == "Ada <3"
    assert "canceled by Ada &lt;3: no money" in await stage.get(f"/runs/{run_id}/")
    assert json.loads(await stage.get(f"/api/workflows/trip/runs/{run_id}"))["canceledBy"] == "Ada <3"


async def test_a_fork_is_of_whoever_made_it(stage: Stage) -> None:
    """What both runs share stays as it was."""
    with_name = caller.set(Caller(name="Bo"))
    run_id = await stage.suspended()
    caller.reset(with_name)
    caller.set(Caller(name="Cy"))
    forked = await actions.fork(run_id, "approve")
    assert await names(forked) == {"run-created": "Bo", "run-forked": "Cy"}
    assert (await actions.state_of(forked)).started_by == "Cy"


async def test_an_answer_on_a_copy_is_signed(stage: Stage) -> None:
    """By whoever tries it, and not in the run that goes on waiting; the start is still of whoever made that."""
    caller.set(Caller(name="Bo"))
    run_id = await stage.suspended()
    caller.set(Caller(name="Cy"))
    copy = await copies.resume_copy(run_id, None, {"approved": True})
    assert await names(copy) == {"run-created": "Bo", "step-resumed": "Cy", "run-forked": "Cy"}
    assert "step-resumed" not in await names(run_id)


async def test_without_a_name_nothing_is_noted(stage: Stage) -> None:
    """As on one's own machine."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    assert await names(run_id) == {}


async def test_what_is_brought_from_elsewhere_keeps_its_names(stage: Stage, ada: None) -> None:
    """Whoever imports a run has not started it."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    copy = await archive.export(run_id)
    caller.set(Caller(name="Bo"))
    copy["run_id"] = "copy"
    copy["events"] = [event | {"run_id": "copy"} for event in copy["events"]]
    await archive.restore(copy)
    assert (await actions.state_of("copy")).started_by == "Ada <3"


async def test_a_viewer_sees_no_forms(stage: Stage) -> None:
    """His pages say who he is, and that he looks on."""
    run_id = await stage.suspended()
    caller.set(Caller(name="Vi", role=Role.VIEWER))
    for page in (await stage.get("/workflows/trip/"), await stage.get(f"/runs/{run_id}/")):
        assert "data-viewer" in page
        assert "Vi <span" in page
    caller.set(Caller())
    assert "data-viewer" not in await stage.get("/workflows/trip/")
