"""A run with thousands of steps stays usable."""

import pytest
from playwright.async_api import BrowserContext, expect

pytestmark = pytest.mark.browser


async def test_a_run_of_three_thousand_items_is_summed_up_and_live(context: BrowserContext) -> None:
    """Few rows are drawn, the rest is counted, and each part can be paged to."""
    page = await context.new_page()
    await page.goto("/workflows/many/")
    await page.get_by_role("tab", name="JSON").click()
    await page.get_by_label("The whole input as JSON").fill(str(list(range(3000))))
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")
    await expect(page.locator("[data-run-status=success]")).to_have_count(1)
    assert await page.locator(".row").count() < 100
    await page.get_by_role("link", name="show items 10 to 59").click()
    await expect(page.locator('[data-step="count[59]"]')).to_be_visible()
