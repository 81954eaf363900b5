"""From the click on Run to the word of success on the run's page, in a real Chromium."""

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.bench_click import Server
from tests.benchmarks.report import report

TRIES, WARM = 30, 5
CHROMIUM = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
NAVIGATION = """
    () => {
        const [own] = performance.getEntriesByType("navigation");
        return (own.domContentLoadedEventEnd - own.responseEnd) / 1000;
    }
"""
"""Seconds that the browser itself took between the last byte of the page and its being there."""


def click(page: Page, url: str) -> tuple[float, float]:
    """Return the seconds from the click until success is shown, and those of them that the browser took to build it."""
    page.goto(f"{url}/workflows/empty/")
    page.get_by_role("tab", name="JSON").click()
    page.locator("textarea:visible").first.fill("1")
    run = page.get_by_role("button", name="Run", exact=True)
    run.wait_for()
    started = time.perf_counter()
    run.click(no_wait_after=True)
    page.wait_for_selector('[data-run-status="success"]')
    return time.perf_counter() - started, float(page.evaluate(NAVIGATION))


def main() -> None:
    """Measure it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        try:
            page = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split()).new_page()
            found = [click(page, server.url) for _ in range(WARM + TRIES)][WARM:]
        finally:
            server.stop()
    whole = sorted(one for one, _ in found)
    report("click", "click on Run to success on the page, median", median(whole))
    report("click", "click on Run to success on the page, shortest", whole[0])
    report("click", "of which the browser builds the page, median", median(own for _, own in found))


if __name__ == "__main__":
    main()
