"""``/api/workflows/<id>/run-step``: one step of a run, run alone."""

from typing import Any

from django.http import HttpRequest

from engine.journal.result import StepResult
from engine.values.missing import MISSING
from playground.api import run_requests
from playground.api.endpoint import Answer, BadRequest, endpoint, said_in
from playground.api.request_bodies import RUN_ID, RUN_STEP
from playground.comparison.json_patch import operations
from playground.forms import mask
from playground.history.detail import elapsed
from playground.runs import wire_shapes
from playground.runs.masking import mask_given
from playground.step_runs import alone
from playground.step_runs.alone import RecordedStep, StepRun


@endpoint("POST", query=RUN_ID)
async def run_step(request: HttpRequest, workflow_id: str) -> Answer:
    """Run a step alone, and return what came of it beside what was recorded."""
    body, run_id = said_in(request, RUN_STEP), run_requests.named_run(request)
    step, began = run_requests.step_of(body), body.get("at")
    if step is None or (began is not None and type(began) is not int):
        raise BadRequest("step must be the path of a step, and at the seq at which it began")
    await run_requests.run_of(workflow_id, run_id)
    of = await alone.recorded(run_id, step, began)
    return _answer(of, await alone.run_alone(of, body.get("inputData", MISSING)))


def _answer(of: RecordedStep, came: StepRun) -> dict[str, Any]:
    schema = of.node.output_schema or {}
    output, before = mask(schema, came.output), mask(schema, of.step.output)
    found: dict[str, Any] = {
        "step": of.path,
        "status": came.status,
        "seconds": came.seconds,
        "payload": mask_given(of.node, came.given),
        "output": output,
        "error": None,
        "suspendPayload": mask(of.node.suspend_schema or {}, came.asks),
        "problem": came.problem or None,
        "logs": [],
        "written": {"text": "", "values": []},
        "changes": operations(before, output) if came.status == of.step.status == "success" else None,
        "recorded": wire_shapes.step(StepResult.of(of.step), of.node) | {"seconds": _seconds(of)},
    }
    if came.detail is not None:
        error = came.detail.state.error
        found["error"] = None if error is None else wire_shapes.error(error)
        found["logs"] = [
            {"at": note.at.isoformat(), "level": note.level, "text": note.text} for note in came.detail.logs
        ]
        for stream in came.detail.streams:
            found["written"] = {"text": stream.text, "values": stream.values}
    return found


def _seconds(of: RecordedStep) -> float | None:
    return elapsed(of.step.started_at, of.step.ended_at)
