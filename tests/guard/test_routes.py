"""Every page, API call, static file and socket of the real application stands behind the guard."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from playground.asgi import application
from playground.guard import Guard
from playground.guard.headers import SECURITY_HEADERS
from playground.urls import websocket_urlpatterns
from tests.guard.guarded import Inside, ask, make, shake

FOREIGN_HOST = (b"host", b"evil.example:4111")
FOREIGN = (b"origin", b"http://evil.example")
CROSS_SITE = (b"sec-fetch-site", b"cross-site")
METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")


def pages(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    """Yield a path for each pattern, with something in the place of each parameter."""
    for pattern in patterns:
        here = prefix + re.sub(r"<[^>]+>", "1", str(pattern.pattern))
        match pattern:
            case URLResolver():
                yield from pages(pattern.url_patterns, here)
            case URLPattern():
                yield here


PAGES = sorted(set(pages(get_resolver().url_patterns)))
SOCKETS = sorted(set(pages(websocket_urlpatterns)))
FILES = sorted(
    f"/static/{path.relative_to(settings.STATIC_FOLDER).as_posix()}"
    for path in Path(settings.STATIC_FOLDER).rglob("*")
    if path.is_file() and not path.name.startswith(".")
)


def test_the_guard_is_outermost() -> None:
    """What the server is given is the guard itself."""
    assert isinstance(application, Guard)
    assert len(PAGES) > 20
    assert SOCKETS
    assert FILES


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/no/such/page"])
async def test_every_path_is_guarded(path: str) -> None:
    """No method reaches anything from a foreign host, origin or site; and each refusal is protected."""
    for method in METHODS:
        for headers, host in [
            ((), FOREIGN_HOST),
            ((FOREIGN,), None),
            ((CROSS_SITE,), None),
            ((FOREIGN, CROSS_SITE), None),
        ]:
            for guard, inside in [(application, Inside()), (make(probe := Inside()), probe)]:
                keep = {"host": host} if host else {}
                answer = await ask(*headers, method=method, path=path, guard=guard, inside=inside, **keep)
                assert answer.status in (403, 405)
                assert not inside.scopes
                assert all(answer.headers[name] == value for name, value in SECURITY_HEADERS)


@pytest.mark.parametrize("path", [*SOCKETS, "/ws/no/such/socket"])
async def test_every_socket_is_guarded(path: str) -> None:
    """No handshake is accepted from a foreign host, from a foreign origin, or without one."""
    for headers, host in [((FOREIGN,), None), ((), None), (((b"origin", b"null"),), None), ((FOREIGN,), FOREIGN_HOST)]:
        keep = {"host": host} if host else {}
        sent = await shake(*headers, path=path, guard=application, **keep)
        assert sent == [{"type": "websocket.close", "code": 4403}]


@pytest.mark.parametrize("path", FILES)
async def test_every_static_file_is_served_to_us(path: str) -> None:
    """Our own page gets the file, and what it runs or draws comes with its type."""
    answer = await ask((b"accept-encoding", b"gzip"), path=path, guard=application)
    assert answer.status == 200
    kinds = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8", ".svg": b"image/svg+xml"}
    assert answer.headers[b"content-type"] == kinds.get(Path(path).suffix, b"application/octet-stream")


async def test_a_path_without_a_socket_is_refused() -> None:
    """A handshake of our own page for nothing is closed, and is no error."""
    sent = await shake((b"origin", b"http://localhost:4111"), path="/ws/no/such/socket", guard=application)
    assert sent == [{"type": "websocket.close", "code": 4404}]


@pytest.mark.parametrize(
    "name", ["../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "/etc/passwd", "", "css", "css/"]
)
async def test_no_file_outside_is_served(name: str) -> None:
    """No name leads out of the folder of static files."""
    assert (await ask(path=f"/static/{name}", guard=application)).status in (400, 404)
