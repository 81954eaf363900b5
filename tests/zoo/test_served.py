"""Some of the zoo in a whole playground: page, API, worker and database."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.values.incoming import admitted
from engine.values.schema import Schema
from tests.command.running import ROOT, Running, environment, playground
from tests.zoo.chosen import CHOSEN
from tests.zoo.test_types import alike


def ask(running: Running, path: str, body: Any) -> Any:
    """Return what the API answers."""
    status, text = running.post(path, body)
    assert status == 200, text
    return json.loads(text)


@pytest.mark.slow
async def test_types_are_served(tmp_path: Path) -> None:
    """Each has a page with its form, starts, asks, is answered with what was recorded, and is read back."""
    env = environment(PYTHONPATH=str(ROOT))
    async with playground(tmp_path, str(Path(__file__).with_name("served.py")), env=env) as running:
        last = list(CHOSEN)[-1]
        await running.until(f"/workflows/{last}/", lambda status, _: status == 200)
        for id, (spec, value) in CHOSEN.items():
            schema = Schema.of(spec)
            assert running.get(f"/workflows/{id}/")[0] == 200
            asked = ask(running, f"/api/workflows/{id}/start-async", {"inputData": admitted(schema, value)})
            assert asked["status"] == "suspended", asked
            again = {"step": "ask", "resumeData": asked["input"]}
            done = ask(running, f"/api/workflows/{id}/resume-async?runId={asked['runId']}", again)
            assert done["status"] == "success", (id, done)
            assert alike(schema.load(done["input"]), value)
            assert alike(schema.load(done["result"]), value)
