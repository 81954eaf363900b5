"""A start and an answer over HTTP, on a real server with one worker: from the request to the result."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.report import report

ROOT = Path(__file__).resolve().parents[2]
TRIES, WARM = 100, 20
PAUSE = 0.02
"""Seconds between two tries, so that each is one of its own."""
FLOWS = """
from pydantic import BaseModel
from engine import Context, create_workflow, step

class Answer(BaseModel):
    number: int

@step
async def one(data: int) -> int:
    return data + 1
@step
async def two(data: int) -> int:
    return data + 1
@step
async def three(data: int) -> int:
    return data + 1
@step(resume_schema=Answer)
async def ask(data: int, ctx: Context) -> int:
    return ctx.suspend({"question": data}).number

empty = create_workflow(id="empty", input_schema=int, output_schema=int).then(one).then(two).then(three).commit()
asking = create_workflow(id="asking", input_schema=int, output_schema=int).then(one).then(ask).then(three).commit()
"""


class Server:
    """A playground in a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Start it and return when it is ready."""
        (folder / "flows.py").write_text(FLOWS)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        told = {"STEPYARD_PORT": str(port), "STEPYARD_DB": str(folder / "click.sqlite3")}
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "playground", str(folder / "flows.py"), "--no-reload"],
            cwd=ROOT,
            env=os.environ | told,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None or not any("is ready" in line for line in self._process.stdout):
            raise RuntimeError("the playground ended before it was ready")
        self.url = f"http://localhost:{port}"
        self._http = HTTPConnection("localhost", port)

    def post(self, path: str, body: dict[str, Any], status: str) -> tuple[float, str]:
        """Return the seconds from a request to its answer, and the run's id; the run must be in this status then."""
        started = time.perf_counter()
        self._http.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = json.loads(self._http.getresponse().read())
        took = time.perf_counter() - started
        if answer.get("status") != status:
            raise RuntimeError(f"expected {status}, found {json.dumps(answer)[:300]}")
        return took, str(answer["runId"])

    def start(self) -> float:
        """Return the seconds of a run of three empty steps."""
        return self.post("/api/workflows/empty/start-async", {"inputData": 1}, "success")[0]

    def answer(self) -> float:
        """Return the seconds from an answer to the result."""
        _, run_id = self.post("/api/workflows/asking/start-async", {"inputData": 1}, "suspended")
        body = {"resumeData": {"number": 5}}
        return self.post(f"/api/workflows/asking/resume-async?runId={run_id}", body, "success")[0]

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=30)


def tell(name: str, act: Callable[[], float]) -> None:
    """Tell the middle, the tenth of the way and the shortest of many tries."""
    for _ in range(WARM):
        act()
    found = []
    for _ in range(TRIES):
        found.append(act())
        time.sleep(PAUSE)
    found.sort()
    report("click", f"{name}, median", median(found))
    report("click", f"{name}, one in ten is faster than", found[TRIES // 10])
    report("click", f"{name}, shortest", found[0])


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            tell("start of three empty steps to result", server.start)
            tell("answer to result", server.answer)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
