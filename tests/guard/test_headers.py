"""What every response carries."""

import pytest

from playground.guard.headers import SECURITY_HEADERS
from tests.guard.guarded import ORIGIN, Inside, ask, make, shake


def protected(headers: dict[bytes, bytes]) -> bool:
    """Whether all protecting headers are there, and none that lets other sites read."""
    shared = [name for name in headers if name.lower().startswith(b"access-control-")]
    return not shared and all(headers.get(name) == value for name, value in SECURITY_HEADERS)


async def test_every_answer_is_protected() -> None:
    """Pages, refusals and failures carry the same protecting headers."""
    answers = [
        await ask(),
        await ask(host=None),
        await ask(method="PUT"),
        await ask(path="/.."),
        await ask(inside=Inside(error=RuntimeError("boom"))),
        await ask(method="POST", body=[b"x" * 2000]),
        await ask(guard=make(Inside(), token="secret")),
    ]
    assert [answer.status for answer in answers] == [200, 403, 405, 400, 500, 413, 401]
    assert all(protected(answer.headers) for answer in answers)


async def test_a_page_cannot_weaken_its_protection() -> None:
    """What an application sets against the guard is replaced."""
    weak = [
        (b"Content-Security-Policy", b"default-src *"),
        (b"X-Content-Type-Options", b"sniff"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"x-page", b"kept"),
    ]
    answer = await ask(inside=Inside(headers=weak))
    assert protected(answer.headers)
    assert b"Content-Security-Policy" not in answer.headers
    assert answer.headers[b"x-page"] == b"kept"


def test_the_policy_allows_nothing_unsafe() -> None:
    """Scripts and styles come from files of the playground, and no page can be framed."""
    policy = dict(SECURITY_HEADERS)[b"content-security-policy"]
    assert policy.startswith(b"default-src 'self';")
    assert b"frame-ancestors 'none'" in policy
    assert not [word for word in (b"unsafe", b"*", b"data:", b"http") if word in policy]


async def test_a_failure_says_nothing_about_its_cause() -> None:
    """The cause is in the terminal, not in the answer."""
    answer = await ask(inside=Inside(error=RuntimeError("password 1234")))
    assert (answer.status, b"1234" in answer.body) == (500, False)


@pytest.mark.parametrize("kind", ["lifespan", "channel", "webtransport", ""])
async def test_an_unknown_kind_of_connection_is_an_error(kind: str) -> None:
    """The guard only lets through what it understands."""
    with pytest.raises(ValueError, match="lets no connection"):
        await make(Inside())({"type": kind}, None, None)


async def test_a_large_message_ends_its_socket() -> None:
    """A message over the limit closes the connection, and the application hears of the end only."""
    inside = Inside()
    sent = await shake(ORIGIN, texts=["x" * 70_000], inside=inside)
    assert sent[-1] == {"type": "websocket.close", "code": 1009}
    assert [message["type"] for message in inside.received] == ["websocket.connect", "websocket.disconnect"]


async def test_a_flood_of_messages_ends_its_socket() -> None:
    """More messages than a person's browser ever sends close the connection."""
    inside = Inside()
    sent = await shake(ORIGIN, texts=["{}"] * 1000, inside=inside)
    assert sent[-1] == {"type": "websocket.close", "code": 1008}
    assert len(inside.received) < 300
