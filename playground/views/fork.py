"""Forking: a new run that shares the history before a step and goes on with other input."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from engine.errors import InvalidInput, RequestError
from engine.journal.fold import fold
from engine.journal.forks import not_begun
from engine.journal.step_state import StepState
from engine.paths import format_path
from playground.actions import actions
from playground.catalogue import catalogue
from playground.display.pages import PageNotice, page
from playground.forms import MISSING, Form, Json, without_secrets
from playground.graph.nodes import UNKNOWN, Node
from playground.graph.tree import read_tree
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.frame import frame_of
from playground.views.run import url_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkPage:
    """Context of ``run/fork.html``."""

    run_id: str
    workflow_id: str
    path: str
    iteration: int
    """Which pass of a loop it is; 0 outside of loops."""
    form: SafeString
    action: str


@require_http_methods(["GET", "HEAD", "POST"])
async def fork(request: HttpRequest, run_id: str) -> HttpResponse:
    """Ask for the step's input, and fork on a post; ``?at=`` is the seq at which the step began, of several times."""
    run, began = await actions.state_of(run_id), began_of(request)
    entry = await catalogue.workflow(run.workflow_id)
    path = actions.forked_step(entry, request.GET.get("step", ""))
    # As it was then, with the input of that pass.
    then = run if began is None else fold(await actions.store.read(run_id, limit=began))
    step = then.find(path)
    if step is None or (began is not None and then.last_seq != began):
        raise not_begun(run, path)
    node = read_tree(entry.graph).at(step.path) or UNKNOWN
    schema = node.input_schema or {}
    if request.method != "POST":
        return await _page(request, run_id, run.workflow_id, step, Form.of(schema, shown_input(node, step.input)))
    form = Form.posted(schema, *posted(request)).validate()
    if form.action is not None and wants_part(request):
        return HttpResponse(_form(request, run_id, step, form))
    if form.action is not None:
        return await _page(request, run_id, run.workflow_id, step, form)
    if form.issues or form.value is MISSING:
        return await _page(request, run_id, run.workflow_id, step, form, status=422)
    try:
        new = await actions.fork(run_id, list(step.path), form.value, began=began)
    except InvalidInput as error:
        return await _page(request, run_id, run.workflow_id, step, form.with_issues(issues_of(error)), status=422)
    except RequestError as error:
        notice = PageNotice(status="failed", text=str(error))
        return await _page(request, run_id, run.workflow_id, step, form, notice=notice, status=409)
    return HttpResponseRedirect(url_of(new), status=303)


def shown_input(node: Node, value: Json) -> Json:
    """Return what a step was given without the secrets of whatever gave it; the form leaves out those of its own."""
    for given in node.given_schemas:
        value = without_secrets(given or {}, value)
    return value


async def _page(
    request: HttpRequest,
    run_id: str,
    workflow_id: str,
    step: StepState,
    form: Form,
    *,
    notice: PageNotice | None = None,
    status: int = 200,
) -> HttpResponse:
    context = ForkPage(
        run_id=run_id,
        workflow_id=workflow_id,
        path=format_path(step.path),
        iteration=step.iteration or 0,
        form=_form(request, run_id, step, form),
        action=_action(request, run_id, step),
    )
    frame = await frame_of(request, "runs", (notice,) if notice else ())
    return page(request, "run/fork.html", context, frame=frame, status=status)


def _form(request: HttpRequest, run_id: str, step: StepState, form: Form) -> SafeString:
    return form.html(submit_url=_action(request, run_id, step), id_prefix="fork")


def _action(request: HttpRequest, run_id: str, step: StepState) -> str:
    began = began_of(request)
    query = {"step": format_path(step.path)} | ({} if began is None else {"at": began})
    return f"{reverse('fork', args=[run_id])}?{urlencode(query)}"


def began_of(request: HttpRequest) -> int | None:
    """Return the seq at which the step began, of several times in a loop, when the address says so."""
    text = request.GET.get("at", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
