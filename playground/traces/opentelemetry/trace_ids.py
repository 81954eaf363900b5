"""Ids of traces and spans that follow from the id of a run, so that all who execute it, one after another, agree."""

from contextvars import ContextVar
from hashlib import blake2b

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import SpanContext, TraceFlags

given: ContextVar[SpanContext | None] = ContextVar("given", default=None)
"""The ids of the span that is begun next; random ones without."""


class Ids(RandomIdGenerator):
    """Gives the ids that are asked for by `given`, else random ones."""

    def generate_span_id(self) -> int:
        """Return the id of the next span."""
        wanted = given.get()
        return super().generate_span_id() if wanted is None else wanted.span_id

    def generate_trace_id(self) -> int:
        """Return the id of the next trace."""
        wanted = given.get()
        return super().generate_trace_id() if wanted is None else wanted.trace_id


def context_of(run_id: str, *, sampled: bool = True) -> SpanContext:
    """Return the ids of a run's own span.

    They are digests, since samplers count on the last digits of a trace's id being random. Those of a UUID are
    not: with the digits of the run's id, a ratio of a half would keep no run at all.

    Args:
        run_id: the run.
        sampled: whether its trace is kept.
    """
    digest = blake2b(run_id.encode(), digest_size=24).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:])
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    # Zero means none, for both.
    return SpanContext(trace_id or 1, span_id or 1, is_remote=True, trace_flags=flags)
