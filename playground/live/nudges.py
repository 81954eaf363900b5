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
from django.db import connection

from playground.layers import LocalLayer
from playground.layers.command_socket import socket_of, through_socket

LISTS = "runs"
CATALOGUE = "catalogue"
WORKERS = "workers"
WAKES = "runs"
CHECKS = "verdicts"  # the name under which workers have always listened
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
    """Ask some worker a question, be it one of the playground that runs beside this process; None without an answer.

    Args:
        question: what `playground.worker.value_checks` reads.
        seconds: how long to wait.
    """
    if not alone():
        return await _ask(_layer(), question, seconds)
    if connection.vendor != "sqlite":
        return None
    async with through_socket(socket_of(connection.settings_dict["NAME"])) as layer:
        return None if layer is None else await _ask(layer, question, seconds)


async def _ask(layer: BaseChannelLayer, question: Message, seconds: float) -> Message | None:
    reply_to = await layer.new_channel()
    try:
        await layer.send(CHECKS, {"type": "verdict.ask", **question, "reply_to": reply_to})
    except (ChannelFull, ValueError):
        return None
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            answer: Message = await layer.receive(reply_to)
            return answer
    return None


async def answer(reply_to: str, message: Message) -> None:
    """Answer a question of `ask`."""
    await _send(reply_to, {"type": "verdict.given", **message})


class NudgeWatch:
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
async def watching(group: str) -> AsyncIterator[NudgeWatch]:
    """Hear a group's nudges inside the block; read the journal after it has been entered, then `NudgeWatch.moved`."""
    layer = _layer()
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    try:
        yield NudgeWatch(channel)
    finally:
        await layer.group_discard(group, channel)


class Nudges:
    """Merges the nudges of a process that moves many journals often; what changes a run's status does not wait."""

    def __init__(self, further: Callable[[Sequence[str]], Awaitable[None]] | None = None) -> None:
        """Start with nothing to say; ``further`` tells those whom the channel layer does not reach."""
        self._further = further
        self._runs: dict[str, None] = {}
        self._urgent: dict[str, None] = {}
        """Those of the runs whose status has changed."""
        self._lists = False
        self._something = asyncio.Event()
        self._hurry = asyncio.Event()

    def moved(self, run_id: str, listed: bool) -> None:
        """Note that a journal has grown, and whether lists show it, as they do a change of status."""
        self._runs[run_id] = None
        self._something.set()
        if listed:
            self._lists = True
            self._urgent[run_id] = None
            self._hurry.set()

    async def send(self) -> None:
        """Send what was noted, for ever; many runs at once are nudged less often each."""
        clock = asyncio.get_running_loop().time
        lists_at = 0.0
        hurries = _Allowance(PER_SECOND)
        while True:
            if not self._runs:
                # What is left to say to the lists goes out even if no journal moves any more.
                await _within(LISTS_PAUSE if self._lists else None, self._something)
            # Nothing is awaited between this and the copy that `_send_runs` takes: what is noted later sets it again.
            self._something.clear()
            runs = await self._send_runs(self._runs)
            if self._lists and clock() - lists_at >= LISTS_PAUSE:
                self._lists, lists_at = False, clock()
                await nudge_lists()
            rested_at = clock() + max(1 / PER_SECOND, runs / 1000)
            while (pause := rested_at - clock()) > 0:
                if not hurries.left(clock()):
                    await asyncio.sleep(pause)
                elif await _within(pause, self._hurry):
                    hurries.take()
                    await self._send_runs(self._urgent)

    async def _send_runs(self, noted: dict[str, None]) -> int:
        """Nudge the watchers of some of the noted runs; return how many runs that were."""
        runs = list(noted)
        for run_id in runs:
            self._runs.pop(run_id, None)
            self._urgent.pop(run_id, None)
        if not self._urgent:
            self._hurry.clear()
        for run_id in runs:
            await _send_group(run_group(run_id), {"type": "run.moved", "run_id": run_id})
        if self._further is not None and runs:
            await self._further(runs)
        return len(runs)


class _Allowance:
    """So many things a second on average, and as many at once after a quiet second."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._at: float | None = None

    def left(self, now: float) -> bool:
        """Tell whether one more is allowed; the clock's ``now`` is in seconds."""
        since = 0.0 if self._at is None else now - self._at
        self._at = now
        self._left = min(self._per_second, self._left + since * self._per_second)
        return self._left >= 1

    def take(self) -> None:
        """Count one."""
        self._left -= 1


async def _within(seconds: float | None, event: asyncio.Event) -> bool:
    """Wait for an event, for some seconds at most; tell whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            return True
    return False


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
