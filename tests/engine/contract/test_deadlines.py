"""Section 7: an answer of its own type, and deadlines for answers."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from engine import Context, Engine, Event, MemoryStore, Retry, RunResult, create_step, sequence
from engine.errors import AlreadyResumed, InvalidResumeData, SuspendTimeout, WorkflowChanged
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, run_to_end, until
from tests.engine.contract.tiny import add_one, begin, failing, run_of

HOUR = timedelta(hours=1)


class Approval(BaseModel):
    """An answer."""

    approved: bool
    note: str = ""


class Picky(BaseModel):
    """An answer that its own validator may refuse."""

    count: int

    @field_validator("count")
    @classmethod
    def is_even(cls, count: int) -> int:
        """Take even numbers."""
        if count % 2:
            raise ValueError("must be even")
        return count


def asking(id: str = "ask", **question: Any) -> Any:
    """Return a step that asks a question and gives its answer."""

    async def execute(data: Any, ctx: Context) -> Any:
        return ctx.suspend("Well?", **question)

    return create_step(id=id, execute=execute)


def still() -> FakeClock:
    """Return a clock that only moves when it is told."""
    return FakeClock(auto=False)


async def test_an_answer_has_the_type_that_is_asked_for() -> None:
    """JSON, or the type itself; defaults included; recorded with the suspension for whoever makes a form of it."""
    seen: list[Approval] = []

    async def execute(data: Any, ctx: Context) -> str:
        seen.append(ctx.suspend(answer=Approval))
        assert ctx.resume_data == {"approved": True} or ctx.resume_data["note"] == ""
        return seen[-1].note

    for data in ({"approved": True}, Approval(approved=True)):
        run = await run_of(begin().then(create_step(id="ask", execute=execute)).commit())
        asked = (await run.start(1)).steps["ask"]
        assert asked.answer_schema == Approval.model_json_schema()
        assert asked.to_dict()["answer_schema"]["required"] == ["approved"]
        assert (await run.resume(resume_data=data)).status == "success"
    assert seen == [Approval(approved=True)] * 2


async def test_each_question_of_a_step_has_a_schema_of_its_own() -> None:
    """A type, a JSON Schema made on the spot, and the step's resume schema, one after the other."""

    def execute(data: list[str], ctx: Context) -> Any:
        choice = ctx.suspend(answer={"enum": data})
        approval = ctx.suspend(answer=Approval)
        return [choice, approval.approved, ctx.suspend()]

    step = create_step(id="ask", execute=execute, resume_schema=int)
    run = await run_of(begin().then(step).commit())
    await run.start(["red", "blue"])
    with pytest.raises(InvalidResumeData, match="does not fit what is asked by step 'ask'"):
        await run.resume(resume_data="green")
    await run.resume(resume_data="blue")
    with pytest.raises(InvalidResumeData, match="approved"):
        await run.resume(resume_data={"note": "x"})
    await run.resume(resume_data={"approved": False})
    with pytest.raises(InvalidResumeData, match="resume_schema"):
        await run.resume(resume_data={"approved": False})
    assert (await run.resume(resume_data=3)).result == ["blue", False, 3]


async def test_an_answer_that_only_the_type_can_refuse_opens_its_question_again() -> None:
    """The type is known where the step asks; schema and deadline of the question stay."""
    clock = still()
    run = await run_of(begin().then(asking(answer=Picky, timeout=HOUR)).commit(), clock=clock)
    before = (await run.start(1)).steps["ask"]
    clock.advance(60)
    result = await run.resume(resume_data={"count": 1})
    again = result.steps["ask"]
    assert again.rejected is not None
    assert (result.status, again.due_at, again.answer_schema) == ("suspended", before.due_at, before.answer_schema)
    assert (await run.resume(resume_data={"count": 2})).result == {"count": 2}


@pytest.mark.parametrize("answer", [object(), {"type": "nothing"}])
async def test_what_is_no_schema_fails_the_step_at_once(answer: Any) -> None:
    """Trying again would not make it one."""
    step = create_step(id="ask", execute=asking(answer=answer).function, retry=Retry(attempts=3))
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.status, result.steps["ask"].attempts) == ("failed", 1)
    assert result.error_detail is not None
    assert result.error_detail["type"] == "InvalidSchema"


AT = FakeClock().now() + HOUR


@pytest.mark.parametrize("wait", [3600, HOUR, AT, AT.astimezone()], ids=["seconds", "timedelta", "utc", "zone"])
async def test_without_an_answer_the_default_holds(wait: Any) -> None:
    """The due time is recorded; the run is suspended like any other until then, and goes on by itself."""
    clock = still()
    run = await run_of(begin().then(asking(timeout=wait, default="no")).then(asking("more")).commit(), clock=clock)
    asked = await run.start(1)
    assert (asked.status, asked.steps["ask"].due_at) == ("suspended", AT)
    await clock.sleeping()
    clock.advance(HOUR)
    event = await until(run, "step-expired")
    assert (event.payload, event.path) == ({"default": "no"}, ("ask",))
    await until_suspended_at(run, ["more"])
    decided = (await run.state()).steps["ask"]
    assert (decided.output, decided.decided_by, decided.due_at) == ("no", "default", None)


async def until_suspended_at(run: Any, path: list[str]) -> None:
    """Return when a run asks at a path."""
    found = asyncio.Event()

    def look(event: Event) -> None:
        if event.type == "run-suspended" and event.payload["suspended"] == [path]:
            found.set()

    end = run.watch(look)
    await found.wait()
    end()


async def test_a_default_is_of_the_type_of_the_answer() -> None:
    """It is validated when it is given, and completed."""

    async def execute(data: Any, ctx: Context) -> str:
        answer = ctx.suspend(answer=Approval, timeout=60, default={"approved": False})
        assert isinstance(answer, Approval)
        assert ctx.resume_data == {"approved": False, "note": ""}
        return repr(answer)

    result = await run_to_end(begin().then(create_step(id="ask", execute=execute)).commit(), 1)
    assert result.result == "Approval(approved=False, note='')"


async def test_without_a_default_the_call_raises_and_the_step_may_catch_it() -> None:
    """SuspendTimeout, which names the step; uncaught it fails the step, without another attempt."""
    step = create_step(id="ask", execute=asking(timeout=60).function, retry=Retry(attempts=3))
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.error, result.steps["ask"].attempts) == ("nobody has answered step 'ask' in time", 1)
    assert result.steps["ask"].decided_by == "timeout"

    def escalate(data: Any, ctx: Context) -> Any:
        try:
            return ctx.suspend("Clerk?", timeout=60)
        except SuspendTimeout:
            assert ctx.resume_data is None
            return ctx.suspend("Boss?")

    step = create_step(id="ask", execute=escalate)
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.status, result.steps["ask"].suspend_payload) == ("suspended", "Boss?")
    answers = {"ask": lambda asked: asked}
    assert (await run_to_end(begin().then(step).commit(), 1, answers=answers)).result == "Clerk?"


WRONG = [
    ({"timeout": "soon"}, "suspend\\(timeout=...\\) was given 'soon'"),
    ({"timeout": True}, "was given True"),
    ({"timeout": float("nan")}, "was given nan"),
    ({"default": 1}, "holds only after a timeout"),
    ({"timeout": 60, "default": {"note": 1}, "answer": Approval}, "the default of suspend\\(\\) does not fit"),
]


@pytest.mark.parametrize(("question", "message"), WRONG, ids=[message[:20] for _, message in WRONG])
async def test_a_wrong_deadline_fails_the_step(question: dict[str, Any], message: str) -> None:
    """Nothing is asked then."""
    result = await run_to_end(begin().then(asking(**question)).commit(), 1)
    assert result.status == "failed"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(result.error)


@pytest.mark.parametrize("wait", [0, -5, datetime(2000, 1, 1, tzinfo=UTC)], ids=str)
async def test_a_deadline_that_is_over_holds_at_once(wait: Any) -> None:
    """The step goes on in the same breath."""
    run = await run_of(begin().then(asking(timeout=wait, default="late")).commit(), clock=still())
    assert (await run.start(1)).result == "late"


async def test_a_late_answer_is_refused_like_a_second_one() -> None:
    """Also when the run has ended since."""
    clock = still()
    run = await run_of(begin().then(asking(timeout=60, default="no")).commit(), clock=clock)
    await run.start(1)
    await clock.sleeping()
    clock.advance(60)
    await until(run, "run-succeeded")
    with pytest.raises(AlreadyResumed, match="ran into its deadline"):
        await run.resume(step="ask", resume_data="yes")
    with pytest.raises(AlreadyResumed, match="ran into its deadline"):
        await run.resume(resume_data="yes")
    assert (await run.state()).result == "no"


async def test_an_answer_in_time_ends_the_deadline() -> None:
    """What was due then changes nothing."""
    clock = still()
    run = await run_of(begin().then(asking(timeout=60, default="no")).then(asking("more")).commit(), clock=clock)
    await run.start(1)
    assert (await run.resume(resume_data="yes")).status == "suspended"
    clock.advance(120)
    assert (await run.resume(resume_data="done")).steps["ask"].output == "yes"


async def test_a_retry_replays_the_outcomes() -> None:
    """The k-th call answers to the k-th outcome, a timeout included; a step that asks again calls suspend again."""
    calls: list[Any] = []

    def execute(data: Any, ctx: Context) -> Any:
        try:
            first = ctx.suspend("first", timeout=60)
        except SuspendTimeout:
            first = "timeout"
        second = ctx.suspend("second", timeout=60, default="default")
        calls.append([first, second])
        if ctx.attempt == 1:
            raise OSError("again")
        return [first, second, ctx.suspend("third")]

    step = create_step(id="ask", execute=execute, retry=Retry(attempts=2))
    answers = {"ask": 3}
    store, clock = MemoryStore(), FakeClock()
    run = await run_of(begin().then(step).commit(), store=store, clock=clock)
    await run.start(1)
    third = asyncio.Event()
    run.watch(lambda event: third.set() if event.payload.get("payload") == "third" else None)
    await third.wait()
    await until_suspended_at(run, ["ask"])
    result = await run.resume(resume_data=answers["ask"])
    assert result.result == ["timeout", "default", 3]
    assert calls == [["timeout", "default"]] * 3
    assert [event.type for event in await store.read(run.run_id)].count("step-expired") == 2


def arms() -> Any:
    """Return a workflow with deadlines in arms, in items, in a loop and in a nested workflow."""
    inner = begin("inner").foreach(asking("item", timeout=120, default=1), concurrency=2).commit()
    return (
        begin()
        .parallel([sequence(asking("soon", timeout=60, default=0), add_one), inner])
        .map(lambda data: sum(data["inner"]) + data["add_one"])
        .dountil(asking("again", timeout=60, default=7), lambda data, ctx: ctx.iteration == 2)
        .commit()
    )


async def test_deadlines_hold_in_arms_items_loops_and_nested_workflows() -> None:
    """Each on its own, while siblings wait."""
    result = await run_to_end(arms(), [1, 2, 3])
    assert (result.status, result.result) == ("success", 7)
    assert {path: step.decided_by for path, step in result.steps.items() if "item" in path} == {
        f"inner.item[{index}]": "default" for index in range(3)
    }


async def play(engine: Engine, clock: FakeClock, run_id: str | None) -> RunResult:
    """Start a run, or take it over, and let the time for its questions pass."""
    run = await (engine.workflow("tiny").create_run("r") if run_id is None else engine.run(run_id))
    result = await (run.start([1, 2, 3]) if run_id is None else run.restart())
    while result.status == "suspended":
        await engine.close()
        clock.advance(200)
        result = await run.restart()
    return result


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", range(1, 9))
async def test_a_process_that_dies_anywhere_leaves_the_deadline(at: int, durable: bool) -> None:
    """Another one goes on to the same result: a deadline decides once."""
    store, clock, workflow = MemoryStore(), still(), arms()
    with pytest.raises(SimulatedCrash):
        await play(Engine([workflow], store=FaultPoint(store, at=at, durable=durable), clock=clock), clock, None)
    result = await play(Engine([workflow], store=store, clock=clock), clock, "r")
    expired = [event.path for event in await store.read("r") if event.type == "step-expired"]
    assert (result.result, len(expired)) == (7, 6)


async def test_restart_acts_on_a_deadline_that_has_passed() -> None:
    """Whoever takes the run over in another process does what was due."""
    store, clock, workflow = MemoryStore(), still(), begin().then(asking(timeout=60, default="no")).commit()
    first = Engine([workflow], store=store, clock=clock)
    run = await first.workflow("tiny").create_run()
    await run.start(1)
    await first.close()
    clock.advance(60)
    again = await Engine([workflow], store=store, clock=clock).run(run.run_id)
    assert (await again.restart()).result == "no"


async def test_a_deadline_of_changed_code_is_left_as_it_is() -> None:
    """As a timer is: who would act on it is told, and with the former code the run goes on."""
    store, clock, workflow = MemoryStore(), still(), begin().then(asking(timeout=60, default="no")).commit()
    first = Engine([workflow], store=store, clock=clock)
    run = await first.workflow("tiny").create_run("r")
    await run.start(1)
    await first.close()
    clock.advance(60)
    changed = Engine([begin().then(add_one).commit()], store=store, clock=clock)
    with pytest.raises(WorkflowChanged, match="ask"):
        await (await changed.run("r")).restart()
    assert (await run.state()).status == "suspended"
    assert (await run.restart()).result == "no"


async def test_a_cancel_ends_the_deadline() -> None:
    """Nothing happens at the due time, and the wait is closed."""
    store, clock = MemoryStore(), still()
    run = await run_of(begin().then(asking(timeout=60, default="no")).commit(), store=store, clock=clock)
    await run.start(1)
    assert [wait.due_at for wait in await store.waits(run.run_id)] == [clock.now() + timedelta(seconds=60)]
    await run.cancel()
    assert await store.waits(run.run_id) == []
    clock.advance(60)
    await asyncio.sleep(0)
    assert (await run.state()).status == "canceled"


async def test_a_failing_sibling_does_not_wait_for_a_deadline() -> None:
    """As for a person: the run fails, what is asked stays in the record."""
    run = await run_of(begin().parallel([asking(timeout=60), failing("bad")]).commit(), clock=still())
    result = await run.start(1)
    assert (result.status, result.steps["ask"].status) == ("failed", "suspended")


async def test_a_question_in_a_nested_workflow_that_failed_is_closed() -> None:
    """Its deadline keeps nobody busy while the rest of the run waits."""
    inner = begin("inner").parallel([asking("gone", timeout=60), failing("bad")]).commit()
    other = begin("other").wait_for_event("never").commit()
    run = await run_of(begin().parallel([inner, other]).commit(), clock=(clock := still()))
    await run.start_async(1)
    await until(run, "run-waiting")
    clock.advance(60)
    assert (await run.state()).steps["inner.gone"].status == "canceled"
    await run.cancel()


async def test_a_fork_shares_what_a_deadline_decided() -> None:
    """From a later step on it is history; from the question itself it is asked again, with a new deadline."""
    clock = FakeClock()
    run = await run_of(begin().then(asking(timeout=60, default=1)).then(add_one).commit(), clock=clock)
    await run.start(1)
    await until(run, "run-succeeded")
    later = await run.time_travel("add_one")
    assert (later.result, later.steps["ask"].decided_by) == (2, "default")
    asked = await run.time_travel("ask")
    assert asked.steps["ask"].due_at == clock.now() + timedelta(seconds=60)
