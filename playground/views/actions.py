"""What a person does to a run: cancel it, run it again, delete it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from engine.errors import RequestError, RunFinished
from engine.tags import Tagging
from playground.actions import actions
from playground.runs import retention
from playground.views.run import refused_page, url_of


@require_POST
async def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """Cancel a run."""
    try:
        await actions.cancel(run_id)
    except RunFinished as error:
        return await refused_page(request, run_id, str(error))
    return HttpResponseRedirect(url_of(run_id), status=303)


@require_POST
async def tag(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give a run a name and tags; an empty name takes it away."""
    tags = [tag for tag in request.POST.get("tags", "").split(",") if tag.strip()]
    await actions.tag(run_id, Tagging(name=request.POST.get("name", ""), tags=tags))
    return HttpResponseRedirect(url_of(run_id), status=303)


@require_POST
async def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Start the run's workflow with the same input."""
    run = await actions.state_of(run_id)
    try:
        new = await actions.start(run.workflow_id, run.root.input)
    except RequestError:
        # The form says what the schema, which has changed since, does not take any more.
        form = reverse("workflow", args=[run.workflow_id])
        return HttpResponseRedirect(f"{form}?{urlencode({'from': run_id})}", status=303)
    return HttpResponseRedirect(url_of(new), status=303)


@require_POST
async def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """Delete a run and its journal."""
    await retention.delete([run_id])
    return HttpResponseRedirect(f"{reverse('runs')}?notice=deleted", status=303)
