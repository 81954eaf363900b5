"""Two processes that answer the same questions at the same moments."""

import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from engine.events import Draft
from playground.actions.actions import store
from tests.databases import variables_of
from tests.faults.tally import DONE

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

RACES = 100

ANSWERER = """
import asyncio, sys
import django
django.setup()
from engine.errors import AlreadyResumed
from playground.actions import actions

async def main():
    sys.stdin.readline()
    for n in range({races}):
        try:
            await actions.resume(f"r{{n}}", "ask", sys.argv[1])
        except AlreadyResumed:
            print("late")
        else:
            print("won")

asyncio.run(main())
"""


async def answer_all(name: str, gate: asyncio.Event) -> Counter[str]:
    """Answer every run from a process of its own, once the gate is open; return how often it won and was late."""
    environment = {**os.environ, **variables_of(connection.settings_dict)}
    environment |= {"DJANGO_SETTINGS_MODULE": "playground.settings", "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ANSWERER.format(races=RACES),
        name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    await gate.wait()
    out, _ = await process.communicate(b"go\n")
    return Counter(out.decode().split())


async def test_of_two_answers_exactly_one_wins() -> None:
    """In 100 races of two processes each question has one answer, and the other process is told."""
    now = datetime.now(UTC)
    for n in range(RACES):
        created = Draft(now, "run-created", (), {"workflow_id": "flow", "digest": "d", "input": 1})
        began = Draft(now, "step-started", ("ask",), {"input": {"value": 1}, "attempt": 1})
        asks = Draft(now, "step-suspended", ("ask",), {"payload": None, "label": None, "call": 1})
        await store.create(f"r{n}", [created, began, asks, Draft(now, "run-suspended", (), {"suspended": [["ask"]]})])
    gate = asyncio.Event()
    racing = asyncio.gather(answer_all("a", gate), answer_all("b", gate))
    gate.set()
    first, second = await racing
    assert first["won"] + second["won"] == RACES
    assert first["late"] + second["late"] == RACES
    answers: Counter[str] = Counter()
    for n in range(RACES):
        events = await store.read(f"r{n}")
        (answer,) = [event.payload["data"] for event in events if event.type == "step-resumed"]
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
        answers[answer] += 1
    assert answers == Counter({"a": first["won"], "b": second["won"]})
    DONE["races"] += RACES
