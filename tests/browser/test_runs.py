"""The list of runs in a real browser."""

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
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="No run was ticked")).to_be_visible()
