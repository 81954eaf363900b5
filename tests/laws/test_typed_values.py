"""The law of values: what is recorded is read as the value that it was, or its type is refused where it is declared."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from typing_extensions import TypedDict

from engine import Context, create_step, create_workflow
from engine.errors import DefinitionError
from engine.values.jsontext import is_json
from engine.values.schema import Schema
from engine.values.types.round_trip import same
from tests.laws.typed import TYPES, Typed

MAKE: Any = TypedDict
# Explaining which line is to blame takes minutes here.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True, phases=PHASES)


def text(value: Any) -> str:
    """Return JSON as text."""
    return json.dumps(value, allow_nan=False)


@LAW
@given(TYPES)
def test_a_value_is_recorded_as_json_that_means_it(typed: Typed) -> None:
    """However it is written, it fits the published schema, is read as the value, and is recorded again as it is."""
    if typed.refused:
        with pytest.raises(DefinitionError, match="keys that may be"):
            Schema.of(typed.spec)
        return
    schema = Schema.of(typed.spec)
    for write, published in ((schema.enter, schema.json_schema), (schema.dump, schema.output_json_schema)):
        written = write(typed.value)
        assert same(schema.load(written), typed.value), written
        assert text(write(schema.load(written))) == text(written)
        assert Draft202012Validator(published).is_valid(written), (written, published)
    entered = schema.enter(typed.value)
    assert same(schema.load(schema.admit(entered)), typed.value)


def doors(spec: Any, value: Any, seen: list[Any]) -> Any:
    """Return a workflow that lets a value through every door of a run."""

    def ask(data: Any, ctx: Context) -> Any:
        seen.append(data)
        answer = ctx.suspend(value)
        seen.extend([answer, Schema.of(spec).load(ctx.suspend_data)])
        # A text could be either: the value itself, or what JSON has for it.
        ctx.set_state(kept=Schema.of(spec).enter(answer) if is_json(answer) else answer)
        return answer

    def take(data: Any, ctx: Context) -> Any:
        seen.extend([data, ctx.state["kept"]])
        return value

    both: Any = {"input_schema": spec, "output_schema": spec}
    state = MAKE("State", {"kept": spec}, total=False)
    return (
        create_workflow(id="doors", **both, state_schema=state)
        .then(create_step(id="ask", execute=ask, **both, resume_schema=spec, suspend_schema=spec, state_schema=state))
        .wait_for_event("ping", spec)
        .then(create_step(id="take", execute=take, **both, state_schema=state))
        .commit()
    )


@LAW
@given(TYPES.filter(lambda typed: not typed.refused))
async def test_a_value_goes_through_every_door_as_it_is(typed: Typed) -> None:
    """Input, payload, answer, event, state and output: the functions of a workflow see the value that was given."""
    seen: list[Any] = []
    workflow = doors(typed.spec, typed.value, seen)
    given = Schema.of(typed.spec).enter(typed.value)
    run = await workflow.create_run()
    asked = await run.start(given)
    assert asked.status == "suspended", asked.error
    await run.send_event("ping", given)
    result = await run.resume(resume_data=given)
    assert result.status == "success", result.error
    assert all(same(value, typed.value) for value in seen), seen
    assert same(Schema.of(typed.spec).load(result.result), typed.value)
