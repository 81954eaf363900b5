"""Forking: a new run that shares the history before a step and goes on with other input."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from engine.errors import InvalidInput, RequestError
from engine.journal.forks import not_begun
from engine.journal.step_state import StepState
from engine.paths import format_path
from playground.actions import actions
from playground.catalogue import catalogue
from playground.display.pages import Notice, page
from playground.forms import MISSING, Form
from playground.views.frame import frame_of
from playground.views.posting import issues_of, posted, wants_part
from playground.views.run import url_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkPage:
    """Context of ``run/fork.html``."""

    run_id: str
    workflow_id: str
    path: str
    form: SafeString
    action: str


@require_http_methods(["GET", "HEAD", "POST"])
async def fork(request: HttpRequest, run_id: str) -> HttpResponse:
    """Ask for the step's input, and fork on a post."""
    run = await actions.state_of(run_id)
    path = await actions.forked_step(run, request.GET.get("step", ""))
    step = run.find(path)
    if step is None:
        raise not_begun(run, path)
    entry = await catalogue.workflow(run.workflow_id)
    schema = (catalogue.node_at(entry.graph, step.path) or {}).get("input_schema") or {}
    if request.method != "POST":
        return await _page(request, run_id, run.workflow_id, step, Form.of(schema, step.input))
    form = Form.posted(schema, *posted(request)).validate()
    if form.action is not None and wants_part(request):
        return HttpResponse(_form(run_id, step, form))
    if form.action is not None:
        return await _page(request, run_id, run.workflow_id, step, form)
    if form.issues or form.value is MISSING:
        return await _page(request, run_id, run.workflow_id, step, form, status=422)
    try:
        new = await actions.fork(run_id, list(step.path), form.value)
    except InvalidInput as error:
        return await _page(request, run_id, run.workflow_id, step, form.with_issues(issues_of(error)), status=422)
    except RequestError as error:
        notice = Notice(status="failed", text=str(error))
        return await _page(request, run_id, run.workflow_id, step, form, notice=notice, status=409)
    return HttpResponseRedirect(url_of(new), status=303)


async def _page(
    request: HttpRequest,
    run_id: str,
    workflow_id: str,
    step: StepState,
    form: Form,
    *,
    notice: Notice | None = None,
    status: int = 200,
) -> HttpResponse:
    context = ForkPage(
        run_id=run_id,
        workflow_id=workflow_id,
        path=format_path(step.path),
        form=_form(run_id, step, form),
        action=_action(run_id, step),
    )
    frame = await frame_of(request, "runs", (notice,) if notice else ())
    return page(request, "run/fork.html", context, frame=frame, status=status)


def _form(run_id: str, step: StepState, form: Form) -> SafeString:
    return form.html(submit_url=_action(run_id, step), id_prefix="fork")


def _action(run_id: str, step: StepState) -> str:
    return f"{reverse('fork', args=[run_id])}?step={format_path(step.path)}"
