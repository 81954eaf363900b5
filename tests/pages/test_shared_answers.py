"""One answer for several questions, when something comes between."""

import re

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from engine import Context, create_workflow, step
from playground.actions import actions
from playground.runs import inbox
from playground.runs.inbox import Awaited, InboxItem
from playground.store import DatabaseBusy
from playground.store.database import in_database
from playground.views import shared_answers
from tests.pages.stage import Stage

APPROVED = {"f:tab": "json", "f": '{"approved": true}'}
AGREED = {"f:tab": "json", "f": "1"}


@step
async def ask(data: int, ctx: Context) -> int:
    """Ask the same again and again."""
    return data + int(ctx.suspend({"question": "One more?"}, answer={"type": "integer"}))


ASKING = create_workflow(id="asking", input_schema=int, output_schema=int).dountil(ask, lambda n: n > 5).commit()


def form_of(page: str) -> tuple[str, list[str]]:
    """Return where the answer is posted to, and the other questions that may have it."""
    found = re.search(r'action="([^"]*/resume/[^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&"), re.findall(r'name="also" value="(\d+)"', page)


@pytest.mark.parametrize("error", [DatabaseBusy(), DatabaseError("the disk is full")])
async def test_an_answer_is_told_of_when_the_database_fails_for_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The first one is taken; of how many of the others nothing is known is said, and no page of a fault comes."""
    runs = [await stage.suspended(city) for city in ("Lisbon", "Porto", "Faro")]
    action, also = form_of(await stage.get("/inbox/"))

    async def fail(item_id: int) -> InboxItem | Awaited | None:
        if item_id == int(also[0]):
            raise error
        return await inbox.read_entry(item_id)

    monkeypatch.setattr(shared_answers, "read_entry", fail)
    assert (await stage.post(action, {**APPROVED, "also": also})).status_code == 303
    assert sorted([(await actions.state_of(run_id)).status for run_id in runs]) == ["running", "running", "suspended"]
    told = "2 questions have this answer. The database did not answer for 1: whoever still asks waits here."
    assert told in await stage.get("/inbox/")


async def test_a_question_that_is_asked_anew_meanwhile_is_not_given_the_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has answered it since the look, and the next pass asks the same: that is another one."""
    await stage.publish(ASKING)
    runs = [await actions.start("asking", 0) for _ in range(2)]
    for run_id in runs:
        await stage.play(run_id)
    action, also = form_of(await stage.get("/inbox/"))

    async def late(item_id: int) -> InboxItem | Awaited | None:
        found = await inbox.read_entry(item_id)
        await actions.resume(runs[0], None, 1)
        await stage.play(runs[0])
        return found

    monkeypatch.setattr(shared_answers, "read_entry", late)
    assert (await stage.post(action, {**AGREED, "also": also})).status_code == 303
    assert "1 question has this answer. 1 did not take it" in await stage.get("/inbox/")
    assert (await actions.state_of(runs[0])).status == "suspended"


async def test_the_questions_of_a_run_before_cost_nothing_when_others_alike_are_looked_for(stage: Stage) -> None:
    """What is asked now is read along with the waits, and no other event of their runs."""
    await stage.publish(ASKING)
    for _ in range(2):
        await stage.play(await actions.start("asking", 0))
    (first, _) = re.findall(r'href="/inbox/\?item=(\d+)"', await stage.get("/inbox/"))
    item = await inbox.read_entry(int(first))
    assert isinstance(item, InboxItem)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(inbox._alike(item)) == 1
        return len(caught)

    assert await in_database(queries) == 2
