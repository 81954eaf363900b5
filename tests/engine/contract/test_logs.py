"""Logging and print of a step become its events, and still reach the console."""

import asyncio
import io
import logging
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from contextvars import copy_context
from typing import Any

import pytest

from engine import Context, Run, create_step
from engine.testing import Collector
from tests.engine.contract.tiny import begin, run_of


async def logs_of(step: Any, data: Any = 1) -> list[Any]:
    """Run a step and return its log events."""
    run: Run[Any, Any] = await run_of(begin().then(step).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(data)
    return collector.of("step-log")


async def test_logging_records_are_captured() -> None:
    """Any logger's record becomes an event of the step that logs it: level, logger, message."""

    async def work(data: Any) -> None:
        logging.getLogger("my.module").warning("look: %s", data)

    (log,) = await logs_of(create_step(id="work", execute=work))
    assert (log.path, log.payload) == (
        ("work",),
        {"level": "warning", "logger": "my.module", "message": "look: 1"},
    )


async def test_print_is_captured_line_by_line() -> None:
    """Each line that a step prints is an event, also one without its end."""

    async def work(data: Any) -> None:
        print("one\ntwo")
        print("th", end="")
        print("ree", end="")

    logs = await logs_of(create_step(id="work", execute=work))
    assert [(log.payload["logger"], log.payload["message"]) for log in logs] == [
        ("stdout", "one"),
        ("stdout", "two"),
        ("stdout", "three"),
    ]


async def test_stderr_is_captured_too() -> None:
    """What is printed to sys.stderr is told apart."""

    async def work(data: Any) -> None:
        print("oops", file=sys.stderr)

    (log,) = await logs_of(create_step(id="work", execute=work))
    assert (log.payload["logger"], log.payload["message"]) == ("stderr", "oops")


async def test_sync_steps_are_captured_in_their_threads() -> None:
    """print and logging in a thread belong to its step."""

    def work(data: Any, ctx: Context) -> None:
        print(f"item {data}")

    run = await run_of(begin().foreach(create_step(id="work", execute=work), concurrency=3).commit())
    collector = Collector()
    run.watch(collector)
    await run.start([0, 1, 2])
    assert {log.path: log.payload["message"] for log in collector.of("step-log")} == {
        ("work", n): f"item {n}" for n in range(3)
    }


@pytest.mark.parametrize("fails", [False, True], ids=["returns", "fails"])
async def test_a_step_that_waits_for_its_own_thread_loses_no_print(fails: bool) -> None:
    """Also an async one that holds up the event loop meanwhile, and ends at once; each line keeps its place."""

    async def work(data: Any) -> None:
        thread = threading.Thread(target=copy_context().run, args=(print, "one\ntwo"))
        thread.start()
        thread.join()
        print("three")
        if fails:
            raise RuntimeError

    logs = await logs_of(create_step(id="work", execute=work))
    assert [log.payload["message"] for log in logs] == ["one", "two", "three"]


async def test_what_a_steps_own_threads_print_is_recorded_in_the_steps_context() -> None:
    """asyncio.to_thread takes the context along; other threads and pools are given a copy of it."""

    async def work(data: Any) -> None:
        await asyncio.to_thread(print, "to_thread")

    def work_in_threads(data: Any) -> None:
        thread = threading.Thread(target=copy_context().run, args=(print, "thread"))
        thread.start()
        thread.join()
        with ThreadPoolExecutor() as pool:
            pool.submit(copy_context().run, print, "pool").result()
            pool.submit(print, "of nobody").result()

    assert [log.payload["message"] for log in await logs_of(create_step(id="work", execute=work))] == ["to_thread"]
    logs = await logs_of(create_step(id="work", execute=work_in_threads))
    assert [log.payload["message"] for log in logs] == ["thread", "pool"]


@pytest.mark.parametrize("form", [lambda function: function, lambda function: {"key": function}])
async def test_what_a_mapping_prints_is_its_own(form: Any) -> None:
    """A mapping is recorded like a step, and so is what its functions log and print."""

    def mapping(data: Any) -> Any:
        print("half a", end=" ")
        print("line", end="")
        logging.getLogger("my.module").warning("logged")
        return data

    run = await run_of(begin().map(form(mapping), id="shape").commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    logs = collector.of("step-log")
    assert [(log.path, log.payload["message"]) for log in logs] == [(("shape",), "logged"), (("shape",), "half a line")]
    assert collector.types[-2:] == ["step-succeeded", "run-succeeded"]


async def test_concurrent_steps_do_not_mix_their_lines() -> None:
    """Halves of lines from two async steps are put together each for its own."""

    async def work(data: str) -> None:
        print(data, end="")
        await asyncio.sleep(0)
        print(data)

    run = await run_of(begin().foreach(create_step(id="work", execute=work), concurrency=2).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(["a", "b"])
    assert {log.path: log.payload["message"] for log in collector.of("step-log")} == {
        ("work", 0): "aa",
        ("work", 1): "bb",
    }


async def test_print_still_reaches_the_console() -> None:
    """What a step prints comes out as if nobody had captured it."""

    async def work(data: Any) -> None:
        print("to the console")

    console = io.StringIO()
    with redirect_stdout(console):
        assert len(await logs_of(create_step(id="work", execute=work))) == 1
    assert console.getvalue() == "to the console\n"


async def test_the_console_is_still_itself() -> None:
    """Its encoding, its file number and its kind are those of the real stream while a step runs."""
    seen = []

    async def work(data: Any) -> None:
        seen.append((sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno()))
        sys.stdout.writelines(["one\n", "two\n"])
        sys.stdout.flush()

    with tempfile.TemporaryFile("w+", encoding="latin-1") as console, redirect_stdout(console):
        logs = await logs_of(create_step(id="work", execute=work))
        assert seen == [("latin-1", False, console.fileno())]
    assert [log.payload["message"] for log in logs] == ["one", "two"]


async def test_logging_still_reaches_other_handlers(caplog: pytest.LogCaptureFixture) -> None:
    """Handlers that the program has set up get the records as before."""

    async def work(data: Any) -> None:
        logging.getLogger("my.module").error("to the handlers")

    await logs_of(create_step(id="work", execute=work))
    assert "to the handlers" in caplog.text


PLAIN = """
import asyncio, logging
from engine import create_step, create_workflow

async def work(data):
    logging.getLogger("my.module").warning("nobody has set up logging")
    logging.getLogger("my.module").info("too fine")

step = create_step(id="work", execute=work, input_schema=None, output_schema=None)
workflow = create_workflow(id="w", input_schema=None, output_schema=None).then(step).commit()

async def main():
    await (await workflow.create_run()).start(1)

asyncio.run(main())
"""


def test_warnings_reach_the_console_where_nobody_has_set_up_logging() -> None:
    """Python prints warnings by itself in such a program, and goes on to do so."""
    done = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert done.stderr == "nobody has set up logging\n"


async def test_what_the_program_prints_beside_the_steps_is_not_captured() -> None:
    """Only lines of steps are events of a run."""

    async def work(data: Any) -> None:
        began.set()
        await go_on.wait()

    began, go_on = asyncio.Event(), asyncio.Event()
    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    collector = Collector()
    run.watch(collector)
    running = asyncio.ensure_future(run.start(1))
    await began.wait()
    print("not of the step")
    go_on.set()
    await running
    assert collector.of("step-log") == []


async def test_nothing_stays_behind() -> None:
    """When no run is executed, stdout, stderr and the root logger are as they were."""
    before = (sys.stdout, sys.stderr, list(logging.getLogger().handlers))
    await logs_of(create_step(id="work", execute=lambda data: print("x")))
    assert (sys.stdout, sys.stderr, list(logging.getLogger().handlers)) == before


async def test_a_line_without_end_is_cut() -> None:
    """A line of millions of characters is cut, and says so."""

    async def work(data: Any) -> None:
        print("x" * 10**6)

    (log,) = await logs_of(create_step(id="work", execute=work))
    assert len(log.payload["message"]) < 70_000
    assert "were cut" in log.payload["message"]


async def test_logs_of_a_failed_attempt_are_kept() -> None:
    """What a step said before it failed is in the journal, before the failure."""

    async def work(data: Any) -> None:
        print("last words")
        raise ValueError("dead")

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert collector.types[2:] == ["step-started", "step-log", "step-failed", "run-failed"]
