"""The event loop whose timers take no time."""

import asyncio
import threading

from playground.worker.fuzzing.timeless import TimelessLoop
from tests.patience import PATIENCE


def test_timers_take_no_time() -> None:
    """An hour passes at once, in order, and the loop's clock has moved by it."""
    order: list[str] = []

    async def after(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        order.append(name)

    async def both() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(after(3600, "late"), after(60, "early"))
        return loop.time() - began

    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        assert 3600 <= runner.run(both()) < 3700
    assert order == ["early", "late"]


def test_a_thread_is_waited_for() -> None:
    """While a thread works, no timer runs ahead of it: its limit is not met before it could be."""
    go = threading.Event()

    async def limited() -> str:
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, go.set)
        async with asyncio.timeout(PATIENCE):
            return await loop.run_in_executor(None, lambda: "done" if go.wait(PATIENCE) else "late")

    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        assert runner.run(limited()) == "done"


def test_what_is_read_is_waited_for() -> None:
    """While something is to be read from a socket, no timer runs ahead of it."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(4))
        await writer.drain()
        writer.close()

    async def ask() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            writer.write(b"ping")
            found = await reader.read(4)
            writer.close()
            await writer.wait_closed()
        return found

    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        assert runner.run(ask()) == b"ping"
