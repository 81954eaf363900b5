"""What a step says of itself is text that every database, socket and page takes."""

import json
from typing import Any

import pytest

from engine import Context, Engine, create_workflow, step
from engine.journal.requests import record_cancel
from engine.values.jsontext import readable

HALF = "a\udce4b"


@step
def says(data: None, ctx: Context) -> None:
    """Say everything that a step can say, as a name of a file that is no UTF-8 reads in Python."""
    ctx.label(HALF)
    ctx.progress(0.5, HALF)
    ctx.suspend("?")


async def test_what_is_said_has_no_half_of_a_pair() -> None:
    """It is there as an escape, in labels, progress and reasons."""
    flow = create_workflow(id="flow", input_schema=None, output_schema=None).then(says).commit()
    engine = Engine([flow])
    run = await engine.workflow("flow").create_run()
    await run.start(None)
    await record_cancel(engine.store, engine.runtime.clock, run.run_id, HALF)
    said = [event for event in await engine.store.read(run.run_id) if "udce4" in repr(event.payload)]
    assert {event.type for event in said} >= {"step-labeled", "step-progress", "run-canceled"}
    for event in said:
        assert json.dumps(event.payload, ensure_ascii=False).encode()


@pytest.mark.parametrize("value", ["é", {"é": [1, None]}, HALF, {HALF: [HALF]}, {"at": {1, 2}}], ids=range(5))
def test_any_value_can_be_sent(value: Any) -> None:
    """As UTF-8, with letters as they are wherever that can be."""
    text = readable(value)
    assert json.loads(text.encode()) == json.loads(json.dumps(value, default=str))
    assert ("é" in text) == ("é" in str(value))
