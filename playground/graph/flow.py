"""A workflow's tree as clients of Mastra know it: one entry for each node, with the entries inside it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from playground.graph.nodes import condition_text

Entry = dict[str, Any]


def entries(nodes: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the entries of some nodes of a graph; each has the node's id too."""
    return [{"id": node["id"], **_entry(node)} for node in nodes]


def _entry(node: Mapping[str, Any]) -> Entry:
    match node["type"]:
        case "step":
            words = {key: node[key] for key in ("id", "description", "metadata") if node.get(key)}
            return {"type": "step", "step": words}
        case "map":
            return {"type": "mapping", "mapConfig": node.get("function") or json.dumps(node.get("keys") or {})}
        case "sequence":
            # There it takes a workflow to have several steps in one arm.
            return _inner(node["id"], node["steps"])
        case "workflow":
            return _inner(node["workflow"]["id"], node["workflow"]["steps"])
        case "parallel":
            return {"type": "parallel", "steps": entries(node["arms"])}
        case "branch":
            return _branch(node)
        case "loop":
            condition = _condition(node["body"]["id"], node["condition"])
            inner = {"step": _only(node["body"]), "serializedCondition": condition}
            return {"type": "loop", **inner, "loopType": node["kind"]}
        case "foreach":
            return {"type": "foreach", "step": _only(node["body"]), "opts": {"concurrency": node["concurrency"]}}
        case "sleep":
            return _sleep(node)
        case "event":
            return {"type": "waitForEvent", "event": node["name"], "timeout": _milliseconds(node["timeout"])}
        case other:
            return {"type": other}


def _inner(workflow_id: str, nodes: Iterable[Mapping[str, Any]]) -> Entry:
    return {"type": "workflow", "workflowId": workflow_id, "serializedStepFlow": entries(nodes)}


def _branch(node: Mapping[str, Any]) -> Entry:
    arms = [(arm["node"], arm["condition"]) for arm in node["arms"]]
    if node.get("otherwise"):
        arms.append((node["otherwise"], "otherwise"))
    conditions = [_condition(arm["id"], text) for arm, text in arms]
    return {"type": "conditional", "steps": entries(arm for arm, _ in arms), "serializedConditions": conditions}


def _sleep(node: Mapping[str, Any]) -> Entry:
    given = {"duration": _milliseconds(node["seconds"]), "date": node["until"], "fn": node["function"]}
    kind = "sleepUntil" if node["kind"] == "sleep_until" else "sleep"
    return {"type": kind} | {key: value for key, value in given.items() if value is not None}


def _condition(arm: str, text: Any) -> Entry:
    return {"id": f"{arm}-condition", "fn": condition_text(text)}


def _only(node: Mapping[str, Any]) -> Entry:
    (entry,) = entries([node])
    return entry


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
