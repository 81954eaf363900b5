"""Section 2: every public name, and what it is called with."""

import inspect
import json
from dataclasses import FrozenInstanceError, dataclass, fields
from datetime import timedelta
from typing import Any

import pytest

import engine
import engine.errors
import engine.testing
from engine import (
    Context,
    MemoryStore,
    Retry,
    Run,
    StepyardError,
    Store,
    Workflow,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    sequence,
    step,
)
from engine.errors import (
    DefinitionError,
    DuplicateId,
    EmptyWorkflow,
    InvalidId,
    InvalidSchema,
    NotCommitted,
    WiringError,
)
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, fail

NAMES = [
    "create_step",
    "step",
    "clone_step",
    "clone_workflow",
    "create_workflow",
    "Retry",
    "Engine",
    "Workflow",
    "Run",
    "RunResult",
    "StepResult",
    "sequence",
    "from_step",
    "from_init",
    "from_state",
    "from_context",
    "value",
    "template",
    "Context",
    "MemoryStore",
    "Store",
]


@dataclass
class Point:
    x: int


def keywords(function: Any) -> set[str]:
    """Return the names of a function's parameters."""
    return set(inspect.signature(function).parameters) - {"self"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_public(name: str) -> None:
    """Each name of the page is handed on by the face, and has a docstring."""
    assert name in engine.__all__
    assert inspect.getdoc(getattr(engine, name))


@pytest.mark.parametrize("name", ["FakeClock", "Collector", "run_to_end", "FaultPoint"])
def test_aids_for_users_tests_are_public(name: str) -> None:
    """A fake clock, an event collector, run_to_end, and fault points."""
    assert inspect.getdoc(getattr(engine.testing, name))


def test_create_step_takes_every_keyword() -> None:
    """All of the page's keywords make a step that has them."""
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
    assert (made.id, made.input.spec, made.output.spec, made.resume.spec, made.suspend.spec) == (
        "work", int, int, bool, str,
    )  # fmt: skip
    assert (made.description, made.retry.attempts, made.timeout, made.metadata) == ("Works.", 2, 5, {"owner": "me"})


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


async def test_every_method_of_a_builder_returns_a_new_one() -> None:
    """A builder is never changed: two workflows can grow from one beginning."""
    stem = begin().then(add_one)
    short, long = stem.commit(), stem.then(double).commit()
    assert ((await run_to_end(short, 1)).result, (await run_to_end(long, 1)).result) == (2, 4)


def test_create_workflow_takes_every_keyword() -> None:
    """All of the page's keywords are there."""
    made = create_workflow(
        id="w",
        input_schema=int,
        output_schema=int,
        state_schema=dict[str, int],
        description="Works.",
        retry=Retry(attempts=2),
        metadata={"owner": "me"},
        on_start=print,
        on_finish=print,
        on_error=print,
    ).then(add_one)
    assert isinstance(made.commit(), Workflow)


def test_retry_has_the_pages_defaults() -> None:
    """One attempt, no delay, no backoff, at most a minute, no jitter, after any Exception."""
    assert Retry() == Retry(attempts=1, delay=0.0, backoff=1.0, max_delay=60.0, jitter=0.0, on=(Exception,))


def test_a_run_has_every_way() -> None:
    """The methods of the page, with its parameters."""
    start = {"input_data", "initial_state", "request_context"}
    resume = {"step", "resume_data", "label", "index"}
    assert keywords(Run.start) == keywords(Run.start_async) == keywords(Run.stream) == start
    assert keywords(Run.resume) == keywords(Run.resume_stream) == resume
    assert (keywords(Run.watch), keywords(Run.observe)) == ({"callback", "after"}, {"after"})
    assert keywords(Run.fork) == keywords(Run.time_travel) == {"step", "input_data"}
    assert keywords(Run.send_event) == {"name", "payload"}
    assert keywords(Run.cancel) == keywords(Run.restart) == keywords(Run.state) == set()


def test_a_context_has_every_name() -> None:
    """The attributes and calls of section 4."""
    names = [
        "run_id",
        "workflow_id",
        "step_id",
        "path",
        "attempt",
        "iteration",
        "index",
        "init_data",
        "request_context",
        "resume_data",
        "suspend_data",
        "state",
        "idempotency_key",
        "logger",
        "result",
        "suspend",
        "bail",
        "set_state",
        "write",
        "progress",
        "cancelled",
        "check_cancelled",
    ]
    assert [name for name in names if not hasattr(Context, name)] == []


async def test_results_are_frozen_and_give_json() -> None:
    """RunResult and StepResult cannot be changed, and to_dict() is JSON."""
    result = await run_to_end(begin().then(add_one).commit(), 1)
    with pytest.raises(FrozenInstanceError):
        result.run_id = "other"  # type: ignore[misc]
    assert json.loads(json.dumps(result.to_dict())) == result.to_dict()
    assert json.loads(json.dumps(result.steps["add_one"].to_dict())) == result.steps["add_one"].to_dict()


def test_the_memory_store_is_a_store() -> None:
    """It has every method of the protocol."""
    methods = [name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")]
    assert [name for name in methods if not callable(getattr(MemoryStore, name))] == []


def test_errors_are_one_tree() -> None:
    """Every exception derives from StepyardError, and its docstring is its default message."""
    errors = [kind for _, kind in inspect.getmembers(engine.errors, inspect.isclass) if issubclass(kind, Exception)]
    assert len(errors) > 40
    for kind in errors:
        assert issubclass(kind, StepyardError)
        assert str(kind()) == inspect.cleandoc(kind.__doc__)


@pytest.mark.parametrize("spec", [int, list[str], int | None, dict[str, float], {"type": "object"}, None, Point])
def test_a_schema_is_anything_that_pydantic_takes_or_a_json_schema_or_none(spec: Any) -> None:
    """Classes, generics, unions, dataclasses, JSON Schema dicts and None."""
    assert create_step(id="s", execute=lambda data: data, input_schema=spec, output_schema=spec).input.spec is spec


def test_what_is_no_schema_is_refused_when_it_is_given() -> None:
    """An error at build time that says what a schema is."""
    with pytest.raises(InvalidSchema, match="JSON Schema"):
        create_step(id="s", execute=lambda data: data, input_schema=5)
    with pytest.raises(InvalidSchema, match="draft 2020-12"):
        create_step(id="s", execute=lambda data: data, input_schema={"type": "nothing"})


@pytest.mark.parametrize("id", ["", "-a", "_a", "a b", "a.b", "a[0]", "ä", 5, None])
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
