"""The hands of a person: a mouse that counts its clicks, and a keyboard without one."""

import re
from typing import Protocol

from playwright.async_api import Locator, Page, expect


class Hands(Protocol):
    """What a tour needs of them."""

    async def open_workflow(self, name: str) -> None:
        """Go from the list of workflows to one of them."""

    async def choose(self, target: Locator) -> None:
        """Follow a link, or press a button."""

    async def write(self, field: Locator, text: str) -> None:
        """Fill in a field."""

    async def send(self, button: Locator) -> None:
        """Send the form that a button is of."""


class Mouse:
    """It clicks; what it types, it types into what it has clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    async def open_workflow(self, name: str) -> None:
        """Click its name."""
        await self.page.goto("/workflows/")
        await self.choose(self.page.get_by_role("link", name=name, exact=True))
        await self.page.wait_for_url(f"**/workflows/{name}/")

    async def choose(self, target: Locator) -> None:
        """Click it."""
        self.clicks += 1
        await target.click()

    async def write(self, field: Locator, text: str) -> None:
        """Click into it and type."""
        await self.choose(field)
        await self.page.keyboard.insert_text(text)

    async def send(self, button: Locator) -> None:
        """Click it."""
        await self.choose(button)


class Keyboard:
    """Nothing but keys: each target is reached with Tab from where the focus is, and has to be on its way."""

    MOST = 80
    """So many times Tab is pressed on the way; more would be no way."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open_workflow(self, name: str) -> None:
        """Narrow the list to it, and take the first link after the field."""
        await self.page.goto("/workflows/")
        await self.page.keyboard.press("/")
        await self.page.keyboard.type(name)
        link = self.page.get_by_role("link", name=name, exact=True)
        await expect(self.page.locator(".flow")).to_have_count(1)
        await self.choose(link)
        await self.page.wait_for_url(f"**/workflows/{name}/")

    async def choose(self, target: Locator) -> None:
        """Go there and press Enter."""
        await self._go(target)
        await self.page.keyboard.press("Enter")

    async def write(self, field: Locator, text: str) -> None:
        """Go there and type."""
        await self._go(field)
        await self.page.keyboard.type(text)

    async def send(self, button: Locator) -> None:
        """Press Ctrl Enter, as the page says, in the form or in its first field."""
        await expect(button).to_be_visible()
        if not await self.page.evaluate("document.activeElement.matches('input, textarea, select')"):
            await self.page.keyboard.press("f")
        await self.page.keyboard.press("Control+Enter")

    async def _go(self, target: Locator) -> None:
        await expect(target).to_be_visible()
        for _ in range(self.MOST):
            if await target.evaluate("one => one === document.activeElement"):
                assert await target.evaluate("one => one.matches(':focus-visible')"), "one does not see where one is"
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{re.sub(chr(10), ' ', str(target))} is not on the way of Tab")
