"""Runs carried by a distributed queue: wakes are recorded with what makes them due, and what is lost is made up for."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest

from tests.command.running import Running
from tests.faults.tally import is_full
from tests.patience import PATIENCE
from tests.servers.brokers import Broker, RabbitServer, RedisServer, broker, missing
from tests.servers.hosts import Cluster, Host, cluster
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

STEPS = 10
FLOWS = f"""
import asyncio
from engine import Context, clone_step, create_workflow, step

@step
async def grow(data: int, ctx: Context) -> int:
    await asyncio.sleep(0.1)
    return data + 1

@step(resume_schema=int)
def ask(data: int, ctx: Context) -> int:
    return data + ctx.suspend({{"have": data}})

def flow(id, **options):
    return create_workflow(id=id, input_schema=int, output_schema=int, **options)

counting = flow("counting").dowhile(grow, lambda n: n < {STEPS}).commit()
asking = flow("asking").then(ask).commit()
urgent = flow("urgent", priority=9).then(grow).commit()
reporting = flow("reporting", queue="reports").then(grow).commit()
narrow = flow("narrow", concurrency=2).then(grow).commit()
big, last = clone_step(grow, id="big", queue="gpu"), clone_step(grow, id="last")
mixed = flow("mixed").then(grow).then(big).then(last).commit()
napping = flow("napping").sleep(0.3).then(grow).commit()
"""


KINDS: dict[str, type[Broker] | None] = {
    "procrastinate": None,
    "celery-redis": RedisServer,
    "celery-rabbitmq": RabbitServer,
}
THERE = [name for name, kind in KINDS.items() if kind is None or not missing(kind)]
"""Those whose servers are installed; `make servers` says which are not."""
CHOSEN = THERE if is_full() else [*THERE[:1], *THERE[1:][-1:]]
"""Those that are tried: one with a broker is enough for a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Machines, and the broker of their queue if it has one."""

    machines: Cluster
    broker: Broker | None


@pytest.fixture(params=CHOSEN)
async def carried(request: pytest.FixtureRequest, server: Postgres, tmp_path: Path) -> AsyncIterator[Carried]:
    """Give machines with each kind of queue, whose server is not taken for one that was away a moment ago."""
    kind = KINDS[request.param]
    with ExitStack() as stack:
        started = None if kind is None else stack.enter_context(broker(kind))
        variables = {
            "STEPYARD_QUEUE": request.param.partition("-")[0],
            "STEPYARD_BROKER": started.url if started else "",
        }
        await asyncio.to_thread(server.settle)
        async with cluster(server, tmp_path, FLOWS, **variables) as made:
            # A broker is reached over the network of the tests.
            made.apart = made.apart and started is None
            yield Carried(machines=made, broker=started)


def started(on: Running, workflow_id: str, data: int) -> str:
    """Start a run and return its id."""
    status, text = on.post(f"/api/workflows/{workflow_id}/start", {"inputData": data})
    assert status == 200, text
    return str(json.loads(text)["runId"])


def over(machines: Cluster) -> bool:
    """Tell whether all runs have ended."""
    return set(machines.statuses().values()) <= {"success", "failed", "canceled"}


def answered(on: Running, run_id: str) -> None:
    """Answer the question of a run."""
    status, text = on.post(f"/api/workflows/asking/resume?runId={run_id}", {"step": "ask", "resumeData": 2})
    assert status == 200, text


async def test_starts_answers_and_timers_come_to_a_worker(carried: Carried) -> None:
    """What is recorded while no worker is there waits in the queue for the next one."""
    machines = carried.machines
    first = await machines.host("host-a")
    async with machines.web() as web:
        await ended(first)
        run_id = started(web, "asking", 1)
        await machines.host("host-b")
        await machines.until(lambda: machines.statuses()[run_id] == "suspended")
        answered(web, run_id)
        started(web, "napping", 1)
        await machines.until(lambda: over(machines))
        assert set(machines.statuses().values()) == {"success"}


async def test_queues_have_workers_of_their_own_and_urgent_runs_come_first(carried: Carried) -> None:
    """A worker takes from the queues that it was given alone, and of those that wait the urgent ones first."""
    machines = carried.machines
    first = await machines.host("host-a")
    async with machines.web() as web:
        await ended(first)
        usual = [started(web, "counting", STEPS - 1) for _ in range(6)]
        urgent = [started(web, "urgent", 1) for _ in range(2)]
        report = started(web, "reporting", 1)
        await machines.host("host-b", "--queues", "default", "--concurrency", "1")
        await machines.until(lambda: all(machines.statuses()[run_id] == "success" for run_id in usual + urgent))
        begun = "SELECT run_id FROM playground_run WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT 3"
        # One that is handed over before the urgent ones have come may be the first.
        assert set(urgent) <= {run_id for (run_id,) in machines.ask(begun)}
        assert machines.statuses()[report] == "pending"
        await machines.host("host-c", "--queues", "reports")
        await machines.until(lambda: machines.statuses()[report] == "success")


async def test_steps_go_to_workers_of_their_queue_and_limits_hold(carried: Carried) -> None:
    """A run rests before a step of another queue until a worker of that has it; no more runs go at once than may."""
    machines = carried.machines
    first = await machines.host("host-a")
    async with machines.web() as web:
        await ended(first)
        mixed = started(web, "mixed", 0)
        narrow = [started(web, "narrow", 0) for _ in range(12)]
        await machines.host("host-b", "--queues", "default")
        at_gpu = "SELECT 1 FROM playground_run WHERE run_id = %s AND queue = 'gpu' AND leased_until IS NULL"
        await machines.until(lambda: machines.ask(at_gpu, mixed))
        await machines.host("host-c", "--queues", "gpu")
        await machines.host("host-d", "--queues", "default")
        await machines.until(lambda: over(machines))
        assert machines.statuses()[mixed] == "success"
        claims = machines.ask("SELECT epoch FROM playground_run WHERE run_id = %s", mixed)
        assert claims == [(3,)]
        times = machines.ask(
            "SELECT at, CASE type WHEN 'step-started' THEN 1 ELSE -1 END FROM playground_event WHERE path <> '[]'"
            " AND run_id IN (SELECT number FROM playground_run WHERE workflow_id = 'narrow') ORDER BY at, 2"
        )
        at_once = list(accumulate(change for _, change in times))
        assert (len(at_once), max(at_once)) == (2 * len(narrow), 2)


async def test_runs_go_on_whatever_restarts_or_dies(carried: Carried) -> None:
    """Two hosts take from one queue; the database restarts, a host dies, the broker is killed: every run ends once."""
    machines = carried.machines
    first = await machines.host("host-a")
    await machines.host("host-b")
    async with machines.web() as web:
        run_ids = [started(web, "counting", 0) for _ in range(20)]
        await asyncio.to_thread(machines.server.restart, signal.SIGQUIT)
        await machines.until(lambda: machines.ask("SELECT 1 FROM playground_run WHERE last_seq > 8"))
        await first.kill()
        if carried.broker is not None:
            carried.broker.kill()
            run_ids += [started(web, "counting", 0) for _ in range(3)]
            await asyncio.to_thread(carried.broker.start)
        await machines.until(lambda: over(machines), seconds=90)
        assert {machines.statuses()[run_id] for run_id in run_ids} == {"success"}
        outputs = machines.ask(
            "SELECT run_id, count(*), count(DISTINCT payload) FROM playground_event"
            " WHERE type = 'step-succeeded' AND path <> '[]' GROUP BY run_id"
        )
        assert {tuple(counts) for _, *counts in outputs} == {(STEPS, STEPS)}


async def ended(host: Host) -> None:
    """End a host in order."""
    host.terminate()
    async with asyncio.timeout(PATIENCE):
        await host.process.communicate()
    assert host.process.returncode == 0
