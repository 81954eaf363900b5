"""What Mastra's JavaScript client sends is answered as it was when its script was played; see ``record.py``."""

import asyncio
import http.client
import json
import threading
from pathlib import Path

from tests.client.exchanges import FLOWS, Exchange, load
from tests.command.running import playground
from tests.patience import PATIENCE

BEGUN = b'"workflow-step-start"'


class Replay:
    """Sends a recorded request and reads the answer in a thread of its own."""

    def __init__(self, port: int, recorded: Exchange) -> None:
        """Take where to send it."""
        self._port = port
        self._recorded = recorded
        self._read = b""
        self._status = 0
        self.begun = threading.Event()
        """Set when the answer is a stream in which a step has begun, or has ended."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def answered(self) -> Exchange:
        """Return the whole exchange."""
        self._thread.join(PATIENCE)
        recorded = self._recorded
        return Exchange.of(
            method=recorded.method,
            path=recorded.path,
            body=None if recorded.body is None else json.dumps(recorded.body),
            status=self._status,
            answer=self._read.decode(),
            goes_on=recorded.goes_on,
        )

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {"Host": f"localhost:{self._port}"}
        body = None
        if self._recorded.body is not None:
            body, headers["Content-Type"] = json.dumps(self._recorded.body), "application/json"
        try:
            connection.request(self._recorded.method, self._recorded.path, body, headers)
            answer = connection.getresponse()
            self._status = answer.status
            while part := answer.read1():
                self._read += part
                if BEGUN in self._read:
                    self.begun.set()
        finally:
            self.begun.set()
            connection.close()


async def test_the_client_is_answered_as_before(tmp_path: Path) -> None:
    """Each request has the same status and the same JSON, times and made-up ids apart."""
    recorded, going_on = load(), []
    async with playground(tmp_path, str(FLOWS)) as running:
        await running.until("/workflows/", lambda _, text: "shop" in text)
        for exchange in recorded:
            replay = Replay(running.port, exchange)
            if exchange.goes_on:
                await asyncio.to_thread(replay.begun.wait, PATIENCE)
                going_on.append((exchange, replay))
            else:
                assert await asyncio.to_thread(replay.answered) == exchange
        for exchange, replay in going_on:
            assert await asyncio.to_thread(replay.answered) == exchange
    assert len(recorded) > 50
    assert going_on
