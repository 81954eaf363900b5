"""Nothing stands on anything else, is cut, or scrolls sideways: on a phone, a laptop and a wide screen."""

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Server
from tests.browser.test_tour import start, status

pytestmark = pytest.mark.browser

PAGES = ("/workflows/", "/workflows/trip/", "/runs/", "/inbox/", "/schedules/", "/doctor/", "/patterns/")

TROUBLES = """() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const word = (one) => one.className.baseVal ?? one.className;
  const name = (one) => `${one.tagName}.${word(one)}: ${one.textContent.trim().slice(0, 30)}`;
  const found = [];
  const touch = (one, other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 1 && high > 1;
  };
  const apart = (all) => {
    for (const [at, one] of all.entries())
      for (const other of all.slice(at + 1)) if (touch(one, other)) found.push(`${name(one)} on ${name(other)}`);
  };
  for (const box of document.querySelectorAll("main *")) {
    const style = getComputedStyle(box);
    if (!/flex|grid/.test(style.display) || !shown(box)) continue;
    const flows = (one) => !/absolute|fixed|sticky/.test(getComputedStyle(one).position);
    apart([...box.children].filter((one) => shown(one) && flows(one)));
  }
  for (const axis of document.querySelectorAll(".axis-line")) apart([...axis.querySelectorAll("text")].filter(shown));
  for (const button of document.querySelectorAll("main :is(.button, .chip, .tag, .row-word, .row-time)"))
    if (shown(button) && button.scrollWidth > button.clientWidth + 1 && getComputedStyle(button).display !== "inline")
      found.push(`${name(button)} is cut`);
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  return [...new Set(found)];
}"""


@pytest.mark.parametrize("width", [390, 1440, 1920])
async def test_nothing_stands_on_anything_else(browser: Browser, server: Server, width: int) -> None:
    """Rows, forms, labels of the timeline, buttons: in every state that there is."""
    context = await browser.new_context(base_url=server.url, viewport={"width": width, "height": 900})
    page = await context.new_page()
    await start(page, "A city with a rather long name that goes on and on")
    await status(page, "suspended")
    troubles = {page.url.removeprefix(server.url): await page.evaluate(TROUBLES)}
    for path in PAGES:
        await page.goto(path)
        troubles[path] = await page.evaluate(TROUBLES)
    assert {path: found for path, found in troubles.items() if found} == {}
    await context.close()
