"""``/api/workflows/<id>/pins``: results that steps return in every run from the page."""

from collections.abc import Sequence

from django.http import HttpRequest

from engine.paths import Path, parse_path
from playground.api.endpoint import Answer, BadRequest, endpoint, said_in
from playground.api.request_bodies import OF_STEP, PIN
from playground.api.run_requests import step_of
from playground.catalogue import catalogue
from playground.scenarios import pins


@endpoint("GET", "POST", "DELETE", query=OF_STEP)
async def pinned(request: HttpRequest, workflow_id: str) -> Answer:
    """Return what is pinned; pin the result of the body to its step; or have the step of ``?step=`` be called again."""
    entry = await catalogue.workflow(workflow_id)
    if request.method == "POST":
        body = said_in(request, PIN)
        await pins.pin(entry, _path(step_of(body) or ""), body["result"])
    elif request.method == "DELETE":
        pins.unpin(entry, _path(request.GET.get("step", "")))
    return {"pins": pins.pins_of(entry)}


def _path(step: str | Sequence[str | int]) -> Path:
    try:
        return parse_path(step)
    except ValueError as error:
        raise BadRequest(f"step: {error}") from None
