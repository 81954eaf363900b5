"""Tries inputs, each in a process of its own, so that nothing that an input does lasts longer than its try."""

import asyncio
import json
import os
import re
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from engine.building.workflow import Workflow
from engine.errors import InvalidInput, StartRefused, StepyardError
from engine.failure import describe
from engine.journal.result import RunResult
from engine.paths import format_path, ids_of, parse_path
from engine.playing import play
from engine.scenarios.scenario import Scenario
from playground.fleet.workers import exit_text
from playground.fuzzing.findings import HANG
from playground.worker.fuzzing.timeless import Jobs, TimelessLoop
from playground.worker.loading.user_files import is_user_file

HANG_TYPE = "Hang"
LAST_WORDS = 1.0
"""Seconds that a process has to say where it hangs."""
FRAME = re.compile(r'File "([^"]+)", line (\d+) in (.+)')
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one input."""

    kind: str
    """``passed``, ``refused`` or ``failed``."""
    type: str = ""
    message: str = ""
    place: str = ""
    code: str = ""
    step: str = ""
    traceback: str = ""
    reached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Tries inputs of one workflow."""

    workflow: Workflow[Any, Any]
    rehearsal: Mapping[str, Any] | None
    memory: int
    """Megabytes; see `playground.fuzzing.findings.Bounds`."""
    hang: float = HANG

    def attempt(self, value: Any) -> Outcome:
        """Run the workflow on an input, and return what came of it, be it that the process died or had to be ended."""
        sys.stdout.flush()
        sys.stderr.flush()
        reads, writes = os.pipe()
        with TemporaryFile() as words:
            pid = os.fork()
            if pid == 0:
                self._be_the_trial(value, writes, words)
            os.close(writes)
            try:
                line, is_over = _line(reads, self.hang)
                if not is_over:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGABRT)
                    _line(reads, LAST_WORDS)
            finally:
                os.close(reads)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
            if line.endswith(b"\n"):
                return Outcome(**json.loads(line) | {"reached": tuple(json.loads(line)["reached"])})
            return _lost(os.waitstatus_to_exitcode(status), self.hang, words, is_over=is_over)

    def _be_the_trial(self, value: Any, writes: int, words: IO[bytes]) -> None:
        """Run, tell, and end, whatever happens: this process must never return into the one that it was."""
        try:
            os.dup2(words.fileno(), 1)
            os.dup2(words.fileno(), 2)
            with _MemoryLimit(self.memory):
                outcome = self._outcome(value)
            with open(writes, "w", encoding="utf-8") as out:
                out.write(f"{json.dumps(asdict(outcome))}\n")
        finally:
            os._exit(1)

    def _outcome(self, value: Any) -> Outcome:
        scenario = Scenario(workflow=self.workflow.id, name="fuzz", input=value, rehearsal=self.rehearsal)
        Jobs.count()
        try:
            with asyncio.Runner(loop_factory=TimelessLoop) as runner:
                result = runner.run(play(self.workflow, scenario, environment={})).result
        except (InvalidInput, StartRefused) as error:
            return Outcome(kind="refused", message=str(error))
        except StepyardError as error:
            return Outcome(kind="failed", type=type(error).__name__, message=str(error), place=self.workflow.id)
        except BaseException as error:
            return failed(describe(error), "", ())
        return came(result)


def came(result: RunResult) -> Outcome:
    """Return what a run came to."""
    reached = tuple(sorted({format_path(ids_of(parse_path(path))) for path in result.steps}))
    # Where a step pauses the run when its attempts are used up, that is what else would be its failure.
    broken = [path for path, step in result.steps.items() if step.status in ("failed", "paused")]
    if result.status != "failed" and not (result.status == "paused" and broken):
        return Outcome(kind="passed", reached=reached)
    # Of a nested workflow that fails, the step inside is meant.
    place = max(broken, key=len, default="")
    detail = result.error_detail or (result.steps[place].error_detail if place else None)
    return failed(detail or {}, place, reached)


def failed(detail: Mapping[str, Any], step: str, reached: tuple[str, ...]) -> Outcome:
    """Return the outcome of a failure that is described as `engine.failure.describe` does."""
    detail = raised_by_user(detail)
    frames = list(_users(detail))
    last = frames[-1] if frames else None
    lines = [f"{_called(frame['file'])}:{frame['line']} in {frame['function']}: {frame['code']}" for frame in frames]
    return Outcome(
        kind="failed",
        type=str(detail.get("type", "")),
        message=str(detail.get("message", "")),
        place=f"{_called(last['file'])}:{last['line']}" if last else f"step {format_path(ids_of(parse_path(step)))}",
        code=last["code"] if last else "",
        step=step,
        traceback="\n".join(lines),
        reached=reached,
    )


def raised_by_user(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the user's code has raised, where the engine only tells of it; else what is told."""
    cause: Mapping[str, Any] | None = detail
    while cause is not None:
        if any(_users(cause)):
            return cause
        cause = cause.get("cause")
    return detail


def _users(detail: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (frame for frame in detail.get("traceback", ()) if frame.get("user"))


def _lost(code: int, hang: float, words: IO[bytes], *, is_over: bool) -> Outcome:
    """Return the outcome of an input whose process said nothing more."""
    words.seek(0)
    text = words.read()[-MOST_WORDS:].decode("utf-8", "replace")
    frames = [(file, line, name) for file, line, name in FRAME.findall(text) if is_user_file(file)]
    place = f"{_called(frames[0][0])}:{frames[0][1]}" if frames else ""
    kind, message = "Crash", f"the process ended: {exit_text(code)}"
    if not is_over:
        kind, message = HANG_TYPE, f"it took longer than {hang:g} s"
    lines = [f"{_called(file)}:{line} in {name}" for file, line, name in reversed(frames)]
    printed = text.partition("Fatal Python error")[0].strip()
    return Outcome(kind="failed", type=kind, message=message, place=place, traceback="\n".join(lines) or printed)


def _called(file: str) -> str:
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name


def _line(fd: int, seconds: float) -> tuple[bytes, bool]:
    """Return what comes until a line's end or the end of all writers; and whether one of both came in time."""
    until, got = time.monotonic() + seconds, b""
    while not got.endswith(b"\n"):
        ready, _, _ = select.select([fd], [], [], max(until - time.monotonic(), 0))
        if not ready:
            return got, False
        more = os.read(fd, 1 << 16)
        if not more:
            return got, True
        got += more
    return got, True


class _MemoryLimit:
    """Bounds the memory of this process, and leaves no core files."""

    def __init__(self, megabytes: int) -> None:
        self._bytes = megabytes << 20

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        except OSError:
            return  # Where this file is missing, the limit is not kept either.
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + self._bytes, hard))

    def __exit__(self, *error: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
