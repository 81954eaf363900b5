"""How the server ends."""

import signal

import pytest

from tests.server.serving import served


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_everything(number: signal.Signals) -> None:
    """What runs beside the server cleans up, open connections end, and nothing is said about it."""
    async with served() as server:
        reader, _, _ = await server.shake("/slow")
        server.process.send_signal(number)
        output, errors = await server.process.communicate()
        assert output.decode().splitlines() == ["called /slow", "cleans up", "cleaned up"]
        assert (server.process.returncode, errors) == (0, b"")
        await reader.read()


async def test_a_second_signal_ends_at_once() -> None:
    """Who does not want to wait for what is cleaned up presses Ctrl-C again."""
    async with served(cleaning_seconds=1000) as server:
        server.process.send_signal(signal.SIGINT)
        assert await server.line() == "cleans up"
        server.process.send_signal(signal.SIGINT)
        output, errors = await server.process.communicate()
        assert (server.process.returncode, output, errors) == (130, b"", b"")
