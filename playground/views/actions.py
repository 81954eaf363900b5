"""What a person does to a run: cancel it, run it again, delete it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from engine.errors import InvalidInput, InvalidTag, RequestError, RunFinished
from engine.tags import Tagging
from engine.values.missing import MISSING
from playground.actions import actions
from playground.catalogue import catalogue
from playground.display.toasts import Toast, done
from playground.runs import retention
from playground.scenarios import pins
from playground.views.run import refused_page, url_of


@require_POST
async def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """Cancel a run."""
    try:
        await actions.cancel(run_id)
    except RunFinished as error:
        return await refused_page(request, run_id, str(error))
    return done(url_of(run_id), Toast(status="canceled", text="The run is canceled."))


@require_POST
async def tag(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give a run a name and tags; an empty name takes it away.

    Only what differs from what the form showed at first is said, so that what others have said meanwhile stays; what
    is taken back (``undoing``) leaves a name that was changed once more.
    """
    name, before = request.POST.get("name", ""), request.POST.get("name-before", "")
    text = "Name and tags are changed."
    if "undoing" in request.POST:
        text = "Name and tags are as they were."
        if name != before and ((await actions.state_of(run_id)).name or "") != before:
            name, text = before, "The name was changed again meanwhile, and stays."
    tags, shown = _words(request.POST.get("tags", "")), _words(request.POST.get("tags-before", ""))
    wanted = Tagging(
        name=MISSING if name == before else name,
        add=[tag for tag in tags if tag not in shown],
        remove=[tag for tag in shown if tag not in tags],
    )
    try:
        await actions.tag(run_id, wanted)
    except InvalidTag as error:
        typed = f"Name: {name}\nTags: {', '.join(tags)}"
        return await refused_page(request, run_id, str(error), typed, status=400)
    toast = Toast(
        status="success",
        text=text,
        undo=reverse("call-run", args=[run_id]),
        given={
            "name": before,
            "name-before": name,
            "tags": ",".join(shown),
            "tags-before": ",".join(tags),
            "undoing": "1",
        },
    )
    return done(url_of(run_id), toast)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@require_POST
async def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Start the run's workflow with the same input."""
    run = await actions.state_of(run_id)
    entry = await catalogue.workflow(run.workflow_id)
    pretends = None
    try:
        pretends = await pins.rehearsed(entry, None)
        new = await actions.start(run.workflow_id, run.root.input, rehearsal=pretends, entry=entry)
    except RequestError as error:
        if pretends is not None or not isinstance(error, InvalidInput):
            return await refused_page(request, run_id, str(error))
        # The form says what the schema, which has changed since, does not take any more.
        form = reverse("workflow", args=[run.workflow_id])
        return HttpResponseRedirect(f"{form}?{urlencode({'from': run_id})}", status=303)
    return HttpResponseRedirect(url_of(new), status=303)


@require_POST
async def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """Delete a run and its journal."""
    await retention.delete([run_id])
    return done(reverse("runs"), Toast(status="success", text="The run is deleted."))
