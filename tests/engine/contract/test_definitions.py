"""How steps and workflows are made, and what is refused while they are."""

import inspect
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from engine import (
    Retry,
    Step,
    Workflow,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    sequence,
    step,
    value,
)
from engine.errors import DefinitionError, DuplicateId, EmptyWorkflow, InvalidId, NotCommitted, WiringError
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, fail


def test_create_step_takes_every_keyword() -> None:
    """All keywords together make a step that has them."""
    made = create_step(
        id="work",
        execute=lambda data: data,
        input_schema=int,
        output_schema=int,
        resume_schema=bool,
        suspend_schema=str,
        state_schema=dict[str, int],
        description="Works.",
        retry=Retry(attempts=2),
        timeout=5,
        metadata={"owner": "me"},
    )
    assert isinstance(made, Step)
    schemas = [schema and schema.spec for schema in (made.input, made.output, made.resume, made.suspend, made.state)]
    assert (made.id, schemas) == ("work", [int, int, bool, str, dict[str, int]])
    assert (made.description, made.retry.attempts, made.timeout, made.metadata) == ("Works.", 2, 5, {"owner": "me"})


def test_create_step_needs_an_id_and_a_function() -> None:
    """Everything else may be left out, and every argument is named."""
    made = create_step(id="s", execute=lambda data: data)
    schemas = [schema and schema.spec for schema in (made.input, made.output, made.resume, made.suspend, made.state)]
    assert (schemas, made.description, made.retry, made.timeout, made.metadata) == ([None] * 5, "", None, None, None)
    for maker in (create_step, create_workflow, clone_workflow, clone_step):
        kinds = [parameter.kind.name for parameter in inspect.signature(maker).parameters.values()]
        assert set(kinds) - {"KEYWORD_ONLY", "VAR_KEYWORD"} <= {"POSITIONAL_OR_KEYWORD"}
        assert kinds.count("POSITIONAL_OR_KEYWORD") == int(maker in (clone_step, clone_workflow))


def test_a_decorated_function_becomes_a_step() -> None:
    """Its id is the function's name, the schemas are the annotations, the description is the docstring."""

    @step
    async def weigh(data: str) -> int:
        """Weigh a word."""
        return len(data)

    assert (weigh.id, weigh.input.spec, weigh.output.spec, weigh.description) == ("weigh", str, int, "Weigh a word.")


def test_every_keyword_overrides_the_function() -> None:
    """@step(...) takes the keywords of create_step."""

    @step(id="other", input_schema=None, output_schema=float, description="Otherwise.", timeout=1)
    async def weigh(data: str) -> int:
        """Weigh a word."""
        return len(data)

    assert (weigh.id, weigh.input.spec, weigh.output.spec) == ("other", None, float)
    assert (weigh.description, weigh.timeout) == ("Otherwise.", 1)


async def test_a_clone_has_the_same_logic_under_another_id() -> None:
    """clone_step takes changes; clone_workflow a new id."""
    again = clone_step(add_one, id="again", description="Once more.")
    workflow = begin().then(add_one).then(again).commit()
    result = await run_to_end(clone_workflow(workflow, id="copy"), 1)
    assert (result.result, result.workflow_id, list(result.steps)) == (3, "copy", ["add_one", "again"])
    assert (again.description, add_one.description) == ("Once more.", "Add one.")


async def test_the_dict_after_a_parallel_fits_a_model_with_the_functions_names() -> None:
    """A step's id is its function's name, so the next step may take a model whose fields are called alike."""

    class Both(BaseModel):
        add_one: int
        double: int

    @step
    async def total(data: Both) -> int:
        return data.add_one + data.double

    assert (await run_to_end(begin().parallel([add_one, double]).then(total).commit(), 10)).result == 31


@pytest.mark.parametrize(
    "grow",
    [
        lambda builder: builder.then(double),
        lambda builder: builder.parallel([double]),
        lambda builder: builder.branch([(lambda data: True, double)]),
        lambda builder: builder.dowhile(double, lambda data: False),
        lambda builder: builder.dountil(double, lambda data: True),
        lambda builder: builder.foreach(double),
        lambda builder: builder.map(lambda data: 2 * data),
        lambda builder: builder.map({"n": value(1)}),
        lambda builder: builder.sleep(1),
        lambda builder: builder.sleep_until(datetime(2030, 1, 1, tzinfo=UTC)),
        lambda builder: builder.wait_for_event("ping"),
    ],
)
def test_no_method_changes_its_builder(grow: Any) -> None:
    """What it returns has one node more, and is another builder; the one that was called is as before."""
    stem = begin().map(lambda data: data)
    before = stem.commit().digest
    grown = grow(stem)
    assert grown is not stem
    assert len(grown.commit().graph["steps"]) == 2
    assert stem.commit().digest == before


async def test_every_method_of_a_builder_returns_a_new_one() -> None:
    """A builder is never changed: two workflows can grow from one beginning."""
    stem = begin().then(add_one)
    short, long = stem.commit(), stem.then(double).commit()
    assert ((await run_to_end(short, 1)).result, (await run_to_end(long, 1)).result) == (2, 4)


def test_create_workflow_takes_every_keyword() -> None:
    """All keywords together make a workflow that has them."""
    begun = create_workflow(
        id="w",
        input_schema=int,
        output_schema=int,
        state_schema=dict[str, int],
        description="Works.",
        retry=Retry(attempts=2),
        metadata={"owner": "me"},
        on_start=print,
        on_finish=repr,
        on_error=str,
    )
    made = begun.then(add_one).commit()
    assert isinstance(made, Workflow)
    assert (made.id, made.description, made.input_schema, made.output_schema) == (
        "w",
        "Works.",
        {"type": "integer"},
        {"type": "integer"},
    )
    assert made.state_schema == {"type": "object", "additionalProperties": {"type": "integer"}}
    flow = made.flow
    assert (flow.retry, flow.metadata, flow.on_start, flow.on_finish, flow.on_error) == (
        Retry(attempts=2),
        {"owner": "me"},
        print,
        repr,
        str,
    )


@pytest.mark.parametrize("id", ["a", "Z", "0", "a-b", "a_b", "9-_a", "step1"])
def test_an_id_of_the_pattern_is_taken(id: str) -> None:
    """For steps, workflows and nodes."""
    made = create_step(id=id, execute=lambda data: data)
    assert made.id == create_workflow(id=id, input_schema=None, output_schema=None).then(made).commit().id == id
    assert begin().sleep(1, id=id).commit().graph["steps"][0]["id"] == id


@pytest.mark.parametrize("id", ["", "-a", "_a", "a b", "a.b", "a[0]", "ä", "a\n", 5, None])
def test_ids_match_the_pattern(id: Any) -> None:
    """Letters, digits, _ and -, a letter or digit first; for steps and workflows."""
    with pytest.raises(InvalidId, match="Expected letters, digits"):
        create_step(id=id, execute=lambda data: data)
    with pytest.raises(InvalidId):
        create_workflow(id=id, input_schema=None, output_schema=None)


def test_ids_are_unique_in_a_workflow() -> None:
    """A clash is an error when the workflow is committed; in nested workflows ids are their own."""
    with pytest.raises(DuplicateId, match="clone_step"):
        begin().then(add_one).then(add_one).commit()
    with pytest.raises(DuplicateId):
        begin().parallel([ask, sequence(fail, ask, id="other")]).commit()
    begin().then(add_one).then(begin("inner").then(add_one).commit()).commit()


def test_an_empty_or_uncommitted_workflow_is_an_error_at_build_time() -> None:
    """Both messages tell the mend."""
    with pytest.raises(EmptyWorkflow, match=r"\.then"):
        begin().commit()
    with pytest.raises(NotCommitted, match=r"\.commit\(\)"):
        begin().then(begin("inner").then(add_one))  # type: ignore[call-overload]


def test_wiring_that_can_never_work_is_refused_by_commit() -> None:
    """The message names both steps, both schemas and what is wrong."""
    words = create_step(id="words", execute=lambda data: ["x"], output_schema=list[str])
    with pytest.raises(WiringError, match=r"step 'words' gives list\[str\], but step 'add_one' takes int"):
        begin().then(words).then(add_one).commit()


def test_wiring_that_may_work_is_accepted() -> None:
    """Only what can never work is refused: a union that holds the right type is let pass."""
    perhaps = create_step(id="perhaps", execute=lambda data: data, output_schema=int | str)
    begin().then(perhaps).then(add_one).commit()


@pytest.mark.parametrize(
    "build",
    [
        lambda: Retry(attempts=0),
        lambda: Retry(delay=-1),
        lambda: Retry(on=(int,)),  # type: ignore[arg-type]
        lambda: create_step(id="s", execute=lambda data: data, timeout=0),
        lambda: create_step(id="s", execute=5),  # type: ignore[call-overload]
        lambda: begin().sleep(-1),
        lambda: begin().sleep(timedelta(seconds=-1)),
        lambda: begin().parallel([]),
        lambda: begin().branch([]),
        lambda: begin().foreach(add_one, concurrency=0),
        lambda: begin().dowhile(add_one, lambda data: True, max_iterations=0),
        lambda: begin().wait_for_event(""),
        lambda: begin().then(lambda data: data),  # type: ignore[call-overload]
        lambda: sequence(),
    ],
)
def test_what_makes_no_sense_is_refused_at_build_time(build: Any) -> None:
    """Never at run time: an error with what was found and what is expected."""
    with pytest.raises(DefinitionError):
        build()


def test_values_are_frozen() -> None:
    """Steps, workflows and policies cannot be changed."""
    for made in (add_one, begin().then(add_one).commit(), Retry()):
        with pytest.raises(FrozenInstanceError):
            setattr(made, fields(made)[0].name, "changed")
