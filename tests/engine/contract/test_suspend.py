"""A step suspends its run and asks for an answer."""

from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, create_step, step
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, asking, begin, run_of


class Question(BaseModel):
    text: str
    urgent: bool = False


class Answer(BaseModel):
    approved: bool
    note: str = ""


async def test_the_first_time_the_payload_is_recorded_and_the_step_suspends() -> None:
    """What the step asks stands in the result and in the journal."""
    run = await run_of(begin().then(asking("ask")).commit())
    result = await run.start({"city": "Rome"})
    assert (result.status, result.suspended) == ("suspended", [["ask"]])
    assert result.steps["ask"].suspend_payload == {"about": {"city": "Rome"}}
    assert result.steps["ask"].suspended_at is not None


async def test_except_exception_cannot_swallow_the_signal() -> None:
    """suspend() leaves the function by a BaseException."""

    async def careless(data: Any, ctx: Context) -> Any:
        try:
            return ctx.suspend("?")
        except Exception:
            return "swallowed"

    result = await run_to_end(begin().then(create_step(id="ask", execute=careless)).commit(), 1)
    assert result.status == "suspended"


async def test_even_a_bare_except_cannot_swallow_it() -> None:
    """A step that swallows the signal with a bare except is suspended all the same, and so is one that then fails."""

    async def swallow(data: Any, ctx: Context) -> Any:
        try:
            return ctx.suspend("?")
        except BaseException:
            if data:
                raise ValueError("in its place") from None
            return "swallowed"

    workflow = begin().then(create_step(id="ask", execute=swallow)).commit()
    assert (await run_to_end(workflow, 0)).status == "suspended"
    assert (await run_to_end(workflow, 1)).status == "suspended"


async def test_on_resume_the_function_runs_again_from_its_first_line() -> None:
    """The function is called anew, and suspend() returns the answer; the attempt is the same one."""
    log = []

    async def work(data: Any, ctx: Context) -> Any:
        log.append(f"first line, attempt {ctx.attempt}")
        log.append(ctx.suspend("?"))
        return log[-1]

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    await run.start(1)
    result = await run.resume(resume_data="answer")
    assert log == ["first line, attempt 1", "first line, attempt 1", "answer"]
    assert (result.result, result.steps["work"].attempts) == ("answer", 1)


async def test_the_answer_is_of_the_resume_schemas_type() -> None:
    """suspend() returns the validated resume data, with its defaults."""
    seen = []

    @step(resume_schema=Answer)
    def approve(data: Any, ctx: Context) -> bool:
        seen.append(ctx.suspend())
        return bool(seen[0].approved)

    run = await run_of(begin().then(approve).commit())
    await run.start(1)
    assert (await run.resume(resume_data={"approved": True})).result is True
    assert seen == [Answer(approved=True, note="")]


async def test_the_kth_call_answers_to_the_kth_resume() -> None:
    """Three calls in one function ask three times, and each gets its own answer."""

    async def three(data: Any, ctx: Context) -> Any:
        return [ctx.suspend({"k": k}) for k in range(3)]

    run = await run_of(begin().then(create_step(id="three", execute=three)).commit())
    result = await run.start(1)
    for k in range(3):
        assert result.steps["three"].suspend_payload == {"k": k}
        result = await run.resume(resume_data=f"answer {k}")
    assert result.result == ["answer 0", "answer 1", "answer 2"]


async def test_resume_data_and_suspend_data_stand_in_the_context() -> None:
    """Both are None at first, and hold the last answer and the last payload after a resume."""
    seen = []

    async def work(data: Any, ctx: Context) -> None:
        seen.append((ctx.resume_data, ctx.suspend_data))
        ctx.suspend({"q": 1})

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    await run.start(1)
    await run.resume(resume_data={"a": 1})
    assert seen == [(None, None), ({"a": 1}, {"q": 1})]


async def test_a_step_may_suspend_only_when_it_was_not_answered() -> None:
    """A step that looks at ctx.resume_data itself needs no second call of suspend()."""

    async def work(data: Any, ctx: Context) -> Any:
        if ctx.resume_data is None:
            ctx.suspend("?")
        return ctx.resume_data

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    await run.start(1)
    assert (await run.resume(resume_data="yes")).result == "yes"


async def test_the_payload_is_held_against_the_suspend_schema() -> None:
    """A payload that fits gets its defaults; one that does not fails the step with field errors."""

    async def work(data: Any, ctx: Context) -> Any:
        return ctx.suspend(data)

    workflow = begin().then(create_step(id="work", execute=work, suspend_schema=Question)).commit()
    result = await run_to_end(workflow, {"text": "ok?"})
    assert result.steps["work"].suspend_payload == {"text": "ok?", "urgent": False}
    result = await run_to_end(workflow, {"text": 1})
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidSuspendPayload")
    assert result.error_detail["issues"][0]["path"] == ["text"]


async def test_a_payload_that_cannot_become_json_fails_the_step() -> None:
    """Without a suspend schema any JSON will do, and only JSON."""
    workflow = begin().then(create_step(id="work", execute=lambda data, ctx: ctx.suspend(object()))).commit()
    assert (await run_to_end(workflow, 1)).error_detail["type"] == "NotSerializable"


async def test_a_sync_step_suspends_from_its_thread() -> None:
    """A sync step may suspend like an async one."""

    @step
    def ask(data: int, ctx: Context) -> int:
        return int(ctx.suspend({"about": data})) + 1

    assert (await run_to_end(begin().then(ask).commit(), 1, answers={"ask": 41})).result == 42


@pytest.mark.parametrize(
    "build",
    [
        lambda tries: begin().map(tries, id="tries"),
        lambda tries: begin().map({"key": tries}, id="tries"),
        lambda tries: begin().branch([(tries, add_one)], id="tries"),
        lambda tries: begin().dowhile(add_one, tries, id="tries"),
        lambda tries: begin().sleep(tries, id="tries"),
    ],
)
@pytest.mark.parametrize("tries", [lambda data, ctx: ctx.suspend(), lambda data, ctx: ctx.bail(1)])
async def test_conditions_and_mappings_cannot_suspend(tries: Any, build: Any) -> None:
    """Only a step can suspend or bail; a function between steps that tries fails the run and is told so."""
    result = await run_to_end(build(tries).commit(), 1)
    assert result.status == "failed"
    assert "'tries' cannot suspend or bail: only a step can" in result.error
