"""The catalogue: what workers publish of the user's code, and what pages read of it without importing any."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from engine.errors import UnknownWorkflow
from engine.paths import Path

# What is published is handed on from here, and known without a database there.
from playground.catalogue.problems import ImportProblem
from playground.catalogue.published import Graph as Graph
from playground.catalogue.published import WorkflowEntry as WorkflowEntry
from playground.catalogue.published_schedules import keep_schedules
from playground.catalogue.source_code import keep_sources
from playground.graph.nodes import GraphEvent
from playground.graph.tree import read_tree
from playground.models import Worker as WorkerRow
from playground.models import WorkflowVersion
from playground.queues.port import carriage
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.store.notices import Notice, notify
from playground.store.rows import from_text, plain, records_from, to_text

MOST_TOLD = 3
"""So many problems with modules are told beside a workflow that is not there."""
SILENT = timedelta(seconds=15)
"""A worker that was not heard of for so long does not count any more."""


READ_ENTRY = """
    SELECT workflow_id, digest, graph, description, module, file, line, current FROM playground_workflowversion
"""


class NotImported(UnknownWorkflow):
    """The workflow is not there while no worker has imported the code, or one still does: it may come in a moment."""


class _Workers:
    """Whether this process starts some, as `stepyard dev` does."""

    are_here = True


def workers_are_elsewhere() -> None:
    """Note that this process starts no worker: where there is none, none is about to come."""
    _Workers.are_here = False


def are_workers_here() -> bool:
    """Tell whether this process starts workers, so that the user's code is on its machine."""
    return _Workers.are_here


async def workflows() -> list[WorkflowEntry]:
    """Return the current workflows, in the order in which the modules hold them."""
    return await in_database(_workflows)


async def workflow(workflow_id: str) -> WorkflowEntry:
    """Return the current version of a workflow.

    Raises:
        UnknownWorkflow: there is none with this id now.
    """
    return await in_database(find_workflow, workflow_id)


async def version(workflow_id: str, digest: str) -> WorkflowEntry | None:
    """Return the version with which a run was made, else the latest known one; None when nothing is known of it."""
    return await in_database(find_version, workflow_id, digest)


async def import_errors(modules: Sequence[str] | None = None) -> list[ImportProblem]:
    """Return what workers cannot serve now of their modules; what the last worker of the given ones cannot."""
    return await in_database(_import_errors, modules)


async def publish(
    entries: Sequence[WorkflowEntry],
    problems: Sequence[ImportProblem],
    *,
    worker_id: str,
    site: Sequence[str],
    arms: bool = False,
) -> None:
    """Make what a worker has imported the current catalogue.

    A module that did not import keeps the workflows that it had before, and so does another playground on the same
    database while its workers live; all other workflows stop being current. Of several machines, that counts whose
    command was started last.

    Args:
        entries: the workflows found.
        problems: the modules that did not import.
        worker_id: who publishes.
        site: all modules that were to be imported, as the command named them.
        arms: whether their schedules are armed, but for those that a person has disarmed.
    """
    await in_transaction(_publish, entries, problems, worker_id, to_text(list(site)), arms)


async def publish_problems(problems: Sequence[ImportProblem], *, worker_id: str) -> None:
    """Show what a worker could not import, and leave the catalogue as the worker before it has published it."""
    await in_transaction(_publish_problems, problems, worker_id)


async def hindrance(entry: WorkflowEntry) -> ImportProblem | None:
    """Return why no worker holds a workflow's code; None when one holds it, or its module imports."""
    return await in_database(_hindrance, entry)


async def holds(workflow_id: str, site: Sequence[str] | None = None) -> bool:
    """Tell whether a living worker takes the runs of a workflow.

    Args:
        workflow_id: the workflow.
        site: what stands as the site of the workers that count; by default that with which it was published.
    """
    return await in_database(_holds, workflow_id, site)


async def site_of(workflow_id: str) -> tuple[str, ...]:
    """Return the modules that were published together with a workflow, the last time; none when it is unknown."""
    return await in_database(_site_of, workflow_id)


def resume_schema(graph: Graph, path: Path) -> Any:
    """Return the JSON Schema of the answer to a suspended step; any JSON when the step has none or is unknown."""
    node = read_tree(graph).at(path)
    return (node.resume_schema if node else None) or {}


def event_names(graph: Graph) -> frozenset[str]:
    """Return the names of the events that a workflow waits for somewhere."""
    return frozenset(node.event for node in read_tree(graph).walk() if isinstance(node, GraphEvent))


def event_schemas(graph: Graph, name: str) -> dict[Path, Any]:
    """Return the JSON Schemas of what an event may carry, by the paths of the waits for it, without indexes."""
    return read_tree(graph).waits_for(name)


def event_schema(graph: Graph, path: Path) -> Any:
    """Return the JSON Schema of what the event carries for which a step waits; any JSON when the step is unknown."""
    node = read_tree(graph).at(path)
    return (node.schema if isinstance(node, GraphEvent) else None) or {}


def find_workflow(workflow_id: str) -> WorkflowEntry:
    """Return the current version of a workflow; for use inside the database's threads."""
    entry = _first_entry("workflow_id = %s AND current ORDER BY published_at DESC", [workflow_id])
    if entry is None:
        known = ", ".join(WorkflowVersion.objects.filter(current=True).values_list("workflow_id", flat=True)) or "none"
        broken = [f". {one.module} {one.fault} ({one.type}: {one.message})" for one in _import_errors()[:MOST_TOLD]]
        raise _unknown(f"no workflow has the id {workflow_id!r}. There are: {known}{''.join(broken)}")
    return entry


def _unknown(message: str) -> UnknownWorkflow:
    """Return the error for an id that nothing has, or that nothing has yet."""
    alive = WorkerRow.objects.filter(ended_at=None, heartbeat_at__gt=Now() - SILENT)
    if alive.filter(status="importing").exists():
        return NotImported(f"{message}. A worker still imports code: try again in a moment")
    if not alive.filter(status="ready").exists():
        if not _Workers.are_here:
            return UnknownWorkflow(f"{message}. No worker is there: start one with `stepyard worker MODULES`")
        return NotImported(f"{message}. No worker has imported code yet: try again in a moment")
    return UnknownWorkflow(message)


def find_version(workflow_id: str, digest: str) -> WorkflowEntry | None:
    """Return a version of a workflow; for use inside the database's threads."""
    order = "CASE WHEN digest = %s THEN 0 ELSE 1 END, current DESC, published_at DESC"
    return _first_entry(f"workflow_id = %s ORDER BY {order}", [workflow_id, digest])


def find_versions(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], WorkflowEntry]:
    """Return versions by workflow id and digest, however many with one query; for use inside the database's threads.

    Of one that is gone another version of its workflow stands in, if there is any.
    """
    pairs = set(wanted)
    rows = WorkflowVersion.objects.filter(
        workflow_id__in={one for one, _ in pairs}, digest__in={one for _, one in pairs}
    )
    found = {(row.workflow_id, row.digest): _entry(row) for row in rows}
    for pair in pairs - found.keys():
        if (entry := find_version(*pair)) is not None:
            found[pair] = entry
    return found


def _workflows() -> list[WorkflowEntry]:
    return [_entry(row) for row in WorkflowVersion.objects.filter(current=True).order_by("site", "position", "id")]


def _first_entry(where: str, values: Sequence[str]) -> WorkflowEntry | None:
    """Return the first version of those that are meant, in plain SQL: one is read for each start and each answer."""
    with connection.cursor() as cursor:
        cursor.execute(f"{READ_ENTRY} WHERE {where} LIMIT 1", values)
        found = cursor.fetchone()
    if found is None:
        return None
    workflow_id, digest, graph, description, module, file, line, current = found
    return WorkflowEntry(
        workflow_id=workflow_id,
        digest=digest,
        graph=from_text(graph),
        description=description,
        module=module,
        file=file,
        line=line,
        current=bool(current),
    )


def _entry(row: WorkflowVersion) -> WorkflowEntry:
    return WorkflowEntry(
        workflow_id=row.workflow_id,
        digest=row.digest,
        graph=from_text(row.graph),
        description=row.description,
        module=row.module,
        file=row.file,
        line=row.line,
        current=row.current,
    )


def _import_errors(modules: Sequence[str] | None = None) -> list[ImportProblem]:
    """Read what the last worker of each site has found, be it alive or dead; sites are those that live, and the last.

    A worker that still imports does not count: until it has found something, what was found before is shown.
    """
    rows = WorkerRow.objects.exclude(status="importing").order_by("-id")
    if modules is not None:
        sites = {to_text(list(modules))}
    else:
        sites = set(rows.filter(ended_at=None, heartbeat_at__gt=Now() - SILENT).values_list("site", flat=True))
        sites.update(rows.values_list("site", flat=True)[:1])
    last = [rows.filter(site=site).first() for site in sorted(sites)]
    return [problem for row in last if row is not None for problem in records_from(ImportProblem, row.problems)]


def _hindrance(entry: WorkflowEntry) -> ImportProblem | None:
    version = WorkflowVersion.objects.filter(workflow_id=entry.workflow_id, digest=entry.digest).first()
    if _is_held(entry.workflow_id, entry.module, version.site if version else ""):
        return None
    return _problem_with(entry.workflow_id, entry.module, _import_errors())


def _is_held(workflow_id: str, module: str, site: str) -> bool:
    """Tell whether a worker of a site has a workflow; one from before its module was broken holds it still."""
    ready = WorkerRow.objects.filter(ended_at=None, status="ready", heartbeat_at__gt=Now() - SILENT)
    found = (records_from(ImportProblem, row.problems) for row in ready.filter(site=site))
    return any(_problem_with(workflow_id, module, problems) is None for problems in found)


def _holds(workflow_id: str, site: Sequence[str] | None) -> bool:
    row = WorkflowVersion.objects.filter(workflow_id=workflow_id, current=True).order_by("-published_at").first()
    return row is not None and _is_held(workflow_id, row.module, row.site if site is None else to_text(list(site)))


def _site_of(workflow_id: str) -> tuple[str, ...]:
    rows = WorkflowVersion.objects.filter(workflow_id=workflow_id).order_by("-current", "-published_at")
    return tuple(from_text(row.site)) if (row := rows.first()) else ()


def _held_by_newer(worker_id: str) -> set[str]:
    """Return the workflows that workers hold whose command was started later: a restarted worker has older code."""
    own = WorkerRow.objects.filter(worker_id=worker_id, hosted_since__isnull=False).first()
    if own is None:
        return set()
    newer = WorkerRow.objects.filter(ended_at=None, heartbeat_at__gt=Now() - SILENT, hosted_since__gt=own.hosted_since)
    return {workflow_id for row in newer for workflow_id in from_text(row.versions)}


def _problem_with(workflow_id: str, module: str, problems: Sequence[ImportProblem]) -> ImportProblem | None:
    """Return what keeps a workflow, its module, or the package that this is in, from being served."""
    of_module = (one for one in problems if module == one.module or module.startswith(f"{one.module}."))
    return next((one for one in of_module if one.workflow in (None, workflow_id)), None)


def _publish_problems(problems: Sequence[ImportProblem], worker_id: str) -> None:
    WorkerRow.objects.filter(worker_id=worker_id).update(problems=to_text([asdict(problem) for problem in problems]))


def _publish(
    entries: Sequence[WorkflowEntry], problems: Sequence[ImportProblem], worker_id: str, site: str, arms: bool
) -> None:
    _publish_problems(problems, worker_id)
    held = {entry.workflow_id: entry.digest for entry in entries}
    codes = keep_sources(entries)
    WorkerRow.objects.filter(worker_id=worker_id).update(versions=to_text(held), codes=to_text(codes))
    newer = _held_by_newer(worker_id)
    alive = WorkerRow.objects.filter(ended_at=None, heartbeat_at__gt=Now() - SILENT).exclude(worker_id=worker_id)
    outdated = WorkflowVersion.objects.filter(current=True)
    outdated = outdated.exclude(site__in=alive.exclude(site=site).values("site")).exclude(workflow_id__in=newer)
    for problem in problems:
        # The workflows of a package are those of its modules.
        left_out = Q(module=problem.module) | Q(module__startswith=f"{problem.module}.")
        if problem.workflow is not None:
            left_out &= Q(workflow_id=problem.workflow)
        outdated = outdated.exclude(left_out, site=site)
    outdated.update(current=False)
    WorkflowVersion.objects.filter(workflow_id__in=held.keys() - newer).update(current=False)
    for position, entry in enumerate(entries):
        values = {
            "graph": to_text(entry.graph),
            "description": plain(entry.description),
            "module": entry.module,
            "site": site,
            "position": position,
            "file": entry.file,
            "line": entry.line,
            "current": entry.workflow_id not in newer,
            "published_at": Now(),
            "code": codes.get(entry.workflow_id, ""),
            **carriage(entry.graph),
        }
        versions = WorkflowVersion.objects
        record = versions.get_or_create if entry.workflow_id in newer else versions.update_or_create
        record(workflow_id=entry.workflow_id, digest=entry.digest, defaults=values)
    current = [entry for entry in entries if entry.workflow_id not in newer]
    keep_schedules({entry.workflow_id: entry.graph.get("schedules", []) for entry in current}, arms=arms)
    notify(Notice(catalogue=True))
