"""A playground on one machine carries nothing of what many machines need."""

import subprocess
import sys
import tomllib

from tests.command.running import ROOT, environment

REMOTE = ("psycopg", "redis", "procrastinate", "celery", "opentelemetry")

LOADED = """
import sys
import django
django.setup()
import playground.consumers, playground.management.commands.playground, playground.management.commands.run
import playground.worker.worker, playground.worker.worker_row, playground.worker.observing, playground.views.doctor
from django.core.management import call_command
call_command("migrate", verbosity=0)
from playground.actions.actions import store
import asyncio
asyncio.run(store.summaries())
foreign = ("psycopg", "psycopg_binary", "redis", "procrastinate", "celery", "kombu", "opentelemetry")
print(*sorted(name for name in sys.modules if name.split(".")[0] in foreign
    or name.startswith(("playground.postgres", "playground.broadcast.redis", "playground.queues.celery",
        "playground.queues.procrastinate", "playground.traces.opentelemetry"))))
"""


def test_nothing_of_a_shared_database_is_imported(tmp_path: object) -> None:
    """Neither pages nor workers nor commands import a driver or what is built on it."""
    variables = environment(STEPYARD_DB=f"{tmp_path}/db.sqlite3", DJANGO_SETTINGS_MODULE="playground.settings")
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_nothing_of_it_is_installed() -> None:
    """The driver is an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [need for need in project["dependencies"] if any(name in need for name in REMOTE)]
