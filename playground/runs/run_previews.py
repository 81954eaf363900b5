"""What lists show of runs beside their summaries: input and result in short, without their secrets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Length

from engine.journal.refs import Ref, resolve
from engine.journal.summary import RunSummary
from engine.paths import Path
from playground.catalogue.catalogue import Graph, find_versions
from playground.display.values import preview
from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.runs.masking import mask_input, mask_result
from playground.runs.wire_shapes import trigger
from playground.store.database import in_database
from playground.store.rows import INPUT_TEXT, from_text, path_from, path_text

NEAR = 100
"""A result is looked for in so many of the last events; one that was made long before the end is left out."""
LARGE = 20_000
"""Characters of a value that is not read for the sake of a line."""
SHORT = 140
"""Characters of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGlance:
    """A run as a line of a list."""

    run: RunSummary
    trigger: str
    """What has started it, in a word."""
    input: str
    """In short; empty where it is too large or there is none."""
    result: str


Row = tuple[int, str, Any]
"""The number of a run, and the path and the payload of an event."""

_UNKNOWN = object()
"""Stands for a value that is too large, or was not found."""


async def glances(rows: Sequence[RunSummary]) -> tuple[RunGlance, ...]:
    """Return runs with what lists show of them, with as many queries for many as for few."""
    return await in_database(_glances, rows) if rows else ()


def _glances(rows: Sequence[RunSummary]) -> tuple[RunGlance, ...]:
    versions = find_versions((row.workflow_id, row.digest) for row in rows)
    found = RunRow.objects.filter(run_id__in=[row.run_id for row in rows])
    kept = {
        run_id: (number, _read(text)) for run_id, number, text in found.values_list("run_id", "number", "input_text")
    }
    # One may have been deleted since the list was read.
    ended = [kept[row.run_id] for row in rows if row.status == "success" and row.run_id in kept]
    results = _results(dict(ended))
    lines = []
    for row in rows:
        entry = versions.get((row.workflow_id, row.digest))
        number, given = kept.get(row.run_id, (0, _UNKNOWN))
        lines.append(_glance(row, entry.graph if entry else None, given, results.get(number, _UNKNOWN)))
    return tuple(lines)


def _glance(row: RunSummary, graph: Graph | None, given: Any, result: Any) -> RunGlance:
    return RunGlance(
        run=row,
        trigger=trigger(row),
        input="" if given is _UNKNOWN else preview(mask_input(graph, given), SHORT),
        result="" if result is _UNKNOWN else preview(mask_result(graph, result), SHORT),
    )


def _read(text: str) -> Any:
    """Return an input from the text that the search looks into; what was cut there cannot be read."""
    if len(text) < INPUT_TEXT:
        with suppress(ValueError, RecursionError):
            return from_text(text)
    return _UNKNOWN


def _results(inputs: Mapping[int, Any]) -> Mapping[int, Any]:
    """Return the results of runs, by their numbers, as far as they are small and near the end of the journal."""
    refs: dict[int, Ref] = {number: payload["result"] for number, _, payload in _last(inputs, "run-succeeded")}
    paths = {path_text(path) for ref in refs.values() for path in _steps(ref)}
    outputs = {(number, path_from(path)): payload for number, path, payload in _last(inputs, "step-succeeded", paths)}
    found: dict[int, Any] = {}
    for number, ref in refs.items():
        with suppress(LookupError, TypeError, RecursionError):
            found[number] = _value(ref, number, outputs, inputs[number])
    return found


def _value(ref: Ref, number: int, outputs: Mapping[tuple[int, Path], Any], given: Any) -> Any:
    """Return what a ref stands for.

    Raises:
        LookupError: that is too large, or too far from the end.
    """

    def output(path: Path) -> Any:
        payload = outputs[number, path]
        return payload["output"] if "output" in payload else resolve(payload["output_ref"], output, begun)

    def begun(path: Path) -> Any:
        if path or given is _UNKNOWN:
            raise LookupError(path)
        return given

    return resolve(ref, output, begun)


def _steps(ref: Ref) -> Iterator[Path]:
    """Yield the steps whose outputs a ref leads to."""
    match ref:
        case {"step": path}:
            yield tuple(path)
        case {"item": [inner, _]}:
            yield from _steps(inner)
        case {"keys": parts}:
            for part in parts.values():
                yield from _steps(part)


def _last(numbers: Collection[int], type: str, paths: Collection[str] | None = None) -> Iterator[Row]:
    """Yield the events of a type that are small and among the last of these runs."""
    events = EventRow.objects.filter(run_id__in=numbers, type=type, seq__gt=F("run__last_seq") - NEAR)
    if paths is not None:
        events = events.filter(path__in=paths)
    small = events.annotate(size=Length("payload")).filter(size__lt=LARGE).order_by("run_id", "seq")
    for number, path, payload in small.values_list("run_id", "path", "payload"):
        yield number, path, from_text(payload)
