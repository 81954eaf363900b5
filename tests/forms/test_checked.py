"""What a field tells while it is filled in, in a real Chromium."""

import pytest
from playwright.async_api import Browser, expect

from playground.forms import Form
from tests.forms.server import serving

pytestmark = pytest.mark.browser

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 3},
        "size": {"type": "integer", "minimum": 5},
        "kind": {"enum": [f"kind {number}" for number in range(30)]},
        "data": {"type": "string", "contentEncoding": "base64"},
    },
    "required": ["name", "size", "kind"],
}


async def test_a_field_is_checked_when_it_is_left(browser: Browser) -> None:
    """A problem shows when its field is left, others are not disturbed, and it goes while it is mended."""
    with serving({"/": (SCHEMA, Form.blank(SCHEMA))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        name, problems = page.get_by_label("name", exact=True), page.locator(".f-problem")
        await name.fill("A")
        await expect(problems).to_have_count(0)
        await name.press("Tab")
        await expect(problems).to_have_text(["Found 1 character. Expected at least 3 characters."])
        await expect(name).to_have_attribute("aria-invalid", "true")
        words = "At least 3 characters. Found 1 character. Expected at least 3 characters."
        await expect(name).to_have_accessible_description(words)
        await name.press_sequentially("da")
        await expect(problems).to_have_count(0)
        await expect(name).not_to_have_attribute("aria-invalid", "true")


async def test_what_is_mended_leaves_the_list_of_problems(browser: Browser) -> None:
    """After Run, each problem goes with its line in the list above as soon as it is mended, the list with the last."""
    with serving({"/": (SCHEMA, Form.blank(SCHEMA))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Run", exact=True).click()
        await expect(page.locator(".f-problems-title")).to_have_text("3 problems")
        await page.get_by_label("size").fill("7")
        await expect(page.locator(".f-problems-title")).to_have_text("2 problems")
        await page.get_by_label("name").fill("Ada")
        await expect(page.locator(".f-problems-title")).to_have_text("1 problem")
        await page.get_by_label("kind").select_option("kind 3")
        await expect(page.locator(".f-problems")).to_have_count(0)


async def test_many_options_are_searched(browser: Browser) -> None:
    """A choice of many options opens a box to search in, by mouse and keyboard; Escape leaves it as it was."""
    with serving({"/": (SCHEMA, Form.blank(SCHEMA))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        kind = page.get_by_label("kind", exact=True)
        await kind.click()
        box = page.get_by_role("combobox", name="Search in kind")
        await box.fill("KIND 2")
        await expect(page.get_by_role("option")).to_have_count(11)
        await page.get_by_role("option", name="kind 27").click()
        await expect(kind).to_have_value("27")
        await expect(kind).to_be_focused()
        await kind.press(" ")
        await box.fill("kind 1")
        await box.press("ArrowDown")
        await box.press("Enter")
        await expect(kind).to_have_value("10")
        await kind.press(" ")
        await box.fill("nothing")
        await box.press("Escape")
        await expect(kind).to_have_value("10")


async def test_a_file_is_dropped(browser: Browser) -> None:
    """A file that is dropped on its field is sent."""
    with serving({"/": (SCHEMA, Form.of(SCHEMA, {"name": "Ada", "size": 5, "kind": "kind 1"}))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.locator(".f-upload").evaluate(
            """box => { const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(["hey"], "hey.txt"));
            for (const kind of ["dragover", "drop"])
            box.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true})); }"""
        )
        await expect(page.locator(".f-file")).to_have_value("C:\\fakepath\\hey.txt")


async def test_a_check_takes_no_file_along(browser: Browser) -> None:
    """What is in it is sent with the form alone, so a check says nothing of its field, and says all of the others."""
    data = {"type": "string", "contentEncoding": "base64", "minLength": 4}
    schema = {
        "type": "object",
        "properties": {"data": data, "name": SCHEMA["properties"]["name"]},
        "required": ["data"],
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        await page.add_init_script(
            """window.sent = []; const real = window.fetch; window.fetch = (url, options) => {
            for (const [name, one] of options.body) if (one instanceof File) window.sent.push([one.name, one.size]);
            return real(url, options); }"""
        )
        await page.goto(url)
        await page.locator(".f-file").set_input_files({"name": "a.bin", "mimeType": "x/y", "buffer": b"content" * 9})
        await page.get_by_label("name", exact=True).fill("A")
        await page.get_by_label("name", exact=True).press("Tab")
        await expect(page.locator(".f-problem")).to_have_text(["Found 1 character. Expected at least 3 characters."])
        sent = {tuple(one) for one in await page.evaluate("window.sent")}
        assert sent == {("a.bin", 0)}


async def test_rows_fold(browser: Browser) -> None:
    """Rows of a long list say what they hold in a line; an opened one stays open, and tells what was typed."""
    row = {"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"boxes": {"type": "array", "items": row}}}
    value = {"boxes": [{"name": f"no {number}", "size": number} for number in range(6)]}
    with serving({"/": (schema, Form.of(schema, value))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        second = page.locator("[data-fold='/boxes/1']")
        await expect(second.locator(".f-digest")).to_have_text("no 1 · 1")
        await expect(second.get_by_label("name")).not_to_be_visible()
        await second.locator("summary").first.click()
        await second.get_by_label("name").fill("other")
        await second.get_by_label("name").press("Tab")
        await expect(second.locator(".f-digest")).to_have_text("other · 1")
        await page.get_by_role("button", name="Add item to boxes").click()
        await expect(page.get_by_role("group", name="box 7").get_by_label("name")).to_be_focused()
        await expect(second.get_by_label("name")).to_be_visible()
        await expect(page.locator("[data-fold='/boxes/2']").get_by_label("name")).not_to_be_visible()
