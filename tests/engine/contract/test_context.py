"""What a step function is given."""

import asyncio
import logging
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Retry, create_step, create_workflow, sequence, step
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import add_one, begin, double, fail, run_of


class Order(BaseModel):
    number: int
    priority: str = "normal"


def looking(look: Any, id: str = "look", **options: Any) -> Any:
    """Return a step that gives what ``look(ctx)`` sees."""

    async def execute(data: Any, ctx: Context) -> Any:
        return look(ctx)

    return create_step(id=id, execute=execute, **options)


async def test_a_context_tells_where_the_step_stands() -> None:
    """run_id, workflow_id, step_id, path, attempt, iteration and index."""
    inner = begin("inner").then(looking(lambda ctx: [ctx.workflow_id, ctx.step_id, list(ctx.path), ctx.attempt]))
    run = await run_of(begin().then(inner.commit()).then(looking(lambda ctx: ctx.run_id, "who")).commit())
    result = await run.start(1)
    assert result.steps["inner.look"].output == ["inner", "look", ["inner", "look"], 1]
    assert result.steps["who"].output == run.run_id


async def test_iteration_and_index_are_none_outside_of_loops_and_items() -> None:
    """A plain step has neither."""
    result = await run_to_end(begin().then(looking(lambda ctx: [ctx.iteration, ctx.index])).commit(), 1)
    assert result.result == [None, None]


async def test_attempt_counts_from_one() -> None:
    """ctx.attempt is 1 for the first try and grows with each further one."""
    seen = []

    def look(ctx: Context) -> int:
        seen.append(ctx.attempt)
        if ctx.attempt < 3:
            raise RuntimeError("again")
        return ctx.attempt

    result = await run_to_end(begin().then(looking(look, retry=Retry(attempts=3))).commit(), 1)
    assert (result.result, seen, result.steps["look"].attempts) == (3, [1, 2, 3], 3)


async def test_init_data_is_the_workflows_input_as_its_type() -> None:
    """ctx.init_data is the input with its defaults, read by the input schema."""
    seen = []
    workflow = (
        create_workflow(id="w", input_schema=Order, output_schema=None)
        .then(create_step(id="first", execute=lambda data: 0))
        .then(looking(lambda ctx: seen.append(ctx.init_data)))
        .commit()
    )
    await run_to_end(workflow, {"number": 7})
    assert seen == [Order(number=7, priority="normal")]


async def test_request_context_is_kept_with_the_run() -> None:
    """Every step finds the dict that the run was started with, also after a resume by another engine."""

    async def look(data: Any, ctx: Context) -> Any:
        ctx.suspend()
        return ctx.request_context["user"]

    result = await run_to_end(
        begin().then(create_step(id="look", execute=look)).commit(),
        1,
        answers={"look": 1},
        request_context={"user": "Ada"},
    )
    assert result.result == "Ada"


async def test_what_a_context_hands_out_is_a_copy() -> None:
    """A step that changes what it was given changes nothing for others."""

    def spoil(ctx: Context) -> None:
        ctx.request_context["user"] = "Eve"
        ctx.result("start")["n"] = 99

    start = create_step(id="start", execute=lambda data: {"n": 1})
    workflow = (
        begin()
        .then(start)
        .then(looking(spoil, "spoil"))
        .then(looking(lambda ctx: [ctx.request_context, ctx.result("start")]))
        .commit()
    )
    result = await run_to_end(workflow, 1, request_context={"user": "Ada"})
    assert result.result == [{"user": "Ada"}, {"n": 1}]


async def test_the_idempotency_key_is_stable_over_retries() -> None:
    """All attempts of a step have one key; other steps, items, iterations and runs have others."""
    keys = []

    def look(ctx: Context) -> str:
        keys.append(ctx.idempotency_key)
        if ctx.attempt < 2:
            raise RuntimeError("again")
        return ctx.idempotency_key

    workflow = begin().foreach(looking(look, retry=Retry(attempts=2))).commit()
    first = await run_to_end(workflow, [1, 2])
    second = await run_to_end(workflow, [1, 2])
    assert len(keys) == 8
    assert len(set(keys)) == 4
    assert len({*first.result, *second.result}) == 4


async def test_the_idempotency_key_tells_iterations_apart() -> None:
    """Each iteration of a loop is another doing of the step, and has another key."""
    keys = []

    def look(ctx: Context) -> int:
        keys.append(ctx.idempotency_key)
        return len(keys)

    await run_to_end(begin().dowhile(looking(look), lambda data: data < 3).commit(), 0)
    assert len(set(keys)) == 3


async def test_the_logger_belongs_to_the_step() -> None:
    """ctx.logger is a logger whose records become events of the step, at every level."""
    run = await run_of(begin().then(looking(lambda ctx: ctx.logger.debug("fine print"))).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    (log,) = collector.of("step-log")
    assert (log.path, log.payload["level"], log.payload["message"]) == (("look",), "debug", "fine print")
    assert isinstance(logging.getLogger(log.payload["logger"]), logging.Logger)


@pytest.mark.parametrize("named", [add_one, "add_one"])
async def test_result_gives_the_output_of_an_earlier_step(named: Any) -> None:
    """ctx.result takes a step or its id."""
    workflow = begin().then(add_one).then(double).then(looking(lambda ctx: ctx.result(named))).commit()
    assert (await run_to_end(workflow, 1)).result == 2


async def test_result_is_of_the_steps_own_type() -> None:
    """The output is read by the output schema of the step that made it."""

    @step
    async def order(data: int) -> Order:
        return Order(number=data)

    seen = []
    await run_to_end(begin().then(order).then(looking(lambda ctx: seen.append(ctx.result(order)))).commit(), 3)
    assert seen == [Order(number=3)]


async def test_result_of_an_unknown_id_raises() -> None:
    """An id that the workflow does not have is an error that lists the ids it has, default or not."""
    workflow = begin().then(add_one).then(looking(lambda ctx: ctx.result("gone", default=0))).commit()
    result = await run_to_end(workflow, 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "UnknownStep")
    assert "add_one" in result.error


async def test_result_of_a_step_that_did_not_run() -> None:
    """Such a step gives the default, or else raises StepNotRun."""
    skipped = [(lambda data: False, double)]
    workflow = begin().branch(skipped).then(looking(lambda ctx: ctx.result(double, default="none"))).commit()
    assert (await run_to_end(workflow, 1)).result == "none"
    workflow = begin().branch(skipped).then(looking(lambda ctx: ctx.result(double))).commit()
    result = await run_to_end(workflow, 1)
    assert result.error_detail["type"] == "StepNotRun"
    assert "double" in result.error


async def test_result_of_a_failed_sibling_is_no_output() -> None:
    """A step that failed has no output."""

    async def look(data: Any, ctx: Context) -> Any:
        return ctx.result("fail", default="no output")

    workflow = begin().parallel([fail, create_step(id="look", execute=look)], concurrency=1).commit()
    assert (await run_to_end(workflow, 1)).steps["look"].output == "no output"


async def test_result_reaches_out_of_a_nested_workflow() -> None:
    """A nested step may read what ran before it in the workflow around."""
    inner = begin("inner").then(looking(lambda ctx: ctx.result(add_one))).commit()
    assert (await run_to_end(begin().then(add_one).then(inner).commit(), 1)).result == 2


async def test_result_of_an_earlier_step_of_the_same_item() -> None:
    """In a foreach a step reads the output for its own item."""
    body = sequence(add_one, looking(lambda ctx: ctx.result(add_one)))
    assert (await run_to_end(begin().foreach(body, concurrency=2).commit(), [1, 5])).result == [2, 6]


async def test_write_and_progress_reach_the_watcher_while_the_step_runs() -> None:
    """Pieces of output and progress are events, in order, before the step has ended."""

    def work(ctx: Context) -> None:
        ctx.write({"line": 1})
        ctx.progress(0.5, "half")
        ctx.progress(7)

    run = await run_of(begin().then(looking(work)).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert [event.payload for event in collector.events if event.path == ("look",)][1:4] == [
        {"chunk": {"line": 1}},
        {"fraction": 0.5, "message": "half"},
        {"fraction": 1.0, "message": ""},
    ]
    assert collector.types[-2:] == ["step-succeeded", "run-succeeded"]


async def test_a_label_names_this_execution_of_a_step() -> None:
    """Each item and each pass has its own; a retry that says the same again records nothing, and the last one holds."""

    def work(data: int, ctx: Context) -> int:
        ctx.label(f"file {data}\n of 9 ")
        if ctx.attempt == 1:
            raise ValueError("again")
        ctx.label("x" * 300 if data == 8 else f"file {data} of 9")
        return data

    files = create_step(id="files", execute=work, retry=Retry(attempts=2))
    collector = Collector()
    run = await run_of(begin().foreach(files).map(lambda data, ctx: ctx.label("all")).commit())
    run.watch(collector)
    result = await run.start([7, 8])
    named = {path: step.name for path, step in result.steps.items()}
    assert named == {"files[0]": "file 7 of 9", "files[1]": f"{'x' * 199}…", "map-1": "all"}
    assert len(collector.of("step-labeled")) == 4
    assert result.to_dict()["steps"]["files[0]"]["name"] == "file 7 of 9"


async def test_an_empty_label_takes_the_name_away_and_a_condition_has_none() -> None:
    """Only what has a row has a name."""

    def work(data: int, ctx: Context) -> int:
        ctx.label("first")
        ctx.label(" ")
        return data

    def again(data: int, ctx: Context) -> bool:
        ctx.label("a condition")
        return False

    result = await run_to_end(begin().dowhile(create_step(id="work", execute=work), again).commit(), 1)
    assert (result.status, [step.name for step in result.steps.values()]) == ("success", [None])


async def test_output_reaches_every_watcher_while_the_step_runs() -> None:
    """From nested and foreach steps too: the step ends only when each watcher has seen what it wrote."""
    seen = [asyncio.Event(), asyncio.Event()]

    async def work(data: int, ctx: Context) -> int:
        ctx.write("a piece")
        ctx.progress(0.5)
        await asyncio.gather(*(event.wait() for event in seen))
        return data

    inner = begin("inner").foreach(create_step(id="work", execute=work)).commit()
    run = await run_of(begin().then(inner).commit())
    collectors = [Collector(), Collector()]
    for collector, event in zip(collectors, seen, strict=True):
        run.watch(lambda each, event=event: event.set() if each.type == "step-progress" else None)
        run.watch(collector)
    await run.start([1])
    for collector in collectors:
        (chunk,), (progress,) = collector.of("step-output"), collector.of("step-progress")
        assert (chunk.path, progress.path) == (("inner", "work", 0), ("inner", "work", 0))
        assert (chunk.payload["chunk"], progress.payload["fraction"]) == ("a piece", 0.5)


async def test_output_from_foreach_items_has_the_items_path() -> None:
    """Output of an item reaches the watcher under the item's path, also from the threads of sync steps."""

    def work(data: int, ctx: Context) -> int:
        ctx.write(data)
        return data

    run = await run_of(begin().foreach(create_step(id="work", execute=work), concurrency=2).commit())
    collector = Collector()
    run.watch(collector)
    await run.start([10, 20])
    written = {event.path: event.payload["chunk"] for event in collector.of("step-output")}
    assert written == {("work", 0): 10, ("work", 1): 20}


async def test_a_chunk_that_cannot_become_json_is_an_error_of_the_step() -> None:
    """ctx.write refuses what is no JSON, and names the step."""
    result = await run_to_end(begin().then(looking(lambda ctx: ctx.write(object()))).commit(), 1)
    assert result.error_detail["type"] == "NotSerializable"
    assert "given by step 'look'" in result.error
