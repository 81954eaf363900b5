"""What a worker tells of the runs that it executes: figures, and traces where somebody has asked for them."""

import logging
from collections.abc import Awaitable
from contextlib import nullcontext
from time import monotonic
from typing import Any, TypeVar

from engine.execution.outcome import Outcome, end_of
from engine.execution.ports import Attempted
from engine.journal.state import RunState
from playground.histogram import Histogram
from playground.traces.port import StepEnds, Traces

logger = logging.getLogger("playground.worker")

T = TypeVar("T", bound=Outcome | BaseException)


def _untold(how: str, error: BaseException | None) -> None:
    """Tell nobody."""


UNTRACED: nullcontext[StepEnds] = nullcontext(_untold)


class Observing:
    """Counts and traces; an `engine.execution.ports.Observer`."""

    def __init__(self) -> None:
        """Begin to count."""
        self._traces: Traces | None = None
        self._steps: dict[str, Histogram] = {}
        self._takeovers = 0

    def trace(self, traces: Traces | None) -> None:
        """Make traces, too, if there is something that makes them."""
        self._traces = traces

    async def attempt(self, of: Attempted, work: Awaitable[T]) -> T:
        """Measure an attempt of a step, in a span of its own."""
        begun = monotonic()
        traced = UNTRACED if self._traces is None else self._traces.step(of.run_id, of.workflow_id, of.path, of.attempt)
        with traced as ends:
            outcome = await work
            ends(end_of(outcome), outcome if isinstance(outcome, BaseException) else None)
        self._of(of.workflow_id).add(monotonic() - begun)
        return outcome

    def taken_over(self, run_id: str) -> None:
        """Count it."""
        self._takeovers += 1

    def ended(self, run: RunState) -> None:
        """Make the span of the run; what goes wrong with it is no trouble of the run's."""
        if self._traces is not None:
            try:
                self._traces.run(run)
            except Exception:
                logger.exception("the span of run %s could not be made", run.run_id)

    def figures(self) -> dict[str, Any]:
        """Return what was counted since the worker began, as JSON: ``{"steps": {workflow: […, total]}, "takeovers"}``.

        For any thread.
        """
        steps = {workflow_id: [*one.counts, round(one.total, 6)] for workflow_id, one in tuple(self._steps.items())}
        return {"steps": steps, "takeovers": self._takeovers}

    def close(self) -> None:
        """Send the traces that have not been sent yet."""
        if self._traces is not None:
            self._traces.close()

    def _of(self, workflow_id: str) -> Histogram:
        found = self._steps.get(workflow_id)
        if found is None:
            found = self._steps[workflow_id] = Histogram()
        return found
