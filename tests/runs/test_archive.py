"""Runs as files: all that is known, without secrets."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engine.errors import RunExists, UnknownRun
from engine.events import Draft, Event, EventType
from engine.paths import Path
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.runs import archive, retention
from playground.runs.archive import InvalidArchive
from playground.runs.masking import mask_event

AT = datetime(2026, 3, 1, tzinfo=UTC)
SECRET = {"type": "object", "properties": {"user": {"type": "string"}, "key": {"type": "string", "format": "password"}}}
NODE = dict.fromkeys(("input_schema", "output_schema", "suspend_schema", "resume_schema"), SECRET)
GRAPH: dict[str, Any] = {
    "id": "flow",
    "input_schema": SECRET,
    "output_schema": SECRET,
    "state_schema": SECRET,
    "steps": [
        {"type": "step", "id": "a", **NODE},
        {"type": "event", "id": "e", "name": "n", "schema": SECRET},
        {"type": "workflow", "id": "w", "workflow": {"input_schema": SECRET, "output_schema": SECRET, "steps": []}},
    ],
}
OPEN = {"user": "ada", "key": "s3cret"}


@pytest.mark.parametrize(
    ("type", "path", "payload"),
    [
        ("run-created", (), {"workflow_id": "flow", "input": OPEN, "state": OPEN}),
        ("run-started", (), {"input": OPEN}),
        ("run-succeeded", (), {"result": {"value": OPEN}}),
        ("step-started", ("a",), {"attempt": 1, "input": {"value": OPEN}}),
        ("step-started", ("w",), {"attempt": 1, "input": {"value": OPEN}}),
        ("step-suspended", ("a",), {"payload": OPEN, "call": 1}),
        ("step-resumed", ("a",), {"data": OPEN}),
        ("step-succeeded", ("a",), {"output": OPEN}),
        ("step-succeeded", ("w",), {"output": OPEN}),
        ("event-received", (), {"name": "n", "payload": OPEN}),
    ],
)
def test_secrets_are_masked_wherever_a_schema_marks_them(type: EventType, path: Path, payload: dict[str, Any]) -> None:
    """No event shows a secret, and the rest of it stays as it was."""
    masked = json.dumps(mask_event(GRAPH, Event("r", 1, AT, type, path, payload)).payload)
    assert "s3cret" not in masked
    assert "ada" in masked


def test_what_has_no_schema_stays_as_it_was() -> None:
    """Refs, values of unknown steps and null are left alone."""
    for type, path, payload in (
        ("step-started", ("a",), {"attempt": 2}),
        ("step-started", ("a",), {"attempt": 1, "input": {"step": ["b"]}}),
        ("step-succeeded", ("gone",), {"output": OPEN}),
        ("step-resumed", ("a",), {"data": None}),
        ("step-log", ("a",), {"level": "info", "message": "x"}),
    ):
        event = Event("r", 1, AT, type, path, payload)  # type: ignore[arg-type]
        assert mask_event(GRAPH, event) == event


@pytest.mark.django_db(transaction=True)
async def test_an_export_holds_the_whole_run() -> None:
    """The file names its format, the workflow as it was, and every event; it is JSON."""
    entry = WorkflowEntry(workflow_id="flow", digest="d1", graph=GRAPH, module="a.py")
    await catalogue.publish([entry], [], worker_id="w", site=["a.py"])
    await store.create("r", [Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d1", "input": OPEN})])
    found = json.loads(json.dumps(await archive.export("r")))
    assert (found["format"], found["version"], found["run_id"], found["workflow_id"]) == (
        "stepyard-run",
        1,
        "r",
        "flow",
    )
    assert found["workflow"] == GRAPH
    assert [event["seq"] for event in found["events"]] == [1]
    assert found["events"][0]["payload"]["input"] == {"user": "ada", "key": "••••••"}
    with pytest.raises(UnknownRun):
        await archive.export("nowhere")


@pytest.mark.django_db(transaction=True)
async def test_an_exported_run_comes_back() -> None:
    """A run that has ended is restored event by event under its own id; it can be exported again, the same."""
    ends = Draft(AT, "run-succeeded", (), {"result": {"value": 7}})
    await store.create("r", [Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d1", "input": 1}), ends])
    exported = json.loads(json.dumps(await archive.export("r")))
    with pytest.raises(RunExists):
        await archive.restore(exported)
    await retention.delete(["r"])
    assert await archive.restore(exported) == "r"
    assert (await store.summary("r")).status == "success"
    assert await archive.export("r") == exported


@pytest.mark.django_db(transaction=True)
async def test_what_is_no_exported_run_is_refused() -> None:
    """Other JSON, torn journals and runs that had not ended leave nothing behind."""
    await store.create("r", [Draft(AT, "run-created", (), {"workflow_id": "flow", "input": 1})])
    running = await archive.export("r")
    await retention.delete(["r"])
    for bad in (None, [], {}, {**running, "version": 2}, {**running, "events": []}, {**running, "events": [1]}):
        with pytest.raises(InvalidArchive):
            await archive.restore(bad)
    with pytest.raises(InvalidArchive, match="had not ended"):
        await archive.restore(running)
    with pytest.raises(InvalidArchive, match="from its first to its last"):
        await archive.restore({**running, "events": running["events"] * 2})
    assert await store.read("r") == []


@pytest.mark.django_db(transaction=True)
def test_an_import_ends_with_the_code_of_its_refusal(tmp_path: FilePath) -> None:
    """In the command's own words: a run that is here already, a file that is no export, and one that is not there."""
    made = Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d1", "input": 1})
    asyncio.run(store.create("r", [made, Draft(AT, "run-succeeded", (), {"result": {"value": 7}})]))
    file = tmp_path / "run.json"
    for text, code, words in (
        (json.dumps(asyncio.run(archive.export("r"))), 5, "is here already"),
        ("{}", 2, "expected what `export` gives"),
        ("{", 2, "Line 1"),
    ):
        file.write_text(text)
        with pytest.raises(CommandError, match=words) as caught:
            call_command("import", str(file))
        assert caught.value.returncode == code
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import", str(tmp_path / "nowhere.json"))
