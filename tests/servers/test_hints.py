"""Hints over Redis: pages hear of runs by it, and while it is away nothing suffers but the hints."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from playground.broadcast.redis.carrier import RedisBroadcast
from tests.command.running import Running
from tests.patience import MOMENT
from tests.servers.brokers import Broker, RedisServer, broker
from tests.servers.hosts import cluster
from tests.servers.postgres import Postgres
from tests.servers.test_queues import FLOWS, answered, started

pytestmark = pytest.mark.servers


@pytest.fixture
async def redis() -> AsyncIterator[Broker]:
    """Give a Redis."""
    with broker(RedisServer) as made:
        yield made


class Heard:
    """What a listener hears, in a thread that begins anew as `playground.live.other_machines` does."""

    def __init__(self, carrier: RedisBroadcast, channel: str = "channel") -> None:
        """Begin to hear."""
        self._channel = channel
        self._listener = carrier.listener()
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.ready = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._over = False
        self._hearing = self._loop.run_in_executor(None, self._keep)

    def _keep(self) -> None:
        while not self._over:
            try:
                self._listener.listen(self._channel, ready=lambda: self._call(self.ready.set), heard=self._put)
            except OSError:
                time.sleep(0.05)

    def _put(self, text: str) -> None:
        self._call(self.texts.put_nowait, text)

    def _call(self, function: Callable[..., object], *values: object) -> None:
        self._loop.call_soon_threadsafe(function, *values)

    async def stop(self) -> None:
        """Hear no more."""
        self._over = True
        self._listener.stop()
        await self._hearing


async def test_what_is_told_is_heard_and_again_after_an_outage(redis: Broker) -> None:
    """Telling never waits and never fails; who hears finds the server again by itself."""
    carrier = RedisBroadcast(redis.url)
    heard = Heard(carrier)
    await heard.ready.wait()
    carrier.tell("channel", "one")
    assert await heard.texts.get() == "one"
    redis.kill()
    for n in range(5000):
        carrier.tell("channel", f"lost {n}")
    heard.ready.clear()
    await asyncio.to_thread(redis.start)
    await heard.ready.wait()
    while True:
        carrier.tell("channel", "two")
        try:
            async with asyncio.timeout(MOMENT):
                while await heard.texts.get() != "two":
                    pass
            break
        except TimeoutError:
            continue
    await heard.stop()


async def test_runs_go_on_at_their_speed_without_redis(redis: Broker, server: Postgres, tmp_path: Path) -> None:
    """With Redis killed, a start and an answer take no longer; pages look for themselves; it comes back by itself."""
    await asyncio.to_thread(server.settle)
    async with cluster(server, tmp_path, FLOWS, STEPYARD_REDIS=redis.url, STEPYARD_QUEUE="procrastinate") as machines:
        machines.apart = False
        await machines.host("host-a")
        async with machines.web() as web:

            async def asked_and_answered() -> float:
                before = time.monotonic()
                run_id = started(web, "asking", 1)
                await machines.until(lambda: machines.statuses()[run_id] == "suspended")
                answered(web, run_id)
                await machines.until(lambda: machines.statuses()[run_id] == "success")
                took = time.monotonic() - before
                await shown(web, run_id)
                return took

            heard = Heard(RedisBroadcast(redis.url), f"stepyard.{machines.database.rpartition('/')[2]}")
            await heard.ready.wait()
            usual = [await asked_and_answered() for _ in range(3)]
            assert "moved" in await heard.texts.get()
            await heard.stop()
            redis.kill()
            without = [await asked_and_answered() for _ in range(3)]
            print(f"started, asked, answered, ended: {min(usual):.2f} s with Redis, {min(without):.2f} s without")
            await asyncio.to_thread(redis.start)
            await asked_and_answered()


async def shown(web: Running, run_id: str) -> None:
    """Wait until a page shows that a run has succeeded."""
    await web.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="success"' in text)
    assert json.loads(web.get(f"/api/workflows/asking/runs/{run_id}")[1])["status"] == "success"
