"""The focus in a real Chromium, by mouse and by keyboard."""

import pytest
from playwright.async_api import Browser, expect

from playground.forms import Form
from tests.forms.order import FULL, ORDER
from tests.forms.server import serving

pytestmark = pytest.mark.browser


async def test_by_keyboard_alone(browser: Browser) -> None:
    """Every control that can be seen is reached with the Tab key, and the invisible one is not."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        visible = "input:not([type=hidden]), select, textarea, button, summary"
        names = await page.evaluate(
            f"""() => [...document.querySelectorAll("form :is({visible})")].filter(one => one.checkVisibility({{
            visibilityProperty: true}}) && one.tabIndex >= 0 && (one.type !== "radio" || one.checked)).length"""
        )
        seen = set()
        for _ in range(names + 10):
            await page.keyboard.press("Tab")
            seen.add(await page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            assert not await page.evaluate("document.activeElement.matches('.f-default')")
        assert len(seen) >= names


@pytest.mark.parametrize("script", [True, False])
async def test_the_focus_stays_with_the_rows(browser: Browser, script: bool) -> None:
    """A moved row keeps the focus on its arrow, a removed one hands it to its neighbour; by keyboard, too."""
    schema = {"type": "array", "items": {"type": "string"}}
    with serving({"/": (schema, Form.of(schema, ["a", "b", "c"]))}) as url:
        context = await browser.new_context(java_script_enabled=script)
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Move Input 3 up").click()
        await expect(page.get_by_role("button", name="Move Input 2 up")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Move Input 1 down")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Move Input 2 down")).to_be_focused()
        await page.get_by_role("button", name="Remove Input 1").click()
        await expect(page.get_by_role("button", name="Remove Input 1")).to_be_focused()
        await expect(page.get_by_role("textbox", name="Input 1")).to_have_value("c")
        await page.get_by_role("button", name="Remove Input 2").click()
        await expect(page.get_by_role("button", name="Remove Input 1")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Add item to Input")).to_be_focused()
        await context.close()


async def test_the_focus_stays_on_the_button_that_was_pressed(browser: Browser) -> None:
    """A structural button that is still there has the focus again, and not the first button of the form."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_role("tab", name="JSON").press("Enter")
        await expect(page.get_by_role("tab", name="JSON", selected=True)).to_be_focused()
        await page.get_by_role("button", name="Fill in an example").press("Enter")
        await expect(page.get_by_role("button", name="Fill in an example")).to_be_focused()
