"""Spans of runs and of their steps, made with OpenTelemetry's SDK.

Nothing is handed on between workers: the trace of a run, and its own span, follow from its id. So a step that goes on
after days on another machine is in the trace in which the run began.
"""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, Sampler
from opentelemetry.trace import Link, NonRecordingSpan, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from engine.failure import message_of
from engine.journal.state import RunState
from engine.paths import Path, format_path
from playground.traces.opentelemetry.trace_ids import Ids, context_of, given
from playground.traces.port import StepEnds

INTERRUPTED = "interrupted"
"""How an attempt is left that somebody has stopped."""
UNNAMED = "unknown_service"
"""How the SDK names a service for which no variable does."""


class Spans:
    """Makes spans with a provider of its own, whose sampler decides for whole traces."""

    def __init__(
        self, processor: SpanProcessor, *, attributes: Mapping[str, str] | None = None, sampler: Sampler | None = None
    ) -> None:
        """Take what the spans go through, what is known of this process, and what decides which traces are kept."""
        resource = Resource.create(dict(attributes or {}))
        if str(resource.attributes["service.name"]).startswith(UNNAMED):
            resource = resource.merge(Resource({"service.name": "stepyard"}))
        self.provider: TracerProvider = TracerProvider(resource=resource, sampler=sampler, id_generator=Ids())
        self.provider.add_span_processor(processor)
        self._tracer = self.provider.get_tracer("stepyard")

    @contextmanager
    def step(self, run_id: str, workflow_id: str, path: Path, attempt: int) -> Iterator[StepEnds]:
        """Be in the span of an attempt inside the block; see `playground.traces.port.Traces`."""
        around = trace.set_span_in_context(NonRecordingSpan(context_of(run_id, sampled=self._keeps(run_id))))
        attributes: dict[str, AttributeValue] = {
            "stepyard.run_id": run_id,
            "stepyard.workflow_id": workflow_id,
            "stepyard.step": format_path(path),
            "stepyard.attempt": attempt,
        }
        names = [part for part in path if isinstance(part, str)]
        with self._tracer.start_as_current_span(
            names[-1], around, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:

            def ends(how: str, error: BaseException | None) -> None:
                span.set_attribute("stepyard.end", how)
                if error is not None:
                    # By the engine's words, since the text of an error of the user's may raise one itself.
                    kind, message = type(error).__name__, message_of(error)
                    lines = "".join(traceback.format_tb(error.__traceback__))
                    told = {"exception.type": kind, "exception.message": message, "exception.stacktrace": lines}
                    span.add_event("exception", told)
                    span.set_status(Status(StatusCode.ERROR, f"{kind}: {message}"))

            ends(INTERRUPTED, None)
            yield ends

    def run(self, run: RunState) -> None:
        """Make the span of a run that has ended."""
        token = given.set(context_of(run.run_id))
        try:
            span = self._tracer.start_span(
                run.workflow_id,
                trace.set_span_in_context(trace.INVALID_SPAN),
                attributes={
                    "stepyard.run_id": run.run_id,
                    "stepyard.workflow_id": run.workflow_id,
                    "stepyard.end": run.status,
                },
                links=list(_links(run)),
                start_time=_nanoseconds(run.created_at),
            )
        finally:
            given.reset(token)
        if run.status == "failed":
            error = run.error or {}
            span.set_status(Status(StatusCode.ERROR, f"{error.get('type')}: {error.get('message')}"))
        span.end(_nanoseconds(run.ended_at))

    def close(self) -> None:
        """Send what has not been sent yet, and make no more."""
        self.provider.shutdown()

    def _keeps(self, run_id: str) -> bool:
        """Tell whether the trace of a run is kept, as its own span will be: that has no other around it."""
        trace_id = context_of(run_id).trace_id
        return self.provider.sampler.should_sample(None, trace_id, "").decision is Decision.RECORD_AND_SAMPLE


def _links(run: RunState) -> Iterator[Link]:
    """Yield what a run comes from: the run that it was forked from, and the trace in which it was started."""
    if run.forked_from is not None:
        yield Link(context_of(run.forked_from["from_run_id"]), {"stepyard.link": "forked from"})
    parent: Any = run.request_context.get("traceparent")
    if isinstance(parent, str):
        around = TraceContextTextMapPropagator().extract({"traceparent": parent})
        caller = trace.get_current_span(around).get_span_context()
        if caller.is_valid:
            yield Link(caller, {"stepyard.link": "started by"})


def _nanoseconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1_000_000) * 1000
