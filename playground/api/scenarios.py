"""``/api/workflows/<id>/scenarios``: which there are, playing them, and saving a run as one."""

from typing import Any

from django.http import HttpRequest

from engine.scenarios.expectation import Verdict
from playground.api import run_requests
from playground.api.endpoint import Answer, BadRequest, body_of, endpoint, said_in
from playground.api.request_bodies import FROM_RUN, PLAY, SCENARIO
from playground.scenarios import project_scenarios
from playground.scenarios.project_scenarios import ScenarioView


@endpoint("GET", "POST", query=FROM_RUN)
async def scenarios(request: HttpRequest, workflow_id: str) -> Answer:
    """Return a workflow's scenarios, or save the run that ``?fromRun=`` names as one."""
    if request.method != "POST":
        return {"scenarios": [standing(one) for one in await project_scenarios.listing(workflow_id)]}
    body, run_id = said_in(request, SCENARIO), request.GET.get("fromRun", "")
    if not run_id:
        raise BadRequest("the address does not say which run is to be saved: ?fromRun=…")
    await run_requests.run_of(workflow_id, run_id)
    saved = await project_scenarios.save(run_id, run_requests.text(body, "name") or "", _names(body, "results"))
    return {"message": "Scenario saved", "file": saved.file, "scenario": saved.to_dict()}


@endpoint("POST")
async def run(request: HttpRequest, workflow_id: str) -> Answer:
    """Play a workflow's scenarios, all or those that are named, and return when each has come to its end."""
    body = body_of(request, PLAY)
    verdicts = await project_scenarios.run(workflow_id, _names(body, "names"), update=body.get("update") is True)
    return {"passed": all(verdict.passed for verdict in verdicts), "verdicts": [_verdict(one) for one in verdicts]}


def _names(body: dict[str, Any], key: str) -> list[str]:
    names = body.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadRequest(f'"{key}" must be a list of texts')
    return names


def standing(one: ScenarioView) -> dict[str, Any]:
    """Return a scenario with its last verdict."""
    return {
        "workflowId": one.workflow,
        "name": one.name,
        "file": one.file,
        "status": one.state,
        "playedAt": None if one.at is None else one.at.isoformat(),
        "outdated": one.is_outdated,
        "verdict": None if one.verdict is None else _verdict(one.verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "passed": verdict.passed,
        "problem": verdict.problem,
        "difference": verdict.difference,
        "error": verdict.error,
        "seconds": round(verdict.seconds, 3),
    }
