"""``/api/workflows/<id>/fuzz``: looking for inputs that make a workflow fail, and what was found."""

from typing import Any

from django.http import HttpRequest

from engine.rehearsal import Rehearsal
from playground.api import run_requests
from playground.api.endpoint import Answer, BadRequest, body_of, endpoint
from playground.api.request_bodies import FUZZ, NOTHING
from playground.fuzzing import searches
from playground.fuzzing.findings import Bounds, Report


@endpoint("GET", "POST")
async def fuzz(request: HttpRequest, workflow_id: str) -> Answer:
    """Return what the last search has found; or begin another one, and with ``wait`` return when it is over."""
    if request.method != "POST":
        report, _ = await searches.last(workflow_id)
        return _answer(report)
    body = body_of(request, FUZZ)
    given = body.get("rehearsal")
    begun = await searches.begin(
        workflow_id,
        bounds=Bounds(**{name: body[name] for name in ("runs", "seconds", "memory", "seed") if name in body}),
        rehearsal=None if given is None else Rehearsal.from_dict(given).to_dict(),
        steps=_steps(body),
    )
    return _answer(await searches.ended(workflow_id) if run_requests.flag(body, "wait", default=False) else begun)


@endpoint("POST")
async def stop(request: HttpRequest, workflow_id: str) -> Answer:
    """End the search, and return what it has found."""
    body_of(request, NOTHING)
    await searches.last(workflow_id)
    return _answer(await searches.stop(workflow_id))


def _steps(body: dict[str, Any]) -> tuple[str, ...]:
    steps = body.get("steps") or []
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise BadRequest('"steps" must be a list of texts')
    return tuple(steps)


def _answer(report: Report | None) -> dict[str, Any]:
    return {"fuzzing": None if report is None else report.to_dict()}
