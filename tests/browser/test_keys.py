"""What the keyboard does on each page."""

import asyncio

import pytest
from playwright.async_api import BrowserContext, Request, Route, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import start, status

pytestmark = pytest.mark.browser


async def test_a_workflow_is_filled_in_and_run_without_a_mouse(context: BrowserContext) -> None:
    """f goes to the first field, and Ctrl Enter runs from anywhere on the page."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    await page.keyboard.press("f")
    await expect(page.get_by_role("textbox", name="City")).to_be_focused()
    await page.keyboard.type("Evora")
    await page.locator("#main").focus()
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/runs/*/")
    await status(page, "suspended")


async def test_what_is_typed_at_once_belongs_to_the_palette(context: BrowserContext) -> None:
    """Ctrl K, a name and Enter lead there, however fast, and start nothing else; a cancel asks first."""
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    run_id = await page.locator("#run").get_attribute("data-run-id")
    await page.evaluate(
        """() => {
          const press = (key, more) => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
          press("k", { ctrlKey: true });
          for (const key of ["l", "o", "s", "t", "Enter"]) press(key);
        }"""
    )
    await page.wait_for_url("**/workflows/lost/")
    await page.keyboard.press("Control+k")
    await page.keyboard.type(f"cancel {run_id}")
    await page.keyboard.press("Enter")
    asks = page.get_by_role("dialog", name="Cancel this run?")
    await expect(asks.get_by_role("button", name="Let it go on")).to_be_focused()
    await asks.get_by_role("button", name="Cancel the run").click()
    await page.wait_for_url(f"**/runs/{run_id}/")
    await status(page, "canceled")


async def test_the_keys_that_send_a_form_leave_ticked_runs_alone(context: BrowserContext) -> None:
    """Ctrl Enter presses the button that is meant; where several are equal, none is."""
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    await page.goto("/runs/")
    await page.locator("input[name=run]").first.check()
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    await expect(page.locator("input[name=run]").first).to_be_checked()


async def test_every_action_has_its_key_in_the_list(context: BrowserContext) -> None:
    """? lists what the pages' keys do, and Shift D asks before it deletes."""
    page = await context.new_page()
    await page.goto("/workflows/lost/")
    await page.keyboard.press("x")
    await expect(page.get_by_role("textbox", name="City")).not_to_have_value("")
    await page.locator("#main").focus()
    await page.keyboard.press("t")
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/runs/*/")
    await status(page, "failed")
    await page.keyboard.press("Shift+D")
    await expect(page.get_by_text("cannot be undone")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    for words in ("delete the run", "fork", "as JSON", "send the event", "light, dark", "example", "save the input"):
        await expect(page.get_by_role("dialog", name="Shortcuts")).to_contain_text(words)


async def test_the_list_filters_while_one_types(context: BrowserContext) -> None:
    """No Enter is needed."""
    page = await context.new_page()
    await page.goto("/workflows/")
    await page.keyboard.press("/")
    await page.keyboard.type("parc")
    await expect(page.locator(".flow")).to_have_count(1)
    await expect(page.get_by_role("searchbox", name="Search workflows")).to_be_focused()


async def test_an_older_look_at_the_list_does_not_undo_the_filter(context: BrowserContext) -> None:
    """A refresh that was asked for before and would arrive after the filtered list is given up."""
    page = await context.new_page()
    await page.goto("/workflows/")
    asked, late, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await late.wait()
        await route.continue_()

    def done(request: Request) -> None:
        if request.url.endswith("/workflows/"):
            over.set()

    await page.route("**/workflows/", hold)
    page.on("requestfinished", done)
    page.on("requestfailed", done)
    await page.evaluate("document.body.dispatchEvent(new CustomEvent('pulse'))")
    await asked.wait()
    await page.keyboard.press("/")
    await page.keyboard.type("parc")
    await expect(page.locator(".flow")).to_have_count(1)
    late.set()
    await over.wait()
    await page.evaluate("new Promise((then) => setTimeout(then))")
    await expect(page.locator("#list[hx-get*='q=parc'] .flow")).to_have_count(1)


async def test_what_was_done_is_undone_by_its_key(context: BrowserContext) -> None:
    """A saved input goes again with z while that is offered; what is dismissed has no key."""
    page = await context.new_page()
    await page.goto("/workflows/lost/")
    await page.keyboard.press("s")
    await page.keyboard.type("of today")
    await page.keyboard.press("Enter")
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("The input is saved.")
    assert await violations(page) == []
    await page.locator("#main").focus()
    await page.keyboard.press("z")
    await expect(toast).to_contain_text("The saved input is deleted.")
    await expect(page.get_by_role("link", name="of today")).to_have_count(0)
    await toast.get_by_role("button", name="Dismiss").click()
    await expect(toast).to_have_count(0)
