"""An answer is tried on a copy of a suspended run, which goes on waiting itself."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Workflow, create_step, create_workflow
from playground.actions import actions, copies
from playground.actions.actions import store
from tests.pages.stage import Stage, attributes, row, text_of

CALLS: list[str] = []


def step(id: str) -> Any:
    """Return a step that adds its id."""

    async def execute(data: Any) -> Any:
        CALLS.append(id)
        return f"{data}{id}"

    return create_step(id=id, execute=execute)


def asks(id: str) -> Any:
    """Return a step that asks, and adds the answer."""

    async def execute(data: Any, ctx: Context) -> Any:
        return f"{data}{ctx.suspend({'question': id})}"

    return create_step(id=id, execute=execute)


def twice(data: Any, ctx: Context) -> Any:
    """Ask two questions."""
    return f"{data}{ctx.suspend('first')}{ctx.suspend('second')}"


def begin(id: str = "flow") -> Any:
    """Begin a workflow that takes and gives any JSON."""
    return create_workflow(id=id, input_schema=None, output_schema=None)


SHAPES: dict[str, Callable[[], Any]] = {
    "chain": lambda: begin().then(step("a")).then(asks("q")).then(step("b")).commit(),
    "arms": lambda: begin().parallel([asks("q"), asks("p"), step("c")]).commit(),
    "items": lambda: begin().map(lambda data: [data, data, data]).foreach(asks("q"), concurrency=3).commit(),
    "nested": lambda: begin().then(begin("inner").then(asks("q")).then(step("b")).commit()).commit(),
    "two questions": lambda: begin().then(create_step(id="q", execute=twice)).commit(),
    "loop": lambda: begin().dountil(asks("q"), lambda data, ctx: ctx.iteration == 3).commit(),
}


async def answered(stage: Stage, run_id: str) -> Any:
    """Answer all that a run asks, until it has ended."""
    for number in range(10):
        run = await actions.state_of(run_id)
        if run.ended:
            return run.result
        await actions.resume(run_id, list(run.suspended[0].path), str(number))
        await stage.play(run_id)
    raise AssertionError("it asks for ever")


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_copy_goes_on_as_the_run_would(stage: Stage, shape: str) -> None:
    """At each question: the copy ends as the run does, what had ended runs only once, and the run is untouched."""
    CALLS.clear()
    await stage.publish(SHAPES[shape]())
    run_id = await actions.start("flow", "x")
    await stage.play(run_id)
    found = []
    while not (run := await actions.state_of(run_id)).ended:
        before = await store.read(run_id)
        path, number = list(run.suspended[0].path), len(found)
        copy = await copies.resume_copy(run_id, path, "0")
        ran = list(CALLS)
        await stage.play(copy)
        assert [one for one in CALLS[len(ran) :] if one in ("a", "c")] == []
        assert await store.read(run_id) == before
        assert (await actions.state_of(run_id)).status == "suspended"
        shared = await actions.state_of(copy)
        assert shared.forked_from is not None
        assert shared.forked_from["from_run_id"] == run_id
        await actions.resume(run_id, path, "0")
        await stage.play(run_id)
        found.append(number)
        if (await actions.state_of(run_id)).ended:
            assert (await actions.state_of(copy)).result == (await actions.state_of(run_id)).result
        else:
            assert len((await actions.state_of(copy)).suspended) == len((await actions.state_of(run_id)).suspended)


async def test_the_api_answers_a_copy(stage: Stage) -> None:
    """It gives the copy's id; what does not fit, comes too late or is not asked makes none."""
    run_id = await stage.suspended()

    async def post(body: dict[str, Any], run: str = run_id) -> tuple[int, dict[str, Any]]:
        path = f"/api/workflows/trip/resume-copy?runId={run}"
        response = await stage.client.post(path, json.dumps(body), content_type="application/json")
        return response.status_code, json.loads(response.content)

    status, answer = await post({"resumeData": {"approved": False}})
    assert status == 200
    assert (await stage.play(answer["runId"])).result == "Lisbon for 1: no"
    assert (await actions.state_of(run_id)).status == "suspended"
    assert (await post({"resumeData": {"approved": "perhaps"}}))[0] == 400
    assert (await post({"resumeData": {"approved": True}}, "nope"))[0] == 404
    await actions.resume(run_id, None, {"approved": True})
    assert (await post({"step": "approve", "resumeData": {"approved": True}}))[0] == 409


async def test_the_page_offers_it_beside_the_answer(stage: Stage) -> None:
    """The button sends the same form; the page of the copy opens, and the run still asks."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert "Try on a copy" in row(page, "approve")
    (action,) = {one.replace("&amp;", "&") for one in attributes(page, "action") if "/resume/" in one}
    form = {"f:tab": "json", "f": '{"approved": true}', "on": "copy"}
    response = await stage.post(action, form)
    assert response.status_code == 303
    assert run_id not in response["Location"]
    copy = response["Location"].split("/")[2]
    assert (await stage.play(copy)).result == "Lisbon for 1: yes"
    assert run_id in await stage.get(f"/runs/{copy}/")
    assert "Try on a copy" in await stage.get(f"/runs/{run_id}/")
    response = await stage.post(action, form | {"f": '{"approved": 3}'})
    assert response.status_code == 422


async def test_the_inbox_offers_it_too(stage: Stage) -> None:
    """The same form, the same copy; what is asked stays in the inbox."""
    run_id = await stage.suspended()
    page = await stage.get("/inbox/")
    assert "Try on a copy" in page
    (action,) = {one.replace("&amp;", "&") for one in attributes(page, "action") if "/resume/" in one}
    response = await stage.post(action, {"f:tab": "json", "f": '{"approved": true}', "on": "copy"})
    copy = response["Location"].split("/")[2]
    assert (response.status_code, (await stage.play(copy)).result) == (303, "Lisbon for 1: yes")
    assert attributes(await stage.get("/inbox/"), "data-run-id") == [run_id]


async def test_what_is_at_work_beside_the_question_runs_again_in_the_copy(stage: Stage) -> None:
    """An arm that has not ended is no part of what is shared; the question is."""
    gate = asyncio.Event()
    calls = []

    async def work(data: Any) -> Any:
        calls.append(data)
        await gate.wait()
        return "done"

    flow = begin().parallel([asks("q"), create_step(id="work", execute=work)]).commit()
    await stage.publish(flow)
    run_id = await actions.start("flow", "x")
    playing = asyncio.create_task(stage.play(run_id))
    while not ((run := await actions.state_of(run_id)).suspended and calls):
        await stage.store.changed(run_id, after=run.last_seq)
    copy = await copies.resume_copy(run_id, "q", "1")
    gate.set()
    assert (await stage.play(copy)).result == {"q": "x1", "work": "done"}
    assert (await playing).status == "suspended"
    assert calls == ["x", "x"]


class Verdict(BaseModel):
    """What the answer looks like later."""

    stars: int


async def test_an_answer_whose_schema_has_changed_is_told_with_both(stage: Stage) -> None:
    """Page and inbox say so and show both schemas; the form is that of the code as it is now."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert "data-answer-changed" not in page
    await stage.publish(starred())
    page = await stage.get(f"/runs/{run_id}/")
    inbox = await stage.get("/inbox/")
    for text in (page, inbox):
        assert "the answer has another schema now" in text
        assert "approved" in text.split("data-answer-changed")[1]
        assert "stars" in text.split("data-answer-changed")[1]
    (action,) = {one.replace("&amp;", "&") for one in attributes(page, "action") if "/resume/" in one}
    assert (await stage.post(action, {"f:tab": "json", "f": '{"approved": true}'})).status_code == 422
    response = await stage.post(action, {"f:tab": "json", "f": '{"stars": 3}'})
    assert response.status_code == 303, text_of(response)
    assert (await stage.play(run_id)).result == "3"


def starred() -> Workflow[Any, Any]:
    """Return the trip with another question."""

    async def approve(data: str, ctx: Context) -> str:
        return str(ctx.suspend({"question": "how many?"}).stars)

    asked = create_step(id="approve", execute=approve, resume_schema=Verdict)
    return create_workflow(id="trip", input_schema=None, output_schema=str).then(step("look_up")).then(asked).commit()
