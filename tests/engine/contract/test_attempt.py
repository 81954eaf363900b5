"""Section 7: a part whose failure is caught, and what runs then."""

from typing import Any

import pytest

from engine import Context, Engine, Fail, MemoryStore, Retry, clone_step, create_step, sequence, step
from engine.errors import DefinitionError, WiringError
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of


@step
async def told(data: dict[str, Any]) -> dict[str, Any]:
    """Give what the handler is told."""
    return data


def guarded(body: Any = fail, otherwise: Any = told, **options: Any) -> Any:
    """Return a workflow that is an attempt."""
    return begin().attempt(body, otherwise=otherwise, **options).commit()


def raising(error: BaseException, **options: Any) -> Any:
    """Return a step that raises an error."""

    async def execute(data: Any) -> Any:
        raise error

    return create_step(id="raises", execute=execute, **options)


async def test_a_body_that_succeeds_gives_its_output() -> None:
    """The handler does not run."""
    result = await run_to_end(guarded(add_one), 1)
    assert (result.result, "told" in result.steps) == (2, False)


async def test_the_handler_is_told_of_the_failure_and_its_output_goes_on() -> None:
    """What failed stays failed in the journal; the run does not fail."""
    result = await run_to_end(guarded(), 3)
    assert result.status == "success"
    assert result.result == {"error": "cannot take 3", "type": "ValueError", "step": "fail", "input": 3}
    assert (result.steps["fail"].status, result.steps["told"].input) == ("failed", result.result)


async def test_it_comes_after_the_retries() -> None:
    """Each attempt is recorded."""
    body = raising(OSError("down"), retry=Retry(attempts=3, delay=1))
    result = await run_to_end(guarded(body), 3)
    assert (result.result["error"], result.steps["raises"].attempts) == ("down", 3)


async def test_the_innermost_failed_step_is_told() -> None:
    """Through nested workflows, items and arms."""
    deep = begin(id="deep").foreach(sequence(double, fail), concurrency=3).commit()
    outer = begin(id="outer").map(lambda data: [data, data + 1]).parallel([add_text, deep]).commit()
    result = await run_to_end(guarded(outer), 1)
    told_of = result.result
    assert (told_of["step"], told_of["input"], told_of["error"]) == ("outer.deep.fail[0]", 2, "cannot take 2")


@step
async def add_text(data: Any) -> str:
    """Take anything."""
    return "text"


async def test_what_is_no_step_of_its_own_is_told_by_the_workflow_around_it() -> None:
    """A condition that raises has no record: its workflow failed."""
    inner = begin(id="inner").branch([(lambda data: data["missing"], add_one)]).commit()
    result = await run_to_end(guarded(inner), {"a": 1})
    assert (result.result["step"], result.result["type"]) == ("inner", "ConditionFailed")


class Declined(LookupError):
    """An error of a user's own."""


CAUGHT = [
    ((Exception,), Declined("x"), True),
    (Exception, Fail("x"), True),
    ((LookupError,), Declined("x"), True),
    ("Declined", Declined("x"), True),
    ((ValueError, "Declined"), Declined("x"), True),
    (("LookupError",), Declined("x"), False),
    ((ValueError,), Declined("x"), False),
    ((Exception,), SystemExit(2), False),
    ((SystemExit,), SystemExit(2), True),
    ((BaseException,), SystemExit(2), True),
]


@pytest.mark.parametrize(("on", "error", "caught"), CAUGHT, ids=[str(number) for number in range(len(CAUGHT))])
async def test_only_errors_that_are_named_are_caught(on: Any, error: BaseException, caught: bool) -> None:
    """By class, those derived from it included, or by name."""
    result = await run_to_end(guarded(raising(error), on=on), 1)
    assert result.status == ("success" if caught else "failed"), result.error


async def test_a_class_that_is_gone_is_still_an_exception() -> None:
    """One that was made inside a function that has returned."""
    gone = type("Gone", (Exception,), {})
    assert (await run_to_end(guarded(raising(gone("x"))), 1)).status == "success"


async def test_what_waited_beside_the_failure_is_closed() -> None:
    """Nobody is asked for what does not count any more."""
    inner = begin(id="inner").parallel([ask, fail]).commit()
    result = await run_to_end(guarded(inner), 1)
    assert (result.status, result.suspended, result.steps["inner.ask"].status) == ("success", [], "canceled")


async def test_a_failure_of_the_handler_is_that_of_the_run() -> None:
    """Nothing catches it."""
    result = await run_to_end(guarded(fail, clone_step(fail, id="again")), 1)
    assert (result.status, result.steps["again"].status) == ("failed", "failed")


async def test_attempts_stand_in_each_other_by_nested_workflows() -> None:
    """The inner handler fails, the outer one is told of that."""
    inner = begin(id="inner").attempt(fail, otherwise=clone_step(fail, id="again")).commit()
    result = await run_to_end(guarded(inner), 1)
    assert (result.result["step"], result.result["input"]["step"]) == ("inner.again", "inner.fail")


async def test_a_handler_may_ask() -> None:
    """A person decides what goes on."""
    run = await run_of(guarded(fail, ask))
    result = await run.start(1)
    assert result.steps["ask"].suspend_payload["about"]["error"] == "cannot take 1"
    assert (await run.resume(resume_data="instead")).result == "instead"


async def test_an_early_end_of_the_body_is_no_failure() -> None:
    """It ends the workflow."""

    async def stop(data: Any, ctx: Context) -> Any:
        ctx.bail("early")

    assert (await run_to_end(guarded(create_step(id="stop", execute=stop)), 1)).result == "early"


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", range(1, 4))
async def test_a_process_that_dies_anywhere_decides_once(at: int, durable: bool) -> None:
    """The handler is told the same."""
    inner = begin(id="inner").parallel([double, fail]).commit()
    store, clock, workflow = MemoryStore(), FakeClock(), guarded(inner, on="ValueError")
    faulty = FaultPoint(store, at=at, durable=durable)
    doomed = await Engine([workflow], store=faulty, clock=clock).workflow("tiny").create_run("r")
    with pytest.raises(SimulatedCrash):
        await doomed.start(3)
    result = await (await Engine([workflow], store=store, clock=clock).run("r")).restart()
    types = [event.type for event in await store.read("r")]
    assert (result.status, result.result["step"], types.count("attempt-caught")) == ("success", "inner.fail", 1)


async def test_a_fork_from_the_handler_keeps_what_was_caught() -> None:
    """From the body on it is tried again."""
    run = await run_of(guarded(sequence(double, fail)))
    await run.start(1)
    assert (await run.time_travel("told", {"mended": True})).result == {"mended": True}
    assert (await run.time_travel("double", 5)).result["input"] == 10


def test_the_graph_tells_body_handler_and_what_is_caught() -> None:
    """For pages and as Mermaid."""
    (node,) = guarded(on=(LookupError, "HTTPError")).graph["steps"]
    assert (node["type"], node["body"]["id"], node["otherwise"]["id"]) == ("attempt", "fail", "told")
    assert node["on"] == ["LookupError", "HTTPError"]
    assert "on LookupError, HTTPError" in guarded(on=(LookupError, "HTTPError")).to_mermaid()


WRONG = [((), "classes or their names"), ((3,), "classes or their names"), ("", "classes"), ((int,), "classes")]


@pytest.mark.parametrize(("on", "message"), WRONG)
def test_what_cannot_be_caught_is_refused(on: Any, message: str) -> None:
    """When the workflow is built."""
    with pytest.raises(DefinitionError, match=message):
        guarded(on=on)


def test_a_handler_takes_what_it_is_told() -> None:
    """One that takes a number is refused at commit."""

    @step
    async def number(data: int) -> int:
        return data

    with pytest.raises(WiringError, match="'attempt-1', when it fails, gives"):
        guarded(fail, number)
