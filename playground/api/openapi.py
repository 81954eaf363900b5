"""``/api/openapi.json``: the API described in OpenAPI 3.1; a test holds it against the routes and the answers."""

from dataclasses import dataclass
from importlib import metadata
from typing import Any

from django.http import HttpRequest

from engine.events import EVENT_TYPES
from playground.api.chunks import TYPES
from playground.api.endpoint import Answer, endpoint
from playground.api.requests import (
    AFTER,
    ANY,
    CANCEL,
    CREATE,
    EVENT,
    LINES_OF,
    LISTED,
    MORE,
    NO_QUERY,
    NOTHING,
    NUMBER,
    OBJECT,
    OBSERVE,
    ONE_RUN,
    PATH,
    RESUME,
    RUN_ID,
    START,
    STATUS,
    STREAM,
    TEXT,
    TIME,
    TRAVEL,
    Query,
    Schema,
    obj,
    or_null,
)


def _listed(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


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
            "suspendPayload": OBJECT,
            "state": OBJECT,
        },
        *("result", "error", "errorDetail", "suspended", "suspendPayload", "state"),
    ),
    "Chunk": obj(
        {"type": {"enum": list(TYPES)}, "runId": TEXT, "from": {"enum": ["WORKFLOW", "USER"]}, "payload": OBJECT}
    ),
    "Run": obj(
        {"runId": TEXT, "workflowName": TEXT, "status": STATUS, "createdAt": TIME, "snapshot": OBJECT}, "snapshot"
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
        }
    ),
    "Event": obj(
        {"runId": TEXT, "seq": NUMBER, "at": TIME, "type": {"enum": list(EVENT_TYPES)}, "path": PATH, "payload": OBJECT}
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
RUNS = obj({"runs": _listed("Run"), "total": NUMBER})
LINES = obj({"runs": _listed("RunLine"), "next": or_null(TEXT)})
EVENTS = obj({"events": _listed("Event"), "last": NUMBER})
INBOX = obj({"items": _listed("Question"), "total": NUMBER, "next": or_null(TEXT)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    path: str
    summary: str
    answer: Schema
    method: str = "get"
    query: Query = NO_QUERY
    body: Schema | None = None
    is_stream: bool = False
    """The answer is of each chunk, and the chunks come as they are made, each with 0x1E after it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the operation as the document has it."""
        in_path = [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
        parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in in_path]
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in self.query]
        found: dict[str, Any] = {
            "operationId": f"{self.method} {self.path}",
            "summary": self.summary,
            "parameters": parameters,
            "responses": {
                "200": self._done(),
                "4XX": {
                    "description": "What is wrong with the request; nothing was changed.",
                    "content": {"application/json": {"schema": _ref("Error")}},
                },
            },
        }
        if self.body is not None:
            found["requestBody"] = {"content": {"application/json": {"schema": self.body}}}
        return found

    def _done(self) -> dict[str, Any]:
        if not self.is_stream:
            return {"description": "Done.", "content": {"application/json": {"schema": self.answer}}}
        words = "Chunks of JSON as they come, each with the record separator 0x1E after it."
        return {"description": words, "content": {"text/plain": {"schema": TEXT, "x-itemSchema": self.answer}}}


ONE = "/api/workflows/{workflow_id}"
RUN = f"{ONE}/runs/{{run_id}}"

OPERATIONS = (
    Operation(
        path="/api/workflows",
        summary="All workflows by their ids.",
        answer={"type": "object", "additionalProperties": _ref("Workflow")},
    ),
    Operation(
        path="/api/workflows/run-counts",
        summary="For each workflow how many runs it has, by status.",
        answer={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": NUMBER}},
    ),
    Operation(path=ONE, summary="One workflow.", answer=_ref("Workflow")),
    Operation(
        path=f"{ONE}/create-run",
        method="post",
        summary="Make a run that waits for its input.",
        query=RUN_ID,
        body=CREATE,
        answer=obj({"runId": TEXT}),
    ),
    Operation(
        path=f"{ONE}/start",
        method="post",
        summary="Start a run and return at once.",
        query=RUN_ID,
        body=START,
        answer=_ref("Message"),
    ),
    Operation(
        path=f"{ONE}/start-async",
        method="post",
        summary="Start a run and return when it has ended or is suspended.",
        query=RUN_ID,
        body=START,
        answer=_ref("Result"),
    ),
    Operation(
        path=f"{ONE}/stream",
        method="post",
        summary="Start a run and return what happens as chunks, until it has ended or is suspended.",
        query=RUN_ID,
        body=STREAM,
        answer=_ref("Chunk"),
        is_stream=True,
    ),
    Operation(
        path=f"{ONE}/observe",
        method="post",
        summary="Return the chunks of a run from its beginning, or after as many as offset says.",
        query=OBSERVE,
        answer=_ref("Chunk"),
        is_stream=True,
    ),
    *(
        Operation(
            path=f"{ONE}/{name}",
            method="post",
            summary="Answer a suspended step and return at once.",
            query=RUN_ID,
            body=RESUME,
            answer=_ref("Message"),
        )
        for name in ("resume", "resume-no-wait")
    ),
    Operation(
        path=f"{ONE}/resume-async",
        method="post",
        summary="Answer a suspended step and return when the run has ended or is suspended again.",
        query=RUN_ID,
        body=RESUME,
        answer=_ref("Result"),
    ),
    Operation(
        path=f"{ONE}/resume-stream",
        method="post",
        summary="Answer a suspended step and return the chunks from its answer on.",
        query=RUN_ID,
        body=RESUME,
        answer=_ref("Chunk"),
        is_stream=True,
    ),
    Operation(
        path=f"{ONE}/restart",
        method="post",
        summary="Have a worker take an interrupted run over at once; what has ended does not run again.",
        query=RUN_ID,
        body=NOTHING,
        answer=_ref("Message"),
    ),
    Operation(
        path=f"{ONE}/restart-async",
        method="post",
        summary="Have a worker take an interrupted run over, and return when it has ended or is suspended.",
        query=RUN_ID,
        body=NOTHING,
        answer=_ref("Result"),
    ),
    Operation(
        path=f"{ONE}/time-travel",
        method="post",
        summary="Start a new run from a step of this one, which stays as it is; the answer has the new run's id.",
        query=RUN_ID,
        body=TRAVEL,
        answer=_ref("Message"),
    ),
    Operation(
        path=f"{ONE}/time-travel-async",
        method="post",
        summary="Start a new run from a step of this one, and return when it has ended or is suspended.",
        query=RUN_ID,
        body=TRAVEL,
        answer=_ref("Result"),
    ),
    Operation(
        path=f"{ONE}/time-travel-stream",
        method="post",
        summary="Start a new run from a step of this one, and return the chunks of what runs anew.",
        query=RUN_ID,
        body=TRAVEL,
        answer=_ref("Chunk"),
        is_stream=True,
    ),
    Operation(
        path=f"{ONE}/runs",
        summary="A workflow's runs, newest first, page by page.",
        query=LISTED,
        answer=RUNS,
    ),
    Operation(
        path=RUN,
        summary="One run; of fields, those named, with commas between them.",
        query=ONE_RUN,
        answer=_ref("Run"),
    ),
    Operation(path=RUN, method="delete", summary="Delete a run and its journal.", answer=_ref("Message")),
    Operation(path=f"{RUN}/cancel", method="post", summary="Cancel a run.", body=CANCEL, answer=_ref("Message")),
    Operation(
        path=f"{RUN}/send-event",
        method="post",
        summary="Send an event to a run: to the step that waits for it, else it is kept for the one that will.",
        body=EVENT,
        answer=_ref("Message"),
    ),
    Operation(path="/api/runs", summary="Runs of all workflows, newest first.", query=LINES_OF, answer=LINES),
    Operation(
        path="/api/runs/{run_id}/events",
        summary="A run's events after a seq; as a stream to those who ask for text/event-stream.",
        query=AFTER,
        answer=EVENTS,
    ),
    Operation(path="/api/inbox", summary="What waits for a person, newest first.", query=MORE, answer=INBOX),
    Operation(path="/api/openapi.json", summary="This description.", answer=OBJECT),
)


@endpoint("GET")
async def openapi(request: HttpRequest) -> Answer:
    """Return the API's description."""
    return document()


def document() -> dict[str, Any]:
    """Return the description as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = operation.to_dict()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stepyard", "version": metadata.version("stepyard")},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
