"""The token of a playground that other machines can reach."""

from tests.guard.guarded import ORIGIN, Inside, ask, make, shake

SECRET = "correct horse"


async def test_without_the_token_nothing_is_reached() -> None:
    """Page, static file, API and socket are closed to who does not know the token."""
    inside = Inside()
    guard = make(inside, token=SECRET)
    for path in ("/", "/static/css/base.css", "/api/runs"):
        assert (await ask(path=path, guard=guard)).status == 401
    assert await shake(ORIGIN, guard=guard) == [{"type": "websocket.close", "code": 4403}]
    assert not inside.scopes


async def test_the_token_is_exchanged_for_a_cookie() -> None:
    """The address with the token leads to the same address without it, and the cookie opens everything."""
    inside = Inside()
    guard = make(inside, token=SECRET)
    first = await ask(path="/runs/", query=b"status=failed&token=correct+horse", guard=guard)
    assert first.status == 303
    assert first.headers[b"location"] == b"/runs/?status=failed"
    cookie = first.headers[b"set-cookie"].partition(b";")[0]
    assert SECRET.encode() not in cookie
    assert (await ask((b"cookie", b"other=1; " + cookie), guard=guard, inside=inside)).status == 200
    assert await shake(ORIGIN, (b"cookie", cookie), guard=guard) == [{"type": "websocket.accept"}]


async def test_the_cookie_is_for_the_browser_only() -> None:
    """Scripts cannot read the cookie, and other sites cannot send it along."""
    answer = await ask(query=b"token=correct+horse", guard=make(Inside(), token=SECRET))
    assert answer.headers[b"set-cookie"].endswith(b"; HttpOnly; SameSite=Lax")


async def test_a_program_shows_the_token() -> None:
    """A script sends the token as a bearer."""
    guard = make(Inside(), token=SECRET)
    assert (await ask((b"authorization", b"Bearer correct horse"), guard=guard)).status == 200
    assert (await ask((b"authorization", b"Basic correct horse"), guard=guard)).status == 401


async def test_wrong_tokens_are_refused() -> None:
    """A wrong token in the address, the header or the cookie opens nothing."""
    guard = make(Inside(), token=SECRET)
    assert (await ask(query=b"token=wrong", guard=guard)).status == 401
    assert (await ask(query=b"token=", guard=guard)).status == 401
    assert (await ask((b"authorization", b"Bearer \xff"), guard=guard)).status == 401
    assert (await ask((b"cookie", b"stepyard_token_4111=correct horse"), guard=guard)).status == 401
    assert (await ask(query=b"token=correct+horse", method="POST", guard=guard)).status == 401


async def test_the_token_does_not_replace_the_other_rules() -> None:
    """A foreign site is refused, token or not."""
    guard = make(Inside(), token=SECRET)
    headers = [(b"authorization", b"Bearer correct horse"), (b"origin", b"http://evil.example")]
    assert (await ask(*headers, guard=guard)).status == 403


async def test_a_redirection_stays_here() -> None:
    """The exchange never leads to another host."""
    answer = await ask(path="//evil.example/", query=b"token=correct+horse", guard=make(Inside(), token=SECRET))
    assert answer.status == 400


async def test_the_cookie_is_named_after_the_port_that_the_browser_sees() -> None:
    """Behind a proxy, what one process has set another one finds, whatever ports the two have themselves."""
    name, query = "flows.example.org", b"token=correct+horse"
    answer = await ask(host=(b"host", name.encode()), query=query, guard=make(Inside(), token=SECRET, extra=(name,)))
    assert answer.headers[b"set-cookie"].startswith(b"stepyard_token_80=")
    answer = await ask(query=query, guard=make(Inside(), token=SECRET))
    assert answer.headers[b"set-cookie"].startswith(b"stepyard_token_4111=")
