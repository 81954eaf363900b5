"""The schedules in a real browser: armed with the keyboard, live, for everyone, and without scripts."""

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.conftest import Server
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser


async def test_a_schedule_is_armed_with_the_keyboard_and_its_runs_appear(context: BrowserContext) -> None:
    """The page shows each run as it comes, without being loaded again."""
    page = await context.new_page()
    await page.goto("/workflows/")
    await expect(page.locator("[data-connected]")).to_have_count(1)
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.wait_for_url("**/schedules/")
    switch = page.get_by_role("switch", name="Armed: ticking fast")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.focus()
    await page.keyboard.press("Enter")
    await expect(switch).to_have_attribute("aria-checked", "true")
    last = page.locator('[data-schedule="fast"] .facts a')
    await expect(last).to_have_count(1)
    first = await last.get_attribute("href")
    await expect(last).not_to_have_attribute("href", first or "")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await last.click()
    await expect(page.locator(".run-facts")).to_contain_text("schedule fast, due at")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_everyone_can_read_it(browser: Browser, server: Server, theme: str) -> None:
    """No violations, also on a phone, where nothing is wider than the page."""
    context = await browser.new_context(
        base_url=server.url,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": 390, "height": 800},
    )
    page = await context.new_page()
    for path in ("/schedules/", "/workflows/", "/workflows/ticking/"):
        await page.goto(path)
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await context.close()


async def test_it_works_without_scripts(browser: Browser, server: Server) -> None:
    """The switch is a form, and so is `Run now`."""
    context = await browser.new_context(base_url=server.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/schedules/")
    switch = page.get_by_role("switch", name="Armed: ticking nine")
    for state in ("true", "false"):
        await switch.click()
        await expect(switch).to_have_attribute("aria-checked", state)
    await page.get_by_role("button", name="Run now ticking nine").click()
    await page.wait_for_url("**/runs/*/")
    await expect(page.locator(".run-facts")).to_contain_text("schedule nine")
    await context.close()
