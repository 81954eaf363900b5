"""The doctor: workers, queue, database, modules that do not import, versions."""

import platform
from dataclasses import dataclass
from importlib import metadata

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.catalogue import catalogue, unsupported_schemas
from playground.catalogue.problems import ImportProblem, told
from playground.catalogue.unsupported_schemas import SchemaProblem
from playground.display.pages import page
from playground.fleet import host, versions, workers
from playground.fleet.versions import Held
from playground.fleet.workers import WorkerView
from playground.runs import retention
from playground.runs.queue_position import longest_wait, queue_length
from playground.runs.retention import Health
from playground.views.frame import frame_of

PACKAGES = ("stepyard", "django", "channels", "daphne", "pydantic", "jsonschema")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorPage:
    """Context of ``doctor.html``."""

    workers: tuple[WorkerView, ...]
    ready: int
    """How many workers can take runs now."""
    blocked: int
    """How many are kept from it by what they execute."""
    hosts: int
    """On how many machines the workers are that live."""
    queue: int
    """How many runs wait for a worker."""
    longest_wait: float
    """For how many seconds the oldest of them has waited."""
    problems: tuple[ImportProblem, ...]
    schemas: tuple[SchemaProblem, ...]
    health: Health
    held: tuple[Held, ...]
    """The versions of workflows that workers hold."""
    versions: tuple[tuple[str, str], ...]
    socket: str = "/ws/pulse/"


@require_safe
async def doctor(request: HttpRequest) -> HttpResponse:
    """Show how the playground itself is."""
    listed = tuple(await workers.listing())
    context = DoctorPage(
        workers=listed,
        ready=sum(1 for one in listed if one.status == "ready" and not one.blocked),
        blocked=sum(1 for one in listed if one.blocked),
        hosts=len({one.host for one in listed if one.status != "ended"}),
        queue=await queue_length(),
        longest_wait=await longest_wait(),
        problems=tuple(told(await catalogue.import_errors())),
        schemas=tuple(await unsupported_schemas.problems_of(await catalogue.workflows())),
        health=await retention.health(thorough="thorough" in request.GET),
        held=await versions.held(),
        versions=(("python", platform.python_version()), *((name, _version(name)) for name in PACKAGES)),
    )
    return page(request, "doctor.html", context, frame=await frame_of(request, "doctor"))


@require_POST
async def replace(request: HttpRequest, worker_id: str) -> HttpResponse:
    """Have a worker replaced; what it executes goes on in the next one."""
    await host.order(worker_id, "replace")
    return HttpResponseRedirect(reverse("doctor"), status=303)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "from a checkout"
