"""Which versions of the workflows the workers hold, on which hosts: so a run goes to one that has its own."""

import random
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from playground.catalogue.catalogue import SILENT
from playground.models import Run as RunRow
from playground.models import Worker as WorkerRow
from playground.models import WorkflowVersion
from playground.queues.port import DEFAULT, Due, own_queue, wakes
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.store.rows import from_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A version that workers hold."""

    workflow_id: str
    digest: str
    current: bool
    """Whether new runs get it."""
    hosts: tuple[tuple[str, int], ...]
    """The hosts that hold it, each with how many of its workers do."""
    running: int
    """How many runs that were made with it are executed now."""


async def others(own: Collection[str]) -> frozenset[str]:
    """Return the digests that other workers hold and this one not: runs with these are left to them while they live.

    On one machine code is replaced by newer code, and nothing is left to the former.

    Arguments: the digests that this worker holds.
    """
    return frozenset() if connection.vendor == "sqlite" else await in_database(_others, frozenset(own))


async def hand_on(run_id: str, own_id: str) -> None:
    """Hand a run that a queue has brought to another of its workers that has its version, or at least its workflow.

    Without one it stays as it is, and the sweep hands it to the queue again.

    Args:
        run_id: the run.
        own_id: the worker that leaves it.
    """
    await in_transaction(_hand_on, run_id, own_id)


async def held() -> tuple[Held, ...]:
    """Return the versions that workers hold."""
    return await in_database(_held)


async def is_held(workflow_id: str, digest: str) -> bool:
    """Tell whether a worker holds a version."""
    return await in_database(lambda: any(from_text(row.versions).get(workflow_id) == digest for row in _ready()))


def _ready() -> list[WorkerRow]:
    return list(WorkerRow.objects.filter(ended_at=None, status="ready", heartbeat_at__gt=Now() - SILENT))


def _others(own: frozenset[str]) -> frozenset[str]:
    return frozenset(digest for row in _ready() for digest in from_text(row.versions).values()) - own


def _hand_on(run_id: str, own_id: str) -> None:
    queue = wakes()
    run = RunRow.objects.filter(run_id=run_id).first()
    if queue is None or run is None:
        return
    wanted = run.queue or _queue_of(run)
    others = [row for row in _ready() if row.worker_id != own_id and wanted in from_text(row.queues)]
    versions = {row.worker_id: from_text(row.versions) for row in others}
    able = [worker_id for worker_id, held in versions.items() if run.workflow_id in held]
    best = [worker_id for worker_id in able if versions[worker_id][run.workflow_id] == run.digest] or able
    if best:
        queue.enqueue([Due(run_id=run_id, queue=own_queue(random.choice(best)))])


def _queue_of(run: RunRow) -> str:
    rows = WorkflowVersion.objects.filter(workflow_id=run.workflow_id, digest=run.digest)
    return rows.values_list("queue", flat=True).first() or DEFAULT


def _held() -> tuple[Held, ...]:
    hosts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in _ready():
        for version in from_text(row.versions).items():
            hosts[version][row.host] += 1
    leased = RunRow.objects.filter(leased_until__isnull=False).values_list("workflow_id", "digest")
    running = {(workflow_id, digest): n for workflow_id, digest, n in leased.annotate(n=Count("number")).order_by()}
    current = set(WorkflowVersion.objects.filter(current=True).values_list("workflow_id", "digest"))
    return tuple(
        Held(
            workflow_id=version[0],
            digest=version[1],
            current=version in current,
            hosts=tuple(sorted(hosts[version].items())),
            running=running.get(version, 0),
        )
        for version in sorted(hosts)
    )
