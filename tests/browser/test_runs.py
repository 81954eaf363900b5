"""The list of runs in a real browser."""

import re

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import start, status

pytestmark = pytest.mark.browser


async def test_all_runs_of_a_page_are_ticked_at_once(context: BrowserContext) -> None:
    """One box ticks them all and takes the ticks away; the runs are canceled together."""
    page = await context.new_page()
    for _ in range(2):
        await start(page, "Manywhere")
        await status(page, "suspended")
    await page.goto("/runs/?q=Manywhere")
    ticks = page.locator('[name="run"]')
    await page.get_by_label("Tick all of this page").check()
    await expect(page.locator('[name="run"]:checked')).to_have_count(await ticks.count())
    await page.get_by_label("Tick all of this page").uncheck()
    await expect(page.locator('[name="run"]:checked')).to_have_count(0)
    await page.get_by_label("Tick all of this page").check()
    assert await violations(page) == []
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.locator('tr[data-status="canceled"]')).to_have_count(2)
    await expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_hidden()


async def test_filters_apply_at_once_and_a_row_leads_to_its_run(context: BrowserContext) -> None:
    """The address follows the filters, a chip takes one away, and a click anywhere in a row opens the run."""
    page = await context.new_page()
    await start(page, "Everywhere")
    await status(page, "suspended")
    run_url = page.url
    await page.goto("/runs/")
    await page.get_by_label("Text in id, name, input or error").fill("Everywhere")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("button", name="Status").click()
    await page.get_by_role("checkbox", name="failed").check()
    await expect(page.get_by_text("No runs here")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"q=Everywhere.*status=failed"))
    assert await violations(page) == []
    await page.get_by_role("link", name="status failed").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.locator("tbody tr .cell-time").click(force=True)
    await page.wait_for_url(run_url)


async def test_scrolling_to_the_end_brings_older_runs(context: BrowserContext) -> None:
    """As many as were there and fifty more, at an address of their own; what is live stays so."""
    page = await context.new_page()
    for _ in range(110):
        made = await page.request.post("/api/workflows/trip/create-run", data={})
        assert made.ok
    await page.goto("/runs/?status=pending")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(50)
    await page.get_by_role("link", name="Older").scroll_into_view_if_needed()
    await expect(rows).to_have_count(100)
    await expect(page).to_have_url(re.compile("limit=100"))
    await page.get_by_role("link", name="Older").scroll_into_view_if_needed()
    await expect(page).to_have_url(re.compile("limit=150"))
    await page.reload()
    assert await rows.count() >= 110
