"""The schedules: when workflows start by themselves, armed and disarmed here."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.display.pages import page
from playground.fleet import workers
from playground.schedules import schedules as timetable
from playground.schedules.schedules import ScheduleView
from playground.views.frame import frame_of
from playground.views.run import url_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesPage:
    """Context of ``schedules.html``."""

    listed: tuple[ScheduleView, ...]
    armed: int
    """How many of them are."""
    ready: int
    """How many workers are there to start anything."""
    socket: str = "/ws/pulse/"


@require_safe
async def schedules(request: HttpRequest) -> HttpResponse:
    """List the schedules of all workflows."""
    listed = tuple(await timetable.listing())
    context = SchedulesPage(
        listed=listed,
        armed=sum(one.armed for one in listed),
        ready=await workers.ready_count(),
    )
    return page(request, "schedules.html", context, frame=await frame_of(request, "schedules"))


@require_POST
async def arm(request: HttpRequest, workflow_id: str, schedule_id: str) -> HttpResponse:
    """Have due times start runs."""
    await timetable.arm(workflow_id, schedule_id)
    return _back(request, workflow_id)


@require_POST
async def disarm(request: HttpRequest, workflow_id: str, schedule_id: str) -> HttpResponse:
    """Have due times start nothing."""
    await timetable.disarm(workflow_id, schedule_id)
    return _back(request, workflow_id)


@require_POST
async def run(request: HttpRequest, workflow_id: str, schedule_id: str) -> HttpResponse:
    """Start a run as the schedule would, and show it."""
    return HttpResponseRedirect(url_of(await timetable.run_now(workflow_id, schedule_id)), status=303)


def _back(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Lead back to the page whose switch it was: the workflow's, or the list."""
    own = reverse("workflow", args=[workflow_id])
    return HttpResponseRedirect(own if request.POST.get("back") == own else reverse("schedules"), status=303)
