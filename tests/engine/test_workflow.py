"""Workflows: the builder, what it refuses, and what a committed workflow offers."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, Retry, clone_step, clone_workflow, create_workflow, sequence, step
from engine.errors import (
    DefinitionError,
    DuplicateId,
    EmptyWorkflow,
    InvalidId,
    InvalidSchema,
    NotCommitted,
    WiringError,
)
from engine.tree.nodes import walk


class City(BaseModel):
    name: str


@step
async def same(data: City) -> City:
    """Give the input."""
    return data


@step
async def count(data: int) -> int:
    """Add one."""
    return data + 1


def begun(input_schema: Any = City, output_schema: Any = None, **options: Any) -> Any:
    """Begin a workflow of which the types do not matter."""
    return create_workflow(id="w", input_schema=input_schema, output_schema=output_schema, **options)


def test_each_method_returns_a_new_builder() -> None:
    """A builder can be continued in two ways, and neither knows of the other."""
    first = begun().then(same)
    one, two = first.then(clone_step(same, id="one")), first.then(clone_step(same, id="two"))
    assert [[node.id for node in builder.flow.nodes] for builder in (first, one, two)] == [
        ["same"],
        ["same", "one"],
        ["same", "two"],
    ]


def test_nodes_without_a_name_are_numbered_by_kind() -> None:
    """The count goes on per kind and skips ids that are in use."""
    arms = [clone_step(same, id="map-1"), clone_step(same, id="a")]
    built = (
        begun()
        .parallel(arms)
        .map(lambda data: 1)
        .dowhile(count, lambda data: False)
        .dountil(clone_step(count, id="b"), lambda data: True)
        .map(lambda data: [1])
        .foreach(clone_step(count, id="c"))
        .branch([(lambda data: True, clone_step(count, id="d", input_schema=None))])
        .sleep(1)
        .sleep_until(datetime(2030, 1, 1, tzinfo=UTC))
        .wait_for_event("go")
        .commit()
    )
    names = "parallel-1 map-2 dowhile-1 dountil-1 map-3 foreach-1 branch-1 sleep-1 sleep-2 event-1"
    assert [node.id for node in built.flow.nodes] == names.split()


def test_a_node_may_be_named() -> None:
    """Every kind of node takes an id of its own."""
    built = (
        begun()
        .map(lambda data: [1], id="numbers")
        .foreach(count, id="each")
        .sleep(1, id="nap")
        .sleep_until(lambda data: datetime.now(UTC), id="until")
        .wait_for_event("go", id="gone")
        .parallel([clone_step(count, id="a", input_schema=None)], id="both")
        .branch([(lambda data: True, clone_step(count, id="b", input_schema=None))], id="choice")
        .dowhile(clone_step(count, id="c", input_schema=None), lambda data: False, id="loop")
        .commit()
    )
    assert [node.id for node in built.flow.nodes] == [
        "numbers",
        "each",
        "nap",
        "until",
        "gone",
        "both",
        "choice",
        "loop",
    ]
    with pytest.raises(InvalidId, match="'a b' cannot be the id of a map"):
        begun().map(lambda data: data, id="a b")


def test_a_sequence_is_named_after_its_last_step() -> None:
    """An arm's output is found under the sequence's id; the steps keep their own."""
    last = clone_step(same, id="last")
    built = begun().parallel([sequence(same, last), sequence(clone_step(same, id="b"), id="named")]).commit()
    assert sequence(same, last).id == "last"
    assert [node.id for node in walk(built.flow.nodes)] == ["parallel-1", "last", "same", "last", "named", "b"]


async def test_arms_are_found_by_their_ids() -> None:
    """The dict after parallel and branch arms has the arms' ids as keys, a sequence's as well."""
    workflow = begun().parallel([same, sequence(clone_step(same, id="b"), id="named")]).commit()
    result = await (await workflow.create_run()).start({"name": "Rome"})
    assert result.result == {"same": {"name": "Rome"}, "named": {"name": "Rome"}}


async def test_functions_are_given_typed_values() -> None:
    """Conditions and mappings see what the step before returned, after parallel arms a dict of typed outputs."""
    seen: list[type] = []

    def condition(data: City) -> bool:
        seen.append(type(data))
        return True

    async def mapping(data: dict[str, Any], ctx: Context) -> City:
        seen.append(type(data["same"]))
        return City(**data["same"].model_dump())

    workflow = begun().branch([(condition, same)]).map(mapping).map(lambda data: seen.append(type(data))).commit()
    assert (await (await workflow.create_run()).start({"name": "Rome"})).status == "success"
    assert seen == [City, City, City]


async def test_a_workflow_is_used_as_a_step() -> None:
    """Its steps appear under its id, and a clone of it under another."""
    inner = create_workflow(id="inner", input_schema=City, output_schema=City).then(same).commit()
    outer = begun().then(inner).then(clone_workflow(inner, id="again")).commit()
    result = await (await outer.create_run()).start({"name": "Rome"})
    assert (result.status, result.result) == ("success", {"name": "Rome"})
    assert list(result.steps) == ["inner", "inner.same", "again", "again.same"]


def test_a_workflow_tells_what_it_is() -> None:
    """Id, schemas and description can be read from it."""
    workflow = begun(City, int, state_schema=City, description="Words", retry=Retry(attempts=2), metadata={"a": 1})
    built = workflow.map(lambda data: 1).commit()
    assert (built.id, built.description, built.flow.retry) == ("w", "Words", Retry(attempts=2))
    assert built.input_schema["required"] == ["name"]
    assert built.output_schema == {"type": "integer"}
    assert built.state_schema == built.input_schema
    assert begun().then(same).commit().state_schema is None
    assert (built.flow.file, built.flow.metadata) == (__file__, {"a": 1})
    assert repr(built) == "Workflow('w': City -> int)"


async def test_a_run_can_be_made_with_and_without_an_engine() -> None:
    """In an engine the run is stored there; alone it runs in memory."""
    workflow = begun().then(same).commit()
    alone = await workflow.create_run("mine", "customer-1")
    assert (alone.run_id, alone.resource_id) == ("mine", "customer-1")
    assert (await alone.start({"name": "Rome"})).status == "success"

    app = Engine([workflow])
    await (await app.workflow("w").create_run("stored")).start({"name": "Rome"})
    assert [summary.run_id for summary in await app.runs()] == ["stored"]


async def test_a_workflow_can_be_run_in_several_loops() -> None:
    """A committed workflow belongs to no event loop."""
    workflow = begun().then(same).commit()

    async def run() -> str:
        return str((await (await workflow.create_run()).start({"name": "Rome"})).status)

    assert await asyncio.to_thread(lambda: asyncio.run(run())) == await run() == "success"


def test_a_duration_may_be_given_as_timedelta() -> None:
    """Timers and timeouts are kept in seconds."""
    built = begun().sleep(timedelta(minutes=1)).wait_for_event("go", timeout=timedelta(hours=1)).commit()
    assert [built.graph["steps"][0]["seconds"], built.graph["steps"][1]["timeout"]] == [60.0, 3600.0]


def test_an_id_is_used_once() -> None:
    """Two steps, or a step and a node, of one workflow cannot have the same id; nested workflows are their own."""
    inner = create_workflow(id="inner", input_schema=City, output_schema=None).then(same).commit()
    begun().then(same).then(clone_workflow(inner, id="x")).commit()
    for twice in (
        begun().then(same).then(same),
        begun().parallel([same, same]),
        begun().parallel([same, sequence(clone_step(same, id="b"), same)]),
        begun().then(inner).then(clone_step(same, id="inner", input_schema=None)),
        begun().then(clone_step(same, id="x")).map(lambda data: 1, id="x"),
        begun().parallel([same, sequence(clone_step(same, id="b"), id="same")]),
        begun().parallel([sequence(clone_step(same, id="a"), id="x"), sequence(clone_step(same, id="b"), id="x")]),
    ):
        with pytest.raises(DuplicateId, match=r"'w' has two steps with the id .*clone_step\(step, id=\.\.\.\)"):
            twice.commit()


def test_a_workflow_has_a_step() -> None:
    """An empty one is refused with the way to mend it."""
    with pytest.raises(EmptyWorkflow, match=r"Workflow 'w' has no step\. Add one with \.then\(step\)"):
        begun().commit()


def test_a_workflow_is_committed_before_it_is_used() -> None:
    """A builder is neither a step, nor an arm, nor something to register."""
    builder = begun().then(same)
    for use in (
        lambda: begun().then(builder),
        lambda: begun().parallel([builder]),
        lambda: sequence(builder),
        lambda: begun().branch([(lambda data: True, builder)]),
        lambda: Engine([builder]),
    ):
        with pytest.raises(NotCommitted, match=r"<workflow 'w' in the making>.*\.commit\(\) at the end"):
            use()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda b: b.then(lambda data: data), r"is no step\. .* Decorate the function with @step"),
        (lambda b: b.then(3), r"3 is no step\. Expected a step, a committed workflow or sequence"),
        (lambda b: b.parallel([]), r"\.parallel\(\[\]\) was given no arms"),
        (lambda b: b.branch([]), r"\.branch\(\[\]\) was given no arms"),
        (lambda b: b.branch([same]), r"\.branch\(\) was given Step\('same'.*Expected a list of pairs"),
        (lambda b: b.branch([(True, same)]), "True is no function"),
        (lambda b: b.branch([(same, lambda data: True)]), r"the step first.* Expected \(condition, step\)"),
        (lambda b: b.parallel([same], concurrency=0), "concurrency=0: expected a whole number, 1 or more"),
        (lambda b: b.foreach(same, concurrency=1.5), "concurrency=1.5: expected a whole number"),
        (lambda b: b.dowhile(same, lambda data: 1, max_iterations=0), "max_iterations=0: expected"),
        (lambda b: b.sleep(-1), r"sleep was given -1\. Expected seconds, 0 or more, or a timedelta"),
        (lambda b: b.sleep("1s"), "sleep was given '1s'"),
        (lambda b: b.sleep_until(3), r"sleep_until\(\) was given 3\. Expected a datetime"),
        (lambda b: b.wait_for_event(""), "wait_for_event was given ''"),
        (lambda b: b.wait_for_event("go", timeout=-1), "timeout was given -1"),
        (lambda b: b.map(lambda a, b, c: 1), r"takes \(a, b, c\)"),
        (lambda b: sequence(*[]), r"sequence\(\) needs at least one step"),
    ],
)
def test_what_cannot_be_built_is_refused_at_once(build: Any, message: str) -> None:
    """The message says what was found and what is expected."""
    with pytest.raises(DefinitionError, match=message):
        build(begun())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"id": "a.b"}, "'a.b' cannot be the id of a workflow"),
        ({"retry": 3}, "Workflow 'w' has retry=3"),
        ({"on_start": 3}, r"Workflow 'w' has on_start=3\. Expected a function of one argument"),
        ({"metadata": {"a": object()}}, "metadata of 'w' must be JSON"),
        ({"names": 3}, "Workflow 'w' was given names, which no workflow takes"),
        ({"input_schema": 3}, "3 cannot be a schema"),
        ({"queue": "a.b"}, "'a.b' cannot be the id of a queue"),
        ({"queue": "q" * 65}, "a queue whose name has 65 characters. Expected 64 at most"),
        ({"priority": 10}, "Workflow 'w' has priority=10. Expected a whole number from 0 to 9"),
        ({"concurrency": 0}, "Workflow 'w' has concurrency=0. Expected a whole number, 1 or more"),
        ({"concurrency": True}, "Workflow 'w' has concurrency=True. Expected a whole number, 1 or more"),
        ({"concurrency_key": 3}, "Workflow 'w' has concurrency_key=3. Expected keys and indexes"),
        ({"concurrency_key": "a..b"}, "Workflow 'w' has concurrency_key='a..b'. Expected keys and indexes"),
        ({"priority": True}, "Workflow 'w' has priority=True. Expected a whole number from 0 to 9"),
    ],
)
def test_a_workflow_that_cannot_be_begun_is_refused(options: dict[str, Any], message: str) -> None:
    """The message says what was found and what is expected."""
    given: dict[str, Any] = {"id": "w", "input_schema": City, "output_schema": None, **options}
    with pytest.raises((DefinitionError, InvalidSchema), match=message):
        create_workflow(**given)


@pytest.mark.parametrize("key", ["town", "name.first", "name.0"])
def test_a_concurrency_key_that_the_input_cannot_have_is_refused(key: str) -> None:
    """As a path of a mapping: certain faults are found when the workflow is committed, and what was meant is told."""
    builder = create_workflow(id="w", input_schema=City, output_schema=None, concurrency_key=key).then(same)
    with pytest.raises(WiringError, match=f"concurrency_key='{key}', but in its input, at "):
        builder.commit()


@pytest.mark.parametrize("schema", [City, dict[str, Any], None])
def test_a_concurrency_key_that_the_input_may_have_is_taken(schema: Any) -> None:
    """What a schema leaves open counts as possible."""
    workflow = create_workflow(id="w", input_schema=schema, output_schema=None, concurrency_key="name").then(same)
    assert workflow.commit().graph["limits"] == {"key": "name"}
