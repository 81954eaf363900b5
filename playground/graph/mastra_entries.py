"""A workflow's tree as clients of Mastra know it: one entry for each node, with the entries inside it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from playground.graph.nodes import (
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphMap,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphSleep,
    GraphStep,
    GraphWorkflow,
    Node,
)

Entry = dict[str, Any]


def entries(nodes: Iterable[Node]) -> list[Entry]:
    """Return the entries of some nodes; each has the node's id too."""
    return [{"id": node.id, **_entry(node)} for node in nodes]


def _entry(node: Node) -> Entry:
    match node:
        case GraphStep():
            words = {"id": node.id, "description": node.description, "metadata": node.metadata}
            return {"type": "step", "step": {key: word for key, word in words.items() if word}}
        case GraphMap():
            return {"type": "mapping", "mapConfig": node.function or json.dumps(node.keys or {})}
        case GraphSequence():
            # There it takes a workflow to have several steps in one arm.
            return _inner(node.id, node.nodes)
        case GraphWorkflow():
            return _inner(node.workflow_id, node.nodes)
        case GraphParallel():
            return {"type": "parallel", "steps": entries(node.arms)}
        case GraphRace():
            return {"type": "race", "steps": entries(node.arms)}
        case GraphCatch():
            return {"type": "attempt", "step": _only(node.body), "otherwise": _only(node.handler), "on": list(node.on)}
        case GraphBranch():
            return _branch(node)
        case GraphLoop():
            inner = {"step": _only(node.body), "serializedCondition": _condition(node.body.id, node.condition)}
            return {"type": "loop", **inner, "loopType": "dowhile" if node.is_while else "dountil"}
        case GraphForeach():
            return {"type": "foreach", "step": _only(node.body), "opts": {"concurrency": node.concurrency}}
        case GraphSleep():
            return _sleep(node)
        case GraphEvent():
            return {"type": "waitForEvent", "event": node.event, "timeout": _milliseconds(node.timeout)}
        case _:
            return {"type": node.type}


def _inner(workflow_id: str, nodes: Sequence[Node]) -> Entry:
    return {"type": "workflow", "workflowId": workflow_id, "serializedStepFlow": entries(nodes)}


def _branch(node: GraphBranch) -> Entry:
    conditions = [_condition(arm.id, text) for text, arm in node.arms]
    if node.otherwise is not None:
        conditions.append(_condition(node.otherwise.id, "otherwise"))
    return {"type": "conditional", "steps": entries(node.inner), "serializedConditions": conditions}


def _sleep(node: GraphSleep) -> Entry:
    given = {"duration": _milliseconds(node.seconds), "date": node.until, "fn": node.function}
    kind = "sleepUntil" if node.until_time else "sleep"
    return {"type": kind} | {key: value for key, value in given.items() if value is not None}


def _condition(arm: str, text: str) -> Entry:
    return {"id": f"{arm}-condition", "fn": text}


def _only(node: Node) -> Entry:
    (entry,) = entries([node])
    return entry


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
