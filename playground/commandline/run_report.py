"""What a run has come to: as JSON as the API gives it, and as text with the error's own lines and what is asked."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from engine.journal.step_state import StepState
from engine.paths import format_path
from engine.values.missing import MISSING
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.commandline.output import lasted, time_text
from playground.forms import dumps, example, mask
from playground.graph.nodes import UNKNOWN, GraphEvent
from playground.graph.tree import read_tree
from playground.history import History, as_text, failure, rows
from playground.runpage.run_text import error_lines
from playground.runs import wire_shapes
from playground.runs.masking import mask_result

Command = Callable[..., str]
"""Returns a command to type, of its words."""


async def run_json(history: History) -> dict[str, Any]:
    """Return a run as JSON: its line in the list of the API, and its result, in which the input stands once."""
    summary = await store.summary(history.run.run_id)
    graph = await graph_of(history)
    # Whatever the API would write as text is text here.
    found: dict[str, Any] = json.loads(json.dumps(wire_shapes.result(history.run, graph), default=str))
    if ("input",) not in (step.path for step in history.run.steps()):
        del found["steps"]["input"]  # which stands there in the API's shape, beside the steps
    return {**wire_shapes.line(summary), **found}


async def graph_of(history: History) -> catalogue.Graph | None:
    """Return the graph of the version that a run was made with."""
    entry = await catalogue.version(history.run.workflow_id, history.run.digest)
    return None if entry is None else entry.graph


async def run_text(history: History, command: Command) -> str:
    """Return what a run has come to: result, error, or what it asks and how to answer."""
    run, graph = history.run, await graph_of(history)
    head = f"{run.status}  {run.workflow_id}  {run.run_id}  {lasted(run.created_at, run.ended_at)}"
    return "\n".join([head, *_outcome(history, graph, command)])


async def whole_text(history: History, command: Command) -> str:
    """Return the journal of a run and what it has come to."""
    graph = await graph_of(history)
    journal = as_text(history, rows(history, graph), now=datetime.now(UTC)).rstrip()
    return "\n".join([journal, *_outcome(history, graph, command)])


async def next_steps(history: History, command: Command) -> str:
    """Return what is asked of a person, and how to answer; nothing when nothing is."""
    return "\n".join(_asked(history, await graph_of(history), command)).strip()


def _outcome(history: History, graph: catalogue.Graph | None, command: Command) -> Iterator[str]:
    run = history.run
    if run.status == "success":
        yield ""
        yield dumps(mask_result(graph, run.result), indent=2)
    if run.error is not None:
        yield ""
        for error in failure(run.error).chain:
            yield from error_lines(error)
    if not run.ended:
        yield from _asked(history, graph, command)


def _asked(history: History, graph: catalogue.Graph | None, command: Command) -> Iterator[str]:
    run = history.run
    for path in run.paused if run.status == "paused" else ():
        yield ""
        yield f"It is paused before {format_path(path)}. Go on with it: {command('proceed', run.run_id)}"
    for step in run.suspended:
        yield from _question(run.run_id, step, graph, command)
    for step in run.waiting:
        if step.event_name:
            yield ""
            until = f" until {time_text(step.due_at)}" if step.due_at else ""
            yield f"{format_path(step.path)} waits for the event {step.event_name!r}{until}."
            node = read_tree(graph).at(step.path)
            schema = node.schema if isinstance(node, GraphEvent) else None
            carried = dumps(example(schema, full=False)) if schema else "null"
            words = ("send-event", run.run_id, step.event_name, "--step", format_path(step.path), "--data", carried)
            yield f"Send it: {command(*words)}"


def _question(run_id: str, step: StepState, graph: catalogue.Graph | None, command: Command) -> Iterator[str]:
    path = format_path(step.path)
    node = read_tree(graph).at(step.path) or UNKNOWN
    schema = step.answer_schema or node.resume_schema or {}
    yield ""
    yield f"{step.called} waits for an answer:"
    if step.suspend_payload is not None:
        text = dumps(mask(node.suspend_schema or {}, step.suspend_payload), indent=2)
        yield "  " + text.replace("\n", "\n  ")
    if step.due_at is not None:
        held = "" if step.default is MISSING else f", or else this holds: {dumps(mask(schema, step.default))}"
        yield f"Answer it by {time_text(step.due_at)}{held}"
    if step.rejected is not None:
        yield "The last answer was refused:"
        yield from (f"  {issue}" for issue in step.rejected.issues)
    answer = dumps(example(schema, full=False)) if schema else "null"
    yield f"Answer it: {command('resume', run_id, '--step', path, '--data', answer)}"
