"""Stepping, rehearsing, killing and comparing in one sitting, in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import status
from tests.command.running import playground

pytestmark = pytest.mark.browser

FLOW = '''
import asyncio
from pathlib import Path

from pydantic import BaseModel

from engine import Retry, create_workflow, step


class Order(BaseModel):
    article: str
    pieces: int = 1


@step(retry=Retry(attempts=4, delay=0.1))
async def charge(data: Order) -> Order:
    """Take the money."""
    return data


@step
async def ship(data: Order) -> str:
    """Send it, which takes long until somebody says go."""
    await asyncio.sleep(0 if Path("go").exists() else 60)
    return f"{data.pieces} {data.article}"


order = create_workflow(id="order", input_schema=Order, output_schema=str).then(charge).then(ship).commit()
'''


async def step_through(page: Page, go: Path) -> str:
    """Stop before a step, edit what it is given, go on by one step, and kill the worker in the next; return the run."""
    await page.goto("/workflows/order/")
    dot = page.get_by_role("checkbox", name="Breakpoint before charge")
    await dot.click()
    await expect(dot).to_have_attribute("aria-checked", "true")
    await page.locator("#start-form").get_by_label("article").first.fill("lamp")
    await page.get_by_role("button", name="Run", exact=True).click()
    await status(page, "paused")
    await page.locator("#run-paused").get_by_label("article").first.fill("desk")
    await page.get_by_role("button", name="Step", exact=True).click()
    await expect(page.get_by_role("region", name="Next step: ship")).to_be_visible()
    await page.get_by_role("button", name="Continue", exact=True).click()
    await status(page, "running")
    await page.get_by_role("button", name="More", exact=True).click()
    go.touch()
    await page.get_by_role("button", name="Restart worker").click()
    await expect(page.locator("#run")).to_have_attribute("data-run-status", "success")
    await expect(page.locator("#run-values")).to_contain_text("1 desk")
    return page.url.split("/runs/")[1].split("/")[0]


async def rehearse(page: Page) -> str:
    """Have a step fail three times, and see it tried again; return the run."""
    await page.goto("/workflows/order/")
    await page.get_by_role("checkbox", name="Breakpoint before charge").click()
    await page.locator("#start-form").get_by_label("article").first.fill("desk")
    await page.get_by_role("button", name="Other ways to run it").click()
    await page.get_by_role("link", name="Rehearse").click()
    plan = page.locator("details.plan", has_text="charge").first
    await plan.locator("summary").first.click()
    await plan.locator("[name$=-times]").fill("3")
    await plan.locator("[name$=-type]").fill("TimeoutError")
    await page.get_by_role("button", name="Start the rehearsal").click()
    await expect(page.locator("#run")).to_have_attribute("data-run-status", "success")
    await expect(page.locator("#run-head [data-rehearsal]")).to_be_visible()
    run_id = page.url.split("/runs/")[1].split("/")[0]
    await page.goto(f"/runs/{run_id}/?row=charge")
    await expect(page.locator(".tries > ol > li[data-status=failed]")).to_have_count(3)
    await expect(page.locator(".tries")).to_contain_text("TimeoutError")
    assert await violations(page) == []
    return run_id


async def test_a_run_is_stepped_killed_rehearsed_and_compared(browser: Browser, tmp_path: Path) -> None:
    """The journal tells of the death, the rows of the three failures, and the comparison of what differs."""
    (tmp_path / "order.py").write_text(FLOW)
    async with playground(tmp_path, "order.py") as running:
        context = await browser.new_context(base_url=f"http://localhost:{running.port}")
        page = await context.new_page()
        killed = await step_through(page, tmp_path / "go")
        journal = running.get(f"/api/runs/{killed}/events")[1]
        assert '"run-recovered"' in journal
        assert journal.count('"path": ["ship"]') >= 2
        rehearsed = await rehearse(page)
        attempts = running.get(f"/api/runs/{rehearsed}/events")[1]
        assert attempts.count('"step-attempt-failed"') == 3
        await page.goto("/runs/")
        for box in await page.locator("input[name=run]").all():
            await box.check()
        await page.get_by_role("button", name="Compare").click()
        await page.wait_for_url("**/compare/**")
        await expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
        await expect(page.locator("#steps-title")).to_be_visible()
        assert await violations(page) == []
        await context.close()
