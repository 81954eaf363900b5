"""Values and events without their secrets, for all that leaves the playground: pages, exports and the API."""

from collections.abc import Mapping
from typing import Any

from engine.events import Event
from engine.paths import parse_path
from playground.catalogue.catalogue import Graph, event_schema, event_schemas
from playground.forms import mask
from playground.graph.nodes import UNKNOWN, Node
from playground.graph.tree import Tree, read_tree

_VALUES: Mapping[str, tuple[str, str]] = {
    "step-succeeded": ("output", "output_schema"),
    "step-bailed": ("value", "output_schema"),
}
"""For types of events: the key of the payload that holds a value, and the key of the node that holds its schema."""


def mask_input(graph: Mapping[str, Any] | None, value: Any) -> Any:
    """Return a run's input with its secrets replaced."""
    return mask((graph or {}).get("input_schema") or {}, value)


def mask_result(graph: Mapping[str, Any] | None, value: Any) -> Any:
    """Return a run's result with its secrets replaced."""
    return mask((graph or {}).get("output_schema") or {}, value)


def mask_state(graph: Mapping[str, Any] | None, state: Any) -> Any:
    """Return a run's state, or changes of it, with the secrets replaced that any of its workflows declares."""
    inner = [node.state_schema for node in read_tree(graph).walk()]
    for schema in filter(None, [(graph or {}).get("state_schema"), *inner]):
        state = mask(schema, state)
    return state


def mask_given(node: Node, value: Any) -> Any:
    """Return what a step is given with its secrets replaced: those of its own schema, and of whatever gives it."""
    for schema in (node.input_schema, *node.given_schemas):
        value = mask(schema or {}, value)
    return value


def mask_rehearsal(graph: Mapping[str, Any] | None, rehearsal: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rehearsal with the secrets replaced that its results hold."""
    tree, results = read_tree(graph), rehearsal.get("results", {})
    masked = {name: mask(_node(tree, name).output_schema or {}, value) for name, value in results.items()}
    return {**rehearsal, "results": masked} if masked else dict(rehearsal)


def _node(tree: Tree, name: str) -> Node:
    return tree.at(parse_path(name)) or UNKNOWN


def mask_event(graph: Graph, event: Event) -> Event:
    """Return an event with its secrets replaced, as the schemas of the workflow mark them."""
    payload = dict(event.payload)
    match event.type:
        case "run-created" | "run-started":
            _mask(payload, "input", graph["input_schema"])
            if payload.get("state"):
                payload["state"] = mask_state(graph, payload["state"])
            if "rehearsal" in payload:
                payload["rehearsal"] = mask_rehearsal(graph, payload["rehearsal"])
        case "run-paused":
            before = event._replace(path=tuple(payload["before"]))
            payload["input"] = _mask_ref(payload["input"], _schema(graph, before, "input_schema"))
        case "run-proceeded" if "input" in payload:
            _mask(payload, "input", _schema(graph, event._replace(path=tuple(payload["before"][0])), "input_schema"))
        case "run-succeeded":
            payload["result"] = _mask_ref(payload["result"], graph["output_schema"])
        case "state-changed":
            payload["changes"] = mask_state(graph, payload["changes"])
        case "run-forked":
            _mask(payload, "input", _schema(graph, event._replace(path=tuple(payload["step"])), "input_schema"))
        case "step-started":
            if "input" in payload:
                payload["input"] = _mask_ref(payload["input"], _schema(graph, event, "input_schema"))
        case "event-received" if "payload" in payload:
            # What is kept may be meant for any of the waits.
            kept = event_schemas(graph, payload["name"]).values()
            for schema in [event_schema(graph, event.path)] if event.path else kept:
                _mask(payload, "payload", schema)
        case "step-suspended" | "step-resumed" | "step-expired":
            _mask(payload, "payload", _schema(graph, event, "suspend_schema"))
            for key in ("data", "default"):
                _mask(payload, key, payload.get("answer") or _schema(graph, event, "resume_schema"))
        case kind if kind in _VALUES:
            key, schema = _VALUES[kind]
            _mask(payload, key, _schema(graph, event, schema))
    return event._replace(payload=payload)


def _schema(graph: Graph, event: Event, key: str) -> Any:
    return getattr(read_tree(graph).at(event.path) or UNKNOWN, key)


def _mask(payload: dict[str, Any], key: str, schema: Any) -> None:
    if payload.get(key) is not None and schema:
        payload[key] = mask(schema, payload[key])


def _mask_ref(ref: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Mask a value that stands in the ref itself; other refs lead to values that are masked where they stand."""
    return {"value": mask(schema, ref["value"])} if schema and "value" in ref else ref
