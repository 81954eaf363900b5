"""The only place that sends on the channel layer: nudges that something has moved, and questions to a worker.

A message is a hint and may be lost. Whoever is nudged reads the journal after the last seq it has.

==================  ============================  =================================================================
to                  message type                  meaning
==================  ============================  =================================================================
group run.<id>      run.moved                     the journal of this run has grown
group runs          runs.moved                    lists of runs, the inbox or its count may look different
group catalogue     catalogue.moved               workflows, import errors or workers may look different
group workers       run.news                      the worker that executes the run should read its journal
group workers       run.taken                     the worker that executes the run has lost it, and should stop
channel runs        run.wake                      some worker should look at the run
channel verdicts    verdict.ask                   some worker should say whether a value fits; answered to ``reply_to``
channel supervisor  worker.replace                the supervisor should replace a worker at once
channel supervisor  worker.renew                  the same, once the next one has imported what the worker holds
==================  ============================  =================================================================
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

from playground.layers import LocalLayer

LISTS = "runs"
CATALOGUE = "catalogue"
WORKERS = "workers"
WAKES = "runs"
VERDICTS = "verdicts"
SUPERVISOR = "supervisor"

PER_SECOND = 30
"""How often at most one run nudges its watchers."""
LISTS_PAUSE = 0.25
"""Seconds between two nudges of lists."""

Message = dict[str, Any]

logger = logging.getLogger("playground.live.nudges")


def run_group(run_id: str) -> str:
    """Return the name of the group that watches a run; a run's id may hold what a group's name may not."""
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", run_id):
        return f"run.{run_id}"
    return f"run.{hashlib.sha256(run_id.encode(errors='surrogatepass')).hexdigest()}"


async def nudge(run_id: str) -> None:
    """Say that a run's journal has grown, and that lists may look different."""
    await _send_group(run_group(run_id), {"type": "run.moved", "run_id": run_id})
    await _send_group(LISTS, {"type": "runs.moved"})


async def nudge_lists() -> None:
    """Say that lists of runs may look different."""
    await _send_group(LISTS, {"type": "runs.moved"})


async def nudge_catalogue() -> None:
    """Say that workflows, import errors or workers may look different."""
    await _send_group(CATALOGUE, {"type": "catalogue.moved"})


async def wake(run_id: str) -> None:
    """Have some worker look at a run soon, or the one that executes it read what others have recorded."""
    await _send(WAKES, {"type": "run.wake", "run_id": run_id})
    await _send_group(WORKERS, {"type": "run.news", "run_id": run_id})


async def restart(run_id: str) -> None:
    """Have the worker that executes a run stop, for its claim was taken away, and some worker go on with the run."""
    await _send_group(WORKERS, {"type": "run.taken", "run_id": run_id})
    await _send(WAKES, {"type": "run.wake", "run_id": run_id})


async def replace_worker(worker_id: str) -> None:
    """Have the supervisor replace a worker at once."""
    await _send(SUPERVISOR, {"type": "worker.replace", "worker_id": worker_id})


async def renew_worker(worker_id: str) -> None:
    """Have the supervisor replace a worker once the next one has imported what it holds."""
    await _send(SUPERVISOR, {"type": "worker.renew", "worker_id": worker_id})


def alone() -> bool:
    """Tell whether this process has neither workers nor a playground around it, so that nobody would answer or act."""
    layer = _layer()
    return isinstance(layer, LocalLayer) and layer.alone


async def ask(question: Message, *, seconds: float) -> Message | None:
    """Ask some worker a question; None when no answer comes in time.

    Args:
        question: what `playground.worker.verdicts` reads.
        seconds: how long to wait.
    """
    layer = _layer()
    reply_to = await layer.new_channel()
    if not await _send(VERDICTS, {"type": "verdict.ask", **question, "reply_to": reply_to}):
        return None
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            answer: Message = await layer.receive(reply_to)
            return answer
    return None


async def answer(reply_to: str, message: Message) -> None:
    """Answer a question of `ask`."""
    await _send(reply_to, {"type": "verdict.given", **message})


class Watch:
    """What hears the nudges of one group; made by `watching`."""

    def __init__(self, channel: str) -> None:
        """Take the channel that was added to the group."""
        self._channel = channel

    async def moved(self, seconds: float = 1.0) -> None:
        """Return when something has moved, or after some seconds, since a nudge may be lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _layer().receive(self._channel)


@asynccontextmanager
async def watching(group: str) -> AsyncIterator[Watch]:
    """Hear the nudges of a group inside the block; read the journal after it has been entered, then `Watch.moved`."""
    layer = _layer()
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    try:
        yield Watch(channel)
    finally:
        await layer.group_discard(group, channel)


class Nudges:
    """Merges the nudges of a process that moves many journals often."""

    def __init__(self, further: Callable[[Sequence[str]], Awaitable[None]] | None = None) -> None:
        """Start with nothing to say; ``further`` tells those whom the channel layer does not reach."""
        self._further = further
        self._runs: dict[str, None] = {}
        self._lists = False
        self._something = asyncio.Event()

    def moved(self, run_id: str, listed: bool) -> None:
        """Note that a journal has grown, and whether lists show it."""
        self._runs[run_id] = None
        self._lists = self._lists or listed
        self._something.set()

    async def send(self) -> None:
        """Send what was noted, for ever; many runs at once are nudged less often each."""
        clock = asyncio.get_running_loop().time
        lists_at = 0.0
        while True:
            if not self._runs:
                # What is left to say to the lists goes out even if no journal moves any more.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LISTS_PAUSE if self._lists else None):
                        await self._something.wait()
            self._something.clear()
            runs, self._runs = self._runs, {}
            for run_id in runs:
                await _send_group(run_group(run_id), {"type": "run.moved", "run_id": run_id})
            if self._further is not None and runs:
                await self._further(list(runs))
            if self._lists and clock() - lists_at >= LISTS_PAUSE:
                self._lists, lists_at = False, clock()
                await nudge_lists()
            await asyncio.sleep(max(1 / PER_SECOND, len(runs) / 1000))


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise ImproperlyConfigured("CHANNEL_LAYERS has no default: see playground/settings.py for the local one")
    return layer


async def _send(channel: str, message: Message) -> bool:
    try:
        await _layer().send(channel, message)
    except ChannelFull:
        logger.info("channel %s is full: a %s was lost", channel, message["type"])
        return False
    return True


async def _send_group(group: str, message: Message) -> None:
    await _layer().group_send(group, message)
