"""Runs as streams of chunks, in the wire format of the clients."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from django.http import HttpResponseBase
from pydantic import BaseModel, SecretStr

from engine import Context, Retry, Workflow, create_workflow, step
from engine.events import StepStatus
from playground.actions import actions, proceed_retry
from playground.api import waiting
from playground.runs import retention
from playground.runs.foreach_items import as_one
from tests.pages.stage import TRIP, Stage


class Login(BaseModel):
    """A value with a secret in it."""

    name: str
    password: SecretStr


@step
async def check(data: Login, ctx: Context) -> Login:
    """Write while it runs."""
    ctx.write({"checked": data.name})
    ctx.progress(0.5, "half")
    return data


@step
async def length(data: Login) -> int:
    """Count."""
    return len(data.name)


@step
async def fail(data: Login) -> int:
    """Fail."""
    raise ValueError("no such user")


NESTED = create_workflow(id="nested", input_schema=Login, output_schema=int).then(length).sleep(0.01).commit()
LOGIN: Workflow[Any, Any] = (
    create_workflow(id="login", input_schema=Login, output_schema=int).then(check).then(NESTED).commit()
)
FAILING: Workflow[Any, Any] = create_workflow(id="failing", input_schema=Login, output_schema=int).then(fail).commit()
TWICE: Workflow[Any, Any] = (
    create_workflow(id="twice", input_schema=int, output_schema=int)
    .dountil(step(lambda data: data + 1, id="add", input_schema=int, output_schema=int), lambda data: data >= 2)
    .commit()
)
ADA = {"name": "Ada", "password": "s3cr3t"}


async def ask(stage: Stage, path: str, body: object = None) -> HttpResponseBase:
    """Post JSON."""
    text = "" if body is None else json.dumps(body)
    response: HttpResponseBase = await stage.client.post(
        f"/api/workflows/{path}", text, content_type="application/json"
    )
    return response


async def text_of(response: HttpResponseBase) -> str:
    """Return a whole stream."""
    assert response.status_code == 200
    return "".join([part.decode() async for part in response])


async def chunks_of(response: HttpResponseBase) -> list[dict[str, Any]]:
    """Return the chunks of a whole stream."""
    text = await text_of(response)
    assert text.endswith("\x1e")
    return [json.loads(record) for record in text.split("\x1e") if record]


def told(chunks: list[dict[str, Any]]) -> Iterator[str]:
    """Say in short what chunks tell."""
    for chunk in chunks:
        payload = chunk["payload"]
        yield " ".join(
            filter(None, [chunk["type"].removeprefix("workflow-"), payload.get("id"), payload.get("status")])
        )


async def observed(stage: Stage, run_id: str, query: str = "") -> list[dict[str, Any]]:
    """Return the chunks of a run."""
    workflow_id = (await actions.state_of(run_id)).workflow_id
    return await chunks_of(await ask(stage, f"{workflow_id}/observe?runId={run_id}{query}"))


async def test_a_stream_starts_a_run_and_ends_when_it_is_suspended(stage: Stage) -> None:
    """The chunks come in the order of the journal; each names run and sender."""
    await stage.publish(TRIP)
    response = await ask(stage, "trip/stream?runId=mine", {"inputData": {"city": "Faro"}})
    await stage.play("mine")
    chunks = await chunks_of(response)
    assert list(told(chunks)) == [
        "start",
        "step-start look_up running",
        "step-result look_up success",
        "step-start approve running",
        "step-suspended approve suspended",
        "finish",
    ]
    assert {(chunk["runId"], chunk["from"]) for chunk in chunks} == {("mine", "WORKFLOW")}
    assert chunks[0]["payload"] == {"workflowId": "trip"}
    assert chunks[2]["payload"]["output"] == "Faro for 1"
    assert chunks[2]["payload"]["stepCallId"] == chunks[1]["payload"]["stepCallId"]
    assert chunks[4]["payload"]["suspendPayload"] == {"question": "Go to Faro for 1?"}
    assert chunks[5]["payload"]["workflowStatus"] == "suspended"


async def test_a_stream_that_stays_open_lasts_until_the_end(stage: Stage) -> None:
    """With closeOnSuspend false it goes on with the answer, and is not held back by the suspension."""
    await stage.publish(TRIP)
    body = {"inputData": {"city": "Faro"}, "closeOnSuspend": False}
    reading = asyncio.create_task(chunks_of(await ask(stage, "trip/stream?runId=mine", body)))
    await stage.play("mine")
    await actions.resume("mine", None, {"approved": True})
    await stage.play("mine")
    found = list(told(await reading))
    assert found[5:8] == ["finish", "start", "step-start approve running"]
    assert found[-2:] == ["step-result approve success", "finish"]


async def test_a_resumed_stream_begins_with_the_answer(stage: Stage) -> None:
    """What came before is not told again; the result stands in the last chunk."""
    run_id = await stage.suspended()
    body = {"step": "approve", "resumeData": {"approved": True}}
    response = await ask(stage, f"trip/resume-stream?runId={run_id}", body)
    await stage.play(run_id)
    chunks = await chunks_of(response)
    assert list(told(chunks)) == ["start", "step-start approve running", "step-result approve success", "finish"]
    assert chunks[1]["payload"]["resumePayload"] == {"approved": True}
    assert chunks[3]["payload"]["finalWorkflowResult"] == "Lisbon for 1: yes"
    assert (await ask(stage, f"trip/resume-stream?runId={run_id}", body)).status_code == 409


async def test_who_comes_late_reads_the_same_from_any_place(stage: Stage) -> None:
    """The chunks follow from the journal: those of a suspended run are the first ones of the ended run."""
    run_id = await stage.suspended()
    early = await observed(stage, run_id)
    await actions.cancel(run_id)
    late = await observed(stage, run_id)
    assert late[: len(early)] == early
    assert list(told(late[len(early) :])) == ["step-result approve canceled", "canceled", "finish"]
    for offset in (1, 4, len(late), 10**8):
        assert await observed(stage, run_id, f"&offset={offset}") == late[offset:]


async def test_steps_inside_timers_and_output_are_told(stage: Stage) -> None:
    """A nested step has its written path as id; secrets are masked in all of it."""
    await stage.publish(LOGIN)
    run_id = await actions.start("login", ADA)
    await stage.play(run_id)
    chunks = await observed(stage, run_id)
    assert list(told(chunks)) == [
        "start",
        "step-start check running",
        "step-output check",
        "step-output check",
        "step-result check success",
        "step-start nested running",
        "step-start nested.length running",
        "step-result nested.length success",
        "step-waiting nested.sleep-1 waiting",
        "step-result nested.sleep-1 success",
        "step-result nested success",
        "finish",
    ]
    assert chunks[2]["from"] == "USER"
    assert [chunk["payload"]["output"] for chunk in chunks[2:4]] == [
        {"checked": "Ada"},
        {"fraction": 0.5, "message": "half"},
    ]
    assert chunks[4]["payload"]["output"]["name"] == "Ada"
    assert "s3cr3t" not in json.dumps(chunks)


async def test_iterations_are_counted(stage: Stage) -> None:
    """Each time that a loop runs its step is a call of its own."""
    await stage.publish(TWICE)
    run_id = await actions.start("twice", 0)
    await stage.play(run_id)
    steps = [chunk["payload"] for chunk in await observed(stage, run_id) if "id" in chunk["payload"]]
    assert [one["metadata"]["iterationCount"] for one in steps] == [1, 1, 2, 2]
    assert len({one["stepCallId"] for one in steps}) == 2


async def test_a_failure_is_an_error_with_name_and_message(stage: Stage) -> None:
    """The step's chunk and the last one have it."""
    await stage.publish(FAILING)
    run_id = await actions.start("failing", ADA)
    await stage.play(run_id)
    *_, failed, finish = await observed(stage, run_id)
    assert failed["payload"]["error"] == {"name": "ValueError", "message": "no such user"}
    assert (finish["payload"]["workflowStatus"], finish["payload"]["error"]) == ("failed", failed["payload"]["error"])


async def test_a_run_that_ends_before_it_begins_is_told(stage: Stage) -> None:
    """A run that is canceled while it waits for its input starts and ends."""
    await stage.publish(TRIP)
    run_id = await actions.create("trip")
    await actions.cancel(run_id)
    assert list(told(await observed(stage, run_id))) == ["start", "canceled", "finish"]


async def test_time_travel_streams_only_what_runs_anew(stage: Stage) -> None:
    """The run itself stays as it is, and the new run has its own id in each chunk."""
    run_id = await stage.suspended()
    before = await actions.store.read(run_id)
    response = await ask(stage, f"trip/time-travel-stream?runId={run_id}", {"step": "approve", "inputData": "Rome"})
    (new_id,) = [run.run_id for run in await actions.store.summaries() if run.run_id != run_id]
    await stage.play(new_id)
    chunks = await chunks_of(response)
    assert list(told(chunks)) == ["start", "step-start approve running", "step-suspended approve suspended", "finish"]
    assert {chunk["runId"] for chunk in chunks} == {new_id}
    assert chunks[2]["payload"]["suspendPayload"] == {"question": "Go to Rome?"}
    assert await actions.store.read(run_id) == before


async def test_a_stream_without_news_gives_signs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty record, at once and then now and then, tells clients that the connection is alive."""
    monkeypatch.setattr(waiting, "SIGN", 0.0)
    await stage.publish(TRIP)
    run_id = await actions.create("trip")
    parts = aiter(await ask(stage, f"trip/observe?runId={run_id}"))
    assert [await anext(parts), await anext(parts)] == [b"\x1e", b"\x1e"]


async def test_a_stream_of_a_run_that_is_deleted_ends(stage: Stage) -> None:
    """It ends as if there were nothing more to come."""
    await stage.publish(TRIP)
    run_id = await actions.create("trip")
    response = await ask(stage, f"trip/observe?runId={run_id}")
    await retention.delete([run_id])
    assert await text_of(response) == "\x1e"


async def test_a_long_journal_is_read_in_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so much of it is in memory; nothing is missing at the seams."""
    run_id = await stage.suspended()
    whole = await observed(stage, run_id)
    monkeypatch.setattr(waiting, "FIRST", 2)
    monkeypatch.setattr(waiting, "WEIGHT", 1)
    response = await ask(stage, f"trip/observe?runId={run_id}")
    parts = [part.decode() async for part in response]
    assert len(parts) > 2
    assert [json.loads(record) for record in "".join(parts).split("\x1e") if record] == whole


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("trip/stream", {"inputData": {}}, 400),
        ("trip/stream", {"inputData": {"city": "x"}, "perStep": "yes"}, 400),
        ("trip/stream", {"inputData": {"city": "x"}, "closeOnSuspend": "yes"}, 400),
        ("nope/stream", {"inputData": {}}, 404),
        ("trip/stream?runId=RUN", {"inputData": {"city": "x"}}, 409),
        ("trip/observe", None, 400),
        ("trip/observe?runId=nope", None, 404),
        ("other/observe?runId=RUN", None, 404),
        ("trip/observe?runId=RUN&offset=-1", None, 400),
        ("trip/resume-stream", {"step": "approve", "resumeData": {"approved": True}}, 400),
        ("trip/resume-stream?runId=RUN", {"step": "approve", "resumeData": 5}, 400),
        ("trip/resume-stream?runId=RUN", {"step": "nope", "resumeData": 5}, 404),
        ("trip/resume-stream?runId=RUN", {"step": "look_up", "resumeData": 5}, 409),
        ("trip/time-travel-stream?runId=RUN", {}, 400),
        ("trip/time-travel-stream?runId=RUN", {"step": "nope"}, 404),
    ],
)
async def test_a_request_that_cannot_be_carried_out_is_no_stream(
    stage: Stage, path: str, body: object, status: int
) -> None:
    """It is refused with its status before anything is sent, and changes nothing."""
    run_id = await stage.suspended()
    before = (await actions.store.summary(run_id)).last_seq
    response = await ask(stage, path.replace("RUN", run_id), body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert (await actions.store.summary(run_id)).last_seq == before
    assert [run.run_id for run in await actions.store.summaries()] == [run_id]


@step
async def half(data: int, ctx: Context) -> int:
    """Halve even numbers, ask about negative ones."""
    if data < 0:
        ctx.suspend({"number": data})
        return 0
    if data % 2:
        raise ValueError(f"{data} is odd")
    return data // 2


HALVES: Workflow[Any, Any] = (
    create_workflow(id="halves", input_schema=list[int], output_schema=list[int]).foreach(half).commit()
)


def of_the_list(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the chunks of the foreach as a whole."""
    return [chunk for chunk in chunks if chunk["payload"].get("id") == "half"]


async def result_of(stage: Stage, run_id: str) -> dict[str, Any]:
    """Return the foreach as the run has it."""
    found: dict[str, Any] = json.loads(await stage.get(f"/api/workflows/halves/runs/{run_id}"))["steps"]["half"]
    return found


async def test_a_foreach_is_told_as_one_step_beside_its_items(stage: Stage) -> None:
    """It begins with the list, counts what has ended, and ends with the list of outputs."""
    await stage.publish(HALVES)
    run_id = await actions.start("halves", [4, 6])
    await stage.play(run_id)
    chunks = await observed(stage, run_id)
    assert list(told(chunks)) == [
        "start",
        "step-start half running",
        "step-start half[0] running",
        "step-result half[0] success",
        "step-progress half",
        "step-start half[1] running",
        "step-result half[1] success",
        "step-progress half",
        "step-result half success",
        "finish",
    ]
    begun, first, second, ended = [chunk["payload"] for chunk in of_the_list(chunks)]
    assert begun["payload"] == [4, 6]
    assert [(one["completedCount"], one["totalCount"], one["currentIndex"]) for one in (first, second)] == [
        (1, 2, 0),
        (2, 2, 1),
    ]
    assert (first["iterationStatus"], first["iterationOutput"]) == ("success", 2)
    assert (ended["status"], ended["output"]) == ("success", [2, 3])
    assert {key: ended[key] for key in ("status", "payload", "output", "startedAt", "endedAt")} == await result_of(
        stage, run_id
    )


async def test_a_foreach_fails_with_its_item(stage: Stage) -> None:
    """The error is the item's."""
    await stage.publish(HALVES)
    run_id = await actions.start("halves", [4, 5, 6])
    await stage.play(run_id)
    chunks = await observed(stage, run_id)
    assert list(told(of_the_list(chunks)))[1:] == [
        "step-progress half",
        "step-progress half",
        "step-result half failed",
    ]
    error = {"name": "ValueError", "message": "5 is odd"}
    assert of_the_list(chunks)[-1]["payload"]["error"] == (await result_of(stage, run_id))["error"] == error


async def test_a_foreach_is_suspended_with_its_items_and_goes_on(stage: Stage) -> None:
    """It asks what the first of them asks; who answers one item is told of the list as well."""
    await stage.publish(HALVES)
    run_id = await actions.start("halves", [-1, 4, -2])
    await stage.play(run_id)
    before = of_the_list(await observed(stage, run_id))
    assert list(told(before))[-1] == "step-suspended half suspended"
    assert before[-1]["payload"]["suspendPayload"] == {"number": -1}
    for index in (2, 0):
        answer = {"step": "half", "resumeData": True, "forEachIndex": index}
        response = await ask(stage, f"halves/resume-stream?runId={run_id}", answer)
        await stage.play(run_id)
        chunks = of_the_list(await chunks_of(response))
        assert list(told(chunks))[:2] == ["step-start half running", "step-progress half"]
        assert chunks[0]["payload"]["resumePayload"] is True
    assert (chunks[-1]["payload"]["status"], chunks[-1]["payload"]["output"]) == ("success", [0, 2, 0])
    assert of_the_list(await observed(stage, run_id))[: len(before)] == before


async def test_a_foreach_that_is_canceled_or_forked_is_told_to_its_end(stage: Stage) -> None:
    """A fork counts what it shares."""
    await stage.publish(HALVES)
    run_id = await actions.start("halves", [2, -1])
    await stage.play(run_id)
    new_id = await actions.fork(run_id, "half[1]")
    await stage.play(new_id)
    begun, progress, ended = [chunk["payload"] for chunk in of_the_list(await observed(stage, new_id))]
    assert (begun["payload"], progress["completedCount"], ended["status"]) == ([2, -1], 1, "suspended")
    await actions.cancel(run_id)
    assert list(told(of_the_list(await observed(stage, run_id))))[-1] == "step-result half canceled"


@pytest.mark.parametrize("status", get_args(StepStatus))
@pytest.mark.parametrize("beside", [[], ["success"]])
def test_a_foreach_has_the_status_of_an_item_that_is_no_success(status: str, beside: list[str]) -> None:
    """It has an output only when each of its items is a success, whichever statuses there are."""
    items = [{"status": one, "payload": 1, "startedAt": 1, "output": 1} for one in (*beside, status)]
    found = as_one(items)
    assert (found["status"], "output" in found) == (status, status == "success")


MENDED: list[bool] = []


@step(retry=Retry(exhausted="pause"))
async def third(data: int) -> int:
    """Fail at one number until it is mended."""
    if data == 6 and not MENDED:
        raise ValueError("not yet")
    return data // 3


THIRDS: Workflow[Any, Any] = (
    create_workflow(id="thirds", input_schema=list[int], output_schema=list[int]).foreach(third).commit()
)


async def test_a_foreach_that_is_paused_has_no_result_before_its_end(stage: Stage) -> None:
    """Because attempts are used up, or before an item that has not begun: it is told once, at the end."""
    await stage.publish(THIRDS)
    for breakpoints in ([], ["third"]):
        MENDED[:] = [True] if breakpoints else []
        run_id = await actions.start("thirds", [3, 6, 9], breakpoints=breakpoints)
        while (await stage.play(run_id)).status == "paused":
            before = await observed(stage, run_id)
            assert not [one for one in told(before) if one.startswith("step-result third ")]
            found = json.loads(await stage.get(f"/api/workflows/thirds/runs/{run_id}"))["steps"]
            assert found.get("third", {"status": "paused"})["status"] == "paused"
            MENDED[:] = [True]
            await proceed_retry.proceed(run_id)
        ended = [one for one in told(await observed(stage, run_id)) if one.startswith("step-result third ")]
        assert ended == ["step-result third success"]


@step(retry=Retry(attempts=2, delay=0))
async def draft(data: int, ctx: Context) -> int:
    """Write, and fail at first."""
    ctx.write("The pri" if ctx.attempt == 1 else "The price is 7.")
    ctx.write({"tried": ctx.attempt})
    if ctx.attempt == 1:
        raise ValueError("no such price")
    return data


async def test_what_each_attempt_wrote_is_told_apart(stage: Stage) -> None:
    """In the stream from the second attempt on, and in the run as a text, which is what an agent reads."""
    flow: Workflow[Any, Any] = create_workflow(id="draft", input_schema=int, output_schema=int).then(draft).commit()
    await stage.publish(flow)
    run_id = await actions.start("draft", 7)
    await stage.play(run_id)
    chunks = [chunk["payload"] for chunk in await observed(stage, run_id) if chunk["type"] == "workflow-step-output"]
    assert [(one["output"], one.get("attempt")) for one in chunks] == [
        ("The pri", None),
        ({"tried": 1}, None),
        ("The price is 7.", 2),
        ({"tried": 2}, 2),
    ]
    text = (await stage.client.get(f"/api/runs/{run_id}")).json()["text"]
    assert 'written by draft, attempt 1:\n  The pri\n  {"tried": 1}\n' in text
    assert 'written by draft, attempt 2:\n  The price is 7.\n  {"tried": 2}\n' in text
