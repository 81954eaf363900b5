"""The database as a copy, and runs as files, by command."""

import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import connection

from engine.events import Draft
from playground.actions.actions import store
from playground.runs import retention
from tests.patience import PATIENCE

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)


def make(run_id: str) -> None:
    """Create a run that has ended."""
    created = Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d", "input": 1})
    ends = Draft(AT, "run-succeeded", (), {"result": {"value": 7}})
    async_to_sync(store.create)(run_id, [created, ends])


def run(*arguments: str) -> str:
    """Run a command and return what it printed."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_backup_is_whole_while_others_write(tmp_path: Path) -> None:
    """The copy has every run that was recorded before, is one file, and passes the checks of SQLite."""
    make("before")
    over = threading.Event()

    def write() -> None:
        with closing(
            sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=PATIENCE)
        ) as other:
            while not over.is_set():
                other.execute("UPDATE playground_run SET updated_at = updated_at")

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert "bytes." in run("backup", str(tmp_path / "copy.sqlite3"))
    finally:
        over.set()
        writing.join()
    assert [path.name for path in tmp_path.iterdir()] == ["copy.sqlite3"]
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT run_id, last_seq FROM playground_run").fetchall() == [("before", 2)]
        assert copy.execute("SELECT count(*) FROM playground_event").fetchone() == (2,)


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there stays, and a place that cannot be written is an error that says so."""
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        run("backup", str(tmp_path / "kept"))
    assert (tmp_path / "kept").read_text() == "mine"
    with pytest.raises(CommandError, match="could not be written"):
        run("backup", str(tmp_path / "nowhere" / "copy"))


def test_runs_go_out_and_come_back(tmp_path: Path) -> None:
    """What `export` wrote, `import` brings back; twice is an error that names the file."""
    make("r1")
    file = tmp_path / "r1.json"
    file.write_text(run("export", "r1"))
    assert json.loads(file.read_text())["run_id"] == "r1"
    async_to_sync(retention.delete)(["r1"])
    assert run("import", str(file)) == f"{file}: run r1.\n"
    with pytest.raises(CommandError, match="its run is here already"):
        run("import", str(file))
    with pytest.raises(CommandError, match="no run has the id"):
        run("export", "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "stepyard-run", "version": 1}', "1" * 5000, "[" * 5000])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    """What is no exported run is named and changes nothing."""
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"bad\.json"):
        run("import", str(file))
