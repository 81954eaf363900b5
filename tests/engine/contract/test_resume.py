"""A suspended run is answered and goes on."""

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, MemoryStore, Run, create_step, step
from engine.errors import (
    AlreadyResumed,
    AmbiguousResume,
    InvalidResumeData,
    NotSuspended,
    RunFinished,
    UnknownLabel,
    UnknownRun,
    UnknownStep,
)
from engine.journal import requests
from tests.engine.contract.tiny import add_one, ask, asking, begin, failing, run_of


class Answer(BaseModel):
    approved: bool
    note: str = ""


@step(resume_schema=Answer)
async def approve(data: Any, ctx: Context) -> bool:
    """Ask for approval."""
    return bool(ctx.suspend({"about": data}).approved)


async def suspended(workflow: Any, data: Any = 1) -> Run[Any, Any]:
    """Return a run that has started and is suspended."""
    run = await run_of(workflow)
    assert (await run.start(data)).status == "suspended"
    return run


NESTED = begin("outer").then(begin("inner").then(ask).commit()).commit()


@pytest.mark.parametrize(
    "where", [ask, "ask", "inner.ask", ["inner", "ask"], ("inner", "ask"), "inner", NESTED.flow.nodes[0], None]
)
async def test_a_step_is_named_in_every_way(where: Any) -> None:
    """A step, an id, a path as text or list, the workflow around it, or nothing at all."""
    run = await suspended(begin().then(NESTED).commit())
    if where in ("inner.ask", ["inner", "ask"], ("inner", "ask")):
        where = ["outer", *(where.split(".") if isinstance(where, str) else where)]
    assert (await run.resume(where, "yes")).result == "yes"


@pytest.mark.parametrize("where", [["ask", 2], "ask[2]"])
async def test_an_item_is_named_by_its_path(where: Any) -> None:
    """An item of a foreach is found by ["item", 2] and by "item[2]"."""
    run = await suspended(begin().foreach(ask).commit(), ["a", "b", "c"])
    result = await run.resume(where, "yes")
    assert result.steps["ask[2]"].output == "yes"
    assert result.suspended == [["ask", 0], ["ask", 1]]


async def test_what_the_result_lists_can_be_resumed() -> None:
    """result.suspended[0] is a path that resume() takes."""
    run = await suspended(begin().foreach(begin("inner").foreach(ask).commit()).commit(), [["a"]])
    result = await run.state()
    assert result.suspended == [["inner", 0, "ask", 0]]
    assert (await run.resume(result.suspended[0], "yes")).result == [["yes"]]


async def test_an_index_finds_the_item() -> None:
    """index=1 names the second item."""
    run = await suspended(begin().foreach(ask).commit(), ["a", "b"])
    assert (await run.resume(ask, "yes", index=1)).steps["ask[1]"].output == "yes"


async def test_who_uses_a_wrong_label_is_told_the_labels() -> None:
    """They stand beside the steps that are suspended under them; a step without one stands alone."""
    arms = [create_step(id=id, execute=lambda data, ctx, at=label: ctx.suspend(label=at)) for id, label in LABELLED]
    run = await run_of(begin().parallel(arms).commit())
    await run.start(1)
    with pytest.raises(UnknownLabel, match=r"Suspended now: ask-1 \(ada\), ask-2 \(grace\), ask-3$"):
        await run.resume(label="adaa", resume_data=1)


LABELLED = [("ask-1", "ada"), ("ask-2", "grace"), ("ask-3", None)]


async def test_a_label_finds_the_suspension() -> None:
    """A label that the step gave to suspend() names it in resume()."""

    async def work(data: Any, ctx: Context) -> Any:
        return ctx.suspend(label=f"order-{data}")

    run = await suspended(begin().foreach(create_step(id="work", execute=work)).commit(), [7, 8])
    result = await run.resume(label="order-8", resume_data="yes")
    assert (result.steps["work[1]"].output, result.steps["work[1]"].label) == ("yes", "order-8")


async def test_several_suspended_steps_must_be_told_apart() -> None:
    """With nothing given and several suspended, the error lists them and nothing changes."""
    run = await suspended(begin().parallel([asking("a"), asking("b")]).commit())
    with pytest.raises(AmbiguousResume, match=r"a, b"):
        await run.resume(resume_data=1)
    assert (await run.state()).suspended == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"label": "gone"}, NotSuspended),
        ({"step": "ask", "index": 5}, NotSuspended),
        ({"step": "ask[5]"}, NotSuspended),
        ({"step": "first"}, NotSuspended),
        ({"step": "gone"}, UnknownStep),
        ({"step": "ask.deeper"}, UnknownStep),
        ({"step": "a..b"}, UnknownStep),
    ],
)
async def test_what_is_not_suspended_is_an_error_and_changes_nothing(asked: Any, error: Any) -> None:
    """Unknown label, index out of range, unknown or unsuspended step: an error each, nothing changed."""
    first = create_step(id="first", execute=lambda data: data)
    run = await suspended(begin().then(first).foreach(ask).commit(), ["a"])
    before = (await run.state()).to_dict()
    with pytest.raises(error):
        await run.resume(resume_data=1, **asked)
    assert (await run.state()).to_dict() == before


async def test_a_run_that_is_not_suspended_is_an_error() -> None:
    """A run that was not started is unknown; one that ended without a question is finished."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(UnknownRun):
        await run.resume(resume_data=1)
    await run.start(1)
    with pytest.raises(RunFinished, match="success"):
        await run.resume(resume_data=1)


async def test_a_running_step_is_not_suspended() -> None:
    """A step that runs at this moment cannot be resumed."""
    begun = asyncio.Event()

    async def work(data: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    await run.start_async(1)
    await begun.wait()
    with pytest.raises(NotSuspended, match="nothing is suspended for step 'work'"):
        await run.resume("work", 1)
    await run.cancel()


@pytest.mark.parametrize("data", [False, 0, "", [], {}, None, 1.5, "text", [None]])
async def test_any_json_value_is_resume_data(data: Any) -> None:
    """What is false or empty is an answer like any other."""
    run = await suspended(begin().then(ask).commit())
    result = await run.resume(resume_data=data)
    assert (result.status, result.result) == ("success", data)


async def test_resume_data_is_validated_before_anything_is_recorded() -> None:
    """Bad data raises with field errors; the run stays suspended and its journal is as long as before."""
    run = await suspended(begin().then(approve).commit())
    before = [event async for event in run.observe()]
    with pytest.raises(InvalidResumeData, match="approved") as caught:
        await run.resume(resume_data={"approved": "perhaps"})
    assert [issue.path for issue in caught.value.issues] == [("approved",)]
    assert [event async for event in run.observe()] == before
    assert (await run.resume(resume_data={"approved": True})).result is True


@pytest.mark.parametrize("data", [{"a": [object()]}, {"a": [float("nan")]}, {"a": [b"\xff"]}])
async def test_resume_data_that_cannot_become_json_is_invalid_too(data: Any) -> None:
    """With the place, and the run stays suspended."""
    run = await suspended(begin().then(ask).commit())
    with pytest.raises(InvalidResumeData, match=r"a\[0\]: .* cannot become JSON") as caught:
        await run.resume(resume_data=data)
    assert [issue.path for issue in caught.value.issues] == [("a", 0)]
    assert (await run.state()).suspended == [["ask"]]


async def test_nested_and_foreach_steps_are_validated_too() -> None:
    """The resume schema of the step inside counts, wherever it stands."""
    run = await suspended(begin().foreach(begin("inner").then(approve).commit()).commit(), [1])
    with pytest.raises(InvalidResumeData):
        await run.resume("inner[0].approve", {"note": "no verdict"})
    assert (await run.state()).suspended == [["inner", 0, "approve"]]
    assert (await run.resume("inner[0].approve", {"approved": False})).result == [False]


async def test_resume_data_may_be_of_the_schemas_own_type() -> None:
    """An object of the resume schema's type is as good as its JSON."""
    run = await suspended(begin().then(approve).commit())
    assert (await run.resume(approve, Answer(approved=True))).result is True


async def test_of_two_resumes_exactly_one_wins() -> None:
    """Two answers to one suspension at once: one goes on, the other is told so."""
    run = await suspended(begin().then(ask).commit())
    answers = await asyncio.gather(run.resume(resume_data=1), run.resume(resume_data=2), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyResumed", "RunResult"]
    (winner,) = [answer for answer in answers if not isinstance(answer, Exception)]
    assert winner.result in (1, 2)


async def test_of_two_resumes_from_two_processes_exactly_one_wins() -> None:
    """The store decides, whichever process took the answer."""
    store = MemoryStore()
    workflow = begin().then(ask).commit()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    await run.start(1)
    others = [await Engine([workflow], store=store).run(run.run_id) for _ in range(5)]
    answers = await asyncio.gather(
        *(other.resume(resume_data=n) for n, other in enumerate(others)), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers].count("AlreadyResumed") == 4


@pytest.mark.parametrize("asked", [{"step": "ask"}, {}, {"label": "question"}])
async def test_a_late_resume_is_told_that_it_was_answered(asked: Any) -> None:
    """However late: also when the run has ended since."""

    async def work(data: Any, ctx: Context) -> Any:
        return ctx.suspend(label="question")

    run = await suspended(begin().then(create_step(id="ask", execute=work)).commit())
    await run.resume(resume_data=1)
    with pytest.raises(AlreadyResumed, match="the first answer stands"):
        await run.resume(resume_data=2, **asked)


@pytest.mark.parametrize("asked", [{"index": 0}, {"step": "ask", "index": 0}, {"step": "ask[0]"}, {"step": ["ask", 0]}])
async def test_a_late_resume_of_an_item_is_told_so_while_others_wait(asked: Any) -> None:
    """However the item is named; its sibling is not answered in its place."""
    run = await suspended(begin().foreach(ask).commit(), [1, 2])
    await run.resume("ask[0]", "first")
    with pytest.raises(AlreadyResumed):
        await run.resume(resume_data="second", **asked)
    result = await run.state()
    assert (result.suspended, result.steps["ask[0]"].output) == ([["ask", 1]], "first")


@pytest.mark.parametrize("after", ["success", "failed", "canceled"])
async def test_a_late_resume_is_told_so_however_the_run_has_ended(after: str) -> None:
    """The question was answered, so the run's end is not what the late one hears of; nothing is recorded."""
    last = {"success": add_one, "failed": failing("bad"), "canceled": asking("other")}[after]
    run = await suspended(begin().then(ask).then(last).commit())
    await run.resume("ask", 1)
    if after == "canceled":
        await run.cancel()
    before = [event async for event in run.observe()]
    assert (await run.state()).status == after
    with pytest.raises(AlreadyResumed, match="step 'ask'"):
        await run.resume("ask", 2)
    assert [event async for event in run.observe()] == before


@pytest.mark.sqlite  # there both have read the run before the first answer counts
async def test_a_late_resume_of_an_earlier_question_does_not_answer_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resume that was on its way when the step asked its second question is refused."""
    record = requests.record

    async def record_after_all_have_read(*args: Any) -> None:
        await asyncio.sleep(0)
        await record(*args)

    monkeypatch.setattr(requests, "record", record_after_all_have_read)

    async def twice(data: Any, ctx: Context) -> Any:
        return [ctx.suspend("first"), ctx.suspend("second")]

    run = await suspended(begin().then(create_step(id="twice", execute=twice)).commit())
    answers = await asyncio.gather(run.resume(resume_data="a"), run.resume(resume_data="b"), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyResumed", "RunResult"]
    assert (await run.state()).status == "suspended"


async def test_a_run_that_ended_otherwise_is_finished() -> None:
    """A question that nobody answered before the run ended gets RunFinished."""
    run = await run_of(begin().parallel([ask, failing("bad")]).commit())
    assert (await run.start(1)).status == "failed"
    with pytest.raises(RunFinished, match="failed"):
        await run.resume("ask", 1)
