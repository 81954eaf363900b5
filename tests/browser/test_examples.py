"""Three examples from the list to the result, by mouse and by keyboard alone, and what one looks for in their runs."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.test_access import violations
from tests.browser.test_tour import status

pytestmark = pytest.mark.browser

ENDS = "all => all.map(one => one.getBoundingClientRect()).map(({left, right}) => [left, right])"
"""The left and the right end of each element."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a playground that serves the examples."""
    made = Server(folder=tmp_path_factory.mktemp("examples"), modules=())
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def page(browser: Browser, examples: Server) -> Page:
    """Give a page of a wide screen."""
    context = await browser.new_context(base_url=examples.url, viewport={"width": 1440, "height": 900})
    return await context.new_page()


async def begin(hands: Hands, page: Page, workflow: str, ended: str) -> None:
    """Start a workflow from the list with what is in its form, and wait for what becomes of it, without a reload."""
    await hands.open_workflow(workflow)
    await run(hands, page, ended)


async def run(hands: Hands, page: Page, ended: str) -> None:
    """Send the form."""
    await hands.send(page.get_by_role("button", name="Run", exact=True))
    await page.wait_for_url("**/runs/*/")
    await page.evaluate("document.body.dataset.stayed = 'yes'")
    await expect(page.locator(f"[data-run-status={ended}]")).to_have_count(1)
    assert await page.evaluate("document.body.dataset.stayed") == "yes"


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
async def test_of_three_hundred_pages_the_broken_one_is_found(page: Page, kind: type[Mouse | Keyboard]) -> None:
    """From the list to the failure, whose line is on top; its item, with what it got, has an address of its own."""
    hands = kind(page)
    await hands.open_workflow("etl")
    await hands.write(page.get_by_role("textbox", name="Broken page"), "270")
    await run(hands, page, "failed")
    top = page.locator("#run-values")
    await expect(top.locator("[data-here]").first).to_contain_text("int(fields")
    await hands.choose(top.get_by_role("link", name="parse_page[269]"))
    panel = page.locator('[data-step="parse_page[269]"] .row-body')
    await expect(panel).to_contain_text("name=Lamp 270;cents=n/a")
    await expect(page).to_have_url(re.compile(r"row=parse_page%5B269%5D"))
    assert await violations(page) == []
    await page.reload()
    await expect(panel).to_be_visible()
    await expect(page.locator("#run[data-connected]")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
async def test_two_people_review_a_text_before_the_deadline(page: Page, kind: type[Mouse | Keyboard]) -> None:
    """One answers on the run's page and sees, without a reload, what comes of the other's answer in the inbox."""
    hands = kind(page)
    await begin(hands, page, "review", "suspended")
    await expect(page.locator("#run-why")).to_contain_text(re.compile(r"legal_review.*ends in 59 min"))
    await hands.send(page.locator('[data-step="editor_review"]').get_by_role("button", name="Resume", exact=True))
    await expect(page.locator('[data-step="editor_review"][data-status="success"]')).to_have_count(1)
    await page.evaluate("document.body.dataset.stayed = 'yes'")
    other = await page.context.new_page()
    await other.goto("/workflows/")
    lawyer = kind(other)
    await lawyer.choose(other.get_by_role("link", name="Inbox"))
    card = other.locator(".question-card")
    await expect(card).to_contain_text("May we publish")
    await expect(card).to_contain_text("answer in 59 min")
    await lawyer.write(card.get_by_role("textbox", name="Note"), "fine")
    await lawyer.send(card.get_by_role("button", name="Resume", exact=True))
    await expect(other.get_by_role("status").filter(has_text="the run goes on")).to_be_visible()
    await status(page, "success")
    await expect(page.locator('[data-value="result"]')).to_contain_text("how-we-fold-waits")
    await expect(page.locator('[data-value="result"]')).to_contain_text('"fine"')
    assert await page.evaluate("document.body.dataset.stayed") == "yes"


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
async def test_an_agent_is_watched_while_it_thinks(page: Page, kind: type[Mouse | Keyboard]) -> None:
    """What it says grows in its row; a pass is chosen, and what its step got is opened."""
    hands = kind(page)
    await begin(hands, page, "agent", "running")
    said = page.locator('[data-step="think"] .written-text').first
    await expect(said).to_contain_text("I should find out first")
    await expect(page.locator("[data-run-status=success]")).to_have_count(1)
    await expect(page.locator('[data-value="result"]')).to_contain_text("1506")
    await hands.choose(page.get_by_role("link", name="Pass 3"))
    await expect(page.locator('[data-step="think"]')).to_have_count(1)
    await hands.choose(page.locator('[data-step="think"] a.row-toggle'))
    await expect(page.locator('[data-step="think"] .row-body')).to_contain_text("lamps-by-month")
    await hands.choose(page.locator('[data-step="think"] .markdown summary'))
    await expect(page.locator('[data-step="think"] .markdown-body')).to_contain_text("sum(months)")
    assert await violations(page) == []
    if kind is Keyboard:
        await page.keyboard.press("j")
        await expect(page.locator('[data-step="act"] .row-body')).to_be_visible()
        await expect(page.locator('[data-step="think"] .row-body')).to_be_hidden()


SOUGHT: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "the error's line": ("etl", (), "#run-values [data-here]", 'int(fields["cents"])'),
    "the failed item": (
        "etl",
        ("#run-values .failure-head [data-row]",),
        '[data-step="parse_page[269]"] .row-body',
        "cents=n/a",
    ),
    "the input": ("etl", ('[data-value="input"] summary',), '[data-value="input"] .json', '"broken_page": 270'),
    "what pass 3 got": (
        "agent",
        (".passes a[title^='Pass 3']", '[data-step="think"] a.row-toggle'),
        '[data-step="think"] .row-body',
        "lamps-by-month",
    ),
    "what the model streamed": ("agent", (), '[data-step="think"] .written-text', "Let me search for it"),
}
"""What a person looks for: in a run of which workflow, what is clicked, where it stands then, and what it says."""


async def test_what_one_looks_for_is_two_clicks_from_the_top(page: Page) -> None:
    """Or fewer, from the run's page as it is loaded."""
    runs = {}
    for workflow, given in (("etl", {"broken_page": 270}), ("agent", {})):
        started = await page.request.post(f"/api/workflows/{workflow}/start", data={"inputData": given})
        runs[workflow] = f"/runs/{(await started.json())['runId']}/"
    for workflow, ended in (("etl", "failed"), ("agent", "success")):
        await page.goto(runs[workflow])
        await expect(page.locator(f"[data-run-status={ended}]")).to_have_count(1)
    clicks = {}
    for name, (workflow, path, place, words) in SOUGHT.items():
        await page.goto(runs[workflow])
        hands = Mouse(page)
        for target in path:
            await hands.choose(page.locator(target).first)
        await expect(page.locator(place).first).to_contain_text(words)
        await expect(page.locator(place).first).to_be_visible()
        clicks[name] = hands.clicks
    assert all(number <= 2 for number in clicks.values()), clicks


async def test_dragging_over_the_timeline_looks_at_a_part_of_it(page: Page) -> None:
    """Bars outside of it go, its labels do not touch, no row opens; a key gives the whole back."""
    await begin(Mouse(page), page, "agent", "success")
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
