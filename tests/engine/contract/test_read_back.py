"""What a run records is what its schemas take again, of every type and wherever a schema stands."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import create_model

from engine import Context, Engine, MemoryStore, create_step, create_workflow
from engine.values.schema import Schema
from engine.values.types.round_trip import same
from tests.engine.contract.tiny import run_of
from tests.engine.every_type import CASES, NAMED

TYPES = [(spec, values[0]) for spec, values in [*CASES, *NAMED.values()]]


def fits(value: Any, document: dict[str, Any] | None) -> bool:
    """Return whether JSON fits a schema that a graph publishes."""
    return Draft202012Validator(document or {}).is_valid(value)


class Witness:
    """A workflow in which every schema is of one type, and the values that its steps see."""

    def __init__(self, spec: Any, given: Any) -> None:
        self.given = given
        self.schema = Schema.of(spec)
        self.seen: list[Any] = []
        self.state: Any = create_model("State", key=(Any if spec is None else spec, ...))
        seen = self.seen

        async def ask(data: Any, ctx: Context) -> Any:
            seen.append(data)
            # What is read from is no longer whole: iterators are read once.
            answer = ctx.suspend(self.schema.load(self.given))
            seen.append(answer)
            seen.append(ctx.state.key)
            ctx.set_state(key=self.given)
            seen.append(ctx.state.key)
            return self.schema.load(self.given)

        async def look(data: Any, ctx: Context) -> None:
            seen.append(data)
            seen.append(ctx.result("ask"))
            seen.append(ctx.init_data)

        types = {"input_schema": spec, "output_schema": spec}
        self.asking = create_step(id="ask", execute=ask, resume_schema=spec, suspend_schema=spec, **types)
        inner = create_workflow(id="inner", **types).then(create_step(id="same", execute=lambda x: x, **types)).commit()
        self.workflow = (
            create_workflow(id="w", input_schema=spec, output_schema=None, state_schema=self.state)
            .then(self.asking)
            .wait_for_event("ping", spec)
            .then(inner)
            .then(create_step(id="look", execute=look, input_schema=spec))
            .commit()
        )

    async def record(self) -> dict[str, Any]:
        """Run the workflow and return what it has recorded."""
        store = MemoryStore()
        run = await run_of(self.workflow, store=store)
        result = await run.start(self.given, initial_state={"key": self.given})
        assert result.status == "suspended", result.error
        assert fits(result.steps["ask"].suspend_payload, self.workflow.graph["steps"][0]["suspend_schema"])
        later = await Engine([self.workflow], store=store).run(run.run_id)
        await later.send_event("ping", self.given)
        result = await later.resume(resume_data=self.given)
        assert result.status == "success", result.error
        return result.to_dict()


@pytest.mark.parametrize(("spec", "given"), TYPES)
async def test_what_a_run_records_is_read_again_wherever_a_schema_stands(spec: Any, given: Any) -> None:
    """Input, payload, answer, event, state and output mean what was given, fit what is published, and start it anew."""
    witness = Witness(spec, given)
    record = await witness.record()
    schema, value = witness.schema, witness.schema.load(given)
    assert all(same(seen, value) for seen in witness.seen), witness.seen
    assert fits(record["input"], witness.workflow.input_schema)
    assert fits(record["steps"]["ask"]["resume_data"], schema.json_schema)
    assert fits(record["steps"]["ask"]["output"], schema.output_json_schema)
    assert fits(record["steps"]["ask"]["input"], schema.json_schema)
    assert fits(record["steps"]["look"]["input"], schema.json_schema)
    assert fits(record["state"], witness.workflow.state_schema)
    witness.given = record["input"]
    assert (await witness.record())["input"] == record["input"]
    assert json.dumps(record, allow_nan=False)
