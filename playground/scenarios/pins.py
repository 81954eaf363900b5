"""Pins: results that steps return in every run from the page, kept in ``scenarios/<workflow>/pins.json``."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from engine.errors import InvalidInput, RequestError, UnknownStep
from engine.paths import Path as StepPath
from engine.paths import format_path, ids_of, parse_path
from engine.rehearsal import Rehearsal
from engine.scenarios import folder
from engine.scenarios.scenario import lines_of
from playground.actions import value_checks
from playground.catalogue.catalogue import WorkflowEntry
from playground.forms.schema.mask import secret_places
from playground.graph.nodes import GraphStep, GraphWorkflow
from playground.graph.tree import read_tree

NAME = "pins.json"


class PinsRefused(RequestError):
    """This is production, where no result is pinned. Use a playground on your own machine."""


class PinsUnreadable(RequestError):
    """The file of the pins cannot be read as JSON of the form {"results": {step: result}}. Mend it, or delete it."""


class PinUnfit(RequestError):
    """A step is pinned to a result that does not fit it any more. Unpin it on the workflow's page."""


def pins_of(entry: WorkflowEntry) -> dict[str, Any]:
    """Return what the pinned steps of a workflow return, by their paths without indexes; nothing in production.

    Pins of steps that the workflow does not have, or no more, are passed over.

    Raises:
        PinsUnreadable: the file is none of pins.
    """
    if settings.PRODUCTION:
        return {}
    tree = read_tree(entry.graph)
    return {name: value for name, value in _read(entry.workflow_id).items() if _pinnable(tree.by_name().get(name))}


async def rehearsed(entry: WorkflowEntry, rehearsal: Rehearsal | None) -> Rehearsal | None:
    """Return what a run from the page pretends: its own rehearsal, and beside it what is pinned.

    Raises:
        PinsUnreadable: as for `pins_of`.
        PinUnfit: the code of a pinned step has changed, and does not return such a result any more.
    """
    pins = pins_of(entry)
    if not pins:
        return rehearsal
    own = rehearsal or Rehearsal()
    named = {*own.failures, *own.delays, *own.deaths}
    left = {name: value for name, value in pins.items() if name not in named}
    for name in left.keys() - own.results.keys():
        await _check_fit(entry, name, left[name])
    return replace(own, results={**left, **own.results}) if left or rehearsal else None


async def pin(entry: WorkflowEntry, step: StepPath, result: Any) -> str:
    """Have a step return a result from now on, in place of what it was pinned to; return the file, as messages call it.

    Args:
        entry: the workflow.
        step: the step's path; all items of a list, and all passes of a loop, are meant by it.
        result: what it returns, as JSON.

    Raises:
        UnknownStep: the workflow has no such step.
        InvalidInput: the result does not fit the step, or has secrets, which would stand in the file.
        PinsRefused: this is production.
        PinsUnreadable: the file that is there is none of pins.
        RequestError: the file cannot be written.
    """
    name, node = format_path(ids_of(step)), read_tree(entry.graph).at(step)
    if settings.PRODUCTION:
        raise PinsRefused
    if not _pinnable(node) or node is None:
        raise UnknownStep(f"workflow {entry.workflow_id!r} has no step {name!r} whose result could be pinned")
    schema = node.output_schema or {}
    await value_checks.check_schema(schema, result, InvalidInput, f"what step {name!r} returns")
    if secret_places(schema, result):
        raise InvalidInput(f"the result of step {name!r} has secrets, which a pin would write to a file: rehearse it")
    return _write(entry.workflow_id, {**_read(entry.workflow_id), name: result})


def unpin(entry: WorkflowEntry, step: StepPath) -> None:
    """Have a step be called again.

    Raises:
        UnknownStep: it is not pinned.
        PinsRefused, PinsUnreadable: as for `pin`.
    """
    name, pins = format_path(ids_of(step)), _read(entry.workflow_id)
    if settings.PRODUCTION:
        raise PinsRefused
    if name not in pins:
        raise UnknownStep(f"step {name!r} of workflow {entry.workflow_id!r} is not pinned")
    _write(entry.workflow_id, {key: value for key, value in pins.items() if key != name})


async def _check_fit(entry: WorkflowEntry, name: str, result: Any) -> None:
    node = read_tree(entry.graph).by_name()[name]
    try:
        await value_checks.check_schema(node.output_schema or {}, result, InvalidInput, f"what step {name!r} returns")
    except InvalidInput as error:
        issues = "; ".join(map(str, error.issues))
        raise PinUnfit(
            f"step {name!r} is pinned to a result that does not fit it any more: {issues}. "
            f"Unpin it on the page of workflow {entry.workflow_id!r}, or pin what it returns now"
        ) from None


def _pinnable(node: Any) -> bool:
    return isinstance(node, GraphStep | GraphWorkflow)


def _file(workflow_id: str) -> Path:
    return Path.cwd() / folder.FOLDER / workflow_id / NAME


def _read(workflow_id: str) -> Mapping[str, Any]:
    file = _file(workflow_id)
    if not (folder.is_name(workflow_id) and file.is_file()):
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        results = found["results"]
        return {format_path(parse_path(name)): value for name, value in results.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise PinsUnreadable(
            f"{folder.called(file, Path.cwd())} is no file of pins, which is JSON of the form "
            f'{{"results": {{step: result}}}}: {error}. Mend it, or delete it'
        ) from None


def _write(workflow_id: str, pins: Mapping[str, Any]) -> str:
    file = _file(workflow_id)
    if not folder.is_name(workflow_id):
        raise InvalidInput(f"workflow {workflow_id!r} cannot have a folder of its own name below {folder.FOLDER}/")
    if pins:
        folder.write(f"{lines_of({'results': dict(pins)})}\n", file)
    else:
        folder.remove(file)
    return folder.called(file, Path.cwd())
