"""Runs one step of a recorded run alone, in a process of its own, and keeps what came of it until this one ends."""

import asyncio
import json
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Any, Literal

from django.conf import settings

from engine.errors import InvalidInput, RequestError
from engine.events import Event
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from engine.values.jsontext import to_text
from engine.values.missing import MISSING
from playground.actions import actions, value_checks
from playground.catalogue import catalogue
from playground.fleet.workers import exit_text
from playground.graph.nodes import UNKNOWN, GraphEvent, GraphMap, GraphSleep, GraphStep, GraphWorkflow, Node
from playground.graph.tree import read_tree
from playground.history import Detail, History, detail
from playground.runs import retention
from playground.step_runs.passes import step_of_pass
from playground.supervisor.helper_process import listen_to

SILENCE = 70.0
"""Seconds for which one import, or the step, may take before the process is ended."""
AT_ONCE = 4
"""So many steps run alone at the same time; each is a process."""
MOST_KEPT = 20
"""Tries that are kept of one step of a run."""
MOST_STEPS = 200
"""Steps of which tries are kept; the ones that were run last."""
MOST_BYTES = 64 * 2**20
"""Bytes, as JSON, of all tries together; the last one is kept, however large it is."""

Outcome = Literal["success", "failed", "suspended", "bailed", "lost"]


class StepRunRefused(RequestError):
    """This is production, where no step is run alone. Use a playground on your own machine."""


class NoFunction(RequestError):
    """It is no step and no map, and so has no function that could be run alone. Run one of the steps around it."""


class TooManyStepRuns(RequestError):
    """As many steps as may are run alone at the moment. Wait until one of them is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep:
    """A step of a run as it was recorded, which may be of a former pass of a loop."""

    run_id: str
    workflow_id: str
    step: StepState
    node: Node
    """Where it stands in the workflow as the code is now."""
    began: int | None
    events: Sequence[Event]
    """The run's journal, of a former pass as far as the beginning of that pass."""

    @property
    def path(self) -> str:
        """Return the step's written path."""
        return format_path(self.step.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """What came of one step that was run alone."""

    number: int
    """Which one of this step it is, from 1."""
    at: datetime
    given: Any
    """Its input, as JSON."""
    status: Outcome
    seconds: float | None = None
    output: Any = None
    asks: Any = None
    """What it asked when it was suspended."""
    detail: Detail | None = None
    """Its logs, its error and what else it said; None when its process was lost."""
    problem: str = ""
    """Why nothing is known of it."""
    size: int = 0
    """Bytes of what it was given and of all that it said, as JSON."""


@dataclass(slots=True)
class _Heard:
    """What the process has told so far."""

    importing: str = ""
    running: bool = False
    events: list[Event] = field(default_factory=list)
    seconds: float | None = None
    wrong: str = ""

    def hear(self, line: dict[str, Any]) -> None:
        """Take a line."""
        self.importing = line.get("importing", self.importing)
        self.running = self.running or "running" in line
        self.wrong = line.get("wrong", self.wrong)
        if "came" in line:
            self.events = [Event.from_dict(event) for event in line["came"]]
            self.seconds = line["seconds"]


_Key = tuple[str, Path, int | None]
_kept: OrderedDict[_Key, list[StepRun]] = OrderedDict()
"""By run, step and pass; in the order in which they were run last."""
_running: set[str] = set()


def is_allowed() -> bool:
    """Tell whether steps are run alone here: not in production, nor where the user's code is on other machines."""
    return catalogue.are_workers_here() and not settings.PRODUCTION


def has_function(node: Node) -> bool:
    """Tell whether a node has a function of the user's that can be run alone: a step, or a map."""
    return isinstance(node, GraphStep | GraphMap)


def _no_function(node: Node) -> NoFunction:
    if isinstance(node, GraphWorkflow):
        own = ", ".join(one.name for one in node.nodes[0].steps()) if node.nodes else ""
        return NoFunction(f"{node.name!r} is a nested workflow: run one of its steps alone, such as {own}")
    what = {GraphSleep: "a timer", GraphEvent: "a wait for an event"}.get(type(node), f"a {node.type}")
    return NoFunction(f"{node.name!r} is {what} and has no function that could be run alone: only steps and maps have")


async def recorded(run_id: str, step: str | Sequence[str | int], began: int | None = None) -> RecordedStep:
    """Return a step of a run, to be run alone.

    Args:
        run_id: the run.
        step: the step's path or id.
        began: the seq at which it began, of several times in a loop; by default the last.

    Raises:
        UnknownRun, UnknownWorkflow, UnknownStep: there is none.
        StepNotRun: it has not begun in the run.
        NoFunction: it is a timer, a wait or a nested workflow.
        StepRunRefused: this process may not import the user's code.
    """
    if not catalogue.are_workers_here():
        raise StepRunRefused(
            "the workers of this playground are elsewhere, and so is the code: no step is run alone here. "
            "Use a playground on your own machine, as `stepyard dev` starts it"
        )
    if settings.PRODUCTION:
        raise StepRunRefused
    summary = await actions.store.summary(run_id)
    entry = await catalogue.workflow(summary.workflow_id)
    path = actions.forked_step(entry, step)
    node = read_tree(entry.graph).at(path) or UNKNOWN
    if not has_function(node):
        raise _no_function(node)
    events = await actions.store.read(run_id)
    # Beside the event loop: a journal may be long.
    state = await asyncio.to_thread(step_of_pass, events, path, began)
    return RecordedStep(
        run_id=run_id, workflow_id=summary.workflow_id, step=state, node=node, began=began, events=events
    )


def kept(of: RecordedStep) -> tuple[StepRun, ...]:
    """Return what came of a step so far, the last one first."""
    return tuple(reversed(_kept.get(_key(of), ())))


async def run_alone(of: RecordedStep, value: Any = MISSING) -> StepRun:
    """Run a step alone, with the code as it is now; nothing of it is recorded in the run.

    Args:
        of: the step.
        value: what it is given instead of what it had, as JSON.

    Raises:
        InvalidInput: the value does not fit the step.
        TooManyStepRuns: others are at work.
    """
    if value is not MISSING:
        await value_checks.check_schema(of.node.input_schema or {}, value, InvalidInput, f"step {of.path!r}")
    if len(_running) >= AT_ONCE:
        raise TooManyStepRuns
    mark = str(uuid.uuid4())
    _running.add(mark)
    try:
        came = await _come(of, value)
    finally:
        _running.discard(mark)
    return await keep(of, came)


async def keep(of: RecordedStep, came: StepRun) -> StepRun:
    """Number a try and keep it; those of runs that were deleted meanwhile go, and the oldest that are too many."""
    key = _key(of)
    every = _kept.setdefault(key, [])
    came = replace(came, number=every[-1].number + 1 if every else 1)
    every.append(came)
    del every[:-MOST_KEPT]
    _kept.move_to_end(key)
    there = await retention.still_there({run_id for run_id, _, _ in _kept})
    for gone in [other for other in _kept if other[0] not in there]:
        _kept.pop(gone, None)
    while len(_kept) > MOST_STEPS or (len(_kept) > 1 and _bytes() > MOST_BYTES):
        _kept.popitem(last=False)
    while len(every) > 1 and _bytes() > MOST_BYTES:
        del every[0]
    return came


def _bytes() -> int:
    return sum(came.size for every in _kept.values() for came in every)


def _key(of: RecordedStep) -> _Key:
    return of.run_id, of.step.path, of.began


async def _come(of: RecordedStep, value: Any) -> StepRun:
    given = of.step.input if value is MISSING else value
    begun = StepRun(number=0, at=datetime.now(UTC), given=given, status="lost", size=len(to_text(given)))
    modules = await catalogue.site_of(of.workflow_id)
    heard = _Heard()
    with TemporaryDirectory(prefix="stepyard-step-") as folder:
        file = FilePath(folder) / "order.json"
        await asyncio.to_thread(_write_order, file, of, given)
        words = [f"--order={file}", "--", *modules]
        code = await listen_to("playground.worker.step_runs.step_process", words, silence=SILENCE, heard=heard.hear)
    if not heard.events:
        return replace(begun, problem=heard.wrong or _why(heard, code))
    return await asyncio.to_thread(_told, begun, of, heard)


def _write_order(file: FilePath, of: RecordedStep, given: Any) -> None:
    """Write what the process is to do; a journal may be long."""
    order: dict[str, Any] = {"workflow": of.workflow_id, "step": list(of.step.path), "began": of.began}
    order |= {"input": given, "events": [event.to_dict() for event in of.events]}
    file.write_text(json.dumps(order), encoding="utf-8")


def _told(begun: StepRun, of: RecordedStep, heard: _Heard) -> StepRun:
    """Return what came, folded from the events of the step alone."""
    history = History(heard.events)
    step = history.run.find(of.step.path) or StepState(of.step.path)
    # A first attempt that would be followed by another one has failed.
    status = "failed" if step.error is not None else step.status
    known: dict[str, Outcome] = {"success": "success", "suspended": "suspended", "bailed": "bailed"}
    return replace(
        begun,
        status=known.get(status, "failed"),
        seconds=heard.seconds,
        size=begun.size + len(to_text([event.to_dict() for event in heard.events])),
        output=step.output,
        asks=step.suspend_payload,
        detail=detail(history, step),
    )


def _why(heard: _Heard, code: int | None) -> str:
    what = "the step ran" if heard.running else f"it imported {heard.importing or 'the modules'}"
    if code is None:
        return f"nothing was heard of the process for {SILENCE:g} s while {what}"
    return f"the process ended while {what}: {exit_text(code)}"
