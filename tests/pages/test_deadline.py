"""Questions with a schema of their own and a deadline: forms, inbox, API, and what was decided by default."""

import json
import re

from pydantic import BaseModel, SecretStr

from engine import Context, create_step, create_workflow
from playground.actions import actions
from tests.pages.stage import Stage, row, text_of


class Choice(BaseModel):
    """An answer."""

    colour: str
    code: SecretStr = SecretStr("s3cret")


async def choose(data: float, ctx: Context) -> str:
    """Ask with a schema of its own, and with a deadline if one is given."""
    if data < 0:
        return ctx.suspend("Which colour?", answer=Choice).colour
    return ctx.suspend("Which colour?", answer=Choice, timeout=data, default={"colour": "grey"}).colour


async def pick(data: list[str], ctx: Context) -> str:
    """Ask for one of what is given."""
    return str(ctx.suspend("Which?", answer={"enum": data}))


CHOOSING = (
    create_workflow(id="choosing", input_schema=float, output_schema=str)
    .then(create_step(id="choose", execute=choose))
    .commit()
)
PICKING = (
    create_workflow(id="picking", input_schema=list[str], output_schema=str)
    .then(create_step(id="pick", execute=pick))
    .commit()
)


async def test_the_form_is_that_of_the_question(stage: Stage) -> None:
    """On the run's page and in the inbox; the answer is held against it."""
    await stage.publish(PICKING)
    run_id = await actions.start("picking", ["red", "blue"])
    await stage.play(run_id)
    page = await stage.get(f"/runs/{run_id}/")
    assert "blue" in row(page, "pick")
    assert "blue" in await stage.get("/inbox/")
    action = re.search(r'action="([^"]*resume[^"]*)"', page)
    assert action is not None
    where = action[1].replace("&amp;", "&")
    assert (await stage.post(where, {"f:tab": "json", "f": '"green"'})).status_code == 422
    assert (await stage.post(where, {"f:tab": "json", "f": '"blue"'})).status_code == 303
    assert (await stage.play(run_id)).result == "blue"


async def test_the_deadline_is_shown_where_it_is_asked(stage: Stage) -> None:
    """With the countdown of the page, and in the API with the schema and the due time."""
    await stage.publish(CHOOSING)
    run_id = await actions.start("choosing", 3600)
    await stage.play(run_id)
    due = (await actions.state_of(run_id)).suspended[0].due_at
    assert due is not None
    counted = f'data-due="{round(due.timestamp() * 1000)}"'
    assert counted in row(await stage.get(f"/runs/{run_id}/"), "choose")
    assert counted in await stage.get("/inbox/")
    assert f"its deadline is {due.isoformat()}" in json.loads(await stage.get(f"/api/runs/{run_id}"))["text"]
    (item,) = json.loads(await stage.get("/api/inbox"))["items"]
    assert (item["dueAt"], item["resumeSchema"]["required"]) == (due.isoformat(), ["colour"])


async def test_what_was_decided_by_default_is_told(stage: Stage) -> None:
    """The row says so, and secrets in the default are not shown, nor in the events."""
    await stage.publish(CHOOSING)
    run_id = await actions.start("choosing", 0)
    assert (await stage.play(run_id)).result == "grey"
    page = await stage.get(f"/runs/{run_id}/?row=choose")
    assert "decided by default" in row(page, "choose")
    assert "s3cret" not in page
    assert "s3cret" not in await stage.get(f"/api/runs/{run_id}/events")


async def test_a_late_answer_sees_what_the_deadline_decided(stage: Stage) -> None:
    """Like a second answer."""
    await stage.publish(CHOOSING)
    run_id = await actions.start("choosing", 0)
    await stage.play(run_id)
    response = await stage.post(f"/runs/{run_id}/resume/?step=choose", {"f:tab": "json", "f": '{"colour": "red"}'})
    assert response.status_code == 409
    assert "ran into its deadline" in text_of(response)
