"""Takes pictures of every page and state, in both themes and three widths, and those of the documentation."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
EVERY = ROOT / "build" / "pictures"
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
WIDTHS = {390: 844, 1440: 900, 1920: 1080}
"""The widths of the screens, with their heights, in pixels."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

CLAIM = {
    "employee": "Ada Byron",
    "spent_on": "2026-06-01",
    "project": "OPS-17",
    "items": [
        {"what": "Standing desk", "amount": "1149.00", "category": "equipment"},
        {"what": "Dinner with the auditors", "amount": "96.40", "category": "meals"},
    ],
}
UNPAID = {"customer": "Grace Hopper", "amount": 120, "pause": "PT0.1S"}
"""An invoice whose payment is waited for after two reminders."""

Act = Callable[[Page], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a picture shows: a page, and what is done there before."""

    name: str
    path: str
    act: Act | None = None


FIRST = [State(name=f"first-{name}", path=f"/{name}/") for name in ("workflows", "runs", "inbox")]
"""What somebody sees before anything has run."""


@contextmanager
def playground() -> Iterator[str]:
    """Serve the examples from an empty database; give the address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"STEPYARD_PORT": "0", "STEPYARD_DB": str(Path(folder) / "pictures.sqlite3")}
        command = [sys.executable, "manage.py", "playground", "--no-reload"]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = next(line for line in process.stdout if "Stepyard is ready" in line)
            try:
                yield ready.split()[-1]
            finally:
                process.terminate()


def ask(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post JSON and return what is answered."""
    request = Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def wait_for_examples(url: str) -> None:
    """Return when a worker has published the examples."""
    deadline = time.monotonic() + 30
    while True:
        with urlopen(f"{url}/api/workflows", timeout=30) as response:
            if "expenses" in json.load(response):
                return
        if time.monotonic() > deadline:
            raise TimeoutError("no worker has published the examples")
        time.sleep(0.1)


def begin(url: str, workflow: str, given: dict[str, Any]) -> str:
    """Run a workflow until it ends or waits, and return the run's id."""
    run_id: str = ask(f"{url}/api/workflows/{workflow}/start-async", {"inputData": given})["runId"]
    return run_id


def waiting_run(url: str) -> str:
    """Bring a claim as far as to the director, and return its run's id."""
    run_id = begin(url, "expenses", CLAIM)
    answer = {"step": "manager_approval", "resumeData": {"approved": True, "note": "worth it"}}
    ask(f"{url}/api/workflows/expenses/resume-async?runId={run_id}", answer)
    return run_id


def states_with_runs(url: str) -> list[State]:
    """Make runs of each kind, and return the pages and states that show them."""
    failed = begin(url, "etl", {"pages": 60, "broken_page": 41})
    agent = begin(url, "agent", {})
    etl = begin(url, "etl", {"pages": 300})
    waiting = waiting_run(url)
    for title in ("How we fold waits", "Why journals are short", "What a worker is for"):
        review = begin(url, "review", {"title": title})
    ask(f"{url}/api/workflows/reminders/start", {"inputData": UNPAID})
    runs = {"failed": failed, "loop": agent, "items": etl, "waiting": waiting, "deadlines": review}
    pages = [
        *(State(name=name, path=f"/{name}/") for name in ("workflows", "runs", "inbox", "schedules", "doctor")),
        *(State(name=f"workflow-{name}", path=f"/workflows/{name}/") for name in ("expenses", "agent", "orders")),
        State(name="scenarios", path="/workflows/expenses/scenarios/"),
        State(name="compare", path=f"/compare/?a={failed}&b={etl}"),
        State(name="patterns", path="/patterns/"),
        State(name="nowhere", path="/nowhere/"),
        *(State(name=f"run-{name}", path=f"/runs/{run_id}/") for name, run_id in runs.items()),
    ]
    return [
        *pages,
        State(name="run-step", path=f"/runs/{etl}/", act=open_last_row),
        State(
            name="run-pass", path=f"/runs/{agent}/", act=lambda page: page.get_by_role("link", name="Pass 3").click()
        ),
        State(name="runs-ticked", path="/runs/", act=lambda page: page.locator("[name=run]").first.check()),
        State(name="runs-narrowed", path="/runs/?status=success,failed&workflow=etl&q=pages"),
        State(name="runs-nothing", path="/runs/?q=nothing-has-this"),
        State(name="workflows-nothing", path="/workflows/?q=nothing-has-this"),
        State(name="palette", path=f"/runs/{waiting}/", act=lambda page: page.keyboard.press("Control+k")),
        State(name="shortcuts", path="/workflows/", act=lambda page: page.keyboard.press("?")),
        State(name="run-menu", path="/workflows/expenses/", act=open_run_menu),
        State(name="rehearsal", path="/workflows/expenses/?rehearse"),
    ]


def open_last_row(page: Page) -> None:
    """Open the last row of the journal, and wait for what is inside."""
    page.locator("a.row-toggle").last.click()
    page.locator(".row-body:not([hidden]) .row-foot").wait_for()


def open_run_menu(page: Page) -> None:
    """Open the menu beside the button that runs."""
    page.locator("button[popovertarget=run-menu]").click()


def take_every(browser: Browser, url: str, wanted: list[State], only: str) -> None:
    """Take the pictures of these states whose names hold some text."""
    EVERY.mkdir(parents=True, exist_ok=True)
    for width, height in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(
                base_url=url, viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            for state in wanted:
                if only in (name := f"{state.name}-{width}-{theme}"):
                    take(page, state, EVERY / f"{name}.png")
            context.close()


def take(page: Page, state: State, file: Path) -> None:
    """Take the picture of a state: of the whole page, unless something lies over it or it is scrolled."""
    page.goto(state.path, wait_until="networkidle")
    if state.act is not None:
        state.act(page)
        page.wait_for_load_state("networkidle")
    over = page.locator("dialog[open], :popover-open").count()
    page.screenshot(path=file, full_page=not over and not page.evaluate("scrollY"))


def take_for_docs(browser: Browser, page_url: str) -> None:
    """Take the pictures that the documentation shows."""
    IMAGES.mkdir(exist_ok=True)
    for theme in THEMES:
        context = browser.new_context(
            viewport={"width": 1280, "height": 940},
            device_scale_factor=1.5,
            color_scheme=theme,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(page_url)
        page.locator('[data-step="director_approval"] form').wait_for()
        page.screenshot(path=IMAGES / f"run-{theme}.png")
        context.close()


def main() -> None:
    """Take all pictures, or those whose names hold some text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="take only those whose names hold this text")
    only = parser.parse_args().only
    with playground() as url, sync_playwright() as playwright:
        wait_for_examples(url)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        take_every(browser, url, FIRST, only)
        take_every(browser, url, states_with_runs(url), only)
        if not only:
            take_for_docs(browser, f"{url}/runs/{waiting_run(url)}/")
        browser.close()
    sys.stdout.write(f"The pictures are in {EVERY} and {IMAGES}.\n")


if __name__ == "__main__":
    main()
