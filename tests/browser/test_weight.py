"""What a page weighs, whom it asks, and how it fits."""

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response

from tests.browser.conftest import Server
from tests.browser.test_tour import start, status

pytestmark = pytest.mark.browser

PAGES = ("/workflows/", "/workflows/trip/", "/runs/", "/inbox/", "/doctor/", "/patterns/")


async def running(page: Page) -> None:
    """Go to a run whose first step goes on until it is canceled."""
    run_id = (await (await page.request.post("/api/workflows/trip/create-run", data={})).json())["runId"]
    given = {"inputData": {"city": "Lisbon"}, "rehearsal": {"delays": {"look_up": 600}}}
    assert (await page.request.post(f"/api/workflows/trip/start?runId={run_id}", data=given)).ok
    await page.goto(f"/runs/{run_id}/")


@pytest.mark.parametrize("standing", ["suspended", "running"])
async def test_the_first_load_of_a_run_is_light_and_local(
    context: BrowserContext, server: Server, standing: str
) -> None:
    """At most 70 kB and 14 requests, none to another host."""
    page = await context.new_page()
    await (start(page) if standing == "suspended" else running(page))
    await status(page, standing)
    fresh = await context.browser.new_context() if context.browser else context
    other = await fresh.new_page()
    responses: list[Response] = []
    other.on("response", lambda response: responses.append(response))
    await other.goto(page.url, wait_until="networkidle")
    sizes = [await response.request.sizes() for response in responses]
    assert all(response.url.startswith(server.url) for response in responses)
    assert len(responses) <= 14, [response.url for response in responses]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 70_000
    assert await other.locator("#run").get_attribute("data-run-status") == standing
    await fresh.close()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await status(page, "canceled")


@pytest.mark.parametrize("width", [390, 820, 1440])
async def test_nothing_overflows(browser: Browser, server: Server, width: int) -> None:
    """Only the vertical direction scrolls, on a phone too."""
    narrow = await browser.new_context(base_url=server.url, viewport={"width": width, "height": 844})
    page = await narrow.new_page()
    wide: dict[str, int] = {}
    for path in PAGES:
        await page.goto(path)
        wide[path] = await page.evaluate("document.documentElement.scrollWidth")
    assert {path: pixels for path, pixels in wide.items() if pixels > width} == {}
    await narrow.close()


async def test_a_run_does_not_overflow_on_a_phone(browser: Browser, server: Server) -> None:
    """Journal, graph and form fit in 390 pixels."""
    narrow = await browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    page = await narrow.new_page()
    await start(page, "A city with a rather long name that goes on and on")
    await status(page, "suspended")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await narrow.close()


async def test_a_theme_is_kept(context: BrowserContext) -> None:
    """The choice holds on the next page, without a flash: the server writes it."""
    page = await context.new_page()
    await page.goto("/workflows/")
    await page.get_by_role("button", name="Dark").click()
    await page.goto("/runs/")
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_the_list_of_runs_can_be_read_on_a_phone(browser: Browser, server: Server) -> None:
    """When a run began and how long it took are in sight."""
    narrow = await browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    page = await narrow.new_page()
    await start(page)
    await status(page, "suspended")
    await page.goto("/runs/")
    for part in (".cell-time", ".cell-length", ".cell-run"):
        box = await page.locator(f"tbody tr:first-child {part}").bounding_box()
        assert box is not None, part
        assert box["x"] + box["width"] <= 390, part
    await narrow.close()


async def test_a_title_turns_no_text_but_its_own(context: BrowserContext) -> None:
    """A character that reverses the direction of text reaches no further than its element."""
    page = await context.new_page()
    await page.goto("/workflows/trip/")
    for selector in (".f-label", "button", ".snippet pre", "a"):
        style = await page.locator(selector).first.evaluate(
            "one => [getComputedStyle(one).unicodeBidi, getComputedStyle(one).display]"
        )
        assert style[0] == "isolate" or style[1] != "inline", selector
