"""What may be sent, and how much."""

import json

import pytest

from tests.guard.guarded import BODY, ORIGIN, Inside, ask

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")


@pytest.mark.parametrize("length", [b"1001", b"99999999999999999999", b"-1", b"1e3", b"0x10", b" 5", b"\xb2"])
async def test_a_body_declared_too_large_is_refused_unread(length: bytes) -> None:
    """A length over the limit, or one that is no number, is refused before anything is read."""
    answer = await ask(ORIGIN, FORM, (b"content-length", length), method="POST")
    assert (answer.status, answer.entered) == (413, False)
    assert b"1000 bytes" in answer.body


async def test_programs_are_told_in_json() -> None:
    """A refusal below /api is an error as the API gives it; elsewhere it is text."""
    length = (b"content-length", b"1001")
    answer = await ask(JSON, length, method="POST", path="/api/workflows/w/start")
    assert (answer.status, answer.headers[b"content-type"]) == (413, b"application/json")
    assert "1000 bytes" in json.loads(answer.body)["error"]
    answer = await ask(ORIGIN, JSON, length, method="POST", path="/apix")
    assert (answer.status, answer.headers[b"content-type"]) == (413, b"text/plain; charset=utf-8")


async def test_a_body_that_turns_out_too_large_is_refused() -> None:
    """A chunked body that declares no length is cut off where it passes the limit."""
    inside = Inside()
    answer = await ask(ORIGIN, FORM, method="POST", body=[b"x" * 400] * 5, inside=inside)
    assert answer.status == 413
    assert sum(len(message["body"]) for message in inside.received) <= BODY


async def test_a_body_at_the_limit_gets_in() -> None:
    """The limit itself is allowed."""
    assert (await ask(ORIGIN, FORM, (b"content-length", b"1000"), method="POST", body=[b"x" * 1000])).status == 200


@pytest.mark.parametrize("kind", [b"text/plain", b"text/html", b"application/octet-stream", b"", b"application/xml"])
@pytest.mark.parametrize("path", ["/runs/", "/api/workflows/w/start"])
async def test_other_kinds_of_body_are_refused(kind: bytes, path: str) -> None:
    """A page takes forms and JSON, the API takes JSON, and neither what other sites may post unasked."""
    assert (await ask(ORIGIN, (b"content-type", kind), method="POST", path=path)).status == 415


@pytest.mark.parametrize("kind", [b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"])
async def test_the_api_takes_no_forms(kind: bytes) -> None:
    """A form cannot be aimed at the API."""
    assert (await ask((b"content-type", kind), method="POST", path="/api/workflows/w/start")).status == 415


async def test_a_kind_may_have_parameters() -> None:
    """The charset beside the kind is no trouble."""
    kind = (b"content-type", b"Application/JSON; charset=utf-8")
    assert (await ask(ORIGIN, kind, method="POST", path="/api/workflows/w/start")).entered


async def test_two_kinds_are_refused() -> None:
    """A body of two kinds is ambiguous."""
    assert (await ask(ORIGIN, FORM, FORM, method="POST")).status == 415


async def test_large_headers_are_refused() -> None:
    """Too many headers and too large ones are refused."""
    assert (await ask((b"x-large", b"x" * 40_000))).status == 431
    assert (await ask(*[(b"x-%d" % number, b"") for number in range(101)])).status == 431


async def test_long_addresses_are_refused() -> None:
    """A path or query that no page has is refused."""
    assert (await ask(path="/" + "x" * 3000)).status == 414
    assert (await ask(query=b"x" * 40_000)).status == 414


@pytest.mark.parametrize(
    "path",
    ["", "*", "http://localhost:4111/", "//evil.example/", "/static/../settings.py", "/static/./x", "/a\\b", "/a\x00b",
     "/..", "/a\r\nb", "/static/..", "/\x7f"],
)  # fmt: skip
async def test_path_tricks_are_refused(path: str) -> None:
    """A path that another reader would understand differently reaches nothing."""
    answer = await ask(path=path)
    assert (answer.status, answer.entered) == (400, False)
