"""A workflow as one step of another."""

from engine import Context, Retry, clone_workflow, create_step, create_workflow
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of


async def test_a_nested_workflow_is_one_step() -> None:
    """The next step receives its result; its steps appear as outer.inner."""
    inner = begin("inner").then(add_one).then(double).commit()
    result = await run_to_end(begin().then(inner).then(add_one).commit(), 1)
    assert result.result == 5
    assert (result.steps["inner"].input, result.steps["inner"].output) == (1, 4)
    assert list(result.steps) == ["inner", "inner.add_one", "inner.double", "add_one"]


async def test_its_error_is_the_steps_error() -> None:
    """A failing nested workflow fails as a step fails, with the same error."""
    inner = begin("inner").then(fail).commit()
    result = await run_to_end(begin().then(inner).then(add_one).commit(), 1)
    assert (result.status, result.error) == ("failed", "cannot take 1")
    assert (result.steps["inner"].status, result.steps["inner"].error) == ("failed", "cannot take 1")
    assert result.steps["inner.fail"].error == "cannot take 1"


async def test_workflows_nest_to_any_depth() -> None:
    """Ten workflows in each other give ten parts of the path."""
    workflow = begin("w0").then(add_one).commit()
    for depth in range(1, 10):
        workflow = begin(f"w{depth}").then(workflow).commit()
    result = await run_to_end(workflow, 1)
    assert result.result == 2
    assert ".".join([f"w{depth}" for depth in range(8, -1, -1)] + ["add_one"]) in result.steps


async def test_its_input_and_result_are_held_against_its_schemas() -> None:
    """What a nested workflow receives and gives must fit its own schemas; the error names it."""
    inner = create_workflow(id="inner", input_schema=int, output_schema=None).then(add_one).commit()
    result = await run_to_end(begin().then(inner).commit(), "text")
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidStepInput")
    assert "'inner'" in result.error
    giving = create_step(id="giving", execute=lambda data: "text")
    inner = create_workflow(id="inner", input_schema=None, output_schema=int).then(giving).commit()
    result = await run_to_end(begin().then(inner).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidOutput")
    assert result.steps["inner"].status == "failed"


async def test_a_step_inside_sees_its_own_workflow() -> None:
    """init_data and workflow_id are those of the nested workflow."""

    async def look(data: int, ctx: Context) -> list[object]:
        return [ctx.workflow_id, ctx.init_data, list(ctx.path)]

    inner = begin("inner").then(add_one).then(create_step(id="look", execute=look)).commit()
    result = await run_to_end(begin().then(double).then(inner).commit(), 4)
    assert result.result == ["inner", 8, ["inner", "look"]]


async def test_a_nested_workflow_suspends_and_is_resumed() -> None:
    """A step inside may suspend; it is listed by its whole path and found by it."""
    inner = begin("inner").then(add_one).then(ask).then(double).commit()
    run = await run_of(begin().then(inner).then(add_one).commit())
    result = await run.start(1)
    assert (result.status, result.suspended) == ("suspended", [["inner", "ask"]])
    result = await run.resume("inner.ask", 10)
    assert (result.status, result.result) == ("success", 21)


async def test_steps_without_their_own_retry_follow_the_nested_workflow() -> None:
    """The workflow whose retry counts is the one that the step belongs to."""
    calls = []

    async def flaky(data: int, ctx: Context) -> int:
        calls.append(ctx.attempt)
        if ctx.attempt < 3:
            raise RuntimeError("not yet")
        return data

    inner = begin("inner", retry=Retry(attempts=3)).then(create_step(id="flaky", execute=flaky)).commit()
    result = await run_to_end(begin().then(inner).commit(), 1)
    assert (result.status, calls) == ("success", [1, 2, 3])


async def test_the_same_workflow_twice_under_two_ids() -> None:
    """A clone runs the same logic under its own path."""
    inner = begin("inner").then(add_one).commit()
    result = await run_to_end(begin().then(inner).then(clone_workflow(inner, id="again")).commit(), 1)
    assert (result.result, list(result.steps)) == (3, ["inner", "inner.add_one", "again", "again.add_one"])


async def test_output_of_nested_steps_reaches_the_watcher() -> None:
    """Events of inner steps are events of the run."""

    async def tell(data: int, ctx: Context) -> int:
        ctx.write("a piece")
        return data

    inner = begin("inner").then(create_step(id="tell", execute=tell)).commit()
    run = await run_of(begin().then(inner).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert [(event.path, event.payload) for event in collector.of("step-output")] == [
        (("inner", "tell"), {"chunk": "a piece"})
    ]
