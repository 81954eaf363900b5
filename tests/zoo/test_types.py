"""Every type of the zoo is defined, checked, published, filled in, run, asked for, and read back as it was."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from typing_extensions import TypedDict

from engine import Context, Workflow, create_step, create_workflow
from playground.catalogue.unsupported_schemas import schema_problems
from playground.forms import Form, check, dumps, example
from tests.forms.browser import Session
from tests.zoo.types import FAMILIES

EACH = pytest.mark.parametrize(
    ("family", "name"), [(family, name) for family, types in FAMILIES.items() for name in types]
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the steps of one workflow were given."""

    inputs: list[Any]
    answers: list[Any]
    states: list[Any]


def state_of(spec: Any) -> Any:
    """Return the schema of a state that keeps one value."""
    if not isinstance(spec, dict):
        return TypedDict("State", {"kept": spec}, total=False)
    within = {key: part for key, part in spec.items() if key in ("$defs", "definitions")}
    kept = {key: part for key, part in spec.items() if key not in within}
    return {"type": "object", "properties": {"kept": kept}, **within}


def workflow_of(spec: Any, seen: Seen) -> Workflow[Any, Any]:
    """Return a workflow that hands a value on, asks about it, keeps the answer and gives it back."""

    def same(data: Any, ctx: Context) -> Any:
        seen.inputs.append(data)
        return data

    def ask(data: Any, ctx: Context) -> Any:
        answer = ctx.suspend(data)
        seen.answers.append(answer)
        ctx.set_state(kept=answer)
        return answer

    def give(data: Any, ctx: Context) -> Any:
        seen.inputs.append(data)
        seen.states.append(ctx.state["kept"])
        return data

    schemas: dict[str, Any] = {"input_schema": spec, "output_schema": spec}
    state = state_of(spec)
    return (
        create_workflow(id="zoo", **schemas, state_schema=state)
        .then(create_step(id="same", execute=same, **schemas))
        .then(
            create_step(id="ask", execute=ask, **schemas, resume_schema=spec, suspend_schema=spec, state_schema=state)
        )
        .then(create_step(id="give", execute=give, **schemas, state_schema=state))
        .commit()
    )


def published(workflow: Workflow[Any, Any]) -> dict[str, Any]:
    """Return the graph as the web process reads it."""
    graph: dict[str, Any] = json.loads(json.dumps(workflow.graph, allow_nan=False))
    assert graph == workflow.graph
    assert schema_problems("zoo", graph) == ()
    return graph


def through_the_form(schema: Any, value: Any) -> Any:
    """Return what a browser posts of a form with the value."""
    assert check(schema, value) == []
    form = Session(schema, Form.of(schema, value, secrets=True)).submit()
    assert form.issues == ()
    assert dumps(form.value) == dumps(value)
    return form.value


def alike(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; of nan and the like, whether they look the same."""
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


@EACH
async def test_a_type_goes_all_the_way(family: str, name: str) -> None:
    """The graph is strict JSON, forms show and post each value, and what is recorded is what was given."""
    spec, *values = FAMILIES[family][name]
    seen = Seen([], [], [])
    workflow = workflow_of(spec, seen)
    graph = published(workflow)
    asked = graph["steps"][1]["resume_schema"]
    assert Form.blank(graph["input_schema"]).html()
    assert check(asked, example(asked)) == []
    for value in values:
        await one_value(workflow, graph, value, seen)


async def one_value(workflow: Workflow[Any, Any], graph: Any, value: Any, seen: Seen) -> None:
    """Run a workflow with a value, and again with what was recorded of it."""
    run = await workflow.create_run()
    asked = await run.start(value)
    assert asked.status == "suspended", asked.error
    recorded = asked.input
    posted = through_the_form(graph["input_schema"], recorded)
    answered = await run.resume("ask", through_the_form(graph["steps"][1]["resume_schema"], posted))
    assert answered.status == "success", answered.error
    given = answered.steps["same"].input
    assert dumps(given) == dumps(recorded)
    for output in (answered.steps["same"].output, answered.steps["ask"].suspend_payload):
        assert dumps(output) == dumps(answered.result)
    assert check(graph["output_schema"], answered.result) == check(graph["input_schema"], recorded)
    for written in (posted, answered.result):
        again = await (await workflow.create_run()).start(written)
        assert dumps(again.input) == dumps(recorded)
    assert all(alike(one, value) for one in (*seen.inputs, *seen.answers, *seen.states)), (value, seen)
    for kept in (seen.inputs, seen.answers, seen.states):
        kept.clear()


def test_the_zoo_is_large() -> None:
    """There are at least 300 types, each with a name of its own and a value."""
    names = [name for types in FAMILIES.values() for name in types]
    assert len(names) == len(set(names)) >= 300
    assert all(len(entry) > 1 for types in FAMILIES.values() for entry in types.values())
