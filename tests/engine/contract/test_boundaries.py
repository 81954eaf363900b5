"""Section 3: a value keeps its type over every boundary of a workflow, in a live run and in one that is resumed."""

import math
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import Field

from engine import Context, Engine, MemoryStore, create_step, create_workflow, from_step, sequence
from engine.building.builder import WorkflowBuilder
from tests.engine.contract.tiny import ask, asking, begin, run_of


class Colour(Enum):
    RED = "red"


VALUES: dict[str, tuple[Any, Any]] = {
    "datetime": (datetime, datetime(2026, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)),
    "Decimal": (Decimal, Decimal("0.10")),
    "UUID": (uuid.UUID, uuid.UUID("12345678-1234-5678-1234-567812345678")),
    "bytes": (bytes, b"\x00\xff"),
    "enum": (Colour, Colour.RED),
    "big integer": (int, 2**100 + 1),
    "nan": (Annotated[float, Field(allow_inf_nan=True)], math.nan),
    "inf": (Annotated[float, Field(allow_inf_nan=True)], -math.inf),
}


class Seen:
    """Makes steps of one type: one that gives a value of it, and one that notes what it sees."""

    def __init__(self, type: Any, value: Any) -> None:
        self.type, self.value = type, value
        self.keyed: Any = dict[str, type]
        self.listed: Any = list[type]
        self.values: list[Any] = []

    def give(self, id: str = "give") -> Any:
        """Return a step that gives the value."""
        return create_step(id=id, execute=lambda data: self.value, output_schema=self.type)

    def give_list(self) -> Any:
        """Return a step that gives a list of the value."""
        return create_step(id="give", execute=lambda data: [self.value], output_schema=self.listed)

    def take(self, id: str = "take", input_schema: Any = None) -> Any:
        """Return a step that notes its input and hands it on."""
        declared = input_schema or self.type

        async def execute(data: Any) -> Any:
            self.note(data)
            return data

        return create_step(id=id, execute=execute, input_schema=declared, output_schema=declared)

    def look(self, look: Any) -> Any:
        """Return a step that notes what ``look(ctx)`` sees."""
        return create_step(id="look", execute=lambda data, ctx: self.note(look(ctx)))

    def note(self, data: Any) -> None:
        """Note a value, or the only one of a list or dict."""
        match data:
            case [value]:
                self.values.append(value)
            case {**values} if values:
                self.values += values.values()
            case value:
                self.values.append(value)


def typed(seen: Seen, **options: Any) -> WorkflowBuilder[Any, Any, Any]:
    """Begin a workflow that takes the value."""
    return create_workflow(id="tiny", input_schema=seen.type, output_schema=None, **options)


def kept(seen: Seen) -> Any:
    """Return a step that puts the value into the state."""

    def execute(data: Any, ctx: Context) -> None:
        ctx.set_state(key=seen.value)

    return create_step(id="keep", execute=execute, state_schema=seen.keyed)


def answered(seen: Seen) -> Any:
    """Return a step that notes its answer, however it is read."""

    async def execute(data: Any, ctx: Context) -> None:
        seen.note(ctx.suspend())
        seen.note(ctx.resume_data)

    return create_step(id="answered", execute=execute, resume_schema=seen.type)


def nested(seen: Seen, step: Any, **taken: Any) -> Any:
    """Return a workflow of one step that gives the value, and takes it unless told otherwise."""
    schemas = {"input_schema": seen.type, "output_schema": seen.type, **taken}
    return create_workflow(id="inner", **schemas).then(step).commit()


ask_too = asking("ask_too")

BOUNDARIES: dict[str, Any] = {
    "input to step": lambda s: typed(s).then(s.take()),
    "input to context": lambda s: typed(s).then(ask).then(s.look(lambda ctx: ctx.init_data)),
    "step to step": lambda s: begin().then(s.give()).then(s.take()),
    "arms to step": lambda s: begin().parallel([s.give()]).then(s.take("take", s.keyed)),
    "step to arms": lambda s: begin().then(s.give()).parallel([s.take("a"), s.take("b")]),
    "branch to step": lambda s: begin().branch([(lambda _: True, s.give())]).then(s.take("take", s.keyed)),
    "step to condition": lambda s: (
        begin().then(s.give()).branch([(lambda data: s.note(data) is None, ask)], otherwise=ask_too)
    ),
    "iteration to iteration": lambda s: begin().then(s.give()).dowhile(s.take(), lambda _, ctx: ctx.iteration < 3),
    "list to items": lambda s: begin().then(s.give_list()).foreach(s.take()),
    "items to step": lambda s: begin().map(lambda _: [1]).foreach(s.give()).then(s.take("take", s.listed)),
    "step to step of a sequence": lambda s: begin().then(sequence(s.give(), s.take())),
    "step to mapping": lambda s: begin().then(s.give()).map(s.note),
    "mapping to step": lambda s: begin().then(s.give()).map({"k": from_step("give")}).then(s.take("t", s.keyed)),
    "step to nested workflow": lambda s: begin().then(s.give()).then(nested(s, s.take())),
    "nested workflow to step": lambda s: begin().then(nested(s, s.give(), input_schema=None)).then(s.take()),
    "step to timer": lambda s: begin().then(s.give()).sleep(lambda data: s.note(data) or 0),
    "timer to step": lambda s: begin().then(s.give()).sleep(0).then(s.take()),
    "step to context": lambda s: begin().then(s.give()).then(ask).then(s.look(lambda ctx: ctx.result("give"))),
    "state": lambda s: begin(state_schema=s.keyed).then(kept(s)).then(ask).then(s.look(lambda ctx: ctx.state)),
    "initial state": lambda s: begin(state_schema=s.keyed).then(ask).then(s.look(lambda ctx: ctx.state)),
    "answer to step": lambda s: begin().then(answered(s)),
    "event to step": lambda s: begin().then(ask).wait_for_event("ping", s.type).then(s.take()),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_a_declared_value_survives_every_boundary(boundary: str, name: str) -> None:
    """Whatever hands it on, its type and value are those that were given; also when another engine goes on."""
    seen = Seen(*VALUES[name])
    workflow, store = BOUNDARIES[boundary](seen).commit(), MemoryStore()
    run = await run_of(workflow, store=store)
    state = {"key": seen.value} if boundary == "initial state" else None
    result = await run.start(seen.value if boundary.startswith("input") else 1, initial_state=state)
    later = await Engine([workflow], store=store).run(run.run_id)
    if result.status == "suspended":
        if boundary.startswith("event"):
            await later.send_event("ping", seen.value)
        result = await later.resume(resume_data=seen.value if boundary == "answer to step" else 1)
    assert result.status == "success", result.error
    assert seen.values
    for value in seen.values:
        assert type(value) is type(seen.value)
        assert value == seen.value or (math.isnan(value) and math.isnan(seen.value))
