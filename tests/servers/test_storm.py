"""A short storm with the queue that needs no broker: what `make storm` shows at length, and with the others."""

import asyncio
from pathlib import Path

import pytest

from tests.servers.postgres import Postgres
from tests.servers.storm import HEAD, Storm, line, rage

pytestmark = pytest.mark.servers


async def test_no_run_is_lost_and_no_step_committed_twice(server: Postgres, tmp_path: Path) -> None:
    """Worker processes and hosts are killed, and the database once: every run succeeds whole, each step once."""
    await asyncio.to_thread(server.settle)
    storm = Storm(queue="procrastinate", seed=4, runs=20, steps=8, seconds=0.3, kills=3)
    outcome = await rage(storm, server, tmp_path)
    print(HEAD, line(storm, outcome), sep="\n")
    assert (outcome.success, outcome.twice, outcome.gaps) == (storm.runs, 0, 0)
