"""Every public name, and what it is called with."""

import inspect
import json
from typing import Any

import pytest

import engine
import engine.errors
import engine.testing
from engine import Context, Engine, MemoryStore, Retry, Run, Store, Workflow, sequence
from engine.testing import run_to_end
from engine.values.missing import MISSING
from tests.engine.contract.tiny import add_one, begin, run_of

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


def keywords(function: Any) -> set[str]:
    """Return the names of a function's parameters."""
    return set(inspect.signature(function).parameters) - {"self"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_public(name: str) -> None:
    """Each public name is handed on by `engine`, and has a docstring."""
    assert name in engine.__all__
    assert inspect.getdoc(getattr(engine, name))


@pytest.mark.parametrize("name", ["FakeClock", "Collector", "run_to_end", "FaultPoint"])
def test_aids_for_users_tests_are_public(name: str) -> None:
    """A fake clock, an event collector, run_to_end, and fault points."""
    assert inspect.getdoc(getattr(engine.testing, name))


def test_retry_has_its_defaults() -> None:
    """One attempt, no delay, no backoff, at most a minute, no jitter, after any Exception."""
    assert Retry() == Retry(attempts=1, delay=0.0, backoff=1.0, max_delay=60.0, jitter=0.0, on=(Exception,))


def defaults(function: Any) -> dict[str, Any]:
    """Return the parameters that may be left out, and what they are then."""
    parameters = inspect.signature(function).parameters
    return {name: part.default for name, part in parameters.items() if part.default is not part.empty}


def test_what_may_be_left_out_has_a_default() -> None:
    """The defaults of everything that is called with arguments."""
    assert defaults(Engine.runs) == {"workflow": None, "status": None, "limit": 50, "after": None}
    assert defaults(Workflow.create_run) == {"run_id": None, "resource_id": None}
    for start in (Run.start, Run.start_async, Run.stream):
        assert defaults(start).items() >= {"initial_state": None, "request_context": None}.items()
    for resume in (Run.resume, Run.resume_stream):
        assert defaults(resume) == {"step": None, "resume_data": None, "label": None, "index": None}
    assert defaults(Run.watch) == defaults(Run.observe) == {"after": 0}
    suspend = defaults(Context.suspend)
    assert suspend.pop("default") is MISSING
    assert suspend == {"payload": None, "label": None, "answer": None, "timeout": None}
    assert defaults(Context.progress) == {"message": ""}
    assert defaults(sequence) == {"id": None}
    builder = type(begin())
    assert defaults(builder.parallel) == {"concurrency": None, "fail_fast": False, "id": None}
    assert defaults(builder.branch) == {"otherwise": None, "id": None}
    assert defaults(builder.dowhile) == defaults(builder.dountil) == {"max_iterations": None, "id": None}
    assert defaults(builder.foreach) == {"concurrency": 1, "id": None}
    assert defaults(builder.wait_for_event) == dict.fromkeys(["schema", "timeout", "otherwise", "id"])


async def test_a_start_without_input_is_a_start_with_none() -> None:
    """input_data is None where it is left out."""
    run = await run_of(begin().map(lambda data: [data]).commit())
    result = await run.start()
    assert (result.input, result.result) == (None, [None])


def test_a_run_has_every_way() -> None:
    """Its methods, with their parameters."""
    start = {"input_data", "initial_state", "request_context", "breakpoints", "rehearsal"}
    resume = {"step", "resume_data", "label", "index"}
    assert keywords(Run.start) == keywords(Run.start_async) == keywords(Run.stream) == start
    assert keywords(Run.resume) == keywords(Run.resume_stream) == resume
    assert (keywords(Run.watch), keywords(Run.observe)) == ({"callback", "after"}, {"after"})
    assert keywords(Run.fork) == keywords(Run.time_travel) == {"step", "input_data"}
    assert keywords(Run.proceed) == {"step", "breakpoints", "input_data"}
    assert keywords(Run.send_event) == {"name", "payload"}
    assert keywords(Run.cancel) == keywords(Run.restart) == keywords(Run.state) == set()


def test_a_context_has_every_name() -> None:
    """A step finds its attributes and calls there."""
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
    with pytest.raises(AttributeError):
        result.run_id = "other"  # type: ignore[misc]
    assert json.loads(json.dumps(result.to_dict())) == result.to_dict()
    assert json.loads(json.dumps(result.steps["add_one"].to_dict())) == result.steps["add_one"].to_dict()


def test_the_memory_store_is_a_store() -> None:
    """It has every method of the protocol."""
    methods = [name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")]
    assert [name for name in methods if not callable(getattr(MemoryStore, name))] == []
