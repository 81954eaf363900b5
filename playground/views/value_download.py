"""One value of a run as a JSON file, for what is too long to be shown."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from engine.errors import UnknownStep
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import format_path, parse_path
from engine.values.jsontext import readable
from playground.forms import mask
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree
from playground.runpage.loaded_run import load
from playground.runs.masking import mask_given, mask_input, mask_result, mask_state

PARTS = ("input", "output", "state")
"""What can be had of a run; the first two of a step too."""


@require_safe
async def value(request: HttpRequest, run_id: str, part: str) -> HttpResponse:
    """Give the input, the output or the state of a run, or of one of its steps (``?step=<path>``), secrets masked."""
    if part not in PARTS:
        return _plain(f"A run has no {part!r}: expected {', '.join(PARTS)}.")
    loaded = await load(run_id)
    run = loaded.history.run
    step = _step(run, request.GET.get("step", ""))
    if part == "state" and step.path:
        return _plain("The state belongs to the whole run: leave the step out.")
    found = mask_state(loaded.graph, run.state) if part == "state" else _masked(loaded.graph, run, step, part)
    text = readable(found, indent=1)
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


def _masked(graph: Mapping[str, Any] | None, run: RunState, step: StepState, part: str) -> Any:
    tree = read_tree(graph)
    if not step.path:
        return mask_input(graph, step.input) if part == "input" else mask_result(graph, run.result)
    node = tree.at(step.path) or UNKNOWN
    return mask_given(node, step.input) if part == "input" else mask(node.output_schema or {}, step.output)


def _safe(name: str) -> str:
    """Return a name for a file without what headers and file systems take ill."""
    return "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "_" for mark in name)[:150]


def _plain(text: str) -> HttpResponse:
    return HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
