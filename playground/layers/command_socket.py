"""A way into a running playground's channel layer for commands on the same machine: a socket beside the database."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from playground.layers.local import LocalLayer

MOST = 100
"""Bytes that the path of a socket may have everywhere."""


def socket_of(database: str | Path) -> Path:
    """Return where the socket of the playground that serves a database file is, as short as it can be written."""
    path = Path(f"{os.path.realpath(database)}-door")
    near = Path(os.path.relpath(path))
    return min(path, near, key=lambda one: len(os.fsencode(one)))


@asynccontextmanager
async def open_socket(layer: LocalLayer, path: Path) -> AsyncIterator[bool]:
    """Let other processes of this user join the layer inside the block; tell whether there is a socket.

    There is none when the path is too long for one, or while another playground on the database has one.
    """
    sock = await _listen(path)
    if sock is None:
        yield False
        return
    taking_in = asyncio.create_task(_take_in(layer, sock))
    try:
        yield True
    finally:
        taking_in.cancel()
        with suppress(asyncio.CancelledError):
            await taking_in
        _close(sock, path)


@asynccontextmanager
async def through_socket(path: Path) -> AsyncIterator[LocalLayer | None]:
    """Give the layer of the playground behind a socket inside the block; None when nobody is there."""
    sock = await _connect(path)
    if sock is None:
        yield None
        return
    layer = LocalLayer()
    await layer.join(sock.detach())
    try:
        yield layer
    finally:
        await layer.close()


async def _listen(path: Path) -> socket.socket | None:
    if len(os.fsencode(path)) > MOST:
        return None
    if (other := await _connect(path)) is not None:
        other.close()
        return None
    return _bound(path)


def _bound(path: Path) -> socket.socket | None:
    # What is left there is of a playground that was killed.
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX)
    sock.setblocking(False)
    try:
        sock.bind(os.fspath(path))
        path.chmod(0o600)
        sock.listen()
    except OSError:  # as in a folder of another file system that has no sockets
        sock.close()
        return None
    return sock


def _close(sock: socket.socket, path: Path) -> None:
    sock.close()
    path.unlink(missing_ok=True)


async def _take_in(layer: LocalLayer, sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while True:
        joined, _ = await loop.sock_accept(sock)
        await layer.adopt(joined)


async def _connect(path: Path) -> socket.socket | None:
    if len(os.fsencode(path)) > MOST:
        return None
    sock = socket.socket(socket.AF_UNIX)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, os.fspath(path))
    except OSError:
        sock.close()
        return None
    return sock
