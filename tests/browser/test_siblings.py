"""What is being written for one step stays while another one is answered."""

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.test_tour import status

pytestmark = pytest.mark.browser


async def start(page: Page, *names: str) -> str:
    """Start a run in which several people are asked, and return its id."""
    await page.goto("/workflows/signatures/")
    await page.get_by_role("tab", name="JSON").click()
    await page.get_by_label("The whole input as JSON").fill(str(list(names)).replace("'", '"'))
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")
    await status(page, "suspended")
    return page.url.rstrip("/").rpartition("/")[2]


async def answer(place: Locator, note: str) -> None:
    """Answer one of them."""
    await place.get_by_role("radio", name="true").check()
    await place.get_by_role("textbox", name="Note").fill(note)
    await place.get_by_role("button", name="Resume").click()


def row(page: Page, index: int) -> Locator:
    """Return the row of one of them."""
    return page.locator(f'[data-step="sign[{index}]"]')


async def test_an_answer_in_a_row_stays_while_others_are_given(context: BrowserContext) -> None:
    """Whoever gives them: somebody else, or the same person on the same page."""
    mine, theirs = await context.new_page(), await context.new_page()
    run_id = await start(mine, "ada", "bob", "cyd")
    await theirs.goto(f"/runs/{run_id}/")
    note = row(mine, 0).get_by_role("textbox", name="Note")
    await note.fill("half a thou")
    await answer(row(theirs, 1), "theirs")
    await expect(row(mine, 1)).to_have_attribute("data-status", "success")
    await expect(note).to_have_value("half a thou")
    await answer(row(mine, 2), "mine")
    await expect(row(mine, 2)).to_have_attribute("data-status", "success")
    await expect(note).to_have_value("half a thou")
    await answer(row(mine, 0), "half a thought")
    await status(mine, "success")


async def test_an_answer_that_is_refused_beside_another_says_why(browser: Browser, server: Server) -> None:
    """Errors stand at its own fields, and nothing is lost in either form."""
    # A profile of its own, since the browser itself complains of each refusal that a script is given.
    page = await browser.new_page(base_url=server.url)
    await start(page, "ada", "bob")
    note = row(page, 0).get_by_role("textbox", name="Note")
    await note.fill("half a thou")
    await row(page, 1).get_by_role("textbox", name="Note").fill("no decision")
    await row(page, 1).get_by_role("button", name="Resume").click()
    await expect(row(page, 1).locator(".f-problems")).to_be_visible()
    await expect(row(page, 1).get_by_role("textbox", name="Note")).to_have_value("no decision")
    await expect(note).to_have_value("half a thou")
    await answer(row(page, 1), "yes")
    await expect(row(page, 1)).to_have_attribute("data-status", "success")
    await expect(note).to_have_value("half a thou")


async def test_an_answer_in_the_inbox_stays_while_others_are_given(context: BrowserContext) -> None:
    """The one that was answered leaves the list, the one that is read keeps what is written in it."""
    run, inbox = await context.new_page(), await context.new_page()
    run_id = await start(run, "ada", "bob")
    await inbox.goto("/inbox/")
    entries = inbox.locator("a.entry", has_text=f"run {run_id[:8]}")
    await entries.filter(has_text="sign[0]").click()
    note = inbox.locator('#questions [data-step="sign[0]"]').get_by_role("textbox", name="Note")
    await note.fill("half a thou")
    await answer(row(run, 1), "yes")
    await expect(entries.filter(has_text="sign[1]")).to_have_count(0)
    await expect(note).to_have_value("half a thou")
    await expect(inbox.locator(".draft")).to_have_count(0)


async def test_a_failed_attempt_opens_in_its_row(context: BrowserContext) -> None:
    """The whole error is there, and the secrets that a run began with are asked for when it is edited."""
    page = await context.new_page()
    await page.goto("/workflows/logins/")
    await page.get_by_role("textbox", name="User").fill("ada")
    await page.get_by_label("Password").fill("secret!")
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_url("**/runs/*/")
    await status(page, "success")
    attempt = page.locator('[data-step="log_in"]')
    await attempt.locator(".row-toggle").click()
    await attempt.locator(".tries summary").first.click()
    await expect(attempt.locator(".failure").first).to_contain_text("first line")
    for link in await page.locator(".graph a").all():
        await expect(page.locator(f'[id="{(await link.get_attribute("href") or "")[1:]}"]')).to_have_count(1)
    await page.get_by_role("link", name="Edit and run").click()
    await expect(page.locator(".f-problems")).to_contain_text("type it again")
    await expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Password")).to_have_value("")


async def test_one_escape_closes_the_palette(context: BrowserContext) -> None:
    """Also when something was typed in it."""
    page = await context.new_page()
    await page.goto("/workflows/")
    for _ in range(2):
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("searchbox", name="Find", exact=True)).to_be_focused()
        await page.keyboard.type("trip")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
