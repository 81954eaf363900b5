"""Workflows, runs and steps as they go over the wire: camelCase, times of steps in milliseconds, schemas as text."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine.failure import ErrorDetail
from engine.journal.result import RunResult, StepResult
from engine.journal.state import RunState
from engine.journal.summary import RunSummary
from engine.paths import format_path, parse_path
from playground.catalogue.catalogue import Graph, WorkflowEntry
from playground.forms import mask
from playground.graph import mastra_entries
from playground.graph.nodes import UNKNOWN, GraphWorkflow, Node
from playground.graph.tree import Tree, read_tree
from playground.history import Reason
from playground.runs.foreach_items import as_one
from playground.runs.masking import mask_given, mask_input, mask_rehearsal, mask_result, mask_state

SCHEMAS = (("inputSchema", "input_schema"), ("outputSchema", "output_schema"))
HEADING = ("runId", "workflowName", "resourceId", "status", "createdAt", "updatedAt")
"""What every answer about a run has."""
STEP_SCHEMAS = (*SCHEMAS, ("resumeSchema", "resume_schema"), ("suspendSchema", "suspend_schema"))


def workflow(entry: WorkflowEntry) -> dict[str, Any]:
    """Return a workflow with its steps."""
    graph = entry.graph
    tree = read_tree(graph)
    every = {node.name: _step(node) for node in tree.walk()}
    own = {path: step for path, step in every.items() if "." not in path}
    return {
        "name": entry.workflow_id,
        "description": entry.description,
        "steps": own,
        "allSteps": every,
        "stepGraph": mastra_entries.entries(tree.nodes),
        **_schemas(tree, (*SCHEMAS, ("stateSchema", "state_schema"))),
        "options": {},
        "digest": entry.digest,
    }


def result(run: RunState, graph: Graph | None) -> dict[str, Any]:
    """Return what a run has come to.

    Args:
        run: the run.
        graph: of the version that it was made with; its schemas say what is secret.
    """
    found = RunResult.of(run)
    given = mask_input(graph, found.input)
    tree = read_tree(graph)
    every = {path: step(one, tree.at(parse_path(path)) or UNKNOWN) for path, one in found.steps.items()}
    waits = {format_path(path[:-1]) for path in map(tuple, found.paused) if isinstance(path[-1], int)}
    steps = {**_lists(every, waits), **every}
    data: dict[str, Any] = {"status": found.status, "input": given, "steps": {"input": given, **steps}}
    if found.status == "success":
        data["result"] = mask_result(graph, found.result)
    if found.error_detail is not None:
        data |= {"error": error(found.error_detail), "errorDetail": found.error_detail}
    if found.reason is not None:
        data["reason"] = found.reason
    if found.paused:
        data["paused"] = found.paused
    if found.rehearsal is not None:
        data["rehearsal"] = mask_rehearsal(graph, found.rehearsal)
    if found.undone:
        data["undone"] = found.undone
    if found.suspended:
        data["suspended"] = found.suspended
        asked = {format_path(tuple(path)): steps[format_path(tuple(path))] for path in found.suspended}
        data["suspendPayload"] = {path: one.get("suspendPayload") for path, one in asked.items()}
    if found.schedule is not None:
        due = found.scheduled_for
        data |= {"schedule": found.schedule, "scheduledFor": None if due is None else due.isoformat()}
    if found.name is not None:
        data["name"] = found.name
    if found.tags:
        data["tags"] = list(found.tags)
    if found.state:
        data["state"] = mask_state(graph, dict(found.state))
    return data


def run(state: RunState, summary: RunSummary, graph: Graph | None, *, nested: bool = True) -> dict[str, Any]:
    """Return a run with everything that is known of it, the steps of nested workflows only if they are wanted."""
    data = result(state, graph)
    data |= {key: name for key, name in (("startedBy", state.started_by), ("canceledBy", state.canceled_by)) if name}
    if not nested:
        data["steps"] = {path: one for path, one in data["steps"].items() if "." not in path}
    return {
        **_heading(summary),
        **data,
        "payload": data["input"],
        "snapshot": {**data, "runId": summary.run_id, "timestamp": milliseconds(summary.updated_at)},
    }


def reason(one: Reason) -> dict[str, Any]:
    """Return one thing that a run waits for."""
    due = None if one.due_at is None else one.due_at.isoformat()
    return {"kind": one.kind, "text": one.text, "step": one.path or None, "dueAt": due}


def listed(summary: RunSummary) -> dict[str, Any]:
    """Return a run as a line of a workflow's list."""
    snapshot = {"runId": summary.run_id, "status": summary.status, "timestamp": milliseconds(summary.updated_at)}
    return {**_heading(summary), "snapshot": snapshot | ({"error": summary.error} if summary.error else {})}


def line(summary: RunSummary) -> dict[str, Any]:
    """Return a run as a line of the list over all workflows."""
    return {
        "runId": summary.run_id,
        "workflowId": summary.workflow_id,
        "status": summary.status,
        "createdAt": summary.created_at.isoformat(),
        "updatedAt": summary.updated_at.isoformat(),
        "endedAt": None if summary.ended_at is None else summary.ended_at.isoformat(),
        "error": summary.error,
        "schedule": summary.schedule,
        "rehearsal": summary.rehearsal,
        "name": summary.name,
        "tags": list(summary.tags),
        "trigger": trigger(summary),
        "forkedFrom": summary.forked_from,
    }


def trigger(summary: RunSummary) -> str:
    """Return what has started a run, in a word."""
    if summary.forked_from is not None:
        return "fork"
    return "schedule" if summary.schedule is not None else {"page": "form", "": "code"}.get(summary.via, summary.via)


def milliseconds(at: datetime | None) -> int | None:
    """Return a time as milliseconds since the epoch."""
    return None if at is None else round(at.timestamp() * 1000)


def _heading(summary: RunSummary) -> dict[str, Any]:
    heading = {
        "runId": summary.run_id,
        "workflowName": summary.workflow_id,
        "status": summary.status,
        "createdAt": summary.created_at.isoformat(),
        "updatedAt": summary.updated_at.isoformat(),
    }
    return heading | ({"resourceId": summary.resource_id} if summary.resource_id is not None else {})


def step(found: StepResult, node: Node) -> dict[str, Any]:
    """Return what has become of a step.

    Args:
        found: the step.
        node: its node in the graph; its schemas say what is secret.
    """

    def shown(key: str, value: Any) -> Any:
        return mask(getattr(node, key) or {}, value)

    def answered(value: Any) -> Any:
        return mask(found.answer_schema or node.resume_schema or {}, value)

    output = shown("output_schema", found.output)
    data: dict[str, Any] = {
        "status": found.status,
        "payload": mask_given(node, found.input),
        "startedAt": milliseconds(found.started_at),
        "endedAt": milliseconds(found.ended_at),
        "output": None,
        "error": None if found.error_detail is None else error(found.error_detail),
        "suspendPayload": shown("suspend_schema", found.suspend_payload),
        "suspendedAt": milliseconds(found.suspended_at),
        "dueAt": milliseconds(found.due_at) if found.status == "suspended" else None,
        "resumeSchema": found.answer_schema,
        "resumePayload": answered(found.resume_data),
        "resumedAt": milliseconds(found.resumed_at),
    }
    if found.name is not None:
        data["name"] = found.name
    if found.rejected is not None:
        data["rejected"] = found.rejected.to_dict() | {"data": answered(found.rejected.data)}
    if found.undone_at is not None:
        data["undoneAt"] = milliseconds(found.undone_at)
    if found.undo_error is not None:
        data["undoError"] = found.undo_error
    if found.decided_by not in (None, "answer"):
        data["decidedBy"] = found.decided_by
    always = ("status", "payload", "startedAt")
    kept = {key: value for key, value in data.items() if value is not None or key in always}
    return kept | ({"output": output} if found.status in ("success", "bailed") else {})


def _lists(steps: Mapping[str, dict[str, Any]], waits: Collection[str]) -> dict[str, Any]:
    """Return each foreach as a step, by the path that its items have without their index; some wait before an item."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for path, one in steps.items():
        if path.endswith("]"):
            place, _, index = path[:-1].rpartition("[")
            found.setdefault(place, {})[int(index)] = one
    return {
        place: as_one([items[index] for index in sorted(items)], paused=place in waits)
        for place, items in found.items()
    }


def error(detail: ErrorDetail | Mapping[str, Any]) -> dict[str, Any]:
    """Return an error as clients make one of their own again."""
    return {"name": detail["type"], "message": detail["message"]}


def _step(node: Node) -> dict[str, Any]:
    return {
        "id": node.workflow_id if isinstance(node, GraphWorkflow) else node.id,
        "description": node.description,
        **_schemas(node, STEP_SCHEMAS),
        "isWorkflow": isinstance(node, GraphWorkflow),
    }


def _schemas(node: Node | Tree, names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the schemas a node has, as text, since that is how the client reads them."""
    found = {name: getattr(node, key) for name, key in names}
    return {name: json.dumps(schema) for name, schema in found.items() if schema is not None}
