"""Which methods are served where."""

import pytest

from tests.guard.guarded import ORIGIN, Inside, ask


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_the_methods_of_pages_get_in(method: str) -> None:
    """Pages are read and forms are posted."""
    assert (await ask(ORIGIN, method=method)).entered


@pytest.mark.parametrize(
    "method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "QUERY", "get", "<b>", "X" * 99]
)
async def test_all_other_methods_are_refused(method: str) -> None:
    """Everything else is refused, and the answer names what is allowed."""
    answer = await ask(ORIGIN, method=method)
    assert (answer.status, answer.entered) == (405, False)
    assert answer.headers[b"allow"] == b"GET, HEAD, POST"


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
async def test_the_api_also_deletes_and_changes(method: str) -> None:
    """Under /api only, and held to the same origin."""
    assert (await ask(ORIGIN, method=method, path="/api/runs/1")).entered
    assert not (await ask((b"origin", b"null"), method=method, path="/api/runs/1")).entered
    assert (await ask(ORIGIN, method=method, path="/apix")).status == 405


async def test_it_is_known_on_which_way_a_request_came() -> None:
    """So that a run can say whether a page or a program has started it."""
    inside = Inside()
    for path in ("/runs/", "/api/runs"):
        await ask(ORIGIN, path=path, inside=inside)
    assert inside.ways == ["page", "api"]


async def test_a_preflight_is_refused() -> None:
    """No other site is told that it may ask for more."""
    answer = await ask(
        (b"origin", b"http://evil.example"),
        (b"access-control-request-method", b"DELETE"),
        method="OPTIONS",
        path="/api/runs",
    )
    assert answer.status == 405
    assert not [name for name in answer.headers if name.startswith(b"access-control")]
