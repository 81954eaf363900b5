"""The main job in a real browser: list, form, start, live rows, answer, result."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


async def start(page: Page, city: str = "Lisbon") -> None:
    """Go from the list to a run."""
    await page.goto("/")
    await page.get_by_role("link", name="trip", exact=True).click()
    await page.get_by_role("textbox", name="City").fill(city)
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")


async def answer(page: Page, note: str = "pack a coat") -> None:
    """Fill in the form of the suspended step."""
    row = page.locator('[data-step="approve"]')
    await expect(row.locator(".question")).to_contain_text("a room in")
    await row.get_by_role("radio", name="true").check()
    await row.get_by_role("textbox", name="Note").fill(note)
    await row.get_by_role("button", name="Resume").click()


async def status(page: Page, word: str) -> None:
    """Wait for the run's status."""
    await expect(page.locator(f'[data-run-status="{word}"]')).to_have_count(1)
    await expect(page.locator("#run-head .chip")).to_have_text(word)


async def test_the_whole_tour_without_a_reload(context: BrowserContext) -> None:
    """From the list to the result; the rows turn by themselves."""
    page = await context.new_page()
    await start(page)
    await page.evaluate("document.body.dataset.stayed = 'yes'")
    await expect(page.locator('[data-step="look_up"]')).to_have_attribute("data-status", "success")
    await expect(page.locator('[data-step="approve"]')).to_have_attribute("data-status", "suspended")
    await expect(page.locator('[data-node="approve"]')).to_have_attribute("data-status", "suspended")
    await expect(page.locator("#inbox-count")).not_to_be_empty()
    await status(page, "suspended")
    assert await page.evaluate("document.body.dataset.stayed") == "yes"
    await answer(page)
    await status(page, "success")
    await expect(page.locator("#run-values")).to_contain_text("pack a coat")
    await expect(page.locator('[data-step="approve"] .step-form')).to_have_count(0)


async def test_a_reload_in_the_middle_shows_the_same(context: BrowserContext) -> None:
    """While it runs and while it waits, a reload changes nothing."""
    page = await context.new_page()
    await start(page)
    await page.reload()
    await status(page, "suspended")
    await page.reload()
    await answer(page)
    await page.reload()
    await status(page, "success")


async def test_two_tabs_show_the_same_and_one_answer_counts(context: BrowserContext) -> None:
    """The second tab follows; its form goes when the first one has answered."""
    first, second = await context.new_page(), await context.new_page()
    await start(first)
    await status(first, "suspended")
    await second.goto(first.url)
    await expect(second.locator('[data-step="approve"] .step-form')).to_be_visible()
    await answer(first)
    await status(first, "success")
    await status(second, "success")
    await expect(second.locator('[data-step="approve"] .step-form')).to_have_count(0)


async def test_what_is_typed_survives_the_moves_of_others(context: BrowserContext) -> None:
    """A message that changes other parts of the page leaves the form alone."""
    page, other = await context.new_page(), await context.new_page()
    await start(page)
    await status(page, "suspended")
    note = page.locator('[data-step="approve"]').get_by_role("textbox", name="Note")
    await note.fill("half a thou")
    await start(other, "Porto")
    await status(other, "suspended")
    await expect(page.locator("#inbox-count")).to_have_text(re.compile(r"[2-9]|\d\d"))
    await expect(note).to_have_value("half a thou")


async def test_without_scripts_one_starts_reads_and_answers(browser: Browser, server: Server) -> None:
    """Plain posts and redirects are enough."""
    plain = await browser.new_context(base_url=server.url, java_script_enabled=False)
    page = await plain.new_page()
    await start(page)
    while await page.locator('[data-step="approve"] .step-form').count() == 0:
        await page.reload()
    await answer(page)
    while await page.locator('[data-run-status="success"]').count() == 0:
        await page.reload()
    await page.locator('[data-step="look_up"] .row-toggle').click()
    await expect(page.locator('[data-step="look_up"] .row-body')).to_contain_text("looking up Lisbon")
    await plain.close()


async def test_a_failure_shows_the_users_own_line(context: BrowserContext) -> None:
    """The error is on top and leads to its step; its text is no mark-up."""
    page = await context.new_page()
    await page.goto("/workflows/lost/")
    await page.get_by_role("textbox", name="City").fill("Atlantis")
    await page.get_by_role("button", name="Run", exact=True).click()
    await status(page, "failed")
    top = page.locator("#run-values")
    await expect(top.get_by_text("raise LookupError").first).to_be_visible()
    await expect(top.get_by_text("nobody knows <b>Atlantis</b>").first).to_be_visible()
    await top.get_by_role("link", name="explode").click()
    await expect(page.locator('[data-step="explode"] .failure')).to_be_in_viewport()


async def test_the_keyboard_is_enough(context: BrowserContext) -> None:
    """Enter starts, j goes to a step, Enter opens it, ? lists the keys."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    await page.get_by_role("textbox", name="City").fill("Faro")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/runs/*/")
    await status(page, "suspended")
    await page.locator("#main").focus()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-step="look_up"] .row-body')).to_contain_text("looking up Faro")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("next or previous step")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.get_by_role("searchbox", name="Find").fill("workflow lost")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/workflows/lost/")


async def test_the_inbox_answers_in_place(context: BrowserContext) -> None:
    """The question goes from the inbox when it is answered there."""
    page = await context.new_page()
    await start(page, "Braga")
    await status(page, "suspended")
    run_id = await page.locator("#run").get_attribute("data-run-id")
    await page.goto("/inbox/")
    card = page.locator(f'.question-card[data-run-id="{run_id}"]')
    await expect(card).to_contain_text("sunny in Braga")
    await card.get_by_role("radio", name="true").check()
    await card.get_by_role("button", name="Resume").click()
    await expect(card).to_have_count(0)
    assert "/inbox/" in page.url


async def test_times_are_those_of_whoever_reads(browser: Browser, server: Server) -> None:
    """When a step began, and the exact time of what is told as so long ago, by the clock of the reader's zone."""
    there = ZoneInfo("Asia/Kolkata")
    context = await browser.new_context(base_url=server.url, timezone_id=there.key, locale="en-GB")
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    await page.locator('[data-step="look_up"] .row-toggle').click()
    began = page.locator('[data-step="look_up"] .row-foot time').first
    at = datetime.fromisoformat(await began.get_attribute("datetime") or "").astimezone(there)
    await expect(began).to_have_text(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}")
    await expect(page.locator("#run-head time[data-ago]")).to_have_attribute("title", re.compile(r"GMT\+5:30"))
    await context.close()
