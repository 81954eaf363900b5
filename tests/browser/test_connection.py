"""Lost connections: the page says so, and shows the truth when it is back."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Server, free_port
from tests.browser.test_tour import answer, start, status

pytestmark = pytest.mark.browser


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that the test may stop."""
    made = Server(folder=tmp_path_factory.mktemp("lost"), port=free_port())
    made.start()
    yield made
    made.stop()


async def test_a_restarted_server_is_found_again(browser: Browser, own_server: Server) -> None:
    """While nobody answers the page says so; afterwards the suspended run is answered in the same tab."""
    context = await browser.new_context(base_url=own_server.url)
    page = await context.new_page()
    await start(page)
    await status(page, "suspended")
    own_server.stop()
    await expect(page.locator("#offline")).to_be_visible()
    own_server.start()
    await expect(page.locator("#offline")).to_be_hidden()
    await answer(page)
    await status(page, "success")
    await context.close()
