"""From the top of a run's page, what a person looks for is two clicks away, in the examples."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server, free_port
from tests.browser.test_tour import status

pytestmark = pytest.mark.browser

ENDS = "all => all.map(one => one.getBoundingClientRect()).map(({left, right}) => [left, right])"
"""The left and the right end of each element."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a playground that serves the examples."""
    made = Server(folder=tmp_path_factory.mktemp("examples"), port=free_port(), modules=())
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def page(browser: Browser, examples: Server) -> Page:
    """Give a page of a wide screen."""
    context = await browser.new_context(base_url=examples.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    return await context.new_page()


async def begin(page: Page, workflow: str, ended: str, given: str = "{}") -> None:
    """Start a workflow from the list, with the keyboard alone, and wait for its end."""
    await page.goto("/workflows/")
    await page.get_by_role("link", name=workflow, exact=True).press("Enter")
    await page.wait_for_url(f"**/workflows/{workflow}/")
    await page.get_by_role("tab", name="JSON").press("Enter")
    await page.get_by_label("The whole input as JSON").fill(given)
    await page.get_by_label("The whole input as JSON").press("Control+Enter")
    await page.wait_for_url("**/runs/*/")
    await expect(page.locator(f"[data-run-status={ended}]")).to_have_count(1, timeout=60_000)


async def test_the_failed_item_among_many_is_one_click_away(page: Page) -> None:
    """The error's line stands on top; its button opens the item with its input, at an address of its own."""
    await begin(page, "etl", "failed", '{"pages": 90, "broken_page": 61}')
    top = page.locator("#run-values")
    await expect(top.locator("[data-here]").first).to_contain_text("int(fields")
    await expect(top.locator('[data-value="input"] summary')).to_contain_text('"broken_page": 61')
    await top.get_by_role("link", name="parse_page[60]").click()
    panel = page.locator('[data-step="parse_page[60]"] .row-body')
    await expect(panel).to_contain_text("name=Lamp 61;cents=n/a")
    await expect(page).to_have_url(re.compile(r"row=parse_page%5B60%5D"))
    await page.reload()
    await expect(panel).to_be_visible()
    await expect(page.locator("#run[data-connected]")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()


async def test_what_a_pass_got_is_two_clicks_away(page: Page) -> None:
    """What the model streamed is in the rows; a pass is chosen, and its step opened, by keyboard."""
    await begin(page, "agent", "success")
    await expect(page.locator('[data-step="think"] .written-text').first).to_contain_text("I should find out first")
    await page.get_by_role("link", name="Pass 3").press("Enter")
    await expect(page.locator('[data-step="think"]')).to_have_count(1)
    await page.locator('[data-step="think"] a.row-toggle').press("Enter")
    await expect(page.locator('[data-step="think"] .row-body')).to_contain_text("lamps-by-month")
    await page.locator('[data-step="think"] .markdown summary').press("Enter")
    await expect(page.locator('[data-step="think"] .markdown-body')).to_contain_text("sum(months)")
    await page.locator('[data-step="think"] a.row-toggle').focus()
    await page.keyboard.press("j")
    await expect(page.locator('[data-step="act"] .row-body')).to_be_visible()
    await expect(page.locator('[data-step="think"] .row-body')).to_be_hidden()


async def test_two_people_answer_without_a_reload(page: Page) -> None:
    """Each question has its form in its row, and the result comes to the top by itself."""
    await begin(page, "review", "suspended")
    for step in ("editor_review", "legal_review"):
        await page.locator(f'[data-step="{step}"]').get_by_role("button", name="Resume").click()
        await expect(page.locator(f'[data-step="{step}"][data-status="success"]')).to_have_count(1)
    await status(page, "success")
    await expect(page.locator('[data-value="result"]')).to_contain_text("how-we-fold-waits")


async def test_dragging_over_the_timeline_looks_at_a_part_of_it(page: Page) -> None:
    """Bars outside of it go, its labels do not touch, no row opens; a key gives the whole back."""
    await begin(page, "agent", "success")
    line = page.locator("#axis .axis-line")
    box = await line.bounding_box()
    assert box is not None
    bars = page.locator('#rows .bar[data-kind="run"]:not([data-outside])')
    whole = await bars.count()
    bar = await page.locator('[data-step="act"] .bars').first.bounding_box()
    assert bar is not None
    await page.mouse.move(box["x"] + box["width"] * 0.4, bar["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.5, bar["y"] + 6)
    # The script that takes the drag comes with the first one.
    await page.wait_for_load_state("networkidle")
    await page.mouse.move(box["x"] + box["width"] * 0.6, bar["y"] + 6)
    await expect(page.locator(".zoom-range")).to_have_count(1)
    await page.mouse.up()
    await expect(page.get_by_role("button", name="Whole run")).to_be_visible()
    assert 0 < await bars.count() < whole
    labels = page.locator("#axis text[data-zoom]")
    await expect(labels).not_to_have_count(0)
    spans = sorted(await labels.evaluate_all(ENDS))
    assert len(spans) >= 2
    assert all(left[1] < right[0] for left, right in pairwise(spans))
    await expect(page.locator("#rows .row-body:not([hidden])")).to_have_count(0)
    await page.keyboard.press("0")
    await expect(bars).to_have_count(whole)
    await expect(labels).to_have_count(0)
