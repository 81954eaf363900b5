"""A real server and a real Chromium for the tour."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.patience import PATIENCE

expect.set_options(timeout=1000 * PATIENCE)

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True, kw_only=True)
class Server:
    """The one command, in a process of its own."""

    folder: Path
    port: int = 0
    """Where it listens once it has been started, also when it is started again."""
    modules: tuple[str, ...] = tuple(str(Path(__file__).parent / name) for name in ("flows.py", "planned.py"))
    """What it serves; the examples when there is nothing."""
    process: "subprocess.Popen[str] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it and return when it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "playground", *self.modules],
            cwd=ROOT,
            env=os.environ | {"STEPYARD_PORT": str(self.port), "STEPYARD_DB": str(self.folder / "tour.sqlite3")},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        ready = next((line for line in self.process.stdout if "Stepyard is ready" in line), "")
        assert ready, "the server ended early"
        self.port = int(ready.rpartition("localhost:")[2].partition("/")[0])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait for its end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.communicate(timeout=PATIENCE)
            self.process = None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running playground."""
    made = Server(folder=tmp_path_factory.mktemp("tour"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Give a Chromium that talks to nobody by itself."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        await launched.close()


@pytest.fixture
async def context(browser: Browser, server: Server) -> AsyncIterator[BrowserContext]:
    """Give a fresh profile; whatever a page complains about in its console fails the test."""
    made = await browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("weberror", lambda error: complaints.append(str(error.error)))
    yield made
    await made.close()
    assert complaints == []
