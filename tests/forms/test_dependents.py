"""Fields that come and go with what is typed, in a real Chromium."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from playground.forms import Form
from tests.forms.order import run
from tests.forms.server import serving

pytestmark = pytest.mark.browser


async def test_dependent_fields_appear(browser: Browser) -> None:
    """What depends on a field appears as soon as it changes, and neither the focus nor fresh typing is lost by that."""
    schema = {
        "type": "object",
        "properties": {"country": {"type": "string"}, "city": {"type": "string"}},
        "if": {"properties": {"country": {"const": "US"}}, "required": ["country"]},
        "then": {"properties": {"state": {"type": "string"}}, "required": ["state"]},
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("country", exact=True).click()
        await page.keyboard.type("US")
        await page.get_by_label("city", exact=True).click()
        await page.keyboard.type("Boston")
        await page.get_by_label("state", exact=True).wait_for()
        await expect(page.get_by_label("city", exact=True)).to_be_focused()
        await page.get_by_label("state", exact=True).fill("MA")
        await page.get_by_label("state", exact=True).press("Enter")
        await expect(page.locator("#status")).to_have_text("run")
        assert await page.locator("#meant").text_content() == '{"country": "US", "city": "Boston", "state": "MA"}'


async def test_nothing_typed_is_lost_while_the_form_changes(browser: Browser) -> None:
    """Keys that are pressed around the moment of the swap are all there, and so are choices made meanwhile."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "gift": {"type": "boolean"}, "size": {"enum": ["S", "M"]}},
        "dependentSchemas": {"city": {"properties": {"street": {"type": "string"}}}},
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        asked: asyncio.Queue[Route] = asyncio.Queue()
        await page.goto(url)
        await page.route(is_form_of(url), asked.put)
        city = page.get_by_label("city", exact=True)
        await city.fill("Bos")
        await city.blur()
        first = await asked.get()
        await city.click()
        await page.keyboard.type("ton")
        await page.locator('[data-path="/gift"]').get_by_label("true").check()
        await page.get_by_label("size").select_option("M")
        await city.click()
        await page.keyboard.press("End")
        # Each letter comes as soon as the page can take it: before the answer, with it and after it.
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(page.keyboard.type(", Massachusetts"))
            tasks.create_task(first.continue_())
        await (await asked.get()).continue_()
        await page.get_by_label("street", exact=True).wait_for()
        await page.unroute_all()
        await expect(city).to_have_value("Boston, Massachusetts")
        assert await run(page) == '{"city": "Boston, Massachusetts", "gift": true, "size": "M"}'


def is_form_of(url: str) -> re.Pattern[str]:
    """Return what only the address of the form matches, and none of its files."""
    return re.compile(re.escape(url) + "/?$")


async def test_a_choice_made_by_a_condition(browser: Browser) -> None:
    """What was typed is the option when a condition makes its field a choice, and what it opened goes with it."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"stage": {"type": "string"}, "portfolio": {"enum": ["explore", "exploit"]}},
        "if": {"properties": {"portfolio": {"const": "explore"}}, "required": ["portfolio"]},
        "then": {
            "properties": {"stage": {"enum": ["ideation", "discovery"]}, "team": {"type": "object", "properties": {}}},
            "required": ["team"],
        },
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("stage", exact=True).fill("discovery")
        await page.get_by_label("portfolio").select_option("explore")
        stage = page.locator('[data-path="/stage"] select.f-select')
        await expect(stage.locator("option:checked")).to_have_text("discovery")
        await page.get_by_label("portfolio").select_option("exploit")
        await expect(page.locator('[data-path="/stage"] input')).to_have_value("discovery")
        assert await run(page) == '{"stage": "discovery", "portfolio": "exploit"}'
