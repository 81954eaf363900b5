"""Breakpoints, steps and rehearsals, in a real browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.test_tour import status

pytestmark = pytest.mark.browser


async def test_a_breakpoint_stops_a_run_and_its_input_is_edited(context: BrowserContext) -> None:
    """The dot is set by a click, and another by the keyboard; Step and Continue go on, live."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    dot = page.get_by_role("checkbox", name="Breakpoint before look_up")
    await dot.click()
    await expect(dot).to_have_attribute("aria-checked", "true")
    await page.reload()
    await expect(dot).to_have_attribute("aria-checked", "true")
    other = page.get_by_role("checkbox", name="Breakpoint before weather")
    await other.focus()
    await page.keyboard.press("Space")
    await expect(other).to_have_attribute("aria-checked", "true")
    await page.locator("#start-form").get_by_label("city").first.fill("Faro")
    await page.get_by_role("button", name="Run", exact=True).click()
    await status(page, "paused")
    await page.locator("#run-paused").get_by_label("city").first.fill("Rome")
    await page.get_by_role("button", name="Continue", exact=True).click()
    await expect(page.get_by_role("region", name="Next step: weather")).to_be_visible()
    await expect(page.locator('[data-node="weather"]')).to_have_attribute("data-status", "paused")
    await page.get_by_role("button", name="Step", exact=True).click()
    await expect(page.get_by_role("region", name="Next step: approve")).to_be_visible()
    await expect(page.locator("#run-paused")).to_contain_text("JSON")
    await page.get_by_role("button", name="Continue", exact=True).click()
    await status(page, "suspended")
