"""Forms in light and dark, on a narrow screen: no rule of accessibility is broken."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from playground.forms import Form
from tests.forms.order import FULL, ORDER
from tests.forms.server import serving

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """rules => axe.run(document, {
  runOnly: rules,
  rules: {"label-content-name-mismatch": {enabled: true}},
}).then(result => result.violations)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_violation_of_accessibility_rules(browser: Browser, scheme: Any) -> None:
    """Blank, filled, wrong and as JSON, the form passes axe, and no narrow screen scrolls sideways."""
    wrong = Form.posted(ORDER, [("f/name", "a"), ("f/count", "x"), ("f/tags/0", ""), ("f/map/a", "z")]).validate()
    broken = Form.posted(ORDER, [("f:tab", "json"), ("f", "{")]).validate()
    forms = {"/blank": Form.blank(ORDER), "/full": Form.of(ORDER, FULL), "/wrong": wrong, "/json": broken}
    with serving({path: (ORDER, form) for path, form in forms.items()}) as url:
        context = await browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
        page = await context.new_page()
        for path in forms:
            await page.goto(f"{url}{path}")
            await page.evaluate(AXE)
            found = await page.evaluate(LOOK, RULES)
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        await context.close()
