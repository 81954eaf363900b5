"""Deadlines, races, attempts and undos in a real browser."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import status

pytestmark = pytest.mark.browser


async def begin(page: Page) -> None:
    """Start a run, and wait until it asks."""
    await page.goto("/workflows/planned/")
    await page.locator("#main").get_by_role("textbox").first.fill("Faro")
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")
    await status(page, "suspended")


async def test_nobody_answers_and_what_was_done_is_undone(context: BrowserContext) -> None:
    """The time that is left is said on the run's page and in the inbox; then the default decides, without a reload."""
    page, inbox = await context.new_page(), await context.new_page()
    await begin(page)
    run_id = page.url.rstrip("/").rpartition("/")[2]
    await inbox.goto("/inbox/")
    await expect(page.locator(".why")).to_contain_text("the time for it ends in")
    await expect(inbox.locator(f'[data-run-id="{run_id}"]')).to_contain_text("answer in")
    await status(page, "failed")
    await expect(inbox.locator(f'[data-run-id="{run_id}"]')).to_have_count(0)
    await expect(page.locator('[data-step="by_card"]')).to_have_attribute("data-status", "failed")
    await expect(page.locator('.row[data-kind="race"]')).to_contain_text("near won")
    await expect(page.locator('[data-step="far"]')).to_have_attribute("data-status", "canceled")
    await expect(page.locator('[data-step="reserve"]')).to_have_attribute("data-status", "undone")
    await expect(page.locator('[data-node="reserve"]')).to_have_attribute("data-status", "undone")
    await expect(page.locator('[data-step="ask"]')).to_contain_text("decided by default")
    assert await violations(page) == []


async def test_an_answer_in_time_counts(context: BrowserContext) -> None:
    """The form is made of the answer's own type; what was caught and undone stays to be seen on a run that succeeds."""
    page = await context.new_page()
    await begin(page)
    row = page.locator('[data-step="ask"]')
    await row.get_by_role("textbox", name="Answer").fill("yes, by Ada")
    await row.get_by_role("button", name="Resume").click()
    await status(page, "success")
    await expect(page.locator("#run-values")).to_contain_text("yes, by Ada")
    await expect(page.locator('.row[data-kind="catch"]')).to_contain_text("its failure was caught")
    await expect(page.locator('[data-step="reserve"]')).to_have_attribute("data-status", "success")
