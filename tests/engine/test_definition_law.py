"""Whatever is given to the words that define workflows: it is taken, or refused with a `DefinitionError`."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import engine
from engine import (
    Engine,
    Every,
    MemoryStore,
    Retry,
    Schedule,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    step,
)
from engine.building.builder import WorkflowBuilder
from engine.building.create_workflow import WorkflowOptions
from engine.building.step_options import StepOptions
from engine.errors import DefinitionError


@step
def known(data: int) -> int:
    """Give it back."""
    return data


def builder() -> Any:
    """Return a workflow in the making, with a step."""
    return create_workflow(id="w", input_schema=int, output_schema=None).then(known)


class Hostile:
    """An object that breaks whatever is done to it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no equality")

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")

    __hash__ = None  # type: ignore[assignment]


class Meta(type):
    """A class of classes that cannot be hashed."""

    __hash__ = None  # type: ignore[assignment]


def endless() -> Iterator[int]:
    """Yield a number."""
    yield 1


async def later(data: int) -> int:
    """Be a step function."""
    return data


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    10**400,
    1.5,
    float("nan"),
    float("inf"),
    1j,
    Decimal(1),
    "",
    "x",
    "no id",
    "{",
    "\ud800",
    b"x",
    [],
    [1],
    [None],
    [known],
    [(known, known)],
    [(lambda: True, 5)],
    (),
    (1, 2),
    {},
    {"x": 1},
    {1: known},
    {"type": "nothing"},
    {None: {}},
    set(),
    {1},
    object(),
    object,
    Hostile(),
    Hostile,
    [[known]],
    [(known, [known])],
    [[{"x": object()}]],
    Meta("Odd", (), {}),
    Exception,
    ValueError("x"),
    NotImplemented,
    ...,
    print,
    len,
    int.__add__,
    int,
    list,
    list[int],
    lambda: 1,
    lambda a, b, c: 1,
    lambda self: 1,
    later,
    endless,
    endless(),
    iter([known]),
    range(2),
    timedelta(0),
    timedelta.max,
    timedelta(-1),
    date(2030, 1, 1),
    datetime.min,
    datetime.max.replace(tzinfo=UTC),
    known,
    builder(),
    builder().commit(),
    builder().commit,
    engine,
    MemoryStore(),
    MemoryStore,
    Retry(),
    Retry,
    inspect,
    property(),
    classmethod(len),
    staticmethod(len),
]


def scheduled(schedule: Any) -> Any:
    """Commit a workflow with a schedule, which is checked then."""
    made = create_workflow(id="w", input_schema=int, output_schema=int, schedules=[schedule])
    return made.then(known).commit()


MAKERS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "create_step": (create_step, {"id": "x", "execute": later}),
    "step": (lambda **given: step(**given)(later), {}),
    "clone_step": (clone_step, {"step": known, "id": "x"}),
    "create_workflow": (create_workflow, {"id": "w", "input_schema": int, "output_schema": None}),
    "clone_workflow": (clone_workflow, {"workflow": builder().commit(), "id": "x"}),
    "Retry": (Retry, {}),
    "Schedule": (lambda **given: scheduled(Schedule(**given)), {"expression": "0 9 * * *", "input_data": 1}),
    "Every": (lambda **given: scheduled(Every(**given)), {"hours": 1, "input_data": 1}),
    "Engine": (Engine, {"workflows": []}),
    "MemoryStore": (MemoryStore, {}),
}
"""Public words by their names, each with arguments that fit."""

KEYWORDS: dict[str, list[str]] = {
    "create_step": ["id", "execute", "input_schema", "output_schema", *StepOptions.__annotations__, "unknown"],
    "step": ["id", "input_schema", "output_schema", *StepOptions.__annotations__, "unknown"],
    "clone_step": ["step", "id", "execute", "input_schema", *StepOptions.__annotations__, "unknown"],
    "create_workflow": ["id", "input_schema", "output_schema", *WorkflowOptions.__annotations__, "unknown"],
    "clone_workflow": ["workflow", "id", "unknown"],
    "Retry": [*Retry.__dataclass_fields__, "unknown"],
    "Schedule": ["expression", "input_data", "timezone", "id", "missed", "unknown"],
    "Every": ["days", "hours", "minutes", "seconds", "input_data", "id", "missed", "unknown"],
    "Engine": ["workflows", "store", "logger", "clock", "unknown"],
    "MemoryStore": ["clock"],
}

WORDS = {
    "step": lambda wrong: step(wrong),
    "sequence": lambda wrong: engine.sequence(wrong),
    "sequence second": lambda wrong: engine.sequence(known, wrong),
    "sequence id": lambda wrong: engine.sequence(known, id=wrong),
    "from_step": lambda wrong: engine.from_step(wrong),
    "from_step path": lambda wrong: engine.from_step(known, wrong),
    "from_init": lambda wrong: engine.from_init(wrong),
    "from_state": lambda wrong: engine.from_state(wrong),
    "from_context": lambda wrong: engine.from_context(wrong),
    "template": lambda wrong: engine.template(wrong),
    "value": lambda wrong: engine.value(wrong),
    "then": lambda wrong: builder().then(wrong),
    "race": lambda wrong: builder().race(wrong),
    "race arm": lambda wrong: builder().race([wrong]),
    "race id": lambda wrong: builder().race([known], id=wrong),
    "attempt": lambda wrong: builder().attempt(wrong, otherwise=known),
    "attempt otherwise": lambda wrong: builder().attempt(known, otherwise=wrong),
    "attempt on": lambda wrong: builder().attempt(known, otherwise=known, on=wrong),
    "attempt id": lambda wrong: builder().attempt(known, otherwise=known, id=wrong),
    "parallel": lambda wrong: builder().parallel(wrong),
    "parallel arm": lambda wrong: builder().parallel([wrong]),
    "parallel concurrency": lambda wrong: builder().parallel([known], concurrency=wrong),
    "parallel fail_fast": lambda wrong: builder().parallel([known], fail_fast=wrong),
    "parallel id": lambda wrong: builder().parallel([known], id=wrong),
    "branch": lambda wrong: builder().branch(wrong),
    "branch pair": lambda wrong: builder().branch([wrong]),
    "branch condition": lambda wrong: builder().branch([(wrong, known)]),
    "branch arm": lambda wrong: builder().branch([(later, wrong)]),
    "branch otherwise": lambda wrong: builder().branch([(later, known)], otherwise=wrong),
    "dowhile": lambda wrong: builder().dowhile(wrong, later),
    "dowhile condition": lambda wrong: builder().dowhile(known, wrong),
    "dountil limit": lambda wrong: builder().dountil(known, later, max_iterations=wrong),
    "foreach": lambda wrong: builder().foreach(wrong),
    "foreach concurrency": lambda wrong: builder().foreach(known, concurrency=wrong),
    "map": lambda wrong: builder().map(wrong),
    "map key": lambda wrong: builder().map({"key": wrong}),
    "sleep": lambda wrong: builder().sleep(wrong),
    "sleep_until": lambda wrong: builder().sleep_until(wrong),
    "wait_for_event": lambda wrong: builder().wait_for_event(wrong),
    "wait_for_event schema": lambda wrong: builder().wait_for_event("e", wrong),
    "wait_for_event timeout": lambda wrong: builder().wait_for_event("e", None, wrong),
    "two": lambda wrong: builder().then(known, wrong),
    "commit": lambda wrong: builder().commit(wrong),
}
"""A wrong value at each place of the other public words, and of each method of a builder."""


def refused_or_taken(define: Callable[[], Any]) -> None:
    """Define something; any other error than the one that is promised passes."""
    with suppress(DefinitionError):
        made = define()
        if isinstance(made, WorkflowBuilder):
            made.commit()


@pytest.mark.parametrize(
    ("name", "keyword"), [(name, keyword) for name, words in KEYWORDS.items() for keyword in words]
)
def test_any_value_under_any_keyword_is_taken_or_refused_as_a_definition(name: str, keyword: str) -> None:
    """No bare TypeError, AttributeError or KeyError leaves the words that define workflows."""
    make, right = MAKERS[name]
    for wrong in WRONG:
        refused_or_taken(lambda wrong=wrong: make(**{**right, keyword: wrong}))  # type: ignore[misc]


@pytest.mark.parametrize("word", WORDS)
def test_any_value_at_any_place_is_taken_or_refused_as_a_definition(word: str) -> None:
    """The same for arguments by position, arms, pairs, bodies, sources and times."""
    for wrong in WRONG:
        refused_or_taken(lambda wrong=wrong: WORDS[word](wrong))  # type: ignore[misc]


def test_the_tables_know_every_public_word() -> None:
    """What is added to the public names or to the builder is added to the law."""
    values = {
        "Context",
        "Event",
        "Fail",
        "Failure",  # what a start is given, refused there with `InvalidInput`
        "Rehearsal",
        "Run",
        "RunResult",
        "RunSummary",
        "Step",
        "StepResult",
        "StepyardError",
        "Store",
    }
    tested = {*MAKERS, *(word.partition(" ")[0] for word in WORDS)}
    assert set(engine.__all__) - values - {"Workflow"} <= tested
    methods = {
        name for name in vars(WorkflowBuilder) if not name.startswith("_") and callable(getattr(builder(), name))
    }
    assert methods <= tested
