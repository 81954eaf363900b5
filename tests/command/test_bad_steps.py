"""Steps that do what no step should: the page says what happened, the worker lives or is replaced, other runs go on."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.command.running import Running, playground
from tests.faults.tally import DONE
from tests.patience import PATIENCE

pytestmark = pytest.mark.faults

FLOWS = r'''
import asyncio, ctypes, os, sys, threading
from typing import Any
from engine import Context, create_workflow, step

LEFT = []

class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__

class Odd(BaseException):
    pass

class Opaque:
    def __repr__(self):
        raise RuntimeError("no repr")

def leave_process():
    if os.fork() == 0:
        threading.Event().wait()

def stay():
    threading.Event().wait()

@step
async def exits(data: str) -> str:
    sys.exit("enough")

@step
def exits_in_thread(data: str) -> str:
    sys.exit(4)

@step
async def odd(data: str) -> str:
    raise Odd("base")

@step
async def silent(data: str) -> str:
    raise Silent

@step
async def cancelled(data: str) -> str:
    raise asyncio.CancelledError("mine")

@step
async def group(data: str) -> str:
    raise BaseExceptionGroup("many", [ValueError("one"), Silent(), KeyError("three")])

@step
async def deep(data: str) -> str:
    return await deep.function(data)

@step
def deep_in_thread(data: str) -> str:
    return deep_in_thread.function(data)

@step
async def generator(data: str) -> Any:
    return (n for n in range(3))

@step
async def opaque(data: str) -> Any:
    return {"a": [1, Opaque()]}

@step
async def nested(data: str) -> Any:
    found = []
    for _ in range(100_000):
        found = [found]
    return found

@step
async def looped(data: str) -> Any:
    found = []
    found.append(found)
    return found

@step
async def surrogate(data: str) -> str:
    return "\ud800"

@step
async def nul(data: str) -> str:
    return "before and \x00"

@step
async def huge(data: str) -> str:
    return "x" * 50_000_000

@step
async def huge_error(data: str) -> str:
    raise ValueError("y" * 20_000_000)

@step
async def talks(data: str) -> str:
    for n in range(2000):
        print("line", n)
    sys.stdout.write("z" * 5_000_000)
    return "talked"

@step
async def leaves(data: str) -> str:
    """Leave a process, a thread and a task behind."""
    leave_process()
    threading.Thread(target=stay).start()
    LEFT.append(asyncio.create_task(asyncio.sleep(1000)))
    return "left"

@step
async def closes(data: str) -> str:
    """Take the standard streams away."""
    os.close(1)
    sys.stdout = None
    print("nothing")
    return "closed"

@step
async def segfault(data: str) -> str:
    ctypes.string_at(0)

@step
async def leaves_at_once(data: str) -> str:
    os._exit(0)

def flow(id, step):
    return create_workflow(id=id, input_schema=str, output_schema=Any).then(step).commit()

ALL = [
    flow("w-" + one.id, one)
    for one in list(globals().values())
    if type(one).__name__ == "Step"
]
for number, one in enumerate(ALL):
    globals()[f"flow_{number}"] = one
'''

HARMLESS = {
    "exits": ("failed", "SystemExit"),
    "exits_in_thread": ("failed", "SystemExit"),
    "odd": ("failed", "Odd"),
    "silent": ("failed", "Silent"),
    "cancelled": ("failed", "CancelledError"),
    "group": ("failed", "BaseExceptionGroup"),
    "deep": ("failed", "RecursionError"),
    "deep_in_thread": ("failed", "RecursionError"),
    "generator": ("failed", "generator"),
    "opaque": ("failed", "Opaque"),
    "nested": ("failed", "deep"),
    "looped": ("failed", ""),
    "surrogate": ("failed", "half a surrogate pair"),
    "nul": ("success", "before and"),
    "huge": ("success", "xxx"),
    "huge_error": ("failed", "yyy"),
    "talks": ("success", "talked"),
    "leaves": ("success", "left"),
    "closes": ("success", "closed"),
}
DEADLY = {"segfault": "killed by SIGSEGV", "leaves_at_once": "exit code 0"}
FINAL = ("success", "failed")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """Give a playground with all these steps."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as found:
        await found.until("/workflows/", lambda _, text: "leaves_at_once" in text)
        await found.until("/doctor/", lambda _, text: "ready" in text)
        reading = asyncio.create_task(_read_on(found))
        yield found
        reading.cancel()


async def _read_on(running: Running) -> None:
    """Take what is printed away, or a process would wait for it."""
    assert running.process.stdout is not None
    while await running.process.stdout.read(65536):
        pass


async def outcome(running: Running, step: str) -> tuple[str, str]:
    """Run a step to its end; return the status and the page.

    The questions are asked in threads, since this loop has to go on taking away what is printed.
    """
    status, text = await asyncio.to_thread(running.post, f"/api/workflows/w-{step}/start", {"inputData": "x"})
    assert status == 200, text
    run_id = json.loads(text)["runId"]
    path = "/api/runs?q=" + run_id
    found = await running.until(path, lambda _, text: json.loads(text)["runs"][0]["status"] in FINAL)
    status, page = await asyncio.to_thread(running.get, f"/runs/{run_id}/?open={step}")
    assert status == 200
    assert len(page) < 2_000_000
    for part in (f"/runs/{run_id}/json/", f"/api/runs/{run_id}/events", f"/api/workflows/w-{step}/runs/{run_id}"):
        assert (await asyncio.to_thread(running.get, part))[0] == 200, part
    return json.loads(found)["runs"][0]["status"], page


async def test_no_step_hurts_its_worker(running: Running) -> None:
    """Errors of every kind and outputs of every size end the run, with the reason on its page; the worker stays."""
    wrong = {}
    DONE["injections"] += len(HARMLESS)
    for step, (status, word) in HARMLESS.items():
        found, page = await outcome(running, step)
        if found != status or word not in page:
            wrong[step] = (found, page.partition('class="why"')[2][:2000] or page[-2000:])
    assert not wrong
    doctor = running.get("/doctor/")[1]
    assert doctor.count("</svg>ready</span>") == 1
    assert "</svg>ended</span>" not in doctor


@pytest.mark.parametrize("step", DEADLY)
async def test_a_step_that_ends_its_worker_fails_in_the_end(running: Running, step: str) -> None:
    """A step under which three workers die is given up with their end as its error; the next run goes on."""
    found, page = await outcome(running, step)
    DONE["kills"] += 3
    assert found == "failed"
    assert "WorkerLost" in page
    assert DEADLY[step] in page
    assert (await outcome(running, "talks"))[0] == "success"


async def test_what_a_step_leaves_behind_does_not_outlive_the_playground(running: Running) -> None:
    """The command ends although a step left a process and a thread."""
    assert (await outcome(running, "leaves"))[0] == "success"
    running.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE):
        assert await running.process.wait() == 0
