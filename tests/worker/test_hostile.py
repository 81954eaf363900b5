"""A worker that checks what is made to hurt, or runs a validator that blocks, still ends when it is told to."""

import asyncio
import json
from typing import Any

import pytest

from playground.actions import actions
from playground.fleet import workers
from playground.live import nudges
from tests.worker.project import Yard

CODE = """
    import json, time
    from pathlib import Path
    from typing import Any
    from pydantic import BaseModel, field_validator
    from engine import create_workflow, step

    here = Path(__file__).parent

    class Busy(BaseModel):
        way: str

        @field_validator("way")
        @classmethod
        def never(cls, way: str) -> str:
            (here / "begun").write_text(way)
            while way == "spin":
                pass
            while way == "sleep":
                time.sleep(60)
            return way

    @step
    async def echo(data: Any) -> Any:
        return data

    def flow(name, schema):
        return create_workflow(id=name, input_schema=schema, output_schema=Any).then(echo).commit()

    busy = flow("busy", Busy)
    schemas = {name: flow(name, schema) for name, schema in json.loads((here / "schemas.json").read_text()).items()}
    globals().update(schemas)
"""
DOUBLING: dict[str, Any] = {
    "$defs": {
        **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)},
        "a40": {"type": "integer"},
    },
    "$ref": "#/$defs/a0",
}
ANY: dict[str, Any] = {"anyOf": [{"type": "array", "items": {"$ref": "#"}}] * 3}


def nested(depth: int) -> Any:
    """Return lists in lists."""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def hostile() -> dict[str, tuple[Any, Any]]:
    """Return schemas and values that take a checker long, by name."""
    dialect = {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}
    return {
        "unique": ({"type": "array", "uniqueItems": True}, [[n] for n in range(200_000)]),
        "lists": ({"type": "array", "items": {"type": "array", "items": {"enum": [1, 2]}}}, [[]] * 500_000),
        "contains": (
            {"contains": {"contains": {"const": 1}, "minContains": 3}, "minContains": 9},
            [[n] * 30 for n in range(20_000)],
        ),
        "pattern": ({"type": "string", "pattern": "^(?=(a+)+$)(a|a)*b$"}, "a" * 40 + "!"),
        "patterns": (
            {"patternProperties": {f"^(?=x{n})(a+)+$": {} for n in range(300)}},
            {"a" * 30 + str(n): 1 for n in range(300)},
        ),
        "doubling": (DOUBLING, 3),
        "tower": (ANY, nested(60)),
        "deep": ({"type": "array", "items": {"$ref": "#"}}, nested(90)),
        "nested-dialect": ({"properties": {"p": dialect}}, {"p": "a" * 40 + "!"}),
    }


async def asked(workflow_id: str, value: Any) -> None:
    """Send a question to the worker without waiting for its answer."""
    question = {"kind": "start", "input": value, "state": None, "request_context": None, "rehearsal": None}
    await nudges.ask({"workflow_id": workflow_id, **question}, seconds=0)


async def begun(yard: Yard) -> None:
    """Wait until the validator that blocks is running."""

    async def has_begun() -> bool:
        return await asyncio.to_thread((yard.folder / "begun").exists)

    await yard.until(has_begun)


async def ended(yard: Yard) -> None:
    """Tell the worker to end, as the supervisor does but without making it, and wait until it has."""
    (child,) = yard.living.values()
    child.terminate()
    await yard.gone(child)


async def is_free() -> bool:
    """Tell whether the loop of the one worker turns."""
    return [worker.blocked for worker in await workers.listing()] == [None]


@pytest.mark.parametrize("way", ["spin", "sleep"])
async def test_a_validator_that_blocks_stops_nothing_else(yard: Yard, way: str) -> None:
    """Beside a check that never returns the worker runs what it is given, and ends on SIGTERM."""
    (yard.folder / "schemas.json").write_text("{}")
    await yard.start(yard.write("hostile.py", CODE))
    await asked("busy", {"way": way})
    await begun(yard)
    run_id = await actions.start("busy", {"way": "short"})
    assert (await yard.ended(run_id)).status == "success"
    await yard.until(is_free)
    await ended(yard)


async def test_no_schema_and_no_value_keeps_a_worker_from_ending(yard: Yard) -> None:
    """SIGTERM in the middle of everything that takes long ends the process at once."""
    asking = hostile()
    (yard.folder / "schemas.json").write_text(json.dumps({name: schema for name, (schema, _) in asking.items()}))
    await yard.start(yard.write("hostile.py", CODE))
    for name, (_, value) in asking.items():
        await asked(name, value)
    await asked("busy", {"way": "begun"})
    await begun(yard)
    await ended(yard)
