"""Which sites may ask."""

import pytest

from tests.guard.guarded import ORIGIN, Inside, ask, make, shake

FOREIGN = [
    b"null",
    b"",
    b"http://evil.example",
    b"http://localhost",
    b"http://localhost:3000",
    b"https://localhost:4111",
    b"http://127.0.0.1:4111",
    b"http://localhost:4111/",
    b"http://localhost:4111.evil.example",
    b"http://localhost:4111@evil.example",
    b"http://evil.example#http://localhost:4111",
    b"http://localhost:4111 http://evil.example",
    b"HTTP://localhost:4111",
    b"file://",
    b"chrome-extension://abcdef",
]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_other_origins_are_refused(origin: bytes, method: str) -> None:
    """Whatever the method, a request from another origin reaches nothing."""
    answer = await ask((b"origin", origin), method=method)
    assert (answer.status, answer.entered) == (403, False)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_sockets_of_other_origins_are_refused(origin: bytes) -> None:
    """A handshake from another origin is closed before it is accepted."""
    inside = Inside()
    assert await shake((b"origin", origin), inside=inside) == [{"type": "websocket.close", "code": 4403}]
    assert not inside.scopes


async def test_a_socket_needs_an_origin() -> None:
    """A handshake that does not say where it comes from is refused."""
    assert await shake() == [{"type": "websocket.close", "code": 4403}]


async def test_a_doubled_origin_is_refused() -> None:
    """Two origins are one too many."""
    assert (await ask(ORIGIN, ORIGIN)).status == 403
    assert await shake(ORIGIN, ORIGIN) == [{"type": "websocket.close", "code": 4403}]


async def test_our_own_pages_get_in() -> None:
    """A form and a socket of our own page are let through."""
    assert (await ask(ORIGIN, method="POST")).entered
    assert await shake(ORIGIN) == [{"type": "websocket.accept"}]


async def test_a_script_without_origin_gets_in() -> None:
    """curl sends no Origin, and is let through."""
    assert (await ask(method="POST", path="/api/workflows/weather/start")).entered


async def test_a_proxy_may_speak_tls() -> None:
    """Under a further name, https is our own origin too; under localhost it is not."""
    inside = Inside()
    guard = make(inside, extra=("play.example",))
    host = (b"host", b"play.example")
    assert (await ask((b"origin", b"https://play.example"), host=host, guard=guard, inside=inside)).entered


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"", b"nonsense"])
@pytest.mark.parametrize("mode", [b"no-cors", b"cors", b"websocket", b"same-origin"])
async def test_what_a_browser_calls_foreign_is_refused(site: bytes, mode: bytes) -> None:
    """An image, script or fetch of another site reaches nothing, also of one on another port of localhost."""
    answer = await ask((b"sec-fetch-site", site), (b"sec-fetch-mode", mode), (b"sec-fetch-dest", b"empty"))
    assert (answer.status, answer.entered) == (403, False)


async def test_a_link_of_another_site_can_be_followed() -> None:
    """A person who follows a link to the playground gets the page."""
    link = [(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document")]
    assert (await ask(*link)).entered
    assert not (await ask(*link, method="POST")).entered
    assert not (await ask(*link, path="/api/runs")).entered


@pytest.mark.parametrize("frame", [b"iframe", b"frame", b"object", b"embed"])
async def test_another_site_cannot_frame_a_page(frame: bytes) -> None:
    """Navigation inside a foreign page is refused."""
    headers = [(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", frame)]
    assert (await ask(*headers)).status == 403


async def test_a_foreign_socket_is_refused_by_its_fetch_site_too() -> None:
    """The browser's own word counts beside the Origin."""
    assert await shake(ORIGIN, (b"sec-fetch-site", b"cross-site")) == [{"type": "websocket.close", "code": 4403}]


async def test_a_doubled_fetch_site_is_refused() -> None:
    """Two answers are one too many."""
    assert (await ask((b"sec-fetch-site", b"none"), (b"sec-fetch-site", b"none"))).status == 403
