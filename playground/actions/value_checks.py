"""Whether a value fits what it is for: a worker's answer, or the JSON Schema's when no worker is at hand.

Only workers have the user's own validators. A start that was checked against the JSON Schema only is marked, and is
checked again before it runs.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from engine import errors
from engine.errors import (
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    InvalidValue,
    Issue,
    RequestError,
)
from engine.journal.requests import Start, check_takes_event
from engine.journal.state import RunState
from engine.journal.waits import Admitted, likeliest, unknown_event
from engine.paths import Path, format_path, ids_of
from engine.rehearsal import Rehearsal
from playground.actions.changed_answers import changed_answers
from playground.catalogue import catalogue
from playground.fleet import workers
from playground.forms.validation.check import breaks_pattern, check
from playground.live import nudges

ANSWER_TIME = 2.0
"""Seconds that a worker has to say whether a value fits."""

Refused = InvalidInput | InvalidResumeData | InvalidEventPayload


@dataclass(frozen=True, slots=True, kw_only=True)
class UncheckedStart(Start):
    """A start that no worker has seen: it is checked by the one that begins the run."""

    @classmethod
    def of(cls, start: Start) -> Self:
        """Return a start with the mark."""
        return cls(**{field.name: getattr(start, field.name) for field in fields(Start)})

    def payload(self) -> dict[str, Any]:
        """Return the keys of an event's payload, with the mark."""
        return {**Start.payload(self), "unchecked": True}


async def check_start(entry: catalogue.WorkflowEntry, wanted: Start) -> Start:
    """Return what a run of the workflow may start with.

    Raises:
        InvalidInput, StartRefused: it does not fit, or the workflow's own code refuses it.
    """
    what = f"workflow {entry.workflow_id!r}"
    await _check_patterns(entry.input_schema, wanted.input, InvalidInput, what)
    question = {"kind": "start", "input": wanted.input, "state": wanted.state}
    question |= {"request_context": wanted.request_context, "digest": entry.digest}
    question["rehearsal"] = None if wanted.rehearsal is None else wanted.rehearsal.to_dict()
    found = await _ask(entry.workflow_id, question)
    if found is None:
        await check_schema(entry.input_schema, wanted.input, InvalidInput, what)
        return UncheckedStart.of(wanted)
    rehearsal = None if wanted.rehearsal is None else Rehearsal.from_dict(found["rehearsal"])
    return replace(wanted, input=found["input"], state=found["state"], rehearsal=rehearsal)


async def permit_fork(workflow_id: str) -> bool:
    """Ask the workflow's own code whether a fork may start; return False when nobody can tell now.

    Raises:
        StartRefused: it refuses.
    """
    return await _ask(workflow_id, {"kind": "fork"}) is not None


async def check_answer(run: RunState, entry: catalogue.WorkflowEntry | None, path: Path, data: Any) -> Any:
    """Return the answer to a suspended step as it is recorded; ``entry`` is the version that the run was made with.

    Raises:
        InvalidResumeData: it does not fit.
    """
    step = run.find(path)
    own = None if step is None else step.answer_schema
    schema = own if own is not None else {} if entry is None else catalogue.resume_schema(entry.graph, path)
    if (changed := (await changed_answers(run, entry)).get(ids_of(path))) is not None:
        schema = changed.now or {}
    what = f"the {'resume_schema' if own is None else 'answer'} of step {format_path(path)!r}"
    await _check_patterns(schema, data, InvalidResumeData, what)
    found = await _ask(run.workflow_id, {"kind": "resume", "run_id": run.run_id, "path": list(path), "data": data})
    if found is not None:
        return found["data"]
    await check_schema(schema, data, InvalidResumeData, what)
    return data


def check_awaited(run: RunState, entry: catalogue.WorkflowEntry | None, name: str, path: Path | None = None) -> None:
    """Check that a run takes an event, whatever it carries; for the arguments see `check_event`.

    Raises:
        RunFinished: it has ended.
        UnknownStep: nothing in its workflow waits for an event of this name.
        NotSuspended: the step that it is meant for does not wait for it.
    """
    check_takes_event(run, name)
    if entry is not None and name not in (known := catalogue.event_names(entry.graph)):
        raise unknown_event(run.workflow_id, name, known)
    check_takes_event(run, name, path)


async def check_event(
    run: RunState, entry: catalogue.WorkflowEntry | None, name: str, payload: Any, path: Path | None
) -> Admitted:
    """Return an event as it is recorded; see `engine.journal.waits.admit_event`.

    Args:
        run: the run.
        entry: the version that it was made with.
        name: the event.
        payload: what it carries, as JSON.
        path: the waiting step that it is meant for, if one is.

    Raises:
        RunFinished, UnknownStep, NotSuspended: it is not taken, whatever it carries; see `check_awaited`.
        InvalidEventPayload: it does not fit.
        WorkflowChanged: the code no longer has the steps that the run recorded.
    """
    check_awaited(run, entry, name, path)
    schemas = {} if entry is None else catalogue.event_schemas(entry.graph, name)
    first = [ids_of(path)] if path else likeliest(run, name)
    order = [at for at in dict.fromkeys([*first, *(() if path else schemas)]) if at in schemas] or list(schemas)
    # Only those are asked whose patterns it keeps; see `_check_patterns`.
    asked = [at for at in order if not await asyncio.to_thread(breaks_pattern, schemas[at], payload)]
    if order and not asked:
        await check_schema(schemas[order[0]], payload, InvalidEventPayload, f"event {name!r}")
    question = {"kind": "event", "run_id": run.run_id, "name": name, "data": payload, "paths": [*map(list, asked)]}
    found = await _ask(run.workflow_id, question)
    if found is not None:
        return Admitted(payload=found["data"], takers=frozenset(map(tuple, found["takers"])))
    fits = frozenset([at for at in asked if not await asyncio.to_thread(check, schemas[at], payload)])
    if asked and not fits:
        await check_schema(schemas[asked[0]], payload, InvalidEventPayload, f"event {name!r}")
    return Admitted(payload=payload, takers=fits or frozenset(first))


async def _ask(workflow_id: str, question: dict[str, Any]) -> dict[str, Any] | None:
    """Return a worker's answer; None when none is at hand or it does not know the workflow.

    Raises:
        RequestError: the worker's code refuses.
    """
    if not await workers.ready_count():
        return None
    found = await nudges.ask({"workflow_id": workflow_id, **question}, seconds=ANSWER_TIME)
    match found:
        case {"verdict": "fits"}:
            return found
        case {"verdict": "refused", "error": str(name), "message": str(message), "issues": issues}:
            raise _refusal(name, message, issues)
        case _:
            return None


def _refusal(name: str, message: str, issues: Sequence[dict[str, Any]]) -> RequestError:
    """Make a worker's error again from its name; only requests' own errors are made."""
    kind = getattr(errors, name, RequestError)
    found = [Issue(path=tuple(issue["path"]), message=issue["message"]) for issue in issues]
    if isinstance(kind, type) and issubclass(kind, InvalidValue) and issubclass(kind, RequestError):
        return kind(message, found)
    return kind(message) if isinstance(kind, type) and issubclass(kind, RequestError) else RequestError(message)


async def _check_patterns(schema: Any, value: Any, kind: type[Refused], what: str) -> None:
    # Before a worker is asked, which searches patterns without a limit: one value could hang it.
    if await asyncio.to_thread(breaks_pattern, schema, value):
        await check_schema(schema, value, kind, what)


async def check_schema(schema: Any, value: Any, kind: type[Refused], what: str) -> None:
    """Hold a value against a JSON Schema.

    Raises:
        InvalidInput, InvalidResumeData, InvalidEventPayload: the given kind; it does not fit.
    """
    # In a thread, since a large value takes its time, and bounded, since a pattern in a schema may take for ever.
    issues = await asyncio.to_thread(check, schema, value)
    if issues:
        found = [Issue(path=tuple(issue.path), message=issue.message) for issue in issues]
        raise kind(f"the value does not fit {what}:", found)
