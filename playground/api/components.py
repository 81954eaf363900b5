"""The shapes of what the API takes and answers, as JSON Schemas by the names that its description gives them."""

from typing import Any, get_args

from engine.events import EVENT_TYPES, RunStatus
from playground.api.chunks import TYPES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
ANY: Schema = {}
STATUS: Schema = {"enum": list(get_args(RunStatus))}
STATUSES: Schema = {
    "type": "string",
    "description": f"One of {', '.join(get_args(RunStatus))}, or several with commas.",
}
PATH: Schema = {"type": "array", "items": {"type": ["string", "integer"]}}


def object_of(properties: dict[str, Schema], *optional: str) -> Schema:
    """Return the schema of an object; the optional ones of its properties may be missing."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def or_null(schema: Schema) -> Schema:
    """Return the schema of what may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(name: str) -> Schema:
    """Return the schema of a list of a component."""
    return {"type": "array", "items": ref(name)}


def ref(name: str) -> Schema:
    """Return the schema that refers to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Schema] = {
    "Error": object_of(
        {"error": TEXT, "issues": {"type": "array", "items": object_of({"path": PATH, "message": TEXT})}}, "issues"
    ),
    "Message": object_of({"message": TEXT, "runId": TEXT}, "runId"),
    "Workflow": object_of({"name": TEXT, "description": TEXT, "steps": OBJECT, "allSteps": OBJECT, "digest": TEXT}),
    "Result": object_of(
        {
            "runId": TEXT,
            "status": STATUS,
            "input": ANY,
            "steps": OBJECT,
            "result": ANY,
            "error": object_of({"name": TEXT, "message": TEXT}),
            "errorDetail": OBJECT,
            "suspended": {"type": "array", "items": PATH},
            "suspendPayload": OBJECT,
            "state": OBJECT,
            "schedule": TEXT,
            "scheduledFor": TIME,
        },
        *("result", "error", "errorDetail", "suspended", "suspendPayload", "state", "schedule", "scheduledFor"),
    ),
    "Chunk": object_of(
        {"type": {"enum": list(TYPES)}, "runId": TEXT, "from": {"enum": ["WORKFLOW", "USER"]}, "payload": OBJECT}
    ),
    "Run": object_of(
        {"runId": TEXT, "workflowName": TEXT, "status": STATUS, "createdAt": TIME, "snapshot": OBJECT}, "snapshot"
    ),
    "RunLine": object_of(
        {
            "runId": TEXT,
            "workflowId": TEXT,
            "status": STATUS,
            "createdAt": TIME,
            "updatedAt": TIME,
            "endedAt": or_null(TIME),
            "error": or_null(TEXT),
            "schedule": or_null(TEXT),
        }
    ),
    "Event": object_of(
        {"runId": TEXT, "seq": NUMBER, "at": TIME, "type": {"enum": list(EVENT_TYPES)}, "path": PATH, "payload": OBJECT}
    ),
    "Schedule": object_of(
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
    "Question": object_of(
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
STEP: Schema = {"anyOf": [TEXT, PATH]}
STARTED: dict[str, Schema] = {"inputData": ANY, "resourceId": TEXT, "initialState": OBJECT, "requestContext": OBJECT}
START = object_of(STARTED, *STARTED)
STREAM = object_of({**STARTED, "closeOnSuspend": {"type": "boolean"}}, *STARTED, "closeOnSuspend")
ANSWERED: dict[str, Schema] = {"resumeData": ANY, "step": STEP, "label": TEXT, "forEachIndex": NUMBER}
RESUME = object_of(ANSWERED, *ANSWERED)
TRAVEL = object_of({"step": STEP, "inputData": ANY}, "inputData")
EVENT = object_of({"event": TEXT, "data": ANY}, "data")
RUNS = object_of({"runs": listed("Run"), "total": NUMBER})
LINES = object_of({"runs": listed("RunLine"), "next": or_null(TEXT)})
EVENTS = object_of({"events": listed("Event"), "last": NUMBER})
SCHEDULES = object_of({"schedules": listed("Schedule")})
INBOX = object_of({"items": listed("Question"), "total": NUMBER, "next": or_null(TEXT)})
