"""Web processes and worker hosts on one PostgreSQL: hosts are killed, halted and drained, and every run goes on."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.command.running import Running
from tests.patience import PATIENCE
from tests.servers.browsing import Browser
from tests.servers.hosts import Cluster, cluster
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

STEPS = 15
DONE = "step-succeeded"
FLOWS = f"""
import asyncio, os, time
from engine import Context, create_workflow, step

@step
async def grow(data: int, ctx: Context) -> int:
    await asyncio.sleep(0.3)
    return data + 1

@step(resume_schema=int)
def ask(data: int, ctx: Context) -> int:
    return data + ctx.suspend({{"have": data}})

@step
async def block(data: int) -> int:
    time.sleep(data)
    return data

@step
def die(data: int) -> int:
    os._exit(data)

def flow(id):
    return create_workflow(id=id, input_schema=int, output_schema=int)

counting = flow("counting").dowhile(grow, lambda n: n < {STEPS}).commit()
asking, blocking, deadly = (flow(f"{{one.id}}ing").then(one).commit() for one in (ask, block, die))
"""


@pytest.fixture
async def machines(server: Postgres, tmp_path: Path) -> AsyncIterator[Cluster]:
    """Give a database with tables, whose server is no longer taken for one that was away a moment ago."""
    await asyncio.to_thread(server.settle)
    async with cluster(server, tmp_path, FLOWS) as made:
        yield made


def started(on: Running, workflow_id: str, data: int) -> str:
    """Start a run and return its id."""
    status, text = on.post(f"/api/workflows/{workflow_id}/start", {"inputData": data})
    assert status == 200, text
    return str(json.loads(text)["runId"])


def whole(machines: Cluster, run_ids: list[str], begun: int = 0) -> None:
    """See that runs have succeeded, that their journals have no gap, and that no iteration was committed twice."""
    for run_id in run_ids:
        rows = machines.ask(
            "SELECT seq, type, path, payload FROM playground_event JOIN playground_run ON number ="
            " playground_event.run_id WHERE playground_run.run_id = %s ORDER BY seq",
            run_id,
        )
        assert [seq for seq, *_ in rows] == list(range(1, len(rows) + 1))
        outputs = [json.loads(text)["output"] for _, type, path, text in rows if type == DONE and path != "[]"]
        assert outputs == list(range(begun + 1, STEPS + 1))
        assert rows[-1][1] == "run-succeeded"


def over(machines: Cluster) -> bool:
    """Tell whether all runs have ended."""
    return set(machines.statuses().values()) <= {"success", "failed", "canceled"}


async def test_started_over_one_web_and_answered_over_the_other(machines: Cluster) -> None:
    """Any web serves any run, a worker on any host executes it, and each web's doctor names all hosts."""
    await machines.host("host-a")
    await machines.host("host-b")
    async with machines.web() as one, machines.web() as other:
        run_id = started(one, "asking", 1)
        await other.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="suspended"' in text)
        status, text = other.post(f"/api/workflows/asking/resume?runId={run_id}", {"step": "ask", "resumeData": 2})
        assert status == 200, text
        for web in (one, other):
            await web.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="success"' in text)
            doctor = web.get("/doctor/")[1]
            assert "host-a" in doctor
            assert "host-b" in doctor


async def test_hosts_die_hang_and_the_database_restarts(machines: Cluster) -> None:
    """Whatever happens to machines from outside: every run ends, once, without a gap, and no step is blamed for it."""
    first, second = await machines.host("host-a", "--processes", "2"), await machines.host("host-b")
    async with machines.web() as one, machines.web() as other:
        run_ids = [started(web, "counting", 0) for _ in range(10) for web in (one, other)]
        await machines.until(lambda: machines.ask("SELECT 1 FROM playground_run WHERE last_seq > 8"))
        await first.kill()
        await machines.host("host-a", "--processes", "2")
        zombies = machines.living("host-b")
        second.signal(signal.SIGSTOP)
        await machines.until(lambda: not set(zombies) & set(machines.living("host-b")))
        await asyncio.to_thread(machines.server.restart, signal.SIGQUIT)
        second.signal(signal.SIGCONT)
        await machines.until(lambda: over(machines), seconds=120)
        whole(machines, run_ids)
        assert sum(machines.lost(run_id) for run_id in run_ids) == 0
        # Whoever was taken for dead is known as somebody new afterwards.
        await machines.until(lambda: machines.living("host-b"))
        assert not set(zombies) & set(machines.living("host-b"))
        assert (one.process.returncode, other.process.returncode) == (None, None)


async def test_a_host_that_dies_is_taken_over_in_seconds(machines: Cluster) -> None:
    """The runs of a machine that is gone go on elsewhere; those of a child go on beside it, and that is counted."""
    first = await machines.host("host-a", "--processes", "2")
    async with machines.web() as web:
        run_id = started(web, "counting", -60)
        owner = "SELECT owner, epoch FROM playground_run WHERE run_id = %s AND leased_until IS NOT NULL"
        await machines.until(lambda: machines.ask(owner, run_id))
        ((worker_id, epoch),) = machines.ask(owner, run_id)
        numbers = {number: pid for pid in first.workers() for number in own_numbers(pid)}
        ((number,),) = machines.ask("SELECT pid FROM playground_worker WHERE worker_id = %s", worker_id)
        os.kill(numbers[number], signal.SIGKILL)
        died_at = time.monotonic()
        await machines.until(lambda: machines.ask(f"{owner} AND epoch > %s", run_id, epoch))
        print(f"a child's run was taken over after {time.monotonic() - died_at:.2f} s")
        await machines.until(lambda: machines.lost(run_id) == 1)
        await machines.host("host-b")
        ((_, epoch),) = machines.ask(owner, run_id)
        await first.kill()
        died_at = time.monotonic()
        await machines.until(lambda: machines.ask(f"{owner} AND epoch > %s", run_id, epoch))
        print(f"a host's run was taken over after {time.monotonic() - died_at:.2f} s")
        await machines.until(lambda: over(machines))
        assert machines.lost(run_id) == 1
        whole(machines, [run_id], -60)
        # Who took it over has counted that, and any web process tells.
        taken = r'stepyard_takeovers_total{host="host-b",worker="[^"]+"} 1\n'
        await web.until("/metrics", lambda _, text: re.search(taken, text) is not None)


def own_numbers(pid: int) -> list[int]:
    """Return the numbers that a process has, in all namespaces in which it is known."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return [int(word) for line in lines if line.startswith("NSpid:") for word in line.split()[1:]]


async def test_a_step_that_ends_its_worker_pays_for_it(machines: Cluster) -> None:
    """Three deaths that the step itself may have caused fail it, on whatever hosts they were."""
    await machines.host("host-a")
    async with machines.web() as web:
        run_id = started(web, "dieing", 3)
        await machines.until(lambda: over(machines))
        assert machines.statuses()[run_id] == "failed"
        assert machines.lost(run_id) == 3
        assert "WorkerLost" in web.get(f"/runs/{run_id}/")[1]


async def test_a_drained_host_hands_its_runs_on(machines: Cluster) -> None:
    """SIGTERM: nothing new is taken, what does not rest in time goes on elsewhere at once, and nobody is blamed."""
    first = await machines.host("host-a", "--grace", "1")
    async with machines.web() as web:
        run_ids = [started(web, "counting", 0) for _ in range(5)]
        await machines.until(lambda: machines.ask("SELECT 1 FROM playground_run WHERE last_seq > 4"))
        await machines.host("host-b")
        first.terminate()
        await machines.until(lambda: over(machines))
        whole(machines, run_ids)
        assert sum(machines.lost(run_id) for run_id in run_ids) == 0
        async with asyncio.timeout(PATIENCE):
            await first.process.communicate()
        assert first.process.returncode == 0
        (ended,) = machines.ask("SELECT status, exit FROM playground_worker WHERE host = 'host-a'")
        assert ended == ("ended", "its worker was stopped")


async def test_runs_that_rest_within_the_grace_end_where_they_are(machines: Cluster) -> None:
    """A host that is drained finishes what it can: none of it is interrupted."""
    first = await machines.host("host-a", "--grace", "60")
    async with machines.web() as web:
        run_ids = [started(web, "counting", 0) for _ in range(3)]
        await machines.until(lambda: len(machines.ask("SELECT 1 FROM playground_run WHERE last_seq > 4")) == 3)
        first.terminate()
        async with asyncio.timeout(PATIENCE):
            await first.process.communicate()
        whole(machines, run_ids)
        assert machines.ask("SELECT DISTINCT epoch FROM playground_run") == [(1,)]


async def test_any_web_replaces_a_worker_and_ends_a_blocked_step(machines: Cluster) -> None:
    """What is asked of a worker reaches the supervisor of its host, although no message does."""
    await machines.host("host-a")
    async with machines.web() as web:
        (before,) = machines.living()
        browser = Browser(name=f"localhost:{web.port}")
        assert browser.get(web, "/doctor/")[0] == 200
        assert browser.post(web, f"/doctor/{before}/replace/")[0] == 303
        await machines.until(lambda: machines.living() not in ([], [before]))
        (now,) = machines.living()
        run_id = started(web, "blocking", 1000)
        blocked = "SELECT 1 FROM playground_worker WHERE worker_id = %s AND blocked <> 'null'"
        await machines.until(lambda: machines.ask(blocked, now))
        assert web.post(f"/api/workflows/blocking/runs/{run_id}/cancel", {})[0] == 200
        await machines.until(lambda: machines.living() not in ([], [now]))
        ((reason,),) = machines.ask("SELECT exit FROM playground_worker WHERE worker_id = %s", now)
        assert reason.startswith("ended because step block blocked it")
        assert machines.statuses()[run_id] == "canceled"
