"""One value of a run as a JSON file, for what is too long to be shown."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from engine.errors import UnknownStep
from engine.paths import format_path, parse_path
from engine.record import StepState
from engine.state import RunState
from playground.catalogue import node_at
from playground.forms import mask
from playground.views.loading import load

SCHEMAS = {"input": "input_schema", "output": "output_schema", "state": "state_schema"}
"""The parts that can be had, and the key under which a graph holds the schema of each."""


@require_safe
async def value(request: HttpRequest, run_id: str, part: str) -> HttpResponse:
    """Give the input, the output or the state of a run, or of one of its steps (``?step=<path>``), secrets masked."""
    if part not in SCHEMAS:
        return _plain(f"A run has no {part!r}: expected {', '.join(SCHEMAS)}.")
    loaded = await load(run_id)
    run = loaded.history.run
    step = _step(run, request.GET.get("step", ""))
    if part == "state" and step.path:
        return _plain("The state belongs to the whole run: leave the step out.")
    found = _found(run, step, part)
    text = json.dumps(mask(_schema(loaded.graph, step, part), found), ensure_ascii=False, indent=1, default=str)
    name = "-".join(filter(None, (run_id, format_path(step.path), part)))
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{_safe(name)}.json"'
    return response


def _step(run: RunState, written: str) -> StepState:
    try:
        step = run.find(parse_path(written)) if written else run.root
    except ValueError as error:
        raise UnknownStep(str(error)) from None
    if step is None:
        raise UnknownStep(f"the run has no step {written!r}")
    return step


def _found(run: RunState, step: StepState, part: str) -> Any:
    if part == "state":
        return run.state
    if part == "input":
        return step.input
    return step.output if step.path else run.result


def _schema(graph: Mapping[str, Any] | None, step: StepState, part: str) -> Any:
    node = graph if graph is None or not step.path else node_at(dict(graph), step.path)
    node = node["workflow"] if node is not None and node.get("type") == "workflow" else node
    return (node or {}).get(SCHEMAS[part]) or {}


def _safe(name: str) -> str:
    """Return a name for a file without what headers and file systems take ill."""
    return "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "_" for mark in name)[:150]


def _plain(text: str) -> HttpResponse:
    return HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
