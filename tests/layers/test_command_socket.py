"""The door: a socket beside the database, by which a command joins the layer of the playground that serves it."""

import asyncio
import socket
import stat
from pathlib import Path

import pytest

from playground.layers import LocalLayer
from playground.layers.command_socket import open_socket, socket_of, through_socket


async def test_who_comes_through_asks_and_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question reaches whoever reads the shared channel, and the answer the one who asked; many may come."""
    monkeypatch.chdir(tmp_path)
    path, layer = socket_of("db.sqlite3"), LocalLayer()

    async def answer() -> None:
        while True:
            asked = await layer.receive("verdicts")
            await layer.send(asked["reply_to"], {"type": "given", "said": asked["said"].upper()})

    async def ask(text: str) -> str:
        async with through_socket(path) as inside:
            assert inside is not None
            reply_to = await inside.new_channel()
            await inside.send("verdicts", {"type": "ask", "said": text, "reply_to": reply_to})
            return str((await inside.receive(reply_to))["said"])

    async with open_socket(layer, path) as is_open:
        assert is_open
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        answering = asyncio.create_task(answer())
        assert await asyncio.gather(*(ask(text) for text in ("a", "b", "c"))) == ["A", "B", "C"]
        answering.cancel()
    assert not path.exists()


async def test_nobody_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a playground, and behind what a killed one has left, there is no layer; the next one opens it anew."""
    monkeypatch.chdir(tmp_path)
    path = socket_of("db.sqlite3")
    left = socket.socket(socket.AF_UNIX)
    async with through_socket(path) as inside:
        assert inside is None
    left.bind(str(path))
    left.close()
    async with through_socket(path) as inside:
        assert inside is None
    async with open_socket(LocalLayer(), path) as is_open, through_socket(path) as inside:
        assert is_open
        assert inside is not None


async def test_the_first_playground_keeps_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one on the same database works without."""
    monkeypatch.chdir(tmp_path)
    path = socket_of("db.sqlite3")
    async with open_socket(LocalLayer(), path) as first:
        async with open_socket(LocalLayer(), path) as second:
            assert (first, second) == (True, False)
        assert path.exists()


async def test_a_path_that_is_too_long_has_no_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The playground serves all the same; from inside the folder the path is short."""
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    async with open_socket(LocalLayer(), folder / "db-door") as is_open, through_socket(folder / "db-door") as inside:
        assert (is_open, inside) == (False, None)
    monkeypatch.chdir(folder)
    assert socket_of(folder / "db.sqlite3") == Path("db.sqlite3-door")
