"""A rehearsed run pretends what it was told of some steps, and nothing else."""

from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, Failure, MemoryStore, Rehearsal, Retry, create_step, step
from engine.errors import InvalidInput, RehearsalRefused, UnknownRun, UnknownStep
from engine.journal.fold import fold
from engine.testing import Collector, FakeClock, run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, crash, double, run_of


class Price(BaseModel):
    """What something costs."""

    cents: int
    currency: str = "EUR"


class OutOfStock(Exception):
    """A failure of the user's own, whose constructor wants more than a message."""

    def __init__(self, item: str, left: int) -> None:
        """Take what is missing."""
        super().__init__(f"{item}: {left} left")


@step
def price(data: Any) -> Price:
    """Fail when it is called, which a rehearsal prevents."""
    raise AssertionError("called")


@step
def cents(data: Price) -> int:
    """Read what the step before returned, as its own type."""
    return data.cents


async def test_a_step_with_a_result_is_not_called() -> None:
    """The next step gets the result, with the defaults of the schema; an object of the type does as well as JSON."""
    flow = begin().then(price).then(cents).commit()
    for given in ({"cents": 5}, Price(cents=5)):
        result = await run_to_end(flow, 1, rehearsal=Rehearsal(results={"price": given}))
        assert (result.status, result.result) == ("success", 5)
        assert result.steps["price"].output == {"cents": 5, "currency": "EUR"}


async def test_a_result_that_does_not_fit_its_step_makes_no_run() -> None:
    """It is refused before anything is recorded, and the message names the step and the place."""
    store = MemoryStore()
    run = await run_of(begin().then(price).commit(), store=store)
    with pytest.raises(InvalidInput, match=r"step 'price' return does not fit its output_schema:\s+cents"):
        await run.start(1, rehearsal=Rehearsal(results={"price": {"cents": "many"}}))
    with pytest.raises(UnknownRun):
        await store.summary(run.run_id)


async def test_a_nested_workflow_may_have_a_result() -> None:
    """Then none of its steps begins; a step inside is named by its whole path, or by its id."""
    inner = begin("inner").then(add_one).commit()
    flow = begin().then(inner).then(double).commit()
    whole = await run_to_end(flow, 1, rehearsal=Rehearsal(results={"inner": 10}))
    assert (whole.result, list(whole.steps)) == (20, ["inner", "double"])
    for name in ("inner.add_one", "add_one"):
        part = await run_to_end(flow, 1, rehearsal=Rehearsal(results={name: 10}))
        assert (part.result, part.steps["inner.add_one"].output) == (20, 10)
        assert part.rehearsal == {"results": {"inner.add_one": 10}}


async def test_a_failure_is_raised_so_often_and_then_the_step_is_called() -> None:
    """The retries of the step's own policy take it as if its function had raised it."""
    patient = create_step(id="patient", execute=add_one.function, retry=Retry(attempts=3, delay=5, on=(OSError,)))
    failures = {"patient": Failure(times=2, type="TimeoutError", message="no answer")}
    run, seen = await run_of(begin().then(patient).commit(), clock=FakeClock()), Collector()
    run.watch(seen)
    result = await run.start(1, rehearsal=Rehearsal(failures=failures))
    assert (result.status, result.result, result.steps["patient"].attempts) == ("success", 2, 3)
    errors = [event.payload["error"] for event in seen.of("step-attempt-failed")]
    assert [(error["type"], error["message"]) for error in errors] == [("TimeoutError", "no answer")] * 2


async def test_a_failure_that_outlasts_the_attempts_fails_the_run() -> None:
    """With its type and message, and without a frame of anybody's code."""
    flow = begin().then(add_one).commit()
    result = await run_to_end(flow, 1, rehearsal=Rehearsal(failures={"add_one": Failure(type="Odd", message="no")}))
    assert (result.status, result.error) == ("failed", "no")
    assert result.error_detail is not None
    assert (result.error_detail["type"], result.error_detail["traceback"]) == ("Odd", [])


@pytest.mark.parametrize(("on", "caught"), [(OutOfStock, True), ("OutOfStock", True), (KeyError, False)])
async def test_a_failure_is_of_the_class_of_that_name(on: Any, caught: bool) -> None:
    """Attempts and retries that look for the class find it, although its own constructor is not called."""
    flow = begin().attempt(add_one, otherwise=create_step(id="mend", execute=lambda data: data), on=on).commit()
    failure = Failure(type="OutOfStock", message="none left")
    result = await run_to_end(flow, 1, rehearsal=Rehearsal(failures={"add_one": failure}))
    if not caught:
        assert (result.status, result.error) == ("failed", "none left")
        return
    assert result.result == {"error": "none left", "type": "OutOfStock", "step": "add_one", "input": 1}


@pytest.mark.parametrize("kind", ["Fail", "StepTimeout", "SystemExit"])
async def test_failures_that_the_engine_knows_are_what_they_are(kind: str) -> None:
    """``Fail`` is not tried again, a timeout is, and a class that is no ``Exception`` is only named."""
    patient = create_step(id="patient", execute=add_one.function, retry=Retry(attempts=2))
    failures = {"patient": Failure(type=kind)}
    result = await run_to_end(begin().then(patient).commit(), 1, rehearsal=Rehearsal(failures=failures))
    assert (result.status, result.steps["patient"].attempts) == (("failed", 1) if kind == "Fail" else ("success", 2))


async def test_each_item_and_each_iteration_fails_so_often() -> None:
    """A path without indexes means the step for each item; so what happens does not depend on which comes first."""
    patient = create_step(id="patient", execute=add_one.function, retry=Retry(attempts=2))
    plan = Rehearsal(failures={"patient": Failure()})
    items = await run_to_end(begin().foreach(patient, concurrency=2).commit(), [1, 2], rehearsal=plan)
    assert [items.steps[f"patient[{n}]"].attempts for n in (0, 1)] == [2, 2]
    seen = Collector()
    run = await run_of(begin().dountil(patient, lambda data: data > 2).commit(), clock=FakeClock())
    run.watch(seen)
    assert (await run.start(1, rehearsal=plan)).result == 3
    assert len(seen.of("step-attempt-failed")) == 2


async def test_a_delay_is_waited_for_on_the_engines_clock() -> None:
    """Before each attempt; the step is called after it."""
    clock = FakeClock()
    run = await run_of(begin().then(add_one).commit(), clock=clock)
    began = clock.now()
    result = await run.start(1, rehearsal=Rehearsal(delays={"add_one": 90.5}))
    assert (result.result, (clock.now() - began).total_seconds()) == (2, 90.5)


async def test_a_delay_counts_for_the_timeout() -> None:
    """A step that was made slow fails like one that is slow."""
    slow = create_step(id="slow", execute=add_one.function, timeout=0.01)
    run = await run_of(begin().then(slow).commit())
    result = await run.start(1, rehearsal=Rehearsal(delays={"slow": 60}))
    assert result.error == "step 'slow' took longer than its timeout of 0.01 s"


async def test_an_answer_is_not_delayed_or_failed_again() -> None:
    """A step that asks goes on with its answer at once: that is no new attempt."""
    clock = FakeClock()
    patient = create_step(id="patient", execute=ask.function, retry=Retry(attempts=2))
    run = await run_of(begin().then(patient).commit(), clock=clock)
    await run.start(1, rehearsal=Rehearsal(delays={"patient": 60}, failures={"patient": Failure()}))
    asked_at = clock.now()
    assert (await run.resume("patient", "yes")).result == "yes"
    assert clock.now() == asked_at


async def test_deaths_without_a_worker_process_are_refused() -> None:
    """A program would kill itself; no run is made."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(RehearsalRefused, match="kills the worker at add_one, and this program executes the run itself"):
        await run.start(1, rehearsal=Rehearsal(deaths={"add_one": 1}))
    assert (await run.state()).status == "pending"


async def test_a_program_in_production_rehearses_nothing() -> None:
    """``Engine(production=True)`` refuses every rehearsal, and runs all else."""
    engine = Engine([begin().then(add_one).commit()], production=True)
    run = await engine.workflow("tiny").create_run()
    with pytest.raises(RehearsalRefused, match="this is production, where no run is rehearsed"):
        await run.start(1, rehearsal=Rehearsal())
    assert (await run.start(1)).result == 2


@pytest.mark.parametrize("name", ["gone", "inner.gone", "add_one[0]", "a..b"])
async def test_an_unknown_step_makes_no_run(name: str) -> None:
    """Whatever is to happen to it; so nobody waits for a failure that never comes."""
    plans = [
        Rehearsal(results={name: 1}),
        Rehearsal(failures={name: Failure()}),
        Rehearsal(delays={name: 1}),
    ]
    for plan in plans:
        run = await run_of(begin().then(add_one).commit())
        with pytest.raises(UnknownStep):
            await run.start(1, rehearsal=plan)
        assert (await run.state()).created_at is None


async def test_what_is_no_step_cannot_be_rehearsed() -> None:
    """A map or a timer has no function that could fail, and a nested workflow fails by its steps."""
    flow = begin().map(lambda data: data, id="same").then(begin("inner").then(add_one).commit()).commit()
    for plan in (Rehearsal(results={"same": 1}), Rehearsal(failures={"inner": Failure()})):
        run = await run_of(flow)
        with pytest.raises(UnknownStep, match="which is no step: expected a step, or for results= a nested workflow"):
            await run.start(1, rehearsal=plan)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Failure(times=0), r"Failure\(times=0\): expected a whole number of 1 or more"),
        (lambda: Failure(type="not a name"), "expected the name of a class"),
        (lambda: Failure(message=1), "expected text"),  # type: ignore[arg-type]
        (lambda: Rehearsal(delays={"a": -1}), "'a' has -1; expected seconds, 0 or more"),
        (lambda: Rehearsal(deaths={"a": True}), "'a' has True; expected a whole number of 1 or more"),
        (lambda: Rehearsal(failures={"a": "x"}), "'a' has 'x'; expected a Failure"),  # type: ignore[dict-item]
        (lambda: Rehearsal(results=[1]), "expected results by the paths of steps"),  # type: ignore[arg-type]
        (lambda: Rehearsal.from_dict([]), "expected an object with results, failures, delays, deaths"),
        (lambda: Rehearsal.from_dict({"result": {}}), "result: is not known here.*Did you mean results"),
        (lambda: Rehearsal.from_dict({"failures": {"a": {"time": 1}}}), r"failures.a.time: is not known here"),
    ],
)
def test_a_wrong_rehearsal_is_told_what_was_expected(make: Any, message: str) -> None:
    """Where it is made, or read from JSON."""
    with pytest.raises(InvalidInput, match=message):
        make()


async def test_a_rehearsal_calls_no_hooks_and_undoes_nothing() -> None:
    """What it pretends has not happened outside, whether it ends well, fails or is cancelled."""
    called: list[str] = []
    hooks = {name: lambda _, name=name: called.append(name) for name in ("on_start", "on_finish", "on_error")}
    done = create_step(id="done", execute=add_one.function, undo=lambda output: called.append("undo"))
    flow = begin(**hooks).then(done).then(ask).commit()
    plan = Rehearsal(results={"done": 5})
    failed = await run_to_end(flow, 1, rehearsal=Rehearsal(failures={"ask": Failure()}))
    assert (failed.status, failed.undone) == ("failed", [])
    ended = await run_to_end(flow, 1, answers={"ask": 1}, rehearsal=plan)
    assert ended.status == "success"
    run = await run_of(flow)
    await run.start(1, rehearsal=plan)
    assert (await run.cancel()).status == "canceled"
    assert called == []


async def test_a_rehearsal_is_said_on_the_run() -> None:
    """On its result, its summary and in its first event; a run in earnest says nothing of it."""
    store = MemoryStore()
    engine = Engine([begin().then(add_one).commit()], store=store)
    plan = {"failures": {"add_one": {"times": 1, "type": "TimeoutError", "message": "rehearsed"}}}
    run = await engine.workflow("tiny").create_run()
    result = await run.start(1, rehearsal=Rehearsal.from_dict(plan))
    assert (result.rehearsal, result.to_dict()["rehearsal"]) == (plan, plan)
    assert (await store.summary(run.run_id)).rehearsal
    assert (await store.read(run.run_id))[0].payload["rehearsal"] == plan
    earnest = await engine.workflow("tiny").create_run()
    assert "rehearsal" not in (await earnest.start(1)).to_dict()
    assert not (await store.summary(earnest.run_id)).rehearsal


async def test_a_rehearsal_survives_the_death_of_its_process() -> None:
    """Whoever goes on with the run reads it from the journal."""
    store = MemoryStore()

    @step
    async def count(data: int, ctx: Context) -> int:
        return ctx.attempt

    patient = create_step(id="patient", execute=count.function, retry=Retry(attempts=3))
    flow = begin().then(add_one).then(patient).commit()
    plan = Rehearsal(failures={"patient": Failure(times=2)})
    run_id = await crash(flow, store, at=3, rehearsal=plan)
    failed_before = sum(event.type == "step-attempt-failed" for event in await store.read(run_id))
    assert failed_before == 1
    result = await (await Engine([flow], store=store).run(run_id)).restart()
    assert result.status == "success"
    assert fold(await store.read(run_id)).rehearsal == plan
    assert sum(event.type == "step-attempt-failed" for event in await store.read(run_id)) == 2


async def test_a_fork_of_a_rehearsal_rehearses_the_same() -> None:
    """It shares results that were made up; and calls no hooks either."""
    called: list[Any] = []
    flow = begin(on_finish=called.append).then(price).then(cents).commit()
    run = await run_of(flow)
    await run.start(1, rehearsal=Rehearsal(results={"price": {"cents": 5}}))
    again = await run.time_travel("cents", {"cents": 7})
    assert (again.result, again.rehearsal) == (7, {"results": {"price": {"cents": 5, "currency": "EUR"}}})
    assert called == []


async def test_a_fork_may_begin_to_rehearse() -> None:
    """What it shares was in earnest, what follows is not."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1)
    fork = await run.fork("double")
    result = await fork.start(rehearsal=Rehearsal(results={"double": 100}))
    assert (result.result, result.rehearsal) == (100, {"results": {"double": 100}})
    assert (await run.state()).rehearsal is None
