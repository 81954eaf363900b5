"""Answers that were recorded by someone without the user's validators, and that the step's own type then refuses."""

from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from engine import Context, Engine, MemoryStore, Run, RunResult, Workflow, create_workflow, step
from engine.clock import SystemClock
from engine.errors import AlreadyResumed, InvalidResumeData, RunFinished
from engine.journal.fold import fold
from engine.journal.requests import record_resume
from engine.paths import Path

CLOCK = SystemClock()


class Verdict(BaseModel):
    """An answer whose validator no JSON Schema tells of."""

    note: str

    @field_validator("note")
    @classmethod
    def is_polite(cls, note: str) -> str:
        """Refuse what is rude, and break on what is odd."""
        if note == "odd":
            raise KeyError(note)
        if "please" not in note:
            raise ValueError("say please")
        return note


@step(resume_schema=Verdict)
async def ask(data: Any, ctx: Context) -> str:
    """Ask, whatever the function makes of errors."""
    try:
        answer: Verdict = ctx.suspend({"about": data}, label="boss")
    except Exception:
        return "swallowed"
    return answer.note


@step(resume_schema=Verdict)
def ask_twice(data: Any, ctx: Context) -> list[str]:
    """Ask two questions in a thread."""
    return [ctx.suspend("first").note, ctx.suspend("second").note]


def flow(*steps: Any) -> Workflow[Any, Any]:
    """Return a workflow of steps in a row."""
    builder: Any = create_workflow(id="polite", input_schema=None, output_schema=None)
    for one in steps:
        builder = builder.then(one)
    return builder.commit()  # type: ignore[no-any-return]


@pytest.fixture
def store() -> MemoryStore:
    """Keep the journals of a test."""
    return MemoryStore()


async def suspended(store: MemoryStore, workflow: Workflow[Any, Any]) -> Run[Any, Any]:
    """Return a run that has asked."""
    run = await Engine([workflow], store=store).workflow(workflow.id).create_run()
    assert (await run.start("x")).status == "suspended"
    return run


async def answered(
    store: MemoryStore, run: Run[Any, Any], path: Path, data: Any, suspension: str | None = None
) -> RunResult:
    """Record an answer that nobody has checked, and let the run go on with it."""
    await record_resume(store, CLOCK, run.run_id, path, data, suspension=suspension)
    return await run.restart()


async def test_the_question_is_open_again_and_tells_why(store: MemoryStore) -> None:
    """Neither step nor run has failed; the answer and its field errors are there."""
    run = await suspended(store, flow(ask))
    result = await answered(store, run, ("ask",), {"note": "no"})
    asked = result.steps["ask"]
    assert (result.status, result.suspended, asked.status) == ("suspended", [["ask"]], "suspended")
    assert (asked.suspend_payload, asked.label, asked.attempts) == ({"about": "x"}, "boss", 1)
    assert (asked.resume_data, asked.resumed_at, asked.error) == (None, None, None)
    assert result.to_dict()["steps"]["ask"]["rejected"] == {
        "data": {"note": "no"},
        "issues": [{"path": ["note"], "message": "Say please."}],
    }


async def test_the_journal_tells_of_the_answer_and_its_refusal(store: MemoryStore) -> None:
    """Both stay in the history: resumed with the data, then suspended for the same call again."""
    run = await suspended(store, flow(ask))
    await answered(store, run, ("ask",), {"note": "no"})
    events = [event for event in await store.read(run.run_id) if event.path == ("ask",)]
    assert [event.type for event in events] == ["step-started", "step-suspended", "step-resumed", "step-suspended"]
    first, again = events[1].payload, events[3].payload
    assert again == {**first, "rejected": [{"path": ["note"], "message": "Say please."}]}


async def test_the_next_answer_is_taken(store: MemoryStore) -> None:
    """It goes to the same suspension, also from a page that was drawn before the refusal."""
    run = await suspended(store, flow(ask))
    suspension = fold(await store.read(run.run_id)).suspended[0].suspension
    await answered(store, run, ("ask",), {"note": "no"}, suspension)
    result = await answered(store, run, ("ask",), {"note": "yes please"}, suspension)
    assert (result.status, result.result) == ("success", "yes please")
    assert result.steps["ask"].rejected is None
    assert result.steps["ask"].resume_data == {"note": "yes please"}


async def test_a_checked_resume_follows_a_refused_answer(store: MemoryStore) -> None:
    """`Run.resume` finds the open suspension and still refuses what does not fit before it is recorded."""
    run = await suspended(store, flow(ask))
    await answered(store, run, ("ask",), {"note": "no"})
    with pytest.raises(InvalidResumeData, match="Say please"):
        await run.resume(step="ask", resume_data={"note": "never"})
    assert (await run.resume(step="ask", resume_data={"note": "please"})).result == "please"
    with pytest.raises(AlreadyResumed):
        await run.resume(step="ask", resume_data={"note": "please"})


async def test_a_canceled_run_was_not_answered(store: MemoryStore) -> None:
    """After a refused answer, whoever comes too late is told of the cancel and not of a first answer."""
    run = await suspended(store, flow(ask))
    await answered(store, run, ("ask",), {"note": "no"})
    await run.cancel()
    with pytest.raises(RunFinished):
        await run.resume(step="ask", resume_data={"note": "please"})


async def test_only_the_last_answer_is_taken_back(store: MemoryStore) -> None:
    """The answers before it were good and stay; sync steps in threads do the same."""
    run = await suspended(store, flow(ask_twice))
    assert (await answered(store, run, ("ask_twice",), {"note": "please"})).status == "suspended"
    result = await answered(store, run, ("ask_twice",), {"note": "now"})
    asked = result.steps["ask_twice"]
    assert (asked.suspend_payload, asked.resume_data) == ("second", {"note": "please"})
    assert asked.rejected is not None
    assert asked.rejected.data == {"note": "now"}
    result = await answered(store, run, ("ask_twice",), {"note": "now, please"})
    assert result.result == ["please", "now, please"]


async def test_resume_data_refuses_as_well(store: MemoryStore) -> None:
    """A step that looks at its answer before it asks again is no other case."""

    @step(resume_schema=Verdict)
    async def look(data: Any, ctx: Context) -> str:
        note = ctx.resume_data.note if ctx.resume_data else ""
        ctx.suspend()
        return str(note)

    run = await suspended(store, flow(look))
    assert (await answered(store, run, ("look",), {"note": "no"})).steps["look"].rejected is not None
    assert (await answered(store, run, ("look",), {"note": "please"})).result == "please"


async def test_a_validator_that_breaks_refuses_the_answer(store: MemoryStore) -> None:
    """An error of any class is told at the whole value."""
    run = await suspended(store, flow(ask))
    rejected = (await answered(store, run, ("ask",), {"note": "odd"})).steps["ask"].rejected
    assert rejected is not None
    assert [(issue.path, issue.message) for issue in rejected.issues] == [((), "a validator raised KeyError: 'odd'")]


async def test_a_refused_answer_of_one_item_leaves_the_others_alone(store: MemoryStore) -> None:
    """Each item of a foreach has its own question and its own refusal."""
    listed: Any = create_workflow(id="listed", input_schema=None, output_schema=None)
    workflow = listed.map(lambda data: [1, 2]).foreach(ask, concurrency=2).commit()
    run = await suspended(store, workflow)
    result = await answered(store, run, ("ask", 1), {"note": "no"})
    assert result.suspended == [["ask", 0], ["ask", 1]]
    assert (result.steps["ask[0]"].rejected, result.steps["ask[1]"].status) == (None, "suspended")
    await answered(store, run, ("ask", 0), {"note": "please"})
    assert (await answered(store, run, ("ask", 1), {"note": "2 please"})).result == ["please", "2 please"]


async def test_a_run_that_was_answered_wrongly_and_then_lost_its_worker_goes_on(store: MemoryStore) -> None:
    """The refusal is durable: another process, which only has the store, finds the question open."""
    workflow = flow(ask)
    run = await suspended(store, workflow)
    await answered(store, run, ("ask",), {"note": "no"})
    other = await Engine([workflow], store=store).run(run.run_id)
    assert (await other.state()).to_dict() == (await run.state()).to_dict()
    assert (await other.resume(resume_data={"note": "please"})).status == "success"
