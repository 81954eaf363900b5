"""The form by which a person answers a suspended step."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from engine.paths import format_path
from engine.state import StepState
from playground.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """A form as the page puts it between its own tags."""

    html: SafeString
    action: str
    id: str


def answer_form(run_id: str, step: StepState, schema: Any, form: Form | None = None) -> AnswerForm:
    """Return the form for a suspended step.

    Args:
        run_id: the run.
        step: the suspended step.
        schema: its resume schema; None for any JSON value.
        form: the answer as it was posted, when it was refused or a part was added.
    """
    path = format_path(step.path)
    action = f"{reverse('resume', args=[run_id])}?step={path}&suspension={step.suspension}"
    form = form or Form.blank({} if schema is None else schema)
    # The path is part of the id, for several steps of one page may wait at once.
    html = form.html(submit_url=action, id_prefix=f"answer-{path}")
    return AnswerForm(html=html, action=action, id=f"answer-{path}-form")
