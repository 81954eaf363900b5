"""The form by which a person answers a suspended step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from engine.journal.step_state import StepState
from engine.paths import format_path
from playground.forms import Form, Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """A form as the page puts it between its own tags."""

    html: SafeString
    action: str
    id: str
    button: str = "Resume"


def answer_form(
    run_id: str, step: StepState, schema: Any, form: Form | None = None, *, back: str = "", also: Sequence[str] = ()
) -> AnswerForm:
    """Return the form for a suspended step.

    Args:
        run_id: the run.
        step: the suspended step.
        schema: its resume schema; None for any JSON value.
        form: the answer as it was posted, when it was refused or a part was added.
        back: where the answer leads; to the run when it is empty.
        also: the ids of other questions in the inbox that are to be given the same answer.
    """
    path = format_path(step.path)
    query = {"step": path, "suspension": step.suspension} | ({"next": back} if back else {})
    action = f"{reverse('resume', args=[run_id])}?{urlencode({**query, 'also': also}, doseq=True)}"
    form = form or _open(step, {} if schema is None else schema)
    # Several steps of several runs may wait on one page. A page keeps a form that is being filled in, but not one whose
    # answer was refused since.
    again = "" if step.rejected is None else f"-{step.suspended_at:%H%M%S%f}"
    name = f"answer-{run_id}-{path}{again}"
    html = form.html(submit_url=action, id_prefix=name, whole="Answer")
    return AnswerForm(html=html, action=action, id=f"{name}-form")


def _open(step: StepState, schema: Any) -> Form:
    """Return the form as it is first shown: empty, or with the answer that the step's own code has refused."""
    if step.rejected is None:
        return Form.blank(schema)
    issues = [Issue(path=issue.path, message=issue.message) for issue in step.rejected.issues]
    return Form.of(schema, step.rejected.data).with_issues(issues)


def event_form(run_id: str, step: StepState, schema: Any, form: Form | None = None, *, back: str = "") -> AnswerForm:
    """Return the form by which a person sends the event that a step waits for; see `answer_form`."""
    path = format_path(step.path)
    name = f"event-{run_id}-{path}"
    query = {"name": step.event_name, "step": path} | ({"next": back} if back else {})
    action = f"{reverse('send-event', args=[run_id])}?{urlencode(query)}"
    form = form or Form.blank({} if schema is None else schema)
    html = form.html(submit_url=action, id_prefix=name, whole="Payload")
    return AnswerForm(html=html, action=action, id=f"{name}-form", button="Send event")
