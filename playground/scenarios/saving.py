"""A recorded run as a scenario: what it was given, and what came of it as what is expected."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.errors import RequestError
from engine.events import Event
from engine.journal.result import RunResult
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path, ids_of
from engine.scenarios.pointers import container_of, pointer_of
from engine.scenarios.scenario import Answer, Scenario, Sent
from engine.values.schema import ANY
from playground.catalogue.published import Graph
from playground.forms.schema.mask import secret_places
from playground.graph.nodes import UNKNOWN, Node
from playground.graph.tree import Tree, read_tree

RESTING = ("success", "failed", "suspended", "waiting")
"""The statuses that a scenario can expect."""
STEPS = 50
"""How many steps are expected to have their status; more would be noise."""
TELLING = 6
"""Characters of the run's id from which on a text is taken to be made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A run as it was recorded, and the graph of the workflow that it was made with."""

    run: RunState
    events: Sequence[Event]
    graph: Graph | None


def scenario_of_run(recorded: Recorded, name: str, results: Sequence[str] = ()) -> Scenario:
    """Return the scenario that a run is an example of.

    Secrets are left out: an environment variable is asked for in the place of each. What is made of the run's id, and
    times during the run, are not looked at.

    Args:
        recorded: the run.
        name: what the scenario is to be called.
        results: written paths of steps whose outputs become results of a rehearsal, so that they are not called.

    Raises:
        RequestError: the run is no example of anything that can be played; the message says why.
    """
    run, tree = recorded.run, read_tree(recorded.graph)
    _check(run, recorded.events)
    hide = _Hiding(run.workflow_id)
    graph = recorded.graph or {}
    return Scenario(
        workflow=run.workflow_id,
        name=name,
        input=hide(graph.get("input_schema"), ANY.load(run.root.input), "input"),
        state=hide(graph.get("state_schema"), _state(recorded.events), "state"),
        request_context=run.request_context or None,
        scheduled_for=None if run.scheduled_for is None else run.scheduled_for.isoformat(),
        answers=tuple(_answers(recorded.events, tree, hide)),
        events=tuple(_sent(recorded.events, tree, hide)),
        rehearsal=_rehearsal(run, tree, hide, results),
        expect=_expectation(run, graph),
    )


def offered_results(run: RunState) -> list[str]:
    """Return the written paths of the steps whose outputs can be rehearsed."""
    steps = (step for step in run.steps() if step.kind == "step" and step.status == "success")
    return [format_path(step.path) for step in steps if step.path == ids_of(step.path)]


def _check(run: RunState, events: Sequence[Event]) -> None:
    if run.status not in RESTING:
        raise RequestError(
            f"run {run.run_id} is {run.status}: only one that has succeeded, failed or waits can be saved as a scenario"
        )
    if any(step.kind == "sleep" for step in run.waiting):
        raise RequestError(
            f"run {run.run_id} sleeps, and when it is played no time passes: wait until it ends, or asks for something"
        )
    if any(event.type in ("run-forked", "run-proceeded") and "input" in event.payload for event in events):
        raise RequestError(
            f"a step of run {run.run_id} was given another input than the one before it gave, which no scenario can "
            "do: save a run that was started with what it needs"
        )


class _Hiding:
    """Puts variables in the places of secrets."""

    def __init__(self, workflow_id: str) -> None:
        self._workflow_id = workflow_id

    def __call__(self, schema: Any, value: Any, what: str) -> Any:
        """Return a value whose secrets, as a schema marks them, are variables of the environment."""
        found = {"": copy.deepcopy(value)}
        for place in secret_places(schema or {}, value):
            container, key = container_of(found, pointer_of(("", *place))) or ({}, "")
            container[key] = {"$env": self._name(what, place)}
        return found[""]

    def _name(self, what: str, place: tuple[str | int, ...]) -> str:
        words = (self._workflow_id, *([what] if what != "input" else []), *map(str, place))
        return re.sub(r"[^A-Z0-9]+", "_", "_".join(words).upper()).strip("_")


def _state(events: Sequence[Event]) -> Any:
    given = (event.payload.get("state") for event in events if event.type in ("run-created", "run-started"))
    return next(filter(None, given), None)


def _answers(events: Sequence[Event], tree: Tree, hide: _Hiding) -> Iterator[Answer]:
    """Yield what suspended steps were answered, without what was refused later."""
    kept: list[tuple[Path, Answer]] = []
    for event in events:
        called = format_path(event.path)
        if event.type == "step-resumed":
            schema = event.payload.get("answer") or _node(tree, event.path).resume_schema
            data = hide(schema, ANY.load(event.payload["data"]), called)
            kept.append((event.path, Answer(step=called, data=data)))
        elif event.type == "step-expired":
            kept.append((event.path, Answer(step=called, late=True)))
        elif event.type == "step-suspended" and event.payload.get("rejected"):
            last = max(number for number, (path, _) in enumerate(kept) if path == event.path)
            del kept[last]
    yield from (answer for _, answer in kept)


def _sent(events: Sequence[Event], tree: Tree, hide: _Hiding) -> Iterator[Sent]:
    """Yield the events that steps took; those that nothing waited for change nothing."""
    by_seq = {event.seq: event for event in events}
    for event in events:
        if event.type == "event-received" and event.path:
            source = by_seq.get(event.payload.get("from_seq", event.seq), event)
            schema = getattr(_node(tree, event.path), "schema", None)
            payload = hide(schema, ANY.load(source.payload.get("payload")), event.payload["name"])
            yield Sent(name=event.payload["name"], payload=payload)


def _rehearsal(run: RunState, tree: Tree, hide: _Hiding, results: Sequence[str]) -> dict[str, Any] | None:
    pretended = {} if run.rehearsal is None else run.rehearsal.to_dict()
    pretended.pop("deaths", None)
    for called in results:
        if called not in offered_results(run):
            raise RequestError(f"step {called!r} of run {run.run_id} has no output that could be a result")
    outputs = {format_path(step.path): step for step in run.steps() if format_path(step.path) in results}
    if outputs:
        pretended["results"] = pretended.get("results", {}) | {
            called: hide(_node(tree, step.path).output_schema, ANY.load(step.output), called)
            for called, step in outputs.items()
        }
    return pretended or None


def _expectation(run: RunState, graph: Mapping[str, Any]) -> dict[str, Any]:
    result = RunResult.of(run)
    expect: dict[str, Any] = {"status": run.status}
    hidden: list[str] = []
    if run.status == "success":
        secrets = secret_places(graph.get("output_schema") or {}, result.result)
        hidden = [pointer_of(("result", *place)) for place in secrets]
        expect["result"] = copy.deepcopy(result.result)
    if run.status == "failed":
        expect["error"] = result.error
    steps = [step for step in run.steps() if _tells(step)][:STEPS]
    expect["steps"] = {format_path(step.path): {"status": step.status} for step in steps}
    ignore = [*hidden, *(place for place in _volatile(expect, run) if place not in hidden)]
    for place in hidden:
        container, key = container_of(expect, place) or ({}, "")
        container[key] = None
    return expect | ({"ignore": ignore} if ignore else {})


def _tells(step: StepState) -> bool:
    return step.path == ids_of(step.path) and step.status not in ("pending", "running")


def _volatile(expect: Mapping[str, Any], run: RunState) -> Iterator[str]:
    """Yield the places of what is another each time: made of the run's id, or a time during the run."""
    for name in ("result", "error"):
        yield from (pointer_of(place) for place, text in _texts(expect.get(name), (name,)) if _varies(text, run))


def _varies(text: str, run: RunState) -> bool:
    if run.run_id[:TELLING] in text or run.run_id[-TELLING:] in text:
        return True
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return False
    return at.tzinfo is not None and run.created_at is not None and at >= run.created_at


def _texts(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for key, child in value.items():
                yield from _texts(child, (*place, key))
        case list():
            for index, child in enumerate(value):
                yield from _texts(child, (*place, index))


def _node(tree: Tree, path: Path) -> Node:
    return tree.at(path) or UNKNOWN
