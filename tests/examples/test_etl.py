"""The extract of many pages."""

from engine.testing import run_to_end
from playground.examples import page_extract


async def test_flaky_pages_are_tried_again() -> None:
    """A server that is busy the first time costs an attempt, not the page."""
    result = await run_to_end(page_extract, {"pages": 15, "flaky_every": 7})
    assert result.status == "success"
    assert result.result == {"products": 15, "cents": 15 * 195 + 5 * 120, "cheapest": "Lamp 1"}
    assert [result.steps[f"fetch_page[{item}]"].attempts for item in (5, 6, 13)] == [1, 2, 2]


async def test_a_page_that_stays_broken_fails_the_run() -> None:
    """No retry mends a page without a price; the error names the user's own line."""
    result = await run_to_end(page_extract, {"pages": 9, "broken_page": 4})
    assert result.status == "failed"
    assert result.steps["parse_page[3]"].status == "failed"
    assert "'n/a'" in str(result.error)
