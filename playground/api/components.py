"""The shapes of what the API answers, as JSON Schemas by the names that its description gives them."""

from engine.events import EVENT_TYPES
from playground.api.chunks import TYPES
from playground.api.request_bodies import (
    ANY,
    FLAG,
    NUMBER,
    OBJECT,
    PATH,
    REHEARSAL,
    STATUS,
    TEXT,
    TIME,
    Schema,
    obj,
    or_null,
)


def listed(name: str) -> Schema:
    """Return the schema of a list of a component."""
    return {"type": "array", "items": ref(name)}


def ref(name: str) -> Schema:
    """Return the schema that refers to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def pair(schema: Schema) -> Schema:
    """Return the schema of a list of two: of run a, and of run b."""
    return {"type": "array", "items": schema, "minItems": 2, "maxItems": 2}


SCHEMAS: dict[str, Schema] = {
    "Error": obj({"error": TEXT, "issues": {"type": "array", "items": obj({"path": PATH, "message": TEXT})}}, "issues"),
    "Message": obj({"message": TEXT, "runId": TEXT}, "runId"),
    "Workflow": obj({"name": TEXT, "description": TEXT, "steps": OBJECT, "allSteps": OBJECT, "digest": TEXT}),
    "Result": obj(
        {
            "runId": TEXT,
            "status": STATUS,
            "input": ANY,
            "steps": OBJECT,
            "result": ANY,
            "error": obj({"name": TEXT, "message": TEXT}),
            "errorDetail": OBJECT,
            "suspended": {"type": "array", "items": PATH},
            "paused": {"type": "array", "items": PATH},
            "rehearsal": REHEARSAL,
            "suspendPayload": OBJECT,
            "state": OBJECT,
            "schedule": TEXT,
            "scheduledFor": TIME,
            "reason": TEXT,
            "name": TEXT,
            "tags": {"type": "array", "items": TEXT},
        },
        *(
            "result",
            "error",
            "errorDetail",
            "suspended",
            "paused",
            "rehearsal",
            "suspendPayload",
            "state",
            "schedule",
            "scheduledFor",
            "reason",
            "name",
            "tags",
        ),
    ),
    "Chunk": obj(
        {"type": {"enum": list(TYPES)}, "runId": TEXT, "from": {"enum": ["WORKFLOW", "USER"]}, "payload": OBJECT}
    ),
    "Run": obj(
        {
            "runId": TEXT,
            "workflowName": TEXT,
            "status": STATUS,
            "createdAt": TIME,
            "snapshot": OBJECT,
            "waitsFor": {
                "type": "array",
                "items": obj({"kind": TEXT, "text": TEXT, "step": or_null(TEXT), "dueAt": or_null(TIME)}),
            },
        },
        *("snapshot", "waitsFor"),
    ),
    "RunLine": obj(
        {
            "runId": TEXT,
            "workflowId": TEXT,
            "status": STATUS,
            "createdAt": TIME,
            "updatedAt": TIME,
            "endedAt": or_null(TIME),
            "error": or_null(TEXT),
            "schedule": or_null(TEXT),
            "rehearsal": FLAG,
            "name": or_null(TEXT),
            "tags": {"type": "array", "items": TEXT},
            "trigger": {"enum": ["form", "api", "command", "schedule", "fork", "code"]},
            "forkedFrom": or_null(TEXT),
        }
    ),
    "Event": obj(
        {"runId": TEXT, "seq": NUMBER, "at": TIME, "type": {"enum": list(EVENT_TYPES)}, "path": PATH, "payload": OBJECT}
    ),
    "Schedule": obj(
        {
            "workflowId": TEXT,
            "scheduleId": TEXT,
            "cron": TEXT,
            "timezone": TEXT,
            "every": NUMBER,
            "missed": {"enum": ["once", "skip", "all"]},
            "armed": {"type": "boolean"},
            "nextAt": {"type": "array", "items": TIME},
            "lastAt": or_null(TIME),
            "lastRunId": or_null(TEXT),
            "missedCount": NUMBER,
        },
        *("cron", "timezone", "every"),
    ),
    "Change": obj(
        {"op": {"enum": ["add", "remove", "replace"]}, "path": TEXT, "value": ANY, "was": ANY}, "value", "was"
    ),
    "StepPair": obj(
        {
            "path": TEXT,
            "iterations": {"type": "array", "items": NUMBER},
            "status": pair(or_null(TEXT)),
            "seconds": pair(or_null({"type": "number"})),
            "error": pair(or_null(TEXT)),
            "input": listed("Change"),
            "output": listed("Change"),
            "source": pair(or_null(TEXT)),
        }
    ),
    "Verdict": obj(
        {
            "name": TEXT,
            "passed": {"type": "boolean"},
            "problem": TEXT,
            "difference": TEXT,
            "error": TEXT,
            "seconds": {"type": "number"},
        }
    ),
    "Scenario": obj(
        {
            "workflowId": TEXT,
            "name": TEXT,
            "file": TEXT,
            "status": {"enum": ["pending", "running", "success", "failed"]},
            "playedAt": or_null(TIME),
            "outdated": {"type": "boolean"},
            "verdict": or_null(ref("Verdict")),
        }
    ),
    "Finding": obj(
        {
            "key": TEXT,
            "type": TEXT,
            "message": TEXT,
            "place": TEXT,
            "code": TEXT,
            "step": TEXT,
            "input": ANY,
            "times": NUMBER,
            "smallest": FLAG,
            "traceback": TEXT,
        }
    ),
    "Fuzzing": obj(
        {
            "workflowId": TEXT,
            "status": {"enum": ["running", "done", "stopped", "failed"]},
            "problem": TEXT,
            "seed": or_null(NUMBER),
            "inputs": NUMBER,
            "refused": NUMBER,
            "seconds": {"type": "number"},
            "reached": {"type": "array", "items": TEXT},
            "unreached": {"type": "array", "items": TEXT},
            "branches": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
            "rehearsal": or_null(REHEARSAL),
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
        }
    ),
    "ImportProblem": obj(
        {
            "module": TEXT,
            "type": TEXT,
            "message": TEXT,
            "workflow": or_null(TEXT),
            "file": or_null(TEXT),
            "line": or_null(NUMBER),
            "source": or_null(TEXT),
            "traceback": TEXT,
            "needs": or_null(TEXT),
            "neededBy": {"type": "array", "items": TEXT},
        }
    ),
    "Question": obj(
        {
            "runId": TEXT,
            "workflowId": TEXT,
            "step": TEXT,
            "payload": ANY,
            "resumeSchema": ANY,
            "suspendedAt": TIME,
            "dueAt": or_null(TIME),
            "rejected": or_null(OBJECT),
        }
    ),
}
RUNS = obj({"runs": listed("Run"), "total": NUMBER})
LINES = obj({"runs": listed("RunLine"), "next": or_null(TEXT)})
EVENTS = obj({"events": listed("Event"), "last": NUMBER})
SCHEDULES = obj({"schedules": listed("Schedule")})
INBOX = obj({"items": listed("Question"), "total": NUMBER, "next": or_null(TEXT)})
SCENARIOS = obj({"scenarios": listed("Scenario")})
SAVED = obj({"message": TEXT, "file": TEXT, "scenario": OBJECT})
VERDICTS = obj({"passed": {"type": "boolean"}, "verdicts": listed("Verdict")})
FUZZING = obj({"fuzzing": or_null(ref("Fuzzing"))})
TOLD = {"allOf": [ref("RunLine"), obj({"text": TEXT})]}
PROBLEMS = obj(
    {"workers": NUMBER, "modules": listed("ImportProblem"), "scenarios": listed("Scenario"), "runs": listed("RunLine")}
)
PINS = obj({"pins": OBJECT})
STEP_RUN = obj(
    {
        "step": TEXT,
        "status": {"enum": ["success", "failed", "suspended", "bailed", "lost"]},
        "seconds": or_null({"type": "number"}),
        "payload": ANY,
        "output": ANY,
        "error": or_null(OBJECT),
        "suspendPayload": ANY,
        "problem": or_null(TEXT),
        "logs": {"type": "array", "items": obj({"at": TEXT, "level": TEXT, "text": TEXT})},
        "written": obj({"text": TEXT, "values": {"type": "array", "items": ANY}}),
        "changes": or_null(listed("Change")),
        "recorded": OBJECT,
    }
)
COMPARISON = obj(
    {
        "a": ref("RunLine"),
        "b": ref("RunLine"),
        "first": or_null(TEXT),
        "input": listed("Change"),
        "result": listed("Change"),
        "sources": {"type": "object", "additionalProperties": TEXT},
        "steps": listed("StepPair"),
    }
)
