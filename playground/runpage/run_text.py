"""A run as one text: its journal, error with the user's lines, logs, what is asked, and what holds it up."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from engine.journal.step_state import StepState
from engine.paths import format_path, ids_of
from playground.actions.changed_answers import changed_answers
from playground.display.values import dump
from playground.forms import mask
from playground.graph.nodes import UNKNOWN, GraphEvent
from playground.graph.tree import Tree, read_tree
from playground.history import Detail, Failure, Reason, as_text, detail, failure, reasons, rows
from playground.history.step_output import Stream
from playground.runpage.changed_steps import changed_steps
from playground.runpage.loaded_run import Loaded, holder_of
from playground.runs.masking import mask_given, mask_input, mask_rehearsal, mask_result

LOGS = 100
"""So many lines are told of each step; the last ones."""
MOST = 4_000
"""Characters of a value that are told."""
SHORT = 100
"""Characters of a value that stands on one line."""
LOGGING = 50
"""Of how many steps the text has what they logged and wrote, the last ones."""
CALLS = 5
"""Of so many calls of a step's function it is told what they wrote; the last ones."""
VALUES = 20
"""So many values are told that a call has written; the last ones."""


async def run_text(loaded: Loaded) -> str:
    """Return all that helps to understand how a run stands, with its secrets masked."""
    history, run, tree = loaded.history, loaded.history.run, read_tree(loaded.graph)
    now = datetime.now(UTC)
    parts = [as_text(history, rows(history, loaded.graph, loaded.window), now=now).rstrip()]
    parts.append(f"input: {_value(mask_input(loaded.graph, run.root.input))}")
    if run.rehearsal is not None:
        parts.append(f"rehearsal: {_value(mask_rehearsal(loaded.graph, run.rehearsal.to_dict()))}")
    if run.status == "success":
        parts.append(f"result: {_value(mask_result(loaded.graph, run.result))}")
    if run.error is not None:
        parts.append("\n".join(line for error in failure(run.error).chain for line in error_lines(error)))
    parts += [
        _failed(step, tree) for step in run.steps() if step.status in ("failed", "paused") and step.kind == "step"
    ]
    for changed in await changed_steps(run):
        diff = "\n".join(text for _, text in changed.lines)
        parts.append(
            f"the code of {changed.path} has changed since this run; a retry runs it as it is now\n{diff}".rstrip()
        )
    said = [text for step in run.steps() if (text := _said(detail(history, step)))]
    if (left := len(said) - LOGGING) > 0:
        parts.append(f"({left} more steps have logged or written something before: see the run's page)")
    parts += said[-LOGGING:]
    if not run.ended:
        held = reasons(history, now=now, holder=await holder_of(loaded))
        parts += [_held(one) for one in held if one.kind in ("worker", "turn", "sleep", "retry")]
        renewed = {path: one.now for path, one in (await changed_answers(run, loaded.entry)).items()}
        parts += [_question(step, tree, renewed.get(ids_of(step.path))) for step in run.suspended]
        parts += [_event(step, tree) for step in run.waiting if step.event_name]
        parts += [f"paused before {format_path(path)}" for path in run.paused if run.status == "paused"]
    return "\n\n".join(parts) + "\n"


def error_lines(error: Failure) -> Iterator[str]:
    """Yield an error as lines: its message, what does not fit, and the user's own frames, innermost first."""
    yield f"{error.type}: {error.message}"
    yield from (f"  {line}" for line in error.issue_lines)
    for frame in error.own or ([] if error.issues else error.foreign[:3]):
        yield f"  {frame.file}:{frame.line} in {frame.function}"
        if frame.code:
            yield f"    {frame.code}"


def _held(reason: Reason) -> str:
    return f"not moving: {reason.text}" + ("" if reason.due_at is None else f", until {reason.due_at.isoformat()}")


def _value(value: Any) -> str:
    short = json.dumps(value, ensure_ascii=False, default=str)
    text = short if len(short) <= SHORT else dump(value)
    return text if len(text) <= MOST else f"{text[:MOST]}\n… and {len(text) - MOST:,} characters more"


def _failed(step: StepState, tree: Tree) -> str:
    return f"{format_path(step.path)} was given: {_value(mask_given(tree.at(step.path) or UNKNOWN, step.input))}"


def _said(found: Detail) -> str:
    path = format_path(found.state.path)
    return "\n\n".join([*_logs(path, found), *(_wrote(path, stream) for stream in found.streams[-CALLS:])])


def _logs(path: str, found: Detail) -> Iterator[str]:
    if not found.logs:
        return
    left = found.left_out + max(0, len(found.logs) - LOGS)
    lines = [f"{note.at:%H:%M:%S.%f} {note.level} {note.text}" for note in found.logs[-LOGS:]]
    more = f" (the last of {left + len(lines)})" if left else ""
    yield "\n".join([f"logs of {path}{more}:", *(f"  {line}" for line in lines)])


def _wrote(path: str, stream: Stream) -> str:
    text, values = stream.text, stream.values[-VALUES:]
    cut = f"… {len(text) - MOST:,} characters before\n" if len(text) > MOST else ""
    left = f" (the last of {stream.count} values)" if stream.count > len(values) else ""
    lines = [*f"{cut}{text[-MOST:]}".splitlines(), *map(_value, values)]
    return "\n".join([f"written by {path}, {stream.title}{left}:", *(f"  {line}" for line in lines)])


def _question(step: StepState, tree: Tree, renewed: Any) -> str:
    node = tree.at(step.path) or UNKNOWN
    schema = step.answer_schema or renewed or node.resume_schema
    lines = [f"{step.called} waits for an answer."]
    if step.suspend_payload is not None:
        lines.append(f"asked: {_value(mask(node.suspend_schema or {}, step.suspend_payload))}")
    lines.append("any JSON answers it" if schema is None else f"schema of the answer: {json.dumps(schema)}")
    if step.due_at is not None:
        lines.append(f"its deadline is {step.due_at.isoformat()}")
    if step.rejected is not None:
        lines += ["the last answer was refused:", *(f"  {issue}" for issue in step.rejected.issues)]
    return "\n".join(lines)


def _event(step: StepState, tree: Tree) -> str:
    node = tree.at(step.path)
    schema = node.schema if isinstance(node, GraphEvent) else None
    told = "" if schema is None else f"\nschema of what it carries: {json.dumps(schema)}"
    return f"{format_path(step.path)} waits for the event {step.event_name!r}.{told}"
