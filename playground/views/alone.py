"""`Run this step`: one step of a run alone, with the input that it had or another one, beside what was recorded."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from engine.errors import InvalidInput, RequestError
from engine.values.missing import MISSING
from playground.comparison.json_patch import Change, operations
from playground.display.pages import PageNotice, page
from playground.forms import MISSING as NOTHING
from playground.forms import Form, mask
from playground.history import Failure, failure
from playground.history.detail import elapsed
from playground.runs.masking import mask_given
from playground.step_runs import alone
from playground.step_runs.alone import RecordedStep, StepRun
from playground.views.fork import began_of, shown_input
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.frame import frame_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A try of the step as the page shows it, secrets masked."""

    came: StepRun
    input: Any
    output: Any
    asks: Any
    changes: tuple[Change, ...] | None
    """What is different in its output from what was recorded; None when one of both has none."""
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlonePage:
    """Context of ``run/alone.html``."""

    run_id: str
    workflow_id: str
    path: str
    iteration: int
    """Which pass of a loop it is; 0 outside of loops."""
    form: SafeString
    action: str
    status: str
    """How the step stands in the run."""
    seconds: float | None
    input: Any
    output: Any
    failure: Failure | None
    runs: tuple[Beside, ...]


@require_http_methods(["GET", "HEAD", "POST"])
async def run_alone(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show the step and what came of it so far; a post runs it again. ``?at=`` as for a fork."""
    of = await alone.recorded(run_id, request.GET.get("step", ""), began_of(request))
    schema = of.node.input_schema or {}
    shown = shown_input(of.node, of.step.input)
    if request.method != "POST":
        return await _page(request, of, Form.of(schema, shown))
    form = Form.posted(schema, *posted(request))
    if form.action is not None and wants_part(request):
        return HttpResponse(form.html(submit_url=_action(of), id_prefix="alone"))
    if form.action is not None:
        return await _page(request, of, form)
    # Its secrets were left out of the form, and are kept when nothing else was changed.
    changed = form.so_far is NOTHING or form.so_far != shown
    form = form.validate() if changed else form
    if changed and (form.issues or form.value is NOTHING):
        return await _page(request, of, form, status=422)
    try:
        await alone.run_alone(of, form.value if changed else MISSING)
    except InvalidInput as error:
        return await _page(request, of, form.with_issues(issues_of(error)), status=422)
    except RequestError as error:
        return await _page(request, of, form, notice=str(error), status=409)
    return HttpResponseRedirect(_action(of), status=303)


async def _page(
    request: HttpRequest, of: RecordedStep, form: Form, *, notice: str = "", status: int = 200
) -> HttpResponse:
    step, error = of.step, of.step.error
    context = AlonePage(
        run_id=of.run_id,
        workflow_id=of.workflow_id,
        path=of.path,
        iteration=step.iteration or 0,
        form=form.html(submit_url=_action(of), id_prefix="alone"),
        action=_action(of),
        status=step.status,
        seconds=elapsed(step.started_at, step.ended_at),
        input=mask_given(of.node, step.input),
        output=mask(of.node.output_schema or {}, step.output),
        failure=None if error is None else failure(error),
        runs=tuple(_beside(of, came) for came in alone.kept(of)),
    )
    notices = (PageNotice(status="failed", text=notice),) if notice else ()
    return page(request, "run/alone.html", context, frame=await frame_of(request, "runs", notices), status=status)


def _beside(of: RecordedStep, came: StepRun) -> Beside:
    schema = of.node.output_schema or {}
    output, before = mask(schema, came.output), mask(schema, of.step.output)
    comparable = came.status == of.step.status == "success"
    return Beside(
        came=came,
        input=mask_given(of.node, came.given),
        output=output,
        asks=mask(of.node.suspend_schema or {}, came.asks),
        changes=tuple(operations(before, output)) if comparable else None,
        failure=None if came.detail is None else came.detail.failure,
    )


def _action(of: RecordedStep) -> str:
    query = {"step": of.path} | ({} if of.began is None else {"at": of.began})
    return f"{reverse('run-step-alone', args=[of.run_id])}?{urlencode(query)}"
