"""Every method of every path of the API, as its description tells of them."""

from dataclasses import dataclass
from typing import Any

from playground.api.components import (
    COMPARISON,
    EVENTS,
    FUZZING,
    INBOX,
    LINES,
    PROBLEMS,
    RUNS,
    SAVED,
    SCENARIOS,
    SCHEDULES,
    TOLD,
    VERDICTS,
    ref,
)
from playground.api.request_bodies import (
    AFTER,
    ARCHIVE,
    CALLED,
    CANCEL,
    COMPARED,
    CREATE,
    EVENT,
    FROM_RUN,
    FUZZ,
    IMPORTED,
    LINES_OF,
    LISTED,
    MORE,
    NO_QUERY,
    NOTHING,
    NUMBER,
    OBJECT,
    OBSERVE,
    ONE_RUN,
    PLAY,
    PROCEED,
    RESUME,
    RUN_ID,
    SCENARIO,
    SCHEDULED,
    START,
    STREAM,
    TEXT,
    TRAVEL,
    WAIT,
    Query,
    Schema,
    obj,
)


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
                    "content": {"application/json": {"schema": ref("Error")}},
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
        answer={"type": "object", "additionalProperties": ref("Workflow")},
    ),
    Operation(
        path="/api/workflows/run-counts",
        summary="For each workflow how many runs it has, by status.",
        answer={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": NUMBER}},
    ),
    Operation(path=ONE, summary="One workflow.", answer=ref("Workflow")),
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
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/start-async",
        method="post",
        summary="Start a run and return when it has ended or is suspended.",
        query=RUN_ID,
        body=START,
        answer=ref("Result"),
    ),
    Operation(
        path=f"{ONE}/stream",
        method="post",
        summary="Start a run and return what happens as chunks, until it has ended or is suspended.",
        query=RUN_ID,
        body=STREAM,
        answer=ref("Chunk"),
        is_stream=True,
    ),
    Operation(
        path=f"{ONE}/observe",
        method="post",
        summary="Return the chunks of a run from its beginning, or after as many as offset says.",
        query=OBSERVE,
        answer=ref("Chunk"),
        is_stream=True,
    ),
    *(
        Operation(
            path=f"{ONE}/{name}",
            method="post",
            summary="Answer a suspended step and return at once.",
            query=RUN_ID,
            body=RESUME,
            answer=ref("Message"),
        )
        for name in ("resume", "resume-no-wait")
    ),
    Operation(
        path=f"{ONE}/resume-async",
        method="post",
        summary="Answer a suspended step and return when the run has ended or is suspended again.",
        query=RUN_ID,
        body=RESUME,
        answer=ref("Result"),
    ),
    Operation(
        path=f"{ONE}/resume-stream",
        method="post",
        summary="Answer a suspended step and return the chunks from its answer on.",
        query=RUN_ID,
        body=RESUME,
        answer=ref("Chunk"),
        is_stream=True,
    ),
    Operation(
        path=f"{ONE}/resume-copy",
        method="post",
        summary="Answer a suspended step in a copy of the run, which itself goes on waiting; the answer has its id.",
        query=RUN_ID,
        body=RESUME,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/restart",
        method="post",
        summary="Have a worker take an interrupted run over at once; what has ended does not run again.",
        query=RUN_ID,
        body=NOTHING,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/restart-async",
        method="post",
        summary="Have a worker take an interrupted run over, and return when it has ended or is suspended.",
        query=RUN_ID,
        body=NOTHING,
        answer=ref("Result"),
    ),
    Operation(
        path=f"{ONE}/proceed",
        method="post",
        summary="Have a paused run go on: to its next breakpoint, by one step, or one of its steps alone.",
        query=RUN_ID,
        body=PROCEED,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/retry",
        method="post",
        summary="Start a new run from where this one has failed; the answer has the new run's id.",
        query=RUN_ID,
        body=NOTHING,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/time-travel",
        method="post",
        summary="Start a new run from a step of this one, which stays as it is; the answer has the new run's id.",
        query=RUN_ID,
        body=TRAVEL,
        answer=ref("Message"),
    ),
    Operation(
        path=f"{ONE}/time-travel-async",
        method="post",
        summary="Start a new run from a step of this one, and return when it has ended or is suspended.",
        query=RUN_ID,
        body=TRAVEL,
        answer=ref("Result"),
    ),
    Operation(
        path=f"{ONE}/time-travel-stream",
        method="post",
        summary="Start a new run from a step of this one, and return the chunks of what runs anew.",
        query=RUN_ID,
        body=TRAVEL,
        answer=ref("Chunk"),
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
        answer=ref("Run"),
    ),
    Operation(path=RUN, method="delete", summary="Delete a run and its journal.", answer=ref("Message")),
    Operation(path=f"{RUN}/cancel", method="post", summary="Cancel a run.", body=CANCEL, answer=ref("Message")),
    Operation(
        path=f"{RUN}/send-event",
        method="post",
        summary="Send an event to a run: to the step that waits for it, else it is kept for the one that will.",
        body=EVENT,
        answer=ref("Message"),
    ),
    Operation(path=f"{ONE}/scenarios", summary="A workflow's scenarios, each with its last verdict.", answer=SCENARIOS),
    Operation(
        path=f"{ONE}/scenarios",
        method="post",
        summary="Save a run as a scenario, a file of the project; of results, steps that are not to be called.",
        query=FROM_RUN,
        body=SCENARIO,
        answer=SAVED,
    ),
    Operation(
        path=f"{ONE}/scenarios/run",
        method="post",
        summary="Play scenarios, all or those named, and return when each has ended; update takes what comes as right.",
        body=PLAY,
        answer=VERDICTS,
    ),
    Operation(path=f"{ONE}/fuzz", summary="What the last search for inputs that fail has found.", answer=FUZZING),
    Operation(
        path=f"{ONE}/fuzz",
        method="post",
        summary="Look for inputs that make a workflow fail, and return at once, or with wait when that is done.",
        body=FUZZ,
        answer=FUZZING,
    ),
    Operation(
        path=f"{ONE}/fuzz/stop",
        method="post",
        summary="End the search, and return what it has found.",
        body=NOTHING,
        answer=FUZZING,
    ),
    Operation(
        path="/api/runs/{run_id}",
        method="patch",
        summary="Give a run a name or tags, at any time; what the body does not name stays as it is.",
        body=CALLED,
        answer=ref("RunLine"),
    ),
    Operation(path="/api/runs", summary="Runs of all workflows, newest first.", query=LINES_OF, answer=LINES),
    Operation(
        path="/api/runs/{run_id}",
        summary="A run with its journal, error, logs and questions as one text; wait is for its rest, in seconds.",
        query=WAIT,
        answer=TOLD,
    ),
    Operation(
        path="/api/runs/import",
        method="post",
        summary="Bring an exported run back; go on from a step of it, or from what has failed, in a new run.",
        query=IMPORTED,
        body=ARCHIVE,
        answer=ref("Message"),
    ),
    Operation(
        path="/api/problems",
        summary="What is broken now: modules that do not import, scenarios that failed, the last runs that failed.",
        answer=PROBLEMS,
    ),
    Operation(
        path="/api/runs/{run_id}/events",
        summary="A run's events after a seq; as a stream to those who ask for text/event-stream.",
        query=AFTER,
        answer=EVENTS,
    ),
    Operation(
        path="/api/compare",
        summary="Two runs beside each other; operations of RFC 6902 make of what run a has what run b has.",
        query=COMPARED,
        answer=COMPARISON,
    ),
    Operation(path="/api/inbox", summary="What waits for a person, newest first.", query=MORE, answer=INBOX),
    Operation(
        path="/api/schedules",
        summary="The schedules of all workflows, each with its next due times.",
        query=SCHEDULED,
        answer=SCHEDULES,
    ),
    *(
        Operation(
            path=f"/api/schedules/{{workflow_id}}/{{schedule_id}}/{name}",
            method="post",
            summary=summary,
            body=NOTHING,
            answer=ref("Message"),
        )
        for name, summary in (
            ("arm", "Have due times start runs, from now on."),
            ("disarm", "Have due times start nothing."),
            ("run", "Start a run as the schedule would, armed or not, and return at once."),
        )
    ),
    Operation(path="/api/openapi.json", summary="This description.", answer=OBJECT),
)
