"""The panel that puts a rehearsal together: what each step returns, how it fails, how late it is, and who dies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from engine.errors import InvalidInput
from engine.journal.state import RunState
from engine.paths import Path, ids_of
from engine.rehearsal import Failure, Rehearsal
from playground.actions import actions
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.forms import MISSING, Form, Json, without_secrets
from playground.graph.nodes import GraphStep
from playground.graph.tree import read_tree
from playground.runs import lists
from playground.views.form_posts import Files, Pairs, posted

START = "rehearse"
"""The value of the button that starts a rehearsal; the names of the panel's controls begin with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """What a step is to pretend, as its part of the panel shows it; numbers as they were typed."""

    key: str
    """Begins the names of its controls."""
    path: str
    form: Form
    """Of what it returns."""
    html: SafeString
    returns: bool = False
    """Whether it returns that, instead of being called."""
    times: str = ""
    type: str = ""
    message: str = ""
    delay: str = ""
    deaths: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether it pretends anything, so that its part is shown opened."""
        return self.returns or bool(self.times or self.delay or self.deaths)


@require_POST
async def panel(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Change the shape of the form of what a step returns; that form alone comes back."""
    entry = await catalogue.workflow(workflow_id)
    plans = await plans_of(request, entry)
    pressed = next((plan for plan in plans if plan.form.action is not None), None)
    return HttpResponse("" if pressed is None else pressed.html, status=200 if pressed else 400)


async def plans_of(request: HttpRequest, entry: WorkflowEntry) -> tuple[StepPlan, ...]:
    """Return the panel as it was posted; or as it is first shown, with what each step gave last."""
    nodes = [node for node in read_tree(entry.graph).walk() if isinstance(node, GraphStep)]
    given = posted(request) if request.method == "POST" else None
    outputs = {} if given else await last_outputs(entry.workflow_id)
    url = reverse("rehearse", args=[entry.workflow_id])
    return tuple(
        _plan(request, f"{START}{number}", node, given, outputs.get(node.path, MISSING), url)
        for number, node in enumerate(nodes)
    )


def rehearsal_of(plans: Sequence[StepPlan]) -> tuple[tuple[StepPlan, ...], Rehearsal | None]:
    """Return the plans with what is wrong in their forms, and the rehearsal, None when something is.

    Raises:
        InvalidInput: a number is none, or a name no name; the message says which.
    """
    checked = tuple(_checked(plan) for plan in plans)
    if any(plan.form.issues for plan in checked if plan.returns):
        return checked, None
    return checked, Rehearsal(
        results={plan.path: plan.form.value for plan in checked if plan.returns},
        failures={plan.path: _failure(plan) for plan in checked if plan.times},
        delays={plan.path: _number(plan, "delay", plan.delay, float) for plan in checked if plan.delay},
        deaths={plan.path: _number(plan, "deaths", plan.deaths, int) for plan in checked if plan.deaths},
    )


def _plan(
    request: HttpRequest,
    key: str,
    node: GraphStep,
    given: tuple[Pairs, Files] | None,
    last: Json,
    url: str,
) -> StepPlan:
    schema = node.output_schema or {}
    sent = request.POST if given is not None and f"{key}-times" in request.POST else {}
    if sent and given is not None:
        form = Form.posted(schema, *given, name_prefix=key)
    else:
        form = Form.blank(schema) if last is MISSING else Form.of(schema, without_secrets(schema, last))
    return StepPlan(
        key=key,
        path=node.name,
        form=form,
        html=_html(form, key, url),
        returns=f"{key}-returns" in sent,
        **{name: sent.get(f"{key}-{name}", "").strip() for name in ("times", "type", "message", "delay", "deaths")},
    )


def _html(form: Form, key: str, url: str) -> SafeString:
    return form.html(name_prefix=key, submit_url=url, id_prefix=key)


def _checked(plan: StepPlan) -> StepPlan:
    if not plan.returns:
        return plan
    form = plan.form.validate()
    return replace(plan, form=form, html=_html(form, plan.key, "")) if form.issues else replace(plan, form=form)


def _failure(plan: StepPlan) -> Failure:
    named = {name: text for name, text in (("type", plan.type), ("message", plan.message)) if text}
    return Failure(times=_number(plan, "how often it fails", plan.times, int), **named)


def _number(plan: StepPlan, what: str, text: str, kind: type[Any]) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise InvalidInput(f"{plan.path}: {what} is {text!r}, and a number is expected") from None


async def last_outputs(workflow_id: str) -> Mapping[Path, Json]:
    """Return what each step gave in the last run that came to its end, else in the last one."""
    recent = (await lists.recent([workflow_id], limit=12))[workflow_id]
    runs = [run for run in recent if not run.rehearsal] or recent
    best = next((run for run in runs if run.status == "success"), runs[0] if runs else None)
    return {} if best is None else _outputs(await actions.state_of(best.run_id))


def _outputs(run: RunState) -> dict[Path, Json]:
    return {ids_of(step.path): step.output for step in run.steps() if step.status == "success"}
