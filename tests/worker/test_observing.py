"""What a worker counts and traces of the runs that it executes, and to which run a line of its log belongs."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from engine import Context, Engine, create_workflow, step
from playground.actions import actions
from playground.fleet.worker_figures import counted
from playground.logs import JsonLines, said
from playground.worker.observing.log_context import RunOfRecord, current_run
from playground.worker.observing.observer import Observing
from tests.worker.project import Yard

FLOW = """
from engine import Context, create_workflow, step

@step(resume_schema=int)
def ask(data: int, ctx: Context) -> int:
    return data + ctx.suspend(None)

asking = create_workflow(id="asking", input_schema=int, output_schema=int).then(ask).commit()
"""


class Collector:
    """Takes spans as OpenTelemetry's collector does, over HTTP."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str]] = []
        """Worker, name and trace of each."""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.take(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self.server.serve_forever)
        self._thread.start()

    def take(self, body: bytes) -> None:
        """Note the spans of a request."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = {one.key: one.value.string_value for one in group.resource.attributes}
            for scope in group.scope_spans:
                self.spans += [(of["service.instance.id"], span.name, span.trace_id.hex()) for span in scope.spans]

    def close(self) -> None:
        """Take no more."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """Give a collector to which workers send their spans."""
    made = Collector()
    monkeypatch.setenv("STEPYARD_TRACES", "otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{made.server.server_port}")
    yield made
    await asyncio.to_thread(made.close)


async def test_two_workers_trace_one_run(yard: Yard, collector: Collector) -> None:
    """What the first had to send when it was told to end is sent; the second goes on in the same trace, and counts."""
    module = yard.write("flow.py", FLOW)
    first = await yard.start(module)
    run_id = await actions.start("asking", 1)
    await yard.run(run_id, lambda run: run.status == "suspended")
    first.terminate()
    await yard.gone(first)
    second = await yard.start(module)
    await actions.resume(run_id, "ask", 2)
    await yard.ended(run_id)
    await yard.until(lambda: _steps("w2", 1))
    second.terminate()
    await yard.gone(second)
    assert [(worker_id, name) for worker_id, name, _ in collector.spans] == [
        ("w1", "ask"),
        ("w2", "ask"),
        ("w2", "asking"),
    ]
    assert len({trace_id for *_, trace_id in collector.spans}) == 1


async def _steps(worker_id: str, least: int) -> bool:
    """Tell whether a worker has written that it has executed so many attempts."""
    return any(
        one.worker_id == worker_id and sum(sum(steps.counts) for steps in one.steps.values()) >= least
        for one in await counted()
    )


async def test_lines_of_json_say_their_run_and_step() -> None:
    """Inside a step, and around it; what belongs to no run says so by having neither."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, logger = Kept(), logging.getLogger("tests.of.lines")
    handler.setFormatter(JsonLines())
    handler.addFilter(RunOfRecord())
    logger.addHandler(handler)
    try:

        @step
        def talk(data: int, ctx: Context) -> int:
            logger.error("in %s", "a step")
            return data

        flow = create_workflow(id="talking", input_schema=int, output_schema=int).then(talk).commit()
        Engine([flow])
        run = await flow.create_run()
        await run.start(1)
        token = current_run.set("r1")
        logger.warning('two\nlines "quoted"')
        current_run.reset(token)
        try:
            raise ValueError("no")
        except ValueError:
            logger.exception("outside")
    finally:
        logger.removeHandler(handler)
    inside, around, outside = (json.loads(line) for line in lines)
    assert inside.pop("time").endswith("+00:00")
    assert inside == {
        "level": "error",
        "logger": "tests.of.lines",
        "message": "in a step",
        "run_id": run.run_id,
        "step": "talk",
    }
    assert (around["run_id"], around["message"], "step" in around) == ("r1", 'two\nlines "quoted"', False)
    assert outside["error"].endswith("ValueError: no")
    assert not {"run_id", "step"} & outside.keys()


def test_what_a_command_says_is_a_line_of_its_log() -> None:
    """As text for people, and as JSON where the log is."""
    assert said("ready", "text") == "ready"
    assert json.loads(said("ready", "json"))["message"] == "ready"


async def test_attempts_are_counted_by_their_length() -> None:
    """Each attempt once, by workflow; a takeover apart."""
    observing = Observing()

    @step
    def quick(data: int) -> int:
        return data + 1

    flow = create_workflow(id="quick", input_schema=int, output_schema=int).dowhile(quick, lambda n: n < 4).commit()
    engine = Engine([flow])
    engine.runtime.observer = observing
    await (await engine.workflow("quick").create_run()).start(1)
    observing.taken_over("r")
    *counts, total = observing.figures()["steps"]["quick"]
    assert (sum(counts), observing.figures()["takeovers"]) == (3, 1)
    assert 0 < total < 60
