"""From a failed run to a test that keeps it fixed, as the tutorial tells it, in a real browser and in a terminal."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_access import violations
from tests.command.commands import command
from tests.command.running import Running, environment, playground
from tests.docs.pages import ROOT, blocks
from tests.patience import PATIENCE

pytestmark = pytest.mark.browser

TUTORIAL = ROOT / "docs" / "tutorial" / "failed-run-to-test.md"


def code() -> tuple[str, str]:
    """Return the tutorial's file as it is at first, and as it is mended."""
    broken, mended_step = (block.code for block in blocks(TUTORIAL, "python"))
    start, end = broken.index("@step\ndef share"), broken.index("sharing = ")
    return broken, f"{broken[:start]}{mended_step}\n\n{broken[end:]}"


def answered(running: Running, total: int, guests: list[str]) -> str:
    """Start a run and answer it; return its id when it has ended."""
    value = {"inputData": {"total": total, "guests": guests}}
    run_id = str(json.loads(running.post("/api/workflows/sharing/start-async", value)[1])["runId"])
    answer = {"step": "ask_host", "resumeData": {"agreed": True, "tip": 10}}
    status, text = running.post(f"/api/workflows/sharing/resume-async?runId={run_id}", answer)
    assert status == 200, text
    return run_id


async def retry(page: Page, run_id: str) -> None:
    """Try a failed run again with the mended code, without a form; the page has seen by itself that it is mended."""
    again = page.get_by_role("button", name="Retry with the new code")
    await expect(again).to_be_visible()
    await expect(page.locator('[data-changed="share"] .diff')).to_contain_text("+")
    assert await violations(page) == []
    await again.click()
    await page.wait_for_url(lambda url: "/runs/" in url and run_id not in url)
    await expect(page.locator("#run")).to_have_attribute("data-run-status", "success")


async def test_a_fault_that_comes_back_is_seen_everywhere(browser: Browser, tmp_path: Path) -> None:
    """The page turns red by itself; `stepyard test` and pytest fail with the same difference, until it is mended."""
    broken, mended = code()
    flows = tmp_path / "sharing.py"
    flows.write_text(broken)
    (tmp_path / "pytest.ini").write_text("[pytest]\nstepyard_modules = sharing.py\n")
    async with playground(tmp_path, "sharing.py") as running:
        context = await browser.new_context(base_url=f"http://localhost:{running.port}")
        page = await context.new_page()
        failed = answered(running, 90, [])
        await page.goto(f"/runs/{failed}/")
        await expect(page.locator("#run")).to_have_attribute("data-run-status", "failed")
        await expect(page.get_by_role("button", name="Retry", exact=True)).to_be_visible()
        flows.write_text(mended)
        await retry(page, failed)
        await page.get_by_role("link", name="Save as scenario").click()
        assert await violations(page) == []
        await page.get_by_label("Name").fill("nobody-came")
        await page.get_by_role("button", name="Save as scenario").click()
        await page.wait_for_url("**/scenarios/**")
        await expect(page.locator("[data-connected]")).to_have_count(1)
        await page.get_by_role("button", name="Run all").click()
        scenario = page.locator('[data-scenario="nobody-came"]')
        await expect(scenario).to_have_attribute("data-status", "success")
        async with page.expect_response("**/watch/"):
            await page.get_by_label("Run all after each reload").check()
        # It needs no page that is open.
        await page.goto("about:blank")
        flows.write_text(broken)
        await asyncio.to_thread(wait_until_red, running)
        await page.goto("/workflows/sharing/scenarios/")
        await expect(scenario).to_have_attribute("data-status", "failed")
        assert await violations(page) == []
        shown = await scenario.locator(".diff").inner_text()
        said = await command(tmp_path, "test", "sharing.py")
        (verdict,) = said.json
        assert (said.code, verdict["difference"].split()) == (1, shown.split())
        played = pytest_in(tmp_path)
        assert all(line in played for line in verdict["difference"].splitlines())
        flows.write_text(mended)
        await expect(scenario).to_have_attribute("data-status", "success")
        assert (await command(tmp_path, "test", "sharing.py")).code == 0
        assert "1 passed" in pytest_in(tmp_path)
        await context.close()


def wait_until_red(running: Running) -> None:
    """Return when the API tells that the scenario has failed."""
    end = time.monotonic() + PATIENCE
    while '"status": "failed"' not in running.get("/api/workflows/sharing/scenarios")[1]:
        assert time.monotonic() < end
        time.sleep(0.1)


def pytest_in(folder: Path) -> str:
    """Return what pytest says in a project."""
    words = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:django", "-p", "no:cacheprovider"]
    played = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    return played.stdout


async def test_two_runs_are_compared(browser: Browser, tmp_path: Path) -> None:
    """Ticked in the list; everybody can read what differs, also on a phone, where nothing is wider than the page."""
    _, mended = code()
    (tmp_path / "sharing.py").write_text(mended)
    async with playground(tmp_path, "sharing.py") as running:
        for total in (90, 30):
            answered(running, total, ["Ada"])
        context = await browser.new_context(
            base_url=f"http://localhost:{running.port}", viewport={"width": 390, "height": 800}
        )
        page = await context.new_page()
        await page.goto("/runs/")
        for box in await page.locator("input[name=run]").all():
            await box.check()
        await page.get_by_role("button", name="Compare").click()
        await page.wait_for_url("**/compare/**")
        await expect(page.locator("#first")).to_have_attribute("data-compared", "ask_host")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await context.close()
