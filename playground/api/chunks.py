"""A run's events as the chunks that Mastra's clients read from a stream: ``{type, runId, from, payload}``.

===========================  ======================================================================================
workflow-start               workflowId; a run begins, or goes on after it was suspended
workflow-step-start          id, stepName, stepCallId, payload (the input), startedAt, status ``running``; after an
                             answer also suspendPayload, suspendedAt, resumePayload, resumedAt
workflow-step-output         id, stepName, output: what the step writes; of its progress, fraction and message; attempt
                             from the second one on, which begins again with what it writes
workflow-step-progress       of a foreach: completedCount, totalCount, currentIndex, iterationStatus, iterationOutput
workflow-step-suspended      the step as above, with suspendPayload, suspendedAt, status ``suspended``
workflow-step-waiting        the timer or the wait for an event, status ``waiting``
workflow-step-result         the step with its status (``success failed canceled bailed``), output or error, endedAt
workflow-paused              id, stepName, payload: the step before which the run pauses, and what it will be given
workflow-canceled            (empty)
workflow-finish              workflowStatus, finalWorkflowResult after a success, error after a failure; also of a
                             run that is suspended or paused
===========================  ======================================================================================

The id of a step is its written path: ``inner.ask``, ``item[2]``; a foreach is a step ``item`` beside its items. Chunks
follow from the journal alone, so that whoever reads a run again gets the same ones in the same places.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.events import Event
from engine.journal.fold import apply
from engine.journal.result import StepResult
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from playground.catalogue.catalogue import Graph
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree
from playground.runs import wire_shapes
from playground.runs.foreach_items import Lists, Told
from playground.runs.masking import mask_given, mask_result

Chunk = dict[str, Any]

NO_USAGE = {"usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}}
"""Clients add up what language models have used; workflows of ours use none of theirs."""

TYPES = (
    "workflow-start",
    "workflow-step-start",
    "workflow-step-output",
    "workflow-step-progress",
    "workflow-step-suspended",
    "workflow-step-waiting",
    "workflow-step-result",
    "workflow-paused",
    "workflow-canceled",
    "workflow-finish",
)
FIRST = frozenset({"run-started", "run-failed", "run-canceled"})
"""With which of these a run begins; it can end before a worker has begun it."""

RESTS = frozenset({"run-suspended", "run-paused", "run-succeeded", "run-failed", "run-canceled"})
ENDS = frozenset({"step-suspended", "step-succeeded", "step-failed", "step-canceled", "step-bailed"})


class Chunks:
    """Makes chunks of a run's events; it must see all of them, from the first one on."""

    def __init__(self, graph: Graph | None) -> None:
        """Take the graph that the run was made with; its schemas say what is secret."""
        self._graph = graph
        self._tree = read_tree(graph)
        self._run = RunState()
        self._begun = False
        self._going = False
        """Whether the run has begun, and has not ended or been suspended since."""
        self._calls: dict[Path, str] = {}
        self._lists = Lists(self._run, self._shown)

    def of(self, event: Event) -> Iterator[Chunk]:
        """Yield the chunks that an event is seen as: none, one, or two."""
        apply(self._run, event)
        if (event.type in FIRST and not self._begun) or (
            event.type in ("step-resumed", "step-expired", "run-proceeded") and not self._going
        ):
            # What a fork shares with another run comes before its start, and is not of this run.
            self._begun = self._begun or event.type in FIRST
            self._going = self._begun
            if self._begun:
                yield self._chunk("workflow-start", {"workflowId": self._run.workflow_id})
        if self._begun:
            yield from self._of_lists(self._lists.begins(event))
            if event.type in RESTS:
                yield from self._of_lists(self._lists.rests(event))
            yield from self._said(event)
            if event.type in ENDS:
                yield from self._of_lists(self._lists.ends(event))

    def _said(self, event: Event) -> Iterator[Chunk]:
        match event.type:
            case "step-started" if event.payload["attempt"] == 1:
                yield self._step("workflow-step-start", event, begins=True)
            case "step-resumed" | "step-expired":
                yield self._step("workflow-step-start", event, begins=True)
            case "sleep-started" | "event-awaited":
                yield self._step("workflow-step-waiting", event, begins=True)
            case "step-suspended":
                yield self._step("workflow-step-suspended", event)
            case "event-received" if not event.path:
                return
            case "step-succeeded" | "step-failed" | "step-canceled" | "step-bailed" | "sleep-ended" | "event-received":
                yield self._step("workflow-step-result", event)
            case "step-output":
                yield self._output(event, event.payload["chunk"])
            case "step-progress" | "step-labeled":
                yield self._output(event, event.payload)
            case "run-canceled":
                yield self._chunk("workflow-canceled", {})
                yield self._finish(event)
            case "run-paused":
                yield self._paused(tuple(event.payload["before"]))
                if self._going:
                    yield self._finish(event)
            case "run-suspended" | "run-succeeded" | "run-failed":
                yield self._finish(event)
            case _:
                return

    def _step(self, type: str, event: Event, *, begins: bool = False) -> Chunk:
        written = format_path(event.path)
        if begins:
            self._calls[event.path] = f"{event.run_id}.{event.seq}"
        call = self._calls.get(event.path, f"{event.run_id}.{event.seq}")
        found = self._run.place(event.path)
        payload = {"id": written, "stepName": written, "stepCallId": call, **self._shown(found)}
        if found.iteration is not None:
            payload["metadata"] = {"iterationCount": found.iteration}
        return self._chunk(type, payload)

    def _paused(self, path: Path) -> Chunk:
        written, given = format_path(path), mask_given(self._tree.at(path) or UNKNOWN, self._run.paused[path])
        return self._chunk("workflow-paused", {"id": written, "stepName": written, "payload": given})

    def _shown(self, step: StepState) -> dict[str, Any]:
        return wire_shapes.step(StepResult.of(step), self._tree.at(step.path) or UNKNOWN)

    def _of_lists(self, told: Iterable[Told]) -> Iterator[Chunk]:
        for type, path, payload in told:
            written = format_path(path)
            yield self._chunk(type, {"id": written, "stepName": written, **payload})

    def _output(self, event: Event, output: Any) -> Chunk:
        written = format_path(event.path)
        payload = {"id": written, "stepName": written, "runId": event.run_id, "output": output}
        if (attempt := self._run.place(event.path).attempts) > 1:
            payload["attempt"] = attempt
        return self._chunk("workflow-step-output", payload, by="USER")

    def _finish(self, event: Event) -> Chunk:
        self._going = False
        run = self._run
        payload: dict[str, Any] = {"workflowStatus": run.status, "metadata": {}, "output": NO_USAGE}
        if event.type == "run-succeeded":
            payload["finalWorkflowResult"] = mask_result(self._graph, run.result)
        if run.error is not None:
            payload["error"] = wire_shapes.error(run.error)
        return self._chunk("workflow-finish", payload)

    def _chunk(self, type: str, payload: dict[str, Any], *, by: str = "WORKFLOW") -> Chunk:
        return {"type": type, "runId": self._run.run_id, "from": by, "payload": payload}
