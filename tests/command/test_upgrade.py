"""Databases of every landed migration: they open, what is in them shows, and what was open goes on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations import AddIndex
from django.db.migrations.loader import MigrationLoader

from engine.events import Event
from engine.journal.fold import fold
from playground.migrations._online import AddIndexOnline
from tests.command.running import ROOT, Running, playground

GOLDEN = ROOT / "tests" / "golden"
DUMPS = sorted(GOLDEN.glob("*.sql"))
FINAL = ("success", "failed", "canceled")


def opened(dump: Path, folder: Path) -> Path:
    """Make the database that a dump describes."""
    path = folder / "old.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(dump.read_text())
    return path


async def run_when(running: Running, workflow: str, run_id: str, *statuses: str) -> dict[str, Any]:
    """Wait until a run has one of the statuses, and return it."""
    path = f"/api/workflows/{workflow}/runs/{run_id}"
    found: dict[str, Any] = json.loads(
        await running.until(path, lambda _, text: json.loads(text).get("status") in statuses)
    )
    return found


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
async def test_an_old_database_goes_on(dump: Path, tmp_path: Path) -> None:
    """After the upgrade every page of every run opens; what was queued, asked or awaited is executed to its end."""
    (tmp_path / "flows.py").write_text((GOLDEN / f"flows_{dump.stem}.py").read_text())
    async with playground(tmp_path, "flows.py", "--db", str(opened(dump, tmp_path))) as running:
        await running.until("/workflows/", lambda _, text: "orders" in text)
        assert (await run_when(running, "orders", "queued", "suspended"))["status"] == "suspended"
        await running.until("/doctor/", lambda _, text: "worker ready" in text)
        assert running.post("/api/workflows/orders/resume?runId=suspended", {"resumeData": True})[0] == 200
        sent = running.post("/api/workflows/event/runs/waiting/send-event", {"event": "go", "data": 7})
        assert sent[0] == 200, sent
        assert (await run_when(running, "orders", "suspended", *FINAL))["result"] == 6
        assert (await run_when(running, "event", "waiting", *FINAL))["result"] == 7
        assert (await run_when(running, "orders", "finished", *FINAL))["result"] == 6
        for run_id in ("finished", "suspended", "failed", "waiting", "canceled", "created", "queued"):
            for path in (f"/runs/{run_id}/", f"/runs/{run_id}/json/", f"/api/runs/{run_id}/events"):
                assert running.get(path)[0] == 200, path
        assert "cannot take x" in running.get("/runs/failed/")[1]
        doctor = running.get("/doctor/?thorough")[1]
        assert "whole" in doctor
        assert "last words" in doctor


def test_the_first_migration_has_its_dump() -> None:
    """A migration that changes tables of a release needs a database from before; the first release's is kept."""
    landed = {name for app, name in MigrationLoader(None).disk_migrations if app == "playground"}
    assert "0001_initial" in landed
    assert [dump.stem for dump in DUMPS] == ["0001"]


def test_no_index_keeps_writers_waiting() -> None:
    """On a table that may be large by then, an index is added by a migration of its own, beside those who write."""
    migrations = MigrationLoader(None).disk_migrations
    for (app, name), migration in migrations.items():
        added = [one for one in migration.operations if isinstance(one, AddIndex)]
        if app == "playground" and name >= "0010" and added:
            assert all(isinstance(one, AddIndexOnline) for one in migration.operations), name
            assert not migration.atomic, name


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_journals_of_other_versions_fold(dump: Path) -> None:
    """Keys that are not known change nothing: what another version wrote besides is passed over."""
    made = sqlite3.connect(":memory:")
    made.executescript(dump.read_text())
    for number, run_id, status in made.execute("SELECT number, run_id, status FROM playground_run").fetchall():
        rows = made.execute(
            "SELECT seq, at, type, path, payload FROM playground_event WHERE run_id = ? ORDER BY seq", [number]
        ).fetchall()
        plain = [_event(run_id, *row) for row in rows]
        later = [_event(run_id, *row, of_tomorrow={"a": [1]}) for row in rows]
        assert fold(plain).status == status
        assert _shown(fold(later)) == _shown(fold(plain))
    made.close()


def _event(run_id: str, seq: int, at: str, type: str, path: str, payload: str, **more: Any) -> Event:
    data = {"run_id": run_id, "seq": seq, "at": f"{at}+00:00".replace(" ", "T"), "type": type}
    return Event.from_dict({**data, "path": json.loads(path), "payload": {**json.loads(payload), **more}})


def _shown(run: Any) -> list[Any]:
    return [run.status, run.result, run.error, run.state, [(s.path, s.status, s.output, s.input) for s in run.steps()]]
