"""Takes the pictures of the documentation: a run of the expenses example that waits for an answer, light and dark."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

CLAIM = {
    "employee": "Ada Byron",
    "spent_on": "2026-06-01",
    "project": "OPS-17",
    "items": [
        {"what": "Standing desk", "amount": "1149.00", "category": "equipment"},
        {"what": "Dinner with the auditors", "amount": "96.40", "category": "meals"},
    ],
}


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
    with urlopen(request, timeout=30) as response:
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


def waiting_run(url: str) -> str:
    """Bring a claim as far as to the director, and return its run's id."""
    wait_for_examples(url)
    workflow = f"{url}/api/workflows/expenses"
    run_id: str = ask(f"{workflow}/start-async", {"inputData": CLAIM})["runId"]
    answer = {"step": "manager_approval", "resumeData": {"approved": True, "note": "worth it"}}
    ask(f"{workflow}/resume-async?runId={run_id}", answer)
    return run_id


def take(browser: Browser, page_url: str, scheme: Literal["light", "dark"]) -> None:
    """Take the picture of a page in one colour scheme."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 940}, device_scale_factor=1.5, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(page_url)
    page.locator('[data-step="director_approval"] form').wait_for()
    page.screenshot(path=IMAGES / f"run-{scheme}.png")
    context.close()


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with playground() as url, sync_playwright() as playwright:
        run_id = waiting_run(url)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for scheme in ("light", "dark"):
            take(browser, f"{url}/runs/{run_id}/", scheme)
        browser.close()


if __name__ == "__main__":
    main()
