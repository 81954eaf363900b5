"""The inbox: what waits for a person, and the events that a person may send, answered in place."""

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydantic import BaseModel, SecretStr, field_validator

from engine import Context, create_workflow, step
from playground.actions import actions
from playground.runs.inbox import _lines
from playground.store.database import in_database
from tests.pages.stage import TRIP, Stage, attributes, text_of


class Parcel(BaseModel):
    """What the event carries."""

    weight: int


class Plea(BaseModel):
    """An answer that only the code can judge."""

    note: str

    @field_validator("note")
    @classmethod
    def is_polite(cls, note: str) -> str:
        """Refuse what the JSON Schema lets pass."""
        if "please" not in note:
            raise ValueError("say please")
        return note


@step(resume_schema=Plea)
async def beg(data: str, ctx: Context) -> str:
    """Ask a person."""
    plea: Plea = ctx.suspend({"question": "How?"})
    return plea.note


WAITING = (
    create_workflow(id="waiting", input_schema=str, output_schema=Parcel)
    .wait_for_event("arrived", schema=Parcel, id="parcel", timeout=3600)
    .commit()
)
BEGGING = create_workflow(id="begging", input_schema=str, output_schema=str).then(beg).commit()

HEAVY = {"f:tab": "json", "f": '{"weight": "much"}'}
LIGHT = {"f:tab": "json", "f": '{"weight": 3}'}


async def waiting(stage: Stage) -> str:
    """Give a run that waits for its event."""
    await stage.publish(WAITING)
    run_id = await actions.start("waiting", "x")
    await stage.play_until(run_id, "waiting")
    return run_id


def action_of(page: str, what: str) -> str:
    """Return where the form of a page posts to."""
    found = re.search(rf'action="([^"]*/{what}/[^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


async def test_an_awaited_event_is_in_the_inbox_with_its_form(stage: Stage) -> None:
    """The form is made from the event's schema."""
    await waiting(stage)
    page = await stage.get("/inbox/")
    assert "Events that are waited for" in page
    assert "<code>arrived</code>" in page
    assert "Weight" in page
    assert "Send event" in page


async def test_an_awaited_event_is_not_counted(stage: Stage) -> None:
    """The count in the navigation is of questions to persons; most events come from programs."""
    await waiting(stage)
    page = await stage.get("/inbox/")
    badge = re.search(r"<[^>]*data-inbox[^>]*>([^<]*)<", page)
    assert badge is not None
    assert badge[1].strip() == ""


async def test_an_event_that_is_sent_from_the_inbox_leads_back(stage: Stage) -> None:
    """The run goes on, and the inbox does not show the wait any more."""
    run_id = await waiting(stage)
    response = await stage.post(action_of(await stage.get("/inbox/"), "event"), LIGHT)
    assert (response.status_code, response["Location"]) == (303, "/inbox/")
    assert (await stage.play(run_id)).result == {"weight": 3}
    assert "Events that are waited for" not in await stage.get("/inbox/")


async def test_an_event_that_does_not_fit_keeps_what_was_typed(stage: Stage) -> None:
    """It stays in the inbox with what is wrong, and a second try leads back to it."""
    run_id = await waiting(stage)
    response = await stage.post(action_of(await stage.get("/inbox/"), "event"), HEAVY)
    assert response.status_code == 422
    assert "much" in text_of(response)
    assert "<h1>Inbox</h1>" in text_of(response)
    again = await stage.post(action_of(text_of(response), "event"), LIGHT)
    assert (again.status_code, again["Location"]) == (303, "/inbox/")
    assert (await stage.play(run_id)).status == "success"


async def test_of_two_who_send_an_event_the_second_is_told(stage: Stage) -> None:
    """What comes after the wait is over is not kept for a later one."""
    run_id = await waiting(stage)
    action = action_of(await stage.get("/inbox/"), "event")
    assert (await stage.post(action, LIGHT)).status_code == 303
    late = await stage.post(action, LIGHT)
    assert late.status_code == 409
    assert "does not wait for an event" in text_of(late)
    assert (await actions.state_of(run_id)).mailbox == {}


async def test_an_event_goes_to_the_row_from_which_it_is_sent(stage: Stage) -> None:
    """Two steps that wait for one event can each be sent their own."""
    twice: Any = create_workflow(id="twice", input_schema=None, output_schema=None)
    arms = [
        create_workflow(id=name, input_schema=None, output_schema=None)
        .wait_for_event("arrived", schema=Parcel, id="parcel")
        .commit()
        for name in ("left", "right")
    ]
    await stage.publish(twice.parallel(arms).commit())
    run_id = await actions.start("twice", None)
    await stage.play_until(run_id, "waiting")
    entries = re.findall(r'href="/inbox/\?(item=\d+)"', await stage.get("/inbox/"))
    actions_of = [action_of(await stage.get(f"/inbox/?{entry}"), "event") for entry in entries]
    right = next(action for action in actions_of if "right" in action)
    assert (await stage.post(right, LIGHT)).status_code == 303
    run = await actions.state_of(run_id)
    assert [step.path for step in run.waiting] == [("left", "parcel")]


async def test_an_event_of_a_canceled_run_is_refused(stage: Stage) -> None:
    """Whoever sends too late is told so, and the wait is gone."""
    run_id = await waiting(stage)
    action = action_of(await stage.get("/inbox/"), "event")
    await actions.cancel(run_id)
    assert (await stage.post(action, LIGHT)).status_code == 409
    assert "Events that are waited for" not in await stage.get("/inbox/")


async def test_a_refused_answer_is_in_the_inbox_again(stage: Stage) -> None:
    """What the code says after the schema has let an answer pass stands at the field, with what was typed."""
    await stage.publish(BEGGING)
    run_id = await actions.start("begging", "x")
    await stage.play(run_id)
    first = action_of(await stage.get("/inbox/"), "resume")
    await stage.post(first, {"f:tab": "json", "f": '{"note": "now!"}'})
    assert "beg" not in re.findall(r'data-step="([^"]*)"', await stage.get("/inbox/"))
    assert (await stage.play(run_id)).status == "suspended"
    page = await stage.get("/inbox/")
    assert "Say please." in page
    assert 'aria-invalid="true"' in page
    assert "now!" in page
    await stage.post(first, {"f:tab": "json", "f": '{"note": "please"}'})
    assert (await stage.play(run_id)).result == "please"


async def test_the_api_tells_of_a_refused_answer(stage: Stage) -> None:
    """The suspended step carries the answer and its field errors."""
    await stage.publish(BEGGING)
    run_id = await actions.start("begging", "x")
    await stage.play(run_id)
    await actions.resume(run_id, "beg", {"note": "now!"})
    await stage.play(run_id)
    response = await stage.client.get(f"/api/workflows/begging/runs/{run_id}")
    told = response.json()["steps"]["beg"]
    assert told["status"] == "suspended"
    assert told["rejected"] == {
        "data": {"note": "now!"},
        "issues": [{"path": ["note"], "message": "Say please."}],
    }
    (item,) = (await stage.client.get("/api/inbox")).json()["items"]
    assert item["rejected"] == told["rejected"]


async def test_the_api_tells_nothing_of_an_answer_that_was_not_refused(stage: Stage) -> None:
    """A question that was never answered, or that was asked anew, has no refused answer."""
    await stage.publish(BEGGING)
    run_id = await actions.start("begging", "x")
    await stage.play(run_id)
    (item,) = (await stage.client.get("/api/inbox")).json()["items"]
    assert item["rejected"] is None


class Question(BaseModel):
    """What a step asks, with something that nobody shall read."""

    question: str
    code: SecretStr


@step(suspend_schema=Question)
async def confide(data: str, ctx: Context) -> str:
    """Ask with a secret."""
    return str(ctx.suspend(Question(question=f"What of {data}?", code=SecretStr("hush"))))


SECRET = create_workflow(id="secret", input_schema=str, output_schema=str).then(confide).commit()


async def test_secrets_of_a_question_are_masked(stage: Stage) -> None:
    """The inbox shows them as little as the run's own page does, to people and to programs."""
    await stage.publish(SECRET)
    run_id = await actions.start("secret", "x")
    await stage.play(run_id)
    for url in ("/inbox/", "/api/inbox", f"/runs/{run_id}/"):
        page = await stage.get(url)
        assert "What of x?" in page
        assert "hush" not in page
    step = (await actions.state_of(run_id)).find(("confide",))
    assert step is not None
    assert "hush" in str(step.suspend_payload)


async def test_the_list_is_grouped_by_workflow_and_one_of_it_is_read(stage: Stage) -> None:
    """The newest question is open at first, another one when it is chosen, with the input of its run beside it."""
    await stage.publish(TRIP, BEGGING)
    first, second = await actions.start("trip", {"city": "Lisbon"}), await actions.start("begging", "deep down")
    for run_id in (first, second):
        await stage.play(run_id)
    page = await stage.get("/inbox/")
    assert re.findall(r'class="entries-flow">(\w+)', page) == ["begging", "trip"]
    assert attributes(page, "data-run-id") == [second]
    assert "deep down" in page
    other = re.findall(r'href="/inbox/\?(item=\d+)"', page)[1]
    chosen = await stage.get(f"/inbox/?{other}")
    assert attributes(chosen, "data-run-id") == [first]
    assert 'data-chosen="true"' in chosen
    await actions.cancel(first)
    assert attributes(await stage.get(f"/inbox/?{other}"), "data-run-id") == [second]


async def test_what_is_read_stays_while_newer_questions_come(stage: Stage) -> None:
    """The page asks for the list again with the entry that it shows, so that a form is not taken away."""
    first = await stage.suspended()
    again = attributes(await stage.get("/inbox/"), "hx-get")
    assert again[0].startswith("/inbox/?keep=")
    await stage.suspended("Porto")
    page = await stage.get(again[0])
    assert attributes(page, "data-run-id") == [first]
    assert 'data-chosen="false"' in page


def queries_of_the_list() -> int:
    """Return how many queries the first part of the list takes."""
    with CaptureQueriesContext(connection) as caught:
        _lines("person", "", 50)
    return len(caught)


async def test_many_entries_cost_no_more_queries_than_few(stage: Stage) -> None:
    """The list is read with as many queries for 70 questions as for one, and comes in pages."""
    counted = []
    for number in (1, 69):
        for _ in range(number):
            await stage.suspended()
        counted.append(await in_database(queries_of_the_list))
    assert counted == [2, 2]
    page = await stage.get("/inbox/")
    assert page.count('class="entry"') == 50
    assert "50 shown" in page
    (older,) = re.findall(r'href="/inbox/\?(after=\d+)" rel="next"', page)
    assert (await stage.get(f"/inbox/?{older}")).count('class="entry"') == 20


APPROVED = {"f:tab": "json", "f": '{"approved": true}'}


def others_of(page: str) -> list[str]:
    """Return the questions that a page offers to give the same answer."""
    return re.findall(r'name="also" value="(\d+)"', page)


async def test_several_that_are_alike_are_answered_at_once(stage: Stage) -> None:
    """Those that are ticked, and no other; how many have the answer is told where it was given."""
    first, second, third = [await stage.suspended(city) for city in ("Lisbon", "Porto", "Faro")]
    page = await stage.get("/inbox/")
    also = others_of(page)
    assert len(also) == 2
    response = await stage.post(action_of(page, "resume"), {**APPROVED, "also": also[:1]})
    assert (response.status_code, response["Location"]) == (303, "/inbox/")
    found = [(await actions.state_of(run_id)).status for run_id in (third, second, first)]
    assert found == ["running", "running", "suspended"]
    page = await stage.get("/inbox/")
    assert "2 questions have this answer." in page
    assert others_of(page) == []


async def test_one_that_is_not_alike_or_too_late_is_told_of(stage: Stage) -> None:
    """It keeps nobody else from the answer, and a step that asks something else is never given it."""
    await stage.publish(TRIP, BEGGING)
    runs = [await actions.start("trip", {"city": city}) for city in ("Lisbon", "Porto", "Faro")]
    runs.append(await actions.start("begging", "x"))
    for run_id in runs:
        await stage.play(run_id)
    entries = re.findall(r'href="/inbox/\?item=(\d+)"', await stage.get("/inbox/"))
    begging, faro, porto, lisbon = entries
    page = await stage.get(f"/inbox/?item={lisbon}")
    assert others_of(page) == [faro, porto]
    await actions.cancel(runs[2])
    await stage.post(action_of(page, "resume"), {**APPROVED, "also": [faro, porto, begging, "x"]})
    found = [(await actions.state_of(run_id)).status for run_id in runs]
    assert found == ["running", "running", "canceled", "suspended"]
    assert "2 questions have this answer. 3 did not take it" in await stage.get("/inbox/")


async def test_a_refused_answer_remembers_whom_it_was_for(stage: Stage) -> None:
    """It stays in the inbox; those that were ticked are so, and all of them are given it when it is mended."""
    runs = [await stage.suspended(city) for city in ("Lisbon", "Porto")]
    page = await stage.get("/inbox/")
    wrong = {"f:tab": "json", "f": '{"approved": "perhaps"}', "also": others_of(page)}
    response = await stage.post(action_of(page, "resume"), wrong)
    assert response.status_code == 422
    ticked = re.findall(r'name="also" value="(\d+)"[^>]* checked>', text_of(response))
    assert ticked == others_of(page)
    assert '<details class="alike" id="alike" open>' in text_of(response)
    await stage.post(action_of(text_of(response), "resume"), {**APPROVED, "also": ticked})
    assert {(await actions.state_of(run_id)).status for run_id in runs} == {"running"}


async def test_an_incomplete_answer_stays_in_the_inbox(stage: Stage) -> None:
    """With what is missing, beside the list; links lead from there as from the inbox itself; a late one says so."""
    run_id = await stage.suspended("Lisbon")
    await stage.suspended("Porto")
    (_, older) = re.findall(r'href="(/inbox/\?item=\d+)"', await stage.get("/inbox/"))
    page = await stage.get(older)
    response = await stage.post(action_of(page, "resume"), {"f/note": "first"})
    refused = text_of(response)
    assert response.status_code == 422
    assert "<h1>Inbox</h1>" in refused
    assert attributes(refused, "data-run-id") == [run_id]
    assert 'role="alert"' in refused
    assert [one for one in attributes(refused, "href") if one.startswith("?")] == []
    assert 'hx-get="/inbox/?' in refused
    await actions.cancel(run_id)
    late = await stage.post(action_of(refused, "resume"), {"f/note": "first"})
    assert (late.status_code, "canceled" in text_of(late)) == (409, True)


@step
async def choose(data: list[str], ctx: Context) -> str:
    """Ask for one of what there is, which each question knows by itself."""
    return str(ctx.suspend({"question": "Which?"}, answer={"enum": data}))


CHOOSING = create_workflow(id="choosing", input_schema=list[str], output_schema=str).then(choose).commit()


async def test_questions_with_other_answers_are_not_alike(stage: Stage) -> None:
    """Even of one step: what fits one need not fit another."""
    await stage.publish(CHOOSING)
    for given in (["tea", "milk"], ["salt"], ["tea", "milk"]):
        await stage.play(await actions.start("choosing", given))
    entries = re.findall(r'href="/inbox/\?item=(\d+)"', await stage.get("/inbox/"))
    offered = {one: others_of(await stage.get(f"/inbox/?item={one}")) for one in entries}
    assert offered == {entries[0]: [entries[2]], entries[1]: [], entries[2]: [entries[0]]}
