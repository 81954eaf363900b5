"""An opened step as HTML: its question and form, error, values and logs, with secrets masked."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from engine.journal.step_state import StepState
from engine.paths import ids_of
from playground.actions.changed_answers import ChangedAnswer
from playground.display.pages import context_of
from playground.forms import mask
from playground.graph.nodes import UNKNOWN, GraphEvent, GraphStep, GraphWorkflow
from playground.graph.tree import read_tree
from playground.history import Detail, Failure, Row, detail, failure
from playground.runpage.answer_forms import AnswerForm, answer_form, event_form
from playground.runpage.view import Graph, Line, RunView
from playground.runs.masking import mask_given, mask_state
from playground.step_runs.alone import has_function, is_allowed

QUESTIONS = ("question", "message", "prompt", "title", "reason")
"""The keys under which a payload usually says what is asked, the most usual first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A line and, when it is open, what is inside."""

    line: Line
    html: SafeString | str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a suspended step asks: a sentence, facts beside it, and what has no such shape."""

    question: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    rest: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """An attempt of a step that was tried more than once."""

    row: Row
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBody:
    """Context of ``run/body.html``."""

    view: RunView
    key: str
    """The line's own name, for what needs an id."""
    path: str
    iteration: int
    """Which pass of a loop it is; 0 outside of loops."""
    began: int
    """The seq at which it began; 0 before."""
    detail: Detail
    form: AnswerForm | None
    changed: ChangedAnswer | None
    """What is new about the schema of the answer, when that has changed since the run was made."""
    asked: Asked
    has_input: bool
    input: Any
    has_output: bool
    output: Any
    tries: tuple[Try, ...]
    wakes_at: datetime | None
    """When the time is over that it waits for, if it does and somebody could end it."""
    alone: bool
    """Whether it can be run alone: a step or a map, where the code is on this machine."""
    pins: bool
    """Whether what it gave can be pinned here."""
    pinned: bool
    """Whether the step returns something pinned in runs from the page."""


def draw(view: RunView, graph: Graph | None, *, token: str, opened: str = "") -> tuple[Drawn, ...]:
    """Return the lines with the insides of those that are open.

    Args:
        view: the run.
        graph: the graph of the run's version.
        token: the CSRF token of whoever looks, for forms.
        opened: the key of one more line that is shown open.
    """
    return tuple(
        Drawn(line=line, html=step_html(view, line, graph, token=token))
        if line.row.opens and (line.open or line.row.key == opened)
        else Drawn(line=line)
        for line in view.lines
    )


def step_html(
    view: RunView, line: Line, graph: Graph | None, *, token: str, form: AnswerForm | None = None
) -> SafeString:
    """Return the inside of one line; ``form`` is an answer that was refused, shown as it was typed. See `draw`."""
    state = line.row.state
    if state is None:
        return SafeString("")
    node = read_tree(graph).at(state.path) or UNKNOWN
    changed = view.answers.get(ids_of(state.path)) if state.status == "suspended" else None
    if form is None and state.status == "suspended":
        schema = node.resume_schema if changed is None else changed.now
        form = answer_form(view.run_id, state, state.answer_schema or schema)
    if form is None and state.status == "waiting" and state.event_name:
        form = event_form(view.run_id, state, node.schema if isinstance(node, GraphEvent) else None)
    began = state.started_at is not None
    body = StepBody(
        view=view,
        key=line.id,
        path=line.row.path,
        iteration=line.row.iteration or 0,
        began=line.row.began,
        detail=_masked(detail(view.history, state), node.resume_schema, graph),
        form=form,
        changed=changed,
        asked=asked(mask(node.suspend_schema or {}, state.suspend_payload)),
        has_input=began and state.input is not None,
        input=mask_given(node, state.input),
        has_output=line.row.status in ("success", "bailed", "undone"),
        output=mask(node.output_schema or {}, state.output),
        tries=tuple(_try(one, state) for one in line.row.tries),
        wakes_at=state.wakes_at if state.is_asleep(view.now) else None,
        alone=has_function(node) and is_allowed(),
        pins=not settings.PRODUCTION and line.row.status == "success" and isinstance(node, GraphStep | GraphWorkflow),
        pinned=line.pinned,
    )
    return render_to_string("run/body.html", context_of(body) | {"csrf_token": token})


def _try(row: Row, state: StepState) -> Try:
    """Return an attempt with its error, unless that is the step's own, which stands above."""
    return Try(row=row, failure=failure(row.error) if row.error and row.error != state.error else None)


def _masked(found: Detail, schema: Any, graph: Graph | None) -> Detail:
    """Return the detail without the secrets in its answers and in what it changed of the state."""
    answers = tuple(replace(note, value=mask(note.schema or schema or {}, note.value)) for note in found.answers)
    changes = tuple(replace(note, value=mask_state(graph, note.value)) for note in found.changes)
    return replace(found, answers=answers, changes=changes)


def asked(payload: Any) -> Asked:
    """Return a suspension's payload as a sentence and facts, as far as it has such a shape."""
    if isinstance(payload, str):
        return Asked(question=payload)
    if not isinstance(payload, dict):
        return Asked(rest=payload)
    key = next((key for key in QUESTIONS if isinstance(payload.get(key), str) and payload[key].strip()), None)
    rest = {name: value for name, value in payload.items() if name != key}
    question = "" if key is None else str(payload[key])
    if all(_is_plain(value) for value in rest.values()):
        return Asked(question=question, facts=tuple((name, _word(value)) for name, value in rest.items()))
    return Asked(question=question, rest=rest)


def _is_plain(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return all(part is None or isinstance(part, str | int | float | bool) for part in parts)


def _word(value: Any) -> str:
    match value:
        case None | []:
            return "none"
        case list():
            return ", ".join(_word(part) for part in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
