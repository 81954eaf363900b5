"""Made-up workflows and runs that show every part of the pages in every state, for `/patterns/`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.events import Event, EventType
from engine.paths import parse_path

Line = tuple[float, EventType, str, dict[str, Any]]
Lines = Sequence[Line]
Graph = dict[str, Any]

BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def events(run_id: str, lines: Iterable[Line], begin: datetime = BEGIN) -> list[Event]:
    """Return the events of a run.

    Args:
        run_id: the run.
        lines: seconds since the beginning, type, written path and payload of each event.
        begin: when the run was created.
    """
    return [
        Event(run_id, seq, begin + timedelta(seconds=at), type, parse_path(path) if path else (), payload)
        for seq, (at, type, path, payload) in enumerate(lines, 1)
    ]


def step(step_id: str, **more: Any) -> Graph:
    """Return a step of a graph."""
    return {"type": "step", "id": step_id, "description": "", "retry": None, **more}


def flow(flow_id: str, *steps: Graph, **more: Any) -> Graph:
    """Return a workflow's graph."""
    return {"id": flow_id, "description": "", "input_schema": {}, "steps": list(steps), **more}


ANSWER = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}, "note": {"type": "string", "default": ""}},
    "required": ["approved"],
}

ORDER = flow(
    "order",
    step("load_order", description="Reads the order and its customer."),
    {
        "type": "parallel",
        "id": "checks",
        "concurrency": None,
        "arms": [step("check_stock"), step("check_fraud", retry={"attempts": 3})],
    },
    {
        "type": "branch",
        "id": "by_risk",
        "arms": [
            {"condition": "is_risky", "node": step("approve", resume_schema=ANSWER)},
            {"condition": "is_small", "node": step("auto_approve")},
        ],
        "otherwise": None,
    },
    {
        "type": "loop",
        "id": "until_paid",
        "kind": "dountil",
        "condition": "is_paid",
        "max_iterations": 5,
        "body": step("charge_card"),
    },
    {"type": "foreach", "id": "each_parcel", "concurrency": 2, "body": step("pack")},
    {"type": "sleep", "id": "cool_off", "kind": "sleep", "seconds": 30},
    {
        "type": "workflow",
        "id": "shipping",
        "workflow": flow("shipping", step("label"), {"type": "event", "id": "pick_up", "name": "picked-up"}),
    },
    description="Checks, charges and ships an order.",
)


def started(at: float, path: str, attempt: int = 1, value: Any = None, **more: Any) -> Line:
    """Return the beginning of a step."""
    return (at, "step-started", path, {"attempt": attempt, "input": {"value": value}, **more})


def ended(at: float, path: str, value: Any = None) -> Line:
    """Return the good end of a step."""
    return (at, "step-succeeded", path, {"output": value})


ERROR = {
    "type": "ConnectionError",
    "message": "fraud service answered 503: try later",
    "traceback": [
        {"file": "/lib/httpx/_client.py", "line": 914, "function": "send", "code": "raise exc", "user": False},
        {
            "file": "/home/ada/shop/orders.py",
            "line": 42,
            "function": "check_fraud",
            "code": "score = await fraud.score(order)",
            "user": True,
        },
    ],
    "cause": None,
}

INPUT = {"order_id": "A-1041", "items": ["desk", "lamp", "chair"], "total": 412.5, "express": True}

OPENING: Lines = (
    (0.0, "run-created", "", {"workflow_id": "order", "digest": "d1", "input": INPUT}),
    (0.02, "run-started", "", {}),
    started(0.03, "load_order", value=INPUT),
    (0.2, "step-log", "load_order", {"level": "INFO", "logger": "shop", "message": "loading A-1041"}),
    (0.3, "state-changed", "load_order", {"changes": {"customer": "Ada"}}),
    ended(0.42, "load_order", {"order_id": "A-1041", "customer": "Ada", "risk": 0.71}),
    started(0.43, "check_stock", value={"order_id": "A-1041"}),
    started(0.43, "check_fraud", value={"order_id": "A-1041"}),
    ended(0.9, "check_stock", {"in_stock": True}),
    (
        1.1,
        "step-attempt-failed",
        "check_fraud",
        {"attempt": 1, "error": ERROR, "next_at": "2026-03-02T09:30:01.6+00:00"},
    ),
    started(1.6, "check_fraud", 2),
    ended(2.1, "check_fraud", {"score": 0.71}),
    (2.11, "branch-decided", "by_risk", {"arms": ["approve"], "input": {"value": None}}),
    started(2.12, "approve", value={"order_id": "A-1041", "total": 412.5}),
    (
        2.3,
        "step-suspended",
        "approve",
        {"payload": {"question": "Ship A-1041 for 412.50?", "risk": 0.71}, "label": None, "call": 1},
    ),
    (2.31, "run-suspended", "", {"suspended": [["approve"]]}),
)

ANSWERED: Lines = (
    *OPENING,
    (3702.3, "step-resumed", "approve", {"data": {"approved": True, "note": "known customer"}}),
    ended(3702.5, "approve", {"approved": True}),
    started(3702.5, "charge_card", iteration=1),
    ended(3703.0, "charge_card", {"paid": False}),
    (3703.0, "loop-decided", "until_paid", {"iteration": 1, "again": True, "steps": ["charge_card"]}),
    started(3703.0, "charge_card", iteration=2),
    ended(3703.6, "charge_card", {"paid": True}),
    (3703.6, "loop-decided", "until_paid", {"iteration": 2, "again": False, "steps": ["charge_card"]}),
    started(3703.6, "pack[0]", value="desk"),
    started(3703.6, "pack[1]", value="lamp"),
    ended(3704.2, "pack[1]", "lamp packed"),
    started(3704.2, "pack[2]", value="chair"),
    (3704.3, "step-progress", "pack[2]", {"fraction": 0.4, "message": "wrapping the legs"}),
)

FINISHED: Lines = (
    *ANSWERED,
    ended(3704.6, "pack[0]", "desk packed"),
    ended(3705.0, "pack[2]", "chair packed"),
    (3705.0, "sleep-started", "cool_off", {"until": "2026-03-02T10:32:15+00:00", "input": {"value": None}}),
    (3735.0, "sleep-ended", "cool_off", {}),
    started(3735.0, "shipping", kind="workflow"),
    started(3735.0, "shipping.label"),
    ended(3735.6, "shipping.label", {"label": "DHL 77"}),
    (3735.6, "event-awaited", "shipping.pick_up", {"name": "picked-up", "timeout_at": None, "input": {"value": None}}),
    (3739.0, "event-received", "shipping.pick_up", {"name": "picked-up", "payload": {"by": "Bo"}}),
    ended(3739.0, "shipping", {"label": "DHL 77"}),
    (3739.0, "run-succeeded", "", {"result": {"step": ["shipping"]}}),
)

BROKEN: Lines = (
    *OPENING[:9],
    (1.1, "step-failed", "check_fraud", {"error": ERROR}),
    (1.1, "run-failed", "", {"error": ERROR}),
)
