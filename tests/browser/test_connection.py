"""Lost connections: the page says so, and shows the truth when it is back."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server
from tests.browser.test_tour import answer, start, status

pytestmark = pytest.mark.browser


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that the test may stop."""
    made = Server(folder=tmp_path_factory.mktemp("lost"))
    made.start()
    yield made
    made.stop()


async def test_a_restarted_server_is_found_again(browser: Browser, own_server: Server) -> None:
    """While nobody answers the page says so; afterwards the suspended run is answered in the same tab."""
    context = await browser.new_context(base_url=own_server.url)
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    own_server.stop()
    await expect(page.locator("#offline")).to_be_visible()
    own_server.start()
    await expect(page.locator("#offline")).to_be_hidden()
    await answer(page)
    await status(page, "success")
    await context.close()


async def test_an_action_during_an_outage_stays_on_the_page(browser: Browser, own_server: Server) -> None:
    """Who presses a button meanwhile is told that nothing was done, and does it afterwards."""
    context = await browser.new_context(base_url=own_server.url)
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    own_server.stop()
    await expect(page.locator("#offline")).to_be_visible()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.locator("#offline")).to_contain_text("Not done")
    await page.get_by_role("link", name="Runs", exact=True).click()
    await expect(page.locator("#run-head")).to_have_count(1)
    own_server.start()
    await expect(page.locator("#offline")).to_be_hidden()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await status(page, "canceled")
    await context.close()


async def test_a_message_that_cannot_be_shown_is_asked_for_again(browser: Browser, server: Server) -> None:
    """One failed swap does not silence the page."""
    context = await browser.new_context(base_url=server.url)
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    await page.evaluate(
        """() => {
          const swap = htmx.swap;
          htmx.swap = () => { htmx.swap = swap; throw new Error("just once"); };
        }"""
    )
    await answer_elsewhere(page, context)
    await status(page, "success")
    await context.close()


async def answer_elsewhere(page: Page, context: BrowserContext) -> None:
    """Answer the run of a page in another tab, which stays: Chromium may never close one that is just being led on."""
    other = await context.new_page()
    await other.goto(page.url)
    await answer(other)


async def test_a_half_typed_answer_outlives_somebody_elses(context: BrowserContext) -> None:
    """The form goes, what was typed is shown with the reason."""
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    await page.locator('[data-step="approve"]').get_by_role("textbox", name="Note").fill("half a thou")
    await answer_elsewhere(page, context)
    note = page.locator('[data-step="approve"] .draft')
    await expect(note).to_contain_text("Somebody else answered")
    await expect(note).to_contain_text("half a thou")
    await status(page, "success")


async def test_a_deleted_run_leads_to_the_list(context: BrowserContext) -> None:
    """It is asked first; another tab that shows the run says that it is gone."""
    page, other = await context.new_page(), await context.new_page()
    await start(page)
    await status(page, "suspended")
    await answer(page)
    await status(page, "success")
    await other.goto(page.url)
    await expect(other.locator("[data-connected]")).to_have_count(1)
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_text("cannot be undone")).to_be_visible()
    assert page.url == other.url
    await page.get_by_role("button", name="Delete for good").click()
    await page.wait_for_url("**/runs/")
    await expect(page.get_by_role("status").filter(has_text="The run is deleted.")).to_be_visible()
    await expect(other.locator("#offline")).to_have_text("This run was deleted.")
