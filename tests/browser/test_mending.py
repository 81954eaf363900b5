"""Labels, waits that are ended, a pause instead of a failure, a step run alone and a pin, in a real browser."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import status
from tests.command.running import playground

pytestmark = pytest.mark.browser

FLOW = '''
from pathlib import Path

from engine import Context, Retry, create_workflow, step


@step
async def read(data: int, ctx: Context) -> int:
    """Say what is read."""
    ctx.label(f"page {data} of 2")
    return data * 10


@step(retry=Retry(attempts=2, delay=3600, max_delay=3600, exhausted="pause"))
async def send(data: list[int]) -> int:
    """Need a line."""
    print("sending", sum(data))
    if not Path("online").exists():
        raise ConnectionError("there is no line")
    return sum(data)


letters = (
    create_workflow(id="letters", input_schema=list[int], output_schema=int)
    .foreach(read)
    .sleep(3600, id="nap")
    .then(send)
    .commit()
)
'''

Look = Callable[[Page, str], Awaitable[object]]


async def nobody(page: Page, name: str) -> None:
    """Look at nothing."""


async def mend(page: Page, run_id: str, online: Path, look: Look = nobody) -> None:
    """Wake the timer and the next attempt, run the step alone, mend what it needs, and go on."""
    await page.goto(f"/runs/{run_id}/")
    await status(page, "waiting")
    await expect(page.locator("[data-step='read[1]']")).to_contain_text("page 2 of 2")
    await expect(page.locator(".graph [data-node=read] .g-called")).to_have_text("page 1 of 2")
    await look(page, "waiting")
    await page.locator("#run-why").get_by_role("button", name="Wake now").click()
    await expect(page.locator("#run-why")).to_contain_text("tries again")
    await page.locator("#run-why").get_by_role("button", name="Wake now").click()
    await status(page, "paused")
    await expect(page.locator("#run-paused")).to_contain_text("ConnectionError: there is no line")
    await look(page, "paused")
    assert await violations(page) == []
    await page.goto(f"/runs/{run_id}/?row=send")
    await page.get_by_role("link", name="Run this step").click()
    await page.get_by_role("button", name="Run this step").click()
    await expect(page.get_by_role("article", name="Try 1")).to_contain_text("sending 30")
    online.touch()
    await page.get_by_role("button", name="Run this step").click()
    await expect(page.get_by_role("article", name="Try 2")).to_contain_text("success")
    await look(page, "alone")
    assert await violations(page) == []
    await page.goto(f"/runs/{run_id}/")
    await page.get_by_role("button", name="Continue", exact=True).click()
    await status(page, "success")


async def pin(page: Page, run_id: str, look: Look = nobody) -> None:
    """Pin what the step gave; see it on the workflow's page; unpin it."""
    await page.goto(f"/runs/{run_id}/?row=send")
    await look(page, "row")
    await page.get_by_role("button", name="Pin", exact=True).click()
    await page.wait_for_url(f"**/runs/{run_id}/")
    await page.goto("/workflows/letters/")
    await expect(page.locator("[data-pin=send]")).to_be_visible()
    await expect(page.locator(".graph [data-node=send] .g-called")).to_have_text("pinned")
    await look(page, "pinned")
    assert await violations(page) == []
    await page.get_by_role("button", name="Unpin send").click()
    await expect(page.locator("[data-pin]")).to_have_count(0)


async def test_a_run_is_woken_mended_and_goes_on(browser: Browser, tmp_path: Path) -> None:
    """From a wait of an hour to the end, without an hour, a form, or a run that has failed."""
    (tmp_path / "letters.py").write_text(FLOW)
    async with playground(tmp_path, "letters.py") as running:
        context = await browser.new_context(base_url=f"http://localhost:{running.port}")
        page = await context.new_page()
        run_id = str(json.loads(running.post("/api/workflows/letters/start", {"inputData": [1, 2]})[1])["runId"])
        await mend(page, run_id, tmp_path / "online")
        await pin(page, run_id)
        journal = running.get(f"/api/runs/{run_id}/events")[1]
        assert journal.count('"step-woken"') == 2
        await context.close()
