"""Forms in a real Chromium: nothing is changed on the way, with JavaScript and without."""

import pytest
from playwright.async_api import Browser, expect

from playground.forms import Form, dumps, example
from tests.forms.corpus import cases
from tests.forms.order import FULL, ORDER, run
from tests.forms.server import serving
from tests.forms.shipped import shipped
from tests.forms.test_names import NAMES

pytestmark = pytest.mark.browser


async def test_untouched_without_javascript(browser: Browser) -> None:
    """Values of every fifth schema of the corpus come back identical through a real browser."""
    some = {f"/{number}": case for number, case in enumerate(cases()) if case.valid and not number % 5}
    with serving(
        {path: (case.schema, Form.of(case.schema, case.valid[-1], secrets=True)) for path, case in some.items()}
    ) as url:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        for path, case in some.items():
            await page.goto(f"{url}{path}")
            assert await run(page) == dumps(case.valid[-1]), case.name
        await context.close()


async def test_shipped_schemas(browser: Browser) -> None:
    """Examples of every fourth schema that packages ship come back identical through a real browser."""
    some = {f"/{number}": (one.schema, example(one.schema)) for number, one in enumerate(shipped()) if not number % 4}
    with serving(
        {path: (schema, Form.of(schema, value, secrets=True)) for path, (schema, value) in some.items()}
    ) as url:
        context = await browser.new_context()
        page = await context.new_page()
        for path, (_, value) in some.items():
            await page.goto(f"{url}{path}")
            assert await run(page) == dumps(value), path
        await context.close()


async def test_the_whole_form_without_javascript(browser: Browser) -> None:
    """Adding, switching and running work by plain submits, and Enter runs."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_label("name").fill("Ada")
        await page.get_by_text("false", exact=True).first.click()
        await page.get_by_label("color").select_option("blue")
        await page.get_by_role("button", name="Add item to lines").click()
        await expect(page.get_by_label("sku")).to_be_focused()
        await page.get_by_label("sku").fill("1")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Dog")
        await page.get_by_role("button", name="Apply the kind of pet").click()
        await page.get_by_label("bark").fill("loud")
        await page.get_by_label("bark").press("Enter")
        await expect(page.locator("#status")).to_have_text("run")
        wanted = '{"name": "Ada", "gift": false, "color": "blue", "kind": "order", "lines": [{"sku": "1"}], '
        assert await page.locator("#meant").text_content() == wanted + '"pet": {"bark": "loud"}}'
        await context.close()


async def test_in_place_with_javascript(browser: Browser) -> None:
    """Structural buttons and selects change the form without loading the page; what was typed and the focus stay."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        await page.evaluate("window.same = true")
        await page.get_by_label("name").fill("Ada")
        await page.get_by_role("button", name="Add item to lines").click()
        await expect(page.get_by_label("sku")).to_be_focused()
        await page.keyboard.type("first")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Cat")
        await page.get_by_label("lives").fill("9")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Dog")
        await page.get_by_label("bark").fill("x")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Cat")
        await expect(page.get_by_label("lives")).to_have_value("9")
        await page.get_by_role("button", name="Add item to tags").click()
        await page.get_by_role("button", name="Add item to tags").click()
        await page.get_by_role("textbox", name="tag 2").fill("b")
        await page.get_by_role("button", name="Move tag 2 up").click()
        await expect(page.get_by_role("textbox", name="tag 1")).to_have_value("b")
        await page.get_by_role("textbox", name="tag 2").fill("a")
        await page.get_by_role("tab", name="JSON").click()
        await expect(page.get_by_label("The whole input as JSON")).to_be_visible()
        await page.get_by_role("tab", name="Fields").click()
        await page.locator('[data-path="/gift"]').get_by_label("true").check()
        await page.get_by_label("color").select_option("red")
        assert await page.evaluate("window.same") is True
        meant = await run(page)
        assert '"lines": [{"sku": "first"}]' in meant
        assert '"tags": ["b", "a"]' in meant
        assert '"pet": {"lives": 9}' in meant
        assert complaints == []


async def test_states_follow_the_typing(browser: Browser) -> None:
    """A field shows at once that it has a value, or is cleared again, and a pasted line break is kept."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        note = page.get_by_label("note", exact=True)
        state = page.locator('[data-path="/note"] .f-state').first
        await note.fill("x")
        await expect(state).to_have_value("value")
        await note.fill("")
        await expect(state).to_have_value("=null")
        await note.fill("x")
        await note.evaluate(
            """line => { const clipboardData = new DataTransfer(); clipboardData.setData("text", "one\\ntwo");
            line.select();
            line.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})); }"""
        )
        await expect(page.get_by_label("note", exact=True)).to_have_value("one\ntwo")


async def test_names_of_any_letters(browser: Browser) -> None:
    """Properties of any name come back from a real browser's multipart post, untouched and after the form changed."""
    properties = {name: {"type": "string"} for name in NAMES}
    schema = {
        "type": "object",
        "properties": {**properties, "list": {"type": "array", "items": {"type": "object", "properties": properties}}},
    }
    value = {**dict.fromkeys(NAMES, "x"), "list": [dict.fromkeys(NAMES, "y")]}
    with serving({"/": (schema, Form.of(schema, value))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        assert await run(page) == dumps(value)
        await page.goto(url)
        await page.get_by_role("button", name="Add item to list").click()
        await page.get_by_role("button", name="Remove list 2").click()
        await expect(page.get_by_role("button", name="Remove list 1")).to_be_focused()
        assert await run(page) == dumps(value)
