"""Who asks, as a trusted proxy or an API token says it, and what he may do."""

from ipaddress import ip_network

import pytest

from playground.guard.callers import Caller, Entrance, Proxies, Role
from playground.guard.guard import Guard
from playground.guard.token import Token
from tests.guard.guarded import ORIGIN, Inside, ask, make, shake

PROXY = "10.1.2.3"
TRUSTED = Proxies(networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
ADA = (b"x-forwarded-user", b"ada")
OPERATOR = (b"x-forwarded-role", b"staff, Operator")
SECRET = "correct horse"


async def owner(token: str) -> Caller | None:
    """Know two API tokens."""
    return {"sy_ci": Caller(name="ci"), "sy_prometheus": Caller(name="prometheus", role=Role.METRICS)}.get(token)


def guarded(inside: Inside, *, token: str = "", proxies: Proxies = TRUSTED) -> Guard:
    """Return a guard that knows proxies and tokens."""
    return make(inside, entrance=Entrance(token=Token(secret=token), proxies=proxies, of_token=owner))


async def test_a_trusted_proxy_says_who_asks() -> None:
    """With the role that it names; without one he looks on."""
    inside = Inside()
    guard = guarded(inside)
    assert (await ask(ADA, guard=guard, peer=PROXY)).status == 200
    assert (await ask(ADA, OPERATOR, guard=guard, peer=PROXY, method="POST")).status == 200
    assert (await ask(ADA, guard=guard, peer="::ffff:10.1.2.3")).status == 200
    assert (await ask(ADA, guard=guard, peer="fd00::1")).status == 200
    assert inside.callers[:2] == [Caller(name="ada", role=Role.VIEWER), Caller(name="ada", role=Role.OPERATOR)]
    assert (await shake(ORIGIN, ADA, guard=guard))[0] == {"type": "websocket.close", "code": 4403}


@pytest.mark.parametrize(
    ("headers", "peer"),
    [((ADA,), "192.0.2.1"), ((ADA,), "127.0.0.1"), ((ADA,), ""), ((), PROXY), ((ADA, ADA), PROXY)],
)
async def test_nobody_else_is_believed(headers: tuple[tuple[bytes, bytes], ...], peer: str) -> None:
    """Not whoever reaches the process past the proxy, nor a request that names nobody, or two."""
    inside = Inside()
    for token in ("", SECRET):
        answer = await ask(*headers, guard=guarded(inside, token=token), peer=peer)
        assert answer.status == 401
    assert not inside.scopes


async def test_the_token_opens_it_beside_the_proxy() -> None:
    """For programs that come past it, as an operator without a name."""
    inside = Inside()
    guard = guarded(inside, token=SECRET)
    assert (await ask((b"authorization", b"Bearer correct horse"), guard=guard, method="POST")).status == 200
    assert inside.callers == [Caller()]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/workflows/x/start"),
        ("DELETE", "/api/workflows/x/start"),
        ("POST", "/workflows/x/fuzz/"),
        ("POST", "/api/workflows/x/fuzz"),
    ],
)
async def test_a_viewer_changes_nothing(method: str, path: str) -> None:
    """He is told so; only the looks of his own pages are his."""
    inside = Inside()
    guard = guarded(inside)
    answer = await ask(ADA, guard=guard, peer=PROXY, method=method, path=path)
    assert (answer.status, b"ada is a viewer here" in answer.body) == (403, True)
    assert not inside.scopes
    assert (await ask(ADA, guard=guard, peer=PROXY, method="POST", path="/theme/")).status == 200


async def test_an_api_token_has_a_role_of_its_own() -> None:
    """One that reads figures reads nothing else; an unknown one opens nothing."""
    for token in ("", SECRET):
        inside = Inside()
        guard = guarded(inside, token=token)
        assert (await ask((b"authorization", b"Bearer sy_ci"), guard=guard, method="POST")).status == 200
        figures = (b"authorization", b"Bearer sy_prometheus")
        assert (await ask(figures, guard=guard, path="/metrics")).status == 200
        assert (await ask(figures, guard=guard, path="/api/runs")).status == 403
        assert (await ask((b"authorization", b"Bearer sy_gone"), guard=guard)).status == 401
        assert [caller.name for caller in inside.callers] == ["ci", "prometheus"]


async def test_whoever_watches_the_process_needs_no_name() -> None:
    """Health is open, reading only; the figures are not."""
    for guard in (guarded(Inside()), make(Inside(), token=SECRET)):
        assert (await ask(guard=guard, path="/healthz")).status == 200
        assert (await ask(guard=guard, path="/readyz")).status == 200
        assert (await ask(guard=guard, path="/healthz", method="POST")).status == 401
        assert (await ask(guard=guard, path="/metrics")).status == 401


async def test_on_one_machine_nobody_has_to_say_who_he_is() -> None:
    """Without token and proxies whoever the rules let in may do everything, and no header is believed."""
    inside = Inside()
    assert (await ask(ADA, guard=make(inside), method="POST")).status == 200
    assert inside.callers == [Caller()]
