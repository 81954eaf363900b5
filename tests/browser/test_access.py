"""WCAG 2.2 AA, as far as axe can tell, on every page and in both themes."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Server
from tests.browser.test_tour import answer, start, status

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """Return what axe complains about: rule, and the first element."""
    # Handed over the debugging protocol, since the CSP lets no script of others in.
    await page.evaluate(AXE)
    found = await page.evaluate("rules => axe.run(document, {runOnly: rules}).then(result => result.violations)", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_violation(browser: Browser, server: Server, theme: str) -> None:
    """Lists, forms, a run that waits, one that failed, one that ended."""
    context = await browser.new_context(
        base_url=server.url, color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
    )
    page = await context.new_page()
    found: dict[str, list[str]] = {}
    for path in ("/workflows/", "/workflows/trip/", "/runs/", "/schedules/", "/doctor/", "/patterns/", "/nowhere/"):
        await page.goto(path)
        found[path] = await violations(page)
    await start(page)
    await status(page, "suspended")
    await answer_is_open(page)
    found["a run that waits"] = await violations(page)
    await page.locator('[data-step="look_up"] .row-toggle').click()
    await page.locator('[data-step="look_up"] .row-body .log').wait_for()
    found["an opened step"] = await violations(page)
    await page.goto("/inbox/")
    found["/inbox/"] = await violations(page)
    await page.go_back()
    await answer(page)
    await status(page, "success")
    found["a run that ended"] = await violations(page)
    assert {place: problems for place, problems in found.items() if problems} == {}
    await context.close()


async def answer_is_open(page: Page) -> None:
    """Wait for the form of the suspended step."""
    await page.locator('[data-step="approve"] .step-form').wait_for()
