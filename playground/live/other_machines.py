"""Hears what other machines record: they tell through PostgreSQL, and some of it over another way if one was chosen.

See `playground.store.notices`.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

from django.db import Error, connections

from playground.broadcast.port import broadcast
from playground.live import nudges as live
from playground.models import Run as RunRow
from playground.store.database import DatabaseBusy, in_database, logger
from playground.store.notices import CHANNEL, Notice, channel, from_text

PAUSE = 0.5
"""Seconds before a connection that broke is made again."""
MOST = 500
"""How many queued runs are looked up when something may have been missed; the workers' sweep finds the rest."""


class NotificationListener(Protocol):
    """See `playground.postgres.listener.NotificationListener`."""

    def listen(self, channel: str, *, ready: Callable[[], object], heard: Callable[[str], object]) -> None:
        """Hear until it is stopped."""
        ...

    def stop(self) -> None:
        """End soon."""
        ...


class Listening:
    """Listens in a thread, and hands on what it hears to pages and workers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[Notice | None] = asyncio.Queue()
        """Messages; None when some may have been missed."""
        self._begun = asyncio.Event()
        self._listeners: dict[str, NotificationListener] = {
            CHANNEL: cast(Any, connections["default"].copy()).listener()
        }
        """What hears, by the channels."""
        if (other := broadcast()) is not None:
            self._listeners[channel()] = other.listener()
        self._over = False

    async def begin(self) -> None:
        """Return when what others record from now on is heard, or cannot be at the moment."""
        for name in self._listeners:
            threading.Thread(target=self._listen, args=[name], name=f"listening-{name}", daemon=True).start()
        await self._begun.wait()

    async def go_on(self) -> None:
        """Nudge pages and wake workers, for ever."""
        nudges = live.Nudges()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(nudges.send())
                while True:
                    notice = await self._heard.get()
                    try:
                        await (_catch_up() if notice is None else _hand_on(nudges, notice))
                    except (Error, DatabaseBusy) as error:
                        # The connection that hears is made again, too, and then all is looked up.
                        logger.info("what others have recorded could not be looked up: %s", error)
        finally:
            self._over = True
            for listener in self._listeners.values():
                listener.stop()

    def _listen(self, name: str) -> None:
        while not self._over:
            try:
                self._listeners[name].listen(name, ready=self._ready, heard=lambda text: self._put(from_text(text)))
            except (Error, OSError) as error:
                logger.info("what others record cannot be heard: %s", error)
                self._call(self._begun.set)
                time.sleep(PAUSE)

    def _ready(self) -> None:
        self._call(self._begun.set)
        self._put(None)

    def _put(self, notice: Notice | None) -> None:
        self._call(self._heard.put_nowait, notice)

    def _call(self, function: Callable[..., object], *values: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)


async def _hand_on(nudges: live.Nudges, notice: Notice) -> None:
    for run_id in (*notice.moved, *notice.asked):
        nudges.moved(run_id, True)
    for run_id in notice.asked:
        await live.wake(run_id)
    if notice.catalogue:
        await live.nudge_catalogue()


async def _catch_up() -> None:
    """Have everyone look for themselves, since nobody knows what was missed."""
    await live.nudge_lists()
    await live.nudge_catalogue()
    for run_id in await in_database(_queued):
        await live.wake(run_id)


def _queued() -> list[str]:
    queued = RunRow.objects.filter(queued_at__isnull=False, leased_until=None).order_by("queued_at")
    return list(queued.values_list("run_id", flat=True)[:MOST])
