"""Loops: `dowhile` and `dountil`."""

import asyncio
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, create_step, sequence
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of


async def test_dowhile_repeats_while_the_condition_is_true() -> None:
    """The body runs again while the condition is true for its output; the last output goes on."""
    result = await run_to_end(begin().dowhile(add_one, lambda data: data < 5).then(double).commit(), 1)
    assert result.result == 10
    assert result.steps["add_one"].iteration == 4


async def test_dountil_repeats_until_the_condition_is_true() -> None:
    """The body runs again until the condition is true for its output."""
    assert (await run_to_end(begin().dountil(add_one, lambda data: data >= 5).commit(), 1)).result == 5


@pytest.mark.parametrize("kind", ["dowhile", "dountil"])
async def test_the_body_runs_at_least_once(kind: str) -> None:
    """Even if the condition would end the loop at once, the body has run once."""
    workflow = getattr(begin(), kind)(add_one, lambda data: kind == "dountil").commit()
    assert (await run_to_end(workflow, 1)).result == 2


async def test_the_next_step_receives_the_last_output() -> None:
    """Not the outputs of the passes before it, and each pass is given the output of the one before."""
    seen: list[int] = []
    note = create_step(id="note", execute=lambda data: seen.append(data) or data + 1)
    result = await run_to_end(begin().dountil(note, lambda data: data == 13).then(double).commit(), 10)
    assert (result.steps["double"].input, result.result, seen) == (13, 26, [10, 11, 12])


async def test_the_condition_is_given_the_output_and_the_context() -> None:
    """The condition takes (output, ctx) after each pass, with ctx.iteration from 1; it may be async."""
    seen = []

    async def is_third(output: int, ctx: Context) -> bool:
        seen.append((output, ctx.iteration))
        return ctx.iteration == 3

    await run_to_end(begin().dountil(add_one, is_third).commit(), 10)
    assert seen == [(11, 1), (12, 2), (13, 3)]


async def test_the_body_sees_its_iteration() -> None:
    """ctx.iteration counts from 1 in the body too."""

    async def note(data: list[int], ctx: Context) -> list[int | None]:
        return [*data, ctx.iteration]

    body = create_step(id="note", execute=note)
    assert (await run_to_end(begin().dowhile(body, lambda data: len(data) < 3).commit(), [])).result == [1, 2, 3]


@pytest.mark.parametrize("kind", ["dowhile", "dountil"])
async def test_a_failing_body_fails_the_run(kind: str) -> None:
    """The run fails with the body's error, and the condition is not asked."""
    result = await run_to_end(getattr(begin(), kind)(fail, lambda data: 1 / 0).commit(), 1)
    assert (result.status, result.error) == ("failed", "cannot take 1")


@pytest.mark.parametrize("kind", ["dowhile", "dountil"])
@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), asyncio.CancelledError()])
async def test_a_raising_condition_fails_the_run(error: BaseException, kind: str) -> None:
    """What a loop's condition raises fails the run and is named, whatever its class."""

    def is_broken(data: int) -> bool:
        raise error

    result = await run_to_end(getattr(begin(), kind)(add_one, is_broken).commit(), 1)
    assert (result.status, result.steps["add_one"].status) == ("failed", "success")
    assert result.error.startswith(f"condition is_broken of '{kind}-1' raised {type(error).__name__}")


@pytest.mark.parametrize("kind", ["dowhile", "dountil"])
async def test_passing_max_iterations_fails_the_run(kind: str) -> None:
    """A loop that still wants to go on after max_iterations fails with an error that says so."""
    workflow = getattr(begin(), kind)(add_one, lambda data: kind == "dowhile", max_iterations=3).commit()
    result = await run_to_end(workflow, 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "IterationLimit")
    assert f"'{kind}-1' over 'add_one' passed its max_iterations of 3" in result.error
    assert result.steps["add_one"].iteration == 3


async def test_a_loop_may_use_all_its_iterations() -> None:
    """A loop that ends with its last allowed iteration does not fail."""
    workflow = begin().dountil(add_one, lambda data: data == 4, max_iterations=3).commit()
    assert (await run_to_end(workflow, 1)).result == 4


async def test_a_body_may_be_a_sequence() -> None:
    """Every step of a sequence runs in each iteration."""
    workflow = begin().dowhile(sequence(add_one, double), lambda data: data < 20).commit()
    result = await run_to_end(workflow, 1)
    assert result.result == 22
    assert {step.iteration for step in result.steps.values()} == {3}


async def test_a_body_may_be_a_workflow() -> None:
    """A nested workflow runs whole in each iteration, and its steps see the iteration."""

    async def note(data: list[int], ctx: Context) -> list[int | None]:
        return [*data, ctx.iteration]

    inner = begin("inner").then(create_step(id="note", execute=note)).commit()
    result = await run_to_end(begin().dowhile(inner, lambda data: len(data) < 3).commit(), [])
    assert result.result == [1, 2, 3]


async def test_a_loop_inside_a_loop_starts_afresh_each_time() -> None:
    """The inner loop counts its iterations from 1 in each pass of the outer one."""
    seen = []

    def is_short(data: int, ctx: Context) -> bool:
        seen.append(ctx.iteration)
        return bool(ctx.iteration < 2)

    inner = begin("inner").dowhile(add_one, is_short).commit()
    result = await run_to_end(begin().dowhile(inner, lambda data: data < 4).commit(), 0)
    assert (result.result, seen) == (4, [1, 2, 1, 2])


async def test_a_loop_goes_on_after_a_suspension_in_its_body() -> None:
    """Each pass asks anew; what earlier passes were answered is not asked again."""
    run = await run_of(begin().dowhile(ask, lambda answer: answer < 3).commit())
    result = await run.start(0)
    for answer in (1, 2, 3):
        assert result.steps["ask"].suspend_payload == {"about": answer - 1}
        result = await run.resume("ask", answer)
    assert (result.status, result.result) == ("success", 3)


async def test_decisions_are_recorded_and_never_taken_again() -> None:
    """On resume a loop's condition is not asked about iterations that were decided."""
    asked = []

    def is_short(data: int, ctx: Context) -> bool:
        asked.append(ctx.iteration)
        return bool(ctx.iteration < 2)

    run = await run_of(begin().dowhile(add_one, is_short).then(ask).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(0)
    await run.resume(resume_data=1)
    assert asked == [1, 2]
    assert [event.payload["again"] for event in collector.of("loop-decided")] == [True, False]


async def test_decisions_are_not_taken_again_in_recovery() -> None:
    """A loop that is taken over goes on with the iteration in which it stood."""
    asked: list[Any] = []
    begun = asyncio.Event()

    async def work(data: int, ctx: Context) -> int:
        if ctx.iteration == 2 and ctx.attempt == 1:
            begun.set()
            await asyncio.Event().wait()
        return data + 1

    def is_short(data: int, ctx: Context) -> bool:
        asked.append(ctx.iteration)
        return bool(ctx.iteration < 3)

    workflow = begin().dowhile(create_step(id="work", execute=work), is_short).commit()
    store = MemoryStore()
    first, second = Engine([workflow], store=store), Engine([workflow], store=store)
    run = await first.workflow("tiny").create_run()
    await run.start_async(0)
    await begun.wait()
    result = await (await second.run(run.run_id)).restart()
    await first.close()
    assert (result.result, asked) == (3, [1, 2, 3])
