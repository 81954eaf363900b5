"""``/api/schedules``: which there are, arming and disarming one, and starting it now."""

from django.http import HttpRequest

from playground.api.endpoint import Answer, body_of, endpoint
from playground.api.request_bodies import NOTHING, SCHEDULED
from playground.schedules import schedules


@endpoint("GET", query=SCHEDULED)
async def listing(request: HttpRequest) -> Answer:
    """Return the schedules of all workflows, or of the one that ``?workflow=`` names."""
    found = await schedules.listing(request.GET.get("workflow") or None)
    return {"schedules": [one.to_dict() for one in found]}


@endpoint("POST")
async def arm(request: HttpRequest, workflow_id: str, schedule_id: str) -> Answer:
    """Have due times start runs, from now on."""
    body_of(request, NOTHING)
    await schedules.arm(workflow_id, schedule_id)
    return {"message": "Schedule armed"}


@endpoint("POST")
async def disarm(request: HttpRequest, workflow_id: str, schedule_id: str) -> Answer:
    """Have due times start nothing."""
    body_of(request, NOTHING)
    await schedules.disarm(workflow_id, schedule_id)
    return {"message": "Schedule disarmed"}


@endpoint("POST")
async def run(request: HttpRequest, workflow_id: str, schedule_id: str) -> Answer:
    """Start a run as the schedule would, and return at once."""
    body_of(request, NOTHING)
    return {"message": "Workflow run started", "runId": await schedules.run_now(workflow_id, schedule_id)}
