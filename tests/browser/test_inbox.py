"""The inbox in a real browser: it is live, and what is being written there is not lost."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import answer, start, status

pytestmark = pytest.mark.browser


async def test_a_half_typed_answer_outlives_its_card(context: BrowserContext) -> None:
    """When somebody else answers, the card goes; what was typed stays with the reason until it is dismissed."""
    run, inbox = await context.new_page(), await context.new_page()
    await start(run)
    await status(run, "suspended")
    run_id = run.url.rstrip("/").rpartition("/")[2]
    await inbox.goto("/inbox/")
    card = inbox.locator(f'#questions [data-run-id="{run_id}"]')
    await card.get_by_role("textbox", name="Note").fill("half a thou")
    await expect(inbox.locator("[data-connected]")).to_have_count(1)
    await answer(run)
    await expect(card).to_have_count(0)
    left = inbox.locator(".draft")
    await expect(left).to_be_focused()
    await expect(left).to_contain_text("Somebody else answered")
    await expect(left).to_contain_text("half a thou")
    await expect(left.get_by_role("link", name="trip approve")).to_be_visible()
    assert await violations(inbox) == []
    await start(run)
    await status(run, "suspended")
    await expect(left).to_contain_text("half a thou")
    await left.get_by_role("button", name="Dismiss").click()
    await expect(left).to_have_count(0)


async def test_a_card_that_nobody_wrote_in_leaves_nothing(context: BrowserContext) -> None:
    """Only what was typed is kept."""
    run, inbox = await context.new_page(), await context.new_page()
    await start(run)
    await status(run, "suspended")
    run_id = run.url.rstrip("/").rpartition("/")[2]
    await inbox.goto("/inbox/")
    await expect(inbox.locator("[data-connected]")).to_have_count(1)
    await answer(run)
    await expect(inbox.locator(f'[data-run-id="{run_id}"]')).to_have_count(0)
    await expect(inbox.locator(".draft")).to_have_count(0)


async def test_those_that_are_alike_are_answered_together(context: BrowserContext) -> None:
    """What is ticked and unfolded stays so while others come; one answer is enough, and the page says for how many."""
    run, inbox = await context.new_page(), await context.new_page()
    for city in ("Elvas", "Beja"):
        await start(run, city)
        await status(run, "suspended")
    await inbox.goto("/inbox/")
    await expect(inbox.locator("[data-connected]")).to_have_count(1)
    await inbox.locator("#alike summary").press("Enter")
    await inbox.get_by_role("checkbox", name="sunny in Elvas").press("Space")
    await expect(inbox.locator("#alike-count")).to_have_text("1 gets the same answer")
    await start(run, "Faro")
    await expect(inbox.get_by_role("checkbox", name="sunny in Faro")).to_be_visible()
    await expect(inbox.get_by_role("checkbox", name="sunny in Elvas")).to_be_checked()
    assert await violations(inbox) == []
    await inbox.locator(".question-card").get_by_role("radio", name="true").check()
    await inbox.locator(".question-card").get_by_role("radio", name="true").press("Control+Enter")
    await expect(inbox.get_by_role("status").filter(has_text="2 questions have this answer.")).to_be_visible()
    await expect(inbox.locator(".entry").filter(has_text="Elvas")).to_have_count(0)
    await expect(inbox.locator(".entry").filter(has_text="Faro")).to_have_count(1)
