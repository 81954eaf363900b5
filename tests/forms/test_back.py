"""Nothing that was typed is lost by leaving a page and coming back, in a real Chromium."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from playground.forms import Form
from tests.forms.order import run
from tests.forms.server import serving

pytestmark = pytest.mark.browser

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "gift": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "secret": {"type": "string", "format": "password"},
        "country": {"type": "string"},
    },
    "if": {"properties": {"country": {"const": "US"}}, "required": ["country"]},
    "then": {"properties": {"state": {"type": "string"}}},
}
MEANT = '{"name": "Ada", "gift": false, "tags": ["a"], "country": "US", "state": "MA"}'


async def filled(page: Page) -> None:
    """Type into fields that were there, were added, and came by a condition."""
    await page.get_by_label("name", exact=True).fill("Ada")
    await page.locator('[data-path="/gift"]').get_by_label("false").check()
    await page.get_by_role("button", name="Add item to tags").click()
    await page.locator('[name="f/tags/0"]').fill("a")
    await page.get_by_label("country", exact=True).fill("US")
    await page.get_by_label("secret", exact=True).fill("hush")
    await page.get_by_label("secret", exact=True).blur()
    await page.get_by_label("state", exact=True).fill("MA")


async def test_what_was_typed_is_there_again(browser: Browser) -> None:
    """Rows, choices and fields of conditions come back with the back button, but no secret, which is kept nowhere."""
    with serving({"/": (SCHEMA, Form.blank(SCHEMA)), "/other": ({}, Form.blank({}))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await filled(page)
        await page.goto(f"{url}/other")
        await page.go_back()
        await expect(page.get_by_label("state", exact=True)).to_have_value("MA")
        await expect(page.get_by_label("secret", exact=True)).to_have_value("")
        assert "hush" not in await page.evaluate("JSON.stringify(history.state)")
        assert await run(page) == MEANT


async def test_two_tabs_do_not_touch_each_other(browser: Browser) -> None:
    """Each tab has what was typed in it, also after both were left and came back; a page opened anew has nothing."""
    with serving({"/": (SCHEMA, Form.blank(SCHEMA)), "/other": ({}, Form.blank({}))}) as url:
        context = await browser.new_context()
        pages = [await context.new_page(), await context.new_page()]
        for name, page in zip("ab", pages, strict=True):
            await page.goto(url)
            await page.get_by_label("name", exact=True).fill(name)
        for page in pages:
            await page.goto(f"{url}/other")
        for name, page in zip("ab", pages, strict=True):
            await page.go_back()
            await expect(page.get_by_label("name", exact=True)).to_have_value(name)
        await pages[0].goto(f"{url}/?")
        await expect(pages[0].get_by_label("name", exact=True)).to_have_value("")
