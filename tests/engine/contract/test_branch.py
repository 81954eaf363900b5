"""Branch: arms with conditions, of which every one that holds runs."""

import asyncio
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, create_step
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import add_one, asking, begin, double, failing, run_of


def is_even(data: int) -> bool:
    """Tell whether a number is even."""
    return data % 2 == 0


def is_positive(data: int) -> bool:
    """Tell whether a number is above zero."""
    return data > 0


async def test_every_arm_runs_whose_condition_is_true() -> None:
    """Not only the first: every arm whose condition is true runs."""
    workflow = begin().branch([(is_even, add_one), (is_positive, double)]).commit()
    assert (await run_to_end(workflow, 4)).result == {"add_one": 5, "double": 8}
    assert (await run_to_end(workflow, 3)).result == {"double": 6}


async def test_the_chosen_arms_run_concurrently() -> None:
    """Arms that are true run at once: each waits here until the other has begun."""
    begun: dict[str, asyncio.Event] = {"a": asyncio.Event(), "b": asyncio.Event()}

    def meeting(own: str, other: str) -> Any:
        async def execute(data: int) -> str:
            begun[own].set()
            await begun[other].wait()
            return own

        return create_step(id=own, execute=execute)

    arms = [(is_positive, meeting("a", "b")), (is_positive, meeting("b", "a"))]
    assert (await run_to_end(begin().branch(arms).commit(), 1)).result == {"a": "a", "b": "b"}


async def test_otherwise_runs_if_no_condition_is_true() -> None:
    """otherwise runs when no arm does, and only then."""
    workflow = begin().branch([(is_even, add_one)], otherwise=double).commit()
    assert (await run_to_end(workflow, 3)).result == {"double": 6}
    assert (await run_to_end(workflow, 4)).result == {"add_one": 5}


async def test_without_otherwise_the_next_step_receives_an_empty_dict() -> None:
    """When no arm ran the next step receives {}."""
    result = await run_to_end(begin().branch([(is_even, add_one)]).commit(), 3)
    assert (result.status, result.result) == ("success", {})


async def test_a_raising_condition_fails_the_run_and_is_named() -> None:
    """A condition that raises fails the run; the message names it and the branch."""

    def is_broken(data: int) -> bool:
        raise LookupError("no such city")

    result = await run_to_end(begin().branch([(is_broken, add_one)]).commit(), 3)
    assert (result.status, result.steps) == ("failed", {})
    assert result.error == "condition is_broken of 'branch-1' raised LookupError: no such city"
    assert result.error_detail["type"] == "ConditionFailed"
    assert result.error_detail["cause"]["type"] == "LookupError"


@pytest.mark.parametrize("error", [SystemExit(3), asyncio.CancelledError(), GeneratorExit()])
async def test_a_condition_that_raises_no_exception_fails_the_run_too(error: BaseException) -> None:
    """What a condition raises is a failure, also when it is no Exception; the program goes on."""

    def is_broken(data: int) -> bool:
        raise error

    result = await run_to_end(begin().branch([(is_broken, add_one)]).commit(), 3)
    assert (result.status, result.error_detail["type"]) == ("failed", "ConditionFailed")
    assert type(error).__name__ in result.error


async def test_failure_is_as_in_parallel() -> None:
    """A failing arm waits for its siblings; the run has the error of the first in list order."""
    arms = [(is_positive, failing("first")), (is_positive, add_one), (is_positive, failing("second"))]
    result = await run_to_end(begin().branch(arms).commit(), 1)
    assert (result.status, result.error) == ("failed", "first failed")
    assert result.steps["add_one"].status == "success"


async def test_conditions_take_the_data_or_the_data_and_the_context() -> None:
    """A condition may be (data) or (data, ctx), sync or async."""

    async def has_flag(data: int, ctx: Context) -> bool:
        return bool(ctx.request_context["flag"])

    workflow = begin().branch([(has_flag, add_one), (lambda data: data > 9, double)]).commit()
    result = await run_to_end(workflow, 10, request_context={"flag": True})
    assert result.result == {"add_one": 11, "double": 20}


async def test_a_decision_is_recorded_and_never_taken_again() -> None:
    """A resumed run follows the decision that was taken, though the condition would say something else now."""
    calls = []

    def is_first_call(data: int) -> bool:
        calls.append(data)
        return len(calls) == 1

    run = await run_of(begin().branch([(is_first_call, asking("a"))], otherwise=asking("b")).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    result = await run.resume("a", "yes")
    assert (result.result, calls) == ({"a": "yes"}, [1])
    assert [event.payload["arms"] for event in collector.of("branch-decided")] == [["a"]]


async def test_a_decision_is_not_taken_again_in_recovery() -> None:
    """Another process that takes the run over follows the recorded decision."""
    calls = []
    begun = asyncio.Event()

    def is_first_call(data: int) -> bool:
        calls.append(data)
        return len(calls) == 1

    async def work(data: int, ctx: Context) -> str:
        if ctx.attempt == 1:
            begun.set()
            await asyncio.Event().wait()
        return "done"

    workflow = begin().branch([(is_first_call, create_step(id="work", execute=work))]).commit()
    store = MemoryStore()
    first, second = Engine([workflow], store=store), Engine([workflow], store=store)
    run = await first.workflow("tiny").create_run()
    await run.start_async(1)
    await begun.wait()
    result = await (await second.run(run.run_id)).restart()
    await first.close()
    assert (result.result, calls) == ({"work": "done"}, [1])
