"""What `deploy/` starts: runs begin over one web process and are answered over another, in pages and programs."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.conftest import CHROMIUM, QUIET
from tests.patience import PATIENCE
from tests.servers.composed import Composed, composed
from tests.servers.session import SERVERS

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """Give everything that the compose file describes, once for these tests."""
    (running,) = SERVERS
    with composed(running, tmp_path_factory.mktemp("deploy")) as made:
        yield made


def ask(made: Composed, service: str, path: str, body: Any = None) -> Any:
    """Ask the API of a service; with a body, post it."""
    headers = {"Authorization": f"Bearer {made.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(made.address(service) + path, data, headers)) as answer:
        return json.loads(answer.read())


def until(made: Composed, service: str, path: str, status: str) -> Any:
    """Ask until a run has a status."""
    ends_at = time.monotonic() + PATIENCE
    while (run := ask(made, service, path))["status"] != status:
        assert time.monotonic() < ends_at, run
        time.sleep(0.05)
    return run


def test_a_run_is_started_over_one_web_process_and_answered_over_another(deployed: Composed) -> None:
    """Each web process is asked by itself; the run is carried by the queue, and both tell the same of it."""
    begun = ask(deployed, "web-1", "/api/workflows/greeting/start-async", {"inputData": "world"})
    path = f"/api/workflows/greeting/runs/{begun['runId']}"
    until(deployed, "web-2", path, "suspended")
    ask(deployed, "web-2", f"/api/workflows/greeting/resume-async?runId={begun['runId']}", {"resumeData": True})
    for service in ("web-1", "proxy"):
        assert until(deployed, service, path, "success")["result"] == "hello world"


async def test_pages_in_a_browser_are_those_of_one_machine(deployed: Composed) -> None:
    """Over the proxy, in Chromium: start in a form, watch live, find it in the inbox, answer, see both hosts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            await _walk_through(browser, deployed)
        finally:
            await browser.close()


async def _walk_through(browser: Browser, deployed: Composed) -> None:
    complaints: list[str] = []
    context = await browser.new_context(base_url=deployed.address("proxy"))
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page, other = await context.new_page(), await context.new_page()
    await page.goto(f"/workflows/greeting/?token={deployed.token}")
    await page.get_by_role("textbox").first.fill("browser")
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.locator('[data-run-status="suspended"]').wait_for()
    await other.goto("/inbox/")
    await other.get_by_text("greeting").first.wait_for()
    form = page.locator('[data-step="approve"] .step-form')
    await form.get_by_role("radio", name="true").check()
    await form.get_by_role("button", name="Resume").click()
    # The page hears over its socket what a worker on another host has recorded.
    await page.locator('[data-run-status="success"]').wait_for()
    await page.goto("/doctor/")
    for name in ("worker-1", "worker-2"):
        await expect(page.get_by_text(f"on {name}", exact=False).first).to_be_visible()
    await expect(page.get_by_text("workers ready on 2 hosts")).to_be_visible()
    await context.close()
    assert complaints == []
