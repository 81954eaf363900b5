"""A graph is looked at: larger, as a whole, wide, with its types, as files, and on a phone."""

from xml.etree import ElementTree

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.test_access import violations
from tests.browser.test_tour import start, status

pytestmark = pytest.mark.browser


async def width(page: Page) -> float:
    """Return how wide the graph is drawn."""
    box = await page.locator("svg.graph").bounding_box()
    assert box is not None
    return box["width"]


async def test_a_graph_is_looked_at_by_keys_wheel_and_buttons(context: BrowserContext) -> None:
    """Keys and the wheel with Ctrl make it larger and smaller; the wheel alone never does; lines tell their types."""
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    view, size = page.locator(".graph-view"), page.locator('[data-graph="1"]')
    own = await width(page)
    await view.focus()
    await page.keyboard.press("+")
    await expect(size).to_have_text("125 %")
    assert await width(page) == pytest.approx(own * 1.25, rel=0.01)
    await page.keyboard.press("1")
    await expect(size).to_have_text("100 %")
    box = await view.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 100, box["y"] + 100)
    await page.mouse.wheel(0, 40)
    await expect(size).to_have_text("100 %")
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, 200)
    await page.keyboard.up("Control")
    await expect(size).to_have_text("61 %")
    await page.get_by_role("button", name="Fit").click()
    assert await view.evaluate("view => view.scrollHeight <= view.clientHeight + 1")
    wire = page.locator(".g-wire", has_text="Trip").first
    await expect(wire.locator(".g-type")).to_be_hidden()
    line = await wire.locator(".g-near").bounding_box()
    assert line is not None
    await page.mouse.move(line["x"] + 3, line["y"] + line["height"] / 2)
    await expect(wire.locator(".g-type")).to_be_visible()
    assert await violations(page) == []


async def test_a_graph_is_wide_and_a_file_and_a_fold_on_a_phone(context: BrowserContext) -> None:
    """Wide keeps what is typed, and holds on the next page; a picture is as large as its file; a phone has a fold."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    await page.get_by_role("textbox", name="City").fill("Evora")
    await page.locator(".graph [data-stop]").first.click()
    await page.evaluate("document.body.dataset.stays = document.querySelector('svg.graph').dataset.before = ''")
    await page.get_by_role("button", name="Wide").click()
    await expect(page.get_by_role("button", name="Wide")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("svg.graph:not([data-before])")).to_have_count(1)
    await expect(page.locator("body[data-stays]")).to_have_count(1)
    await expect(page.get_by_role("textbox", name="City")).to_have_value("Evora")
    await expect(page.locator(".graph [data-stop]").first).to_have_attribute("aria-checked", "true")
    await page.locator(".graph [data-stop]").first.click()
    await page.reload()
    await expect(page.locator(".flow-grid[data-wide]")).to_have_count(1)
    await page.get_by_role("button", name="Download the graph").click()
    async with page.expect_download() as got:
        await page.get_by_role("button", name="PNG").click()
    picture = (await (await got.value).path()).read_bytes()
    drawn = ElementTree.fromstring(await (await page.request.get("/workflows/trip/graph.svg")).text())
    assert int.from_bytes(picture[16:20]) == 2 * int(drawn.get("width") or 0)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/workflows/trip/?rehearse")
    view = page.locator(".graph-view")
    await expect(view).to_be_hidden()
    await page.locator(".graph-fold > summary").click()
    await expect(view).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.locator("details.plan > summary").last.click()
    await page.get_by_role("button", name="Start the rehearsal").click(trial=True)
    assert (
        await page.locator(".start-form > .form-foot").evaluate("foot => getComputedStyle(foot).position") == "static"
    )
    assert await violations(page) == []


async def test_a_part_of_a_graph_folds_and_opens(context: BrowserContext) -> None:
    """By mouse and by keyboard, on a run's page while it waits; the focus stays, and so does the choice."""
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    parts = page.locator(".g-switch")
    name = await parts.first.get_attribute("data-part")
    switch = page.locator(f'[data-part="{name}"]')
    nodes = page.locator(".graph [data-node]")
    whole = await nodes.count()
    await switch.click()
    await expect(switch).to_have_attribute("aria-expanded", "false")
    assert await nodes.count() < whole
    assert await violations(page) == []
    await page.reload()
    await expect(switch).to_have_attribute("aria-expanded", "false")
    await switch.focus()
    await page.keyboard.press("Enter")
    await expect(switch).to_have_attribute("aria-expanded", "true")
    await expect(switch).to_be_focused()
    await expect(nodes).to_have_count(whole)
    await page.keyboard.press("Space")
    await expect(switch).to_have_attribute("aria-expanded", "false")
