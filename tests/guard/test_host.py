"""By which names the playground can be called."""

import pytest

from playground.guard.address import Address
from tests.guard.guarded import HOST, ORIGIN, Inside, ask, make, shake

OURS = [b"localhost:4111", b"LOCALHOST:4111", b"127.0.0.1:4111", b"[::1]:4111"]
FOREIGN = [
    b"evil.example",
    b"evil.example:4111",
    b"localhost",
    b"localhost:80",
    b"localhost:41110",
    b"localhost:04111",
    b"localhost.:4111",
    b"localhost.evil.example:4111",
    b"evil-localhost:4111",
    b"user@localhost:4111",
    b"localhost:4111@evil.example",
    b"localhost:4111, evil.example",
    b"127.0.0.1.evil.example:4111",
    b"127.1:4111",
    b"0.0.0.0:4111",
    b"2130706433:4111",
    b"[::1]",
    b"[::ffff:127.0.0.1]:4111",
    b"localhost:4111/path",
    b" localhost:4111",
    b"loc\xc3\xa4lhost:4111",
    b"",
    b":4111",
]


@pytest.mark.parametrize("host", OURS)
async def test_our_own_names_get_in(host: bytes) -> None:
    """The loopback names with the right port are let through."""
    assert (await ask(host=(b"host", host))).entered


@pytest.mark.parametrize("host", FOREIGN)
async def test_foreign_and_look_alike_hosts_are_refused(host: bytes) -> None:
    """A name that is not exactly ours, port included, reaches nothing, by HTTP or WebSocket."""
    inside = Inside()
    answer = await ask(host=(b"host", host), inside=inside)
    sent = await shake((b"origin", b"http://" + host), host=(b"host", host), inside=inside)
    assert answer.status == 403
    assert b"http://localhost:4111" in answer.body
    assert sent == [{"type": "websocket.close", "code": 4403}]
    assert not inside.scopes


async def test_a_missing_host_is_refused() -> None:
    """Without Host nothing is reached."""
    assert (await ask(host=None)).status == 403


async def test_a_doubled_host_is_refused() -> None:
    """Two Host headers are ambiguous, even when both are ours."""
    assert (await ask(HOST)).status == 403
    assert await shake(HOST, ORIGIN) == [{"type": "websocket.close", "code": 4403}]


async def test_the_port_is_the_one_that_was_reached() -> None:
    """When the system chose the port, that one counts."""
    assert Address(host="127.0.0.1", port=0).at(5000).knows("localhost:5000")


def test_a_proxy_may_have_its_own_name() -> None:
    """A further name is taken with its port, or else with ours, and no other."""
    address = Address(host="127.0.0.1", port=4111, extra=("play.example", "tunnel.example:8080"))
    taken = ["play.example", "play.example:4111", "tunnel.example:8080"]
    refused = ["play.example:8080", "tunnel.example", "tunnel.example:4111", "a.play.example"]
    assert [host for host in taken + refused if address.knows(host)] == taken


def test_a_wildcard_address_takes_literals_only() -> None:
    """On all addresses, any IP address is ours, but no name that could be bound to one."""
    address = Address(host="0.0.0.0", port=4111)
    assert address.knows("192.168.1.7:4111")
    assert not address.knows("192.168.1.7:80")
    assert not address.knows("evil.example:4111")


async def test_a_client_cannot_move_the_application() -> None:
    """The mount point that Daphne reads from a header is not the client's to choose."""
    inside = Inside()
    await make(inside)(
        {"type": "websocket", "path": "/", "root_path": "/evil", "headers": [HOST, ORIGIN], "server": ["", 4111]},
        lambda: ended(),
        lambda message: ended(),
    )
    assert inside.scopes[0]["root_path"] == ""


async def ended() -> dict[str, object]:
    """Answer that the connection is over."""
    return {"type": "websocket.disconnect", "code": 1000}
