"""The pickers of dates and times in a real Chromium."""

import pytest
from playwright.async_api import Browser, expect

from playground.forms import Form
from tests.forms.order import ORDER
from tests.forms.server import serving

pytestmark = pytest.mark.browser


async def test_the_picker_writes_text(browser: Browser) -> None:
    """The picker stands beside the text, and gives it an ISO date."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Pick day").click()
        await page.locator("input[type=date]").fill("2025-02-03")
        await expect(page.get_by_label("day", exact=True)).to_have_value("2025-02-03")


@pytest.mark.parametrize(
    ("before", "picked", "after"),
    [
        ("", "2025-06-01T10:15", "2025-06-01T10:15:00+02:00"),
        ("", "2025-01-01T10:15:30", "2025-01-01T10:15:30+01:00"),
        ("2025-01-02T03:04:05.678901-05:00", "2025-06-01T10:15", "2025-06-01T10:15:00-05:00"),
        ("2025-01-02 03:04:05Z", "2025-06-01T10:15", "2025-06-01T10:15:00Z"),
        ("2025-01-02T03:04:05", "2025-06-01T10:15", "2025-06-01T10:15:00"),
    ],
)
async def test_a_picked_moment_has_an_offset(browser: Browser, before: str, picked: str, after: str) -> None:
    """A picked date and time gets the offset of the browser's zone on that day, or keeps what stood there."""
    schema = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}
    with serving({"/": (schema, Form.of(schema, {"at": before} if before else {}))}) as url:
        context = await browser.new_context(timezone_id="Europe/Berlin")
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Pick at").click()
        await page.locator("input[type=datetime-local]").fill(picked)
        await expect(page.get_by_label("at", exact=True)).to_have_value(after)
        await context.close()
