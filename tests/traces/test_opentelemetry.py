"""Traces by OpenTelemetry: one for each run, whoever executes it, as the SDK's exporter in memory gets them."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Sampler, TraceIdRatioBased
from opentelemetry.trace import StatusCode

from engine import Context, Engine, MemoryStore, Retry, create_workflow, step
from engine.journal.requests import record_cancel
from playground.traces.opentelemetry.spans import Spans
from playground.traces.opentelemetry.trace_ids import context_of
from playground.worker.observing.observer import Observing


@step(resume_schema=int)
async def ask(data: int, ctx: Context) -> int:
    """Wait for a number."""
    return int(data + ctx.suspend({"have": data}))


@step(retry=Retry(attempts=2, delay=0))
async def fall(data: int, ctx: Context) -> int:
    """Fail."""
    raise ValueError(f"attempt {ctx.attempt}")


@step
def think(data: int) -> int:
    """Trace something of one's own, in a thread."""
    with tracer().start_as_current_span("inside"):
        return data


asking = create_workflow(id="asking", input_schema=int, output_schema=int).then(ask).commit()
falling = create_workflow(id="falling", input_schema=int, output_schema=int).then(fall).commit()


class Unreadable(Exception):
    """An error whose text raises one itself."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@step
async def break_down(data: int) -> int:
    """Fail with it."""
    raise Unreadable


breaking = create_workflow(id="breaking", input_schema=int, output_schema=int).then(break_down).commit()
thinking = create_workflow(id="thinking", input_schema=int, output_schema=int).then(think).commit()

HOSTS: list["Host"] = []


def tracer() -> trace.Tracer:
    """Return what the code of steps traces with."""
    return HOSTS[-1].spans.provider.get_tracer("user")


class Host:
    """An engine that traces as a worker does, on a store that others share."""

    def __init__(self, store: MemoryStore, sampler: Sampler | None = None) -> None:
        self.exporter = InMemorySpanExporter()
        self.spans = Spans(SimpleSpanProcessor(self.exporter), attributes={"host.name": "here"}, sampler=sampler)
        self.engine = Engine([asking, breaking, falling, thinking], store=store)
        observing = Observing()
        observing.trace(self.spans)
        self.engine.runtime.observer = observing
        HOSTS.append(self)

    @property
    def finished(self) -> list[ReadableSpan]:
        """The spans that have ended, in that order."""
        return list(self.exporter.get_finished_spans())

    async def start(self, workflow_id: str, **options: Any) -> Any:
        """Start a run; return it at its rest."""
        run = await self.engine.workflow(workflow_id).create_run()
        await run.start(1, **options)
        return run


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget the hosts of a test."""
    yield
    HOSTS.clear()


def ids(span: ReadableSpan) -> tuple[int, int]:
    """Return the ids of a span's trace and of its parent."""
    assert span.context is not None
    return span.context.trace_id, span.parent.span_id if span.parent else 0


async def test_a_run_is_one_trace_over_suspends_and_hosts() -> None:
    """What begins on one host and is answered on another has one trace, although nothing is handed on."""
    store = MemoryStore()
    first, second = Host(store), Host(store)
    run = await first.start("asking")
    (before,) = first.finished
    again = await second.engine.workflow("asking").create_run(run_id=run.run_id)
    await again.resume("ask", 4)
    after, whole = second.finished
    own = context_of(run.run_id)
    assert ids(before) == ids(after) == (own.trace_id, own.span_id)
    assert (whole.name, ids(whole), whole.context.span_id) == ("asking", (own.trace_id, 0), own.span_id)
    assert [span.attributes["stepyard.end"] for span in (before, after, whole)] == ["suspended", "success", "success"]
    state = await second.engine.runtime.state(run.run_id)
    assert (whole.start_time, whole.end_time) == tuple(
        int(at.timestamp() * 1_000_000) * 1000 for at in (state.created_at, state.ended_at)
    )
    assert before.attributes == {
        "stepyard.run_id": run.run_id,
        "stepyard.workflow_id": "asking",
        "stepyard.step": "ask",
        "stepyard.attempt": 1,
        "stepyard.end": "suspended",
    }
    assert dict(before.resource.attributes).items() >= {"service.name": "stepyard", "host.name": "here"}.items()


async def test_errors_stand_at_each_attempt_and_at_the_run() -> None:
    """An attempt that raises has its error, also when another one follows; so has a run that fails."""
    host = Host(MemoryStore())
    await host.start("falling")
    *attempts, whole = host.finished
    assert [span.status.description for span in attempts] == ["ValueError: attempt 1", "ValueError: attempt 2"]
    assert all(span.events[0].attributes["exception.message"].startswith("attempt") for span in attempts)
    assert whole.status.status_code is StatusCode.ERROR
    assert whole.status.description == "ValueError: attempt 2"


async def test_an_error_without_a_text_fails_the_run_as_any_other() -> None:
    """What a trace cannot say of it is no reason to execute the step again and again."""
    host = Host(MemoryStore())
    run = await host.start("breaking")
    assert (await run.state()).status == "failed"
    attempt, _ = host.finished
    assert attempt.status.description.startswith("Unreadable: Unreadable (its message cannot be read")


async def test_what_steps_trace_themselves_is_inside() -> None:
    """Also from the thread of a sync step."""
    host = Host(MemoryStore())
    run = await host.start("thinking")
    inside, called, _ = host.finished
    assert (inside.name, called.name) == ("inside", "think")
    assert ids(inside) == (context_of(run.run_id).trace_id, called.context.span_id)


async def test_a_fork_links_to_the_run_that_it_comes_from() -> None:
    """And a run to the trace of whoever started it, if its request context holds a traceparent."""
    host = Host(MemoryStore())
    caller = f"00-{7:032x}-{9:016x}-01"
    run = await host.start("thinking", request_context={"traceparent": caller})
    (link,) = host.finished[-1].links
    assert (link.context.trace_id, link.context.span_id) == (7, 9)
    host.exporter.clear()
    fork = await run.time_travel("think")
    whole = host.finished[-1]
    assert ids(whole) == (context_of(fork.run_id).trace_id, 0)
    assert context_of(run.run_id).span_id in {link.context.span_id for link in whole.links}


async def test_a_run_that_is_cancelled_while_it_waits_has_its_span_too() -> None:
    """Somebody else records the end; a worker looks then whether hooks follow."""
    host = Host(MemoryStore())
    run = await host.start("asking")
    runtime = host.engine.runtime
    await record_cancel(runtime.store, runtime.clock, run.run_id)
    await runtime.segment(run.run_id)
    assert [span.attributes["stepyard.end"] for span in host.finished] == ["suspended", "canceled"]


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, TraceIdRatioBased(0.5)])
async def test_traces_are_kept_whole_or_not_at_all(sampler: Sampler) -> None:
    """The sampler decides by the id of the trace, so all hosts decide alike."""
    host = Host(MemoryStore(), sampler)
    runs = [await host.start("thinking") for _ in range(20)]
    kept = [sum(span.context.trace_id == context_of(run.run_id).trace_id for span in host.finished) for run in runs]
    assert set(kept) <= {0, 3}
    assert (set(kept) == {0}) is (sampler is ALWAYS_OFF)


@pytest.mark.parametrize("run_id", ["a", "order 4711", "x" * 200])
def test_any_id_of_a_run_gives_a_trace(run_id: str) -> None:
    """An id that is no UUID is digested, always to the same."""
    assert context_of(run_id).is_valid
    assert context_of(run_id) == context_of(run_id) != context_of(f"{run_id}b")
