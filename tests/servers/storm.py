"""``make storm``: hosts that share a queue are killed and the database restarts, while runs go on; prints what became.

Each seed is a storm of its own: runs of short steps are started over one web process, worker processes and whole hosts
are killed at random and started again, and in the middle the database ends at once. Then every journal is read.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.command.running import Running
from tests.servers.brokers import Broker, RabbitServer, RedisServer, broker
from tests.servers.hosts import Cluster, Host, cluster, descendants
from tests.servers.postgres import Postgres, running

QUEUES: dict[str, type[Broker] | None] = {
    "none": None,
    "procrastinate": None,
    "celery-redis": RedisServer,
    "celery-rabbitmq": RabbitServer,
}
"""The queues, and the broker of each that has one; without a queue, workers look into the database."""
PATIENCE = 180.0
"""Seconds after the last kill in which all runs have to end."""
HEAD = "queue            seed  hosts  kills  runs  success  committed twice  gaps  lost  seconds"

FLOWS = """
import asyncio
from engine import Context, create_workflow, step

@step
async def grow(data: int, ctx: Context) -> int:
    await asyncio.sleep({seconds})
    return data + 1

counting = (
    create_workflow(id="counting", input_schema=int, output_schema=int).dowhile(grow, lambda n: n < {steps}).commit()
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What happens in one."""

    queue: str = "procrastinate"
    seed: int = 1
    hosts: int = 2
    runs: int = 80
    steps: int = 15
    seconds: float = 0.5
    """How long a step takes."""
    kills: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the runs."""

    success: int
    twice: int
    """Steps of which two results were committed, and steps without any."""
    gaps: int
    """Journals in which a number is missing."""
    lost: int
    """Workers whose death was counted against a step."""
    took: float
    """Seconds from the first start to the last end."""


async def rage(storm: Storm, server: Postgres, folder: Path) -> Outcome:
    """Have one storm on a server that runs, in an empty folder."""
    kind = QUEUES[storm.queue]
    with ExitStack() as stack:
        beside = None if kind is None else stack.enter_context(broker(kind))
        name = storm.queue.partition("-")[0]
        variables = {"STEPYARD_QUEUE": "" if name == "none" else name, "STEPYARD_BROKER": beside.url if beside else ""}
        flows = FLOWS.format(seconds=storm.seconds, steps=storm.steps)
        async with cluster(server, folder, flows, **variables) as machines:
            # A broker is reached over the network of this process.
            machines.apart = machines.apart and beside is None
            hosts = [await machines.host(f"host-{n}", "--processes", "2") for n in range(storm.hosts)]
            async with machines.web() as web:
                began = time.monotonic()
                await asyncio.gather(*(asyncio.to_thread(_start, web) for _ in range(storm.runs)))
                await _kill(storm, machines, hosts)
                await machines.until(lambda: _are_over(machines, storm.runs), seconds=PATIENCE)
                return _outcome(machines, storm, time.monotonic() - began)


def _start(web: Running) -> None:
    status, text = web.post("/api/workflows/counting/start", {"inputData": 0})
    assert status == 200, text


async def _kill(storm: Storm, machines: Cluster, hosts: list[Host]) -> None:
    """Kill worker processes and hosts at random, and in the middle the database."""
    chance = random.Random(storm.seed)
    for number in range(storm.kills):
        await asyncio.sleep(chance.uniform(0.2, 1.2))
        if number == storm.kills // 2:
            await asyncio.to_thread(machines.server.restart, signal.SIGQUIT)
        place = chance.randrange(len(hosts))
        workers = hosts[place].workers()
        if workers and chance.random() < 0.7:
            _kill_process(chance.choice(workers))
        else:
            await hosts[place].kill()
            hosts[place] = await machines.host(f"host-{place}", "--processes", "2")


def _kill_process(pid: int) -> None:
    for one in (*descendants(pid), pid):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _are_over(machines: Cluster, runs: int) -> bool:
    statuses = list(machines.statuses().values())
    return len(statuses) == runs and set(statuses) <= {"success", "failed", "canceled"}


def _outcome(machines: Cluster, storm: Storm, took: float) -> Outcome:
    journals: dict[str, list[tuple[int, str, str, str]]] = {run_id: [] for run_id in machines.statuses()}
    for run_id, *event in machines.ask(
        "SELECT run.run_id, seq, type, path, payload FROM playground_event JOIN playground_run AS run"
        " ON run.number = playground_event.run_id ORDER BY run.number, seq"
    ):
        seq, type, path, payload = event
        journals[run_id].append((seq, type, path, payload))
    wanted = list(range(1, storm.steps + 1))
    done = [
        [json.loads(text)["output"] for _, type, path, text in events if type == "step-succeeded" and path != "[]"]
        for events in journals.values()
    ]
    every = [event for events in journals.values() for event in events]
    recovered = [json.loads(text)["lost"] for _, type, _, text in every if type == "run-recovered"]
    return Outcome(
        success=sum(status == "success" for status in machines.statuses().values()),
        twice=sum(len(outputs) != len(wanted) or outputs != wanted for outputs in done),
        gaps=sum([seq for seq, *_ in events] != list(range(1, len(events) + 1)) for events in journals.values()),
        lost=sum(recovered),
        took=took,
    )


def line(storm: Storm, outcome: Outcome) -> str:
    """Return a storm as a line of the table."""
    return (
        f"{storm.queue:<16} {storm.seed:>4} {storm.hosts:>6} {storm.kills:>6} {storm.runs:>5} {outcome.success:>8} "
        f"{outcome.twice:>16} {outcome.gaps:>5} {outcome.lost:>5} {outcome.took:>8.1f}"
    )


def main(words: Sequence[str]) -> int:
    """Have the storms that the arguments say; return 1 when a run did not succeed whole, each step once."""
    parser = argparse.ArgumentParser(prog="make storm", description=__doc__)
    usual = Storm()
    parser.add_argument("--queue", choices=[*QUEUES, "all"], default=usual.queue, help="what carries the runs")
    parser.add_argument("--seed", type=int, default=usual.seed, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many storms, each with a seed of its own")
    parser.add_argument("--hosts", type=int, default=usual.hosts, help="how many hosts, of two processes each")
    parser.add_argument("--kills", type=int, default=usual.kills, help="how many times something is killed")
    parser.add_argument("--runs", type=int, default=usual.runs, help="how many runs")
    given = parser.parse_args(words)
    names = [name for name in QUEUES if name != "none"] if given.queue == "all" else [given.queue]
    bad = 0
    print(HEAD, flush=True)
    for name in names:
        for seed in range(given.seed, given.seed + given.seeds):
            storm = Storm(queue=name, seed=seed, hosts=given.hosts, kills=given.kills, runs=given.runs)
            with tempfile.TemporaryDirectory() as folder, running() as server:
                outcome = asyncio.run(rage(storm, server, Path(folder)))
            print(line(storm, outcome), flush=True)
            bad += outcome.success != storm.runs or outcome.twice > 0 or outcome.gaps > 0
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
