"""Nudges: they reach who watches, are merged when they come often, and a lost one hurts nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from channels.layers import channel_layers

from playground.layers import LocalLayer
from playground.live import nudges as live
from playground.live.nudges import _Allowance as Allowance
from tests.patience import MOMENT, PATIENCE


@pytest.fixture(autouse=True)
async def layer() -> AsyncIterator[LocalLayer]:
    """Give a channel layer of this test's own."""
    made = LocalLayer(capacity=3)
    channel_layers.set("default", made)
    yield made
    await made.close()
    # The next one who asks gets one of its own, made from the settings.
    channel_layers.backends.pop("default")


async def listener(layer: LocalLayer, group: str) -> str:
    """Return a channel that hears a group."""
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


@pytest.mark.parametrize("run_id", ["r-1", "x" * 300, "ü !", "\ud800"])
async def test_every_run_has_a_group(layer: LocalLayer, run_id: str) -> None:
    """A run's id may be anything; its group's name is one that Channels takes, and its nudge names the run."""
    channel = await listener(layer, live.run_group(run_id))
    await live.nudge(run_id)
    assert await layer.receive(channel) == {"type": "run.moved", "run_id": run_id}


async def test_many_moves_are_few_nudges(layer: LocalLayer) -> None:
    """A run that moves ten thousand times at once nudges its watchers once; each of many runs has its own nudge."""
    first, second = [await listener(layer, live.run_group(run_id)) for run_id in ("r1", "r2")]
    nudges = live.Nudges()
    for _ in range(10_000):
        nudges.moved("r1", False)
    nudges.moved("r2", False)
    sending = asyncio.create_task(nudges.send())
    await layer.receive(first)
    await layer.receive(second)
    nudges.moved("r2", False)
    await layer.receive(second)
    sending.cancel()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(MOMENT):
            await layer.receive(first)


async def test_a_change_of_status_does_not_wait(layer: LocalLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While other moves of a run are merged for a long time, what changes its status is told at once."""
    monkeypatch.setattr(live, "PER_SECOND", 0.001)
    monkeypatch.setattr(live, "_Allowance", lambda _: Allowance(10))
    channel = await listener(layer, live.run_group("r1"))
    nudges = live.Nudges()
    sending = asyncio.create_task(nudges.send())
    async with asyncio.timeout(PATIENCE):
        for listed in (False, True, True):
            nudges.moved("r1", listed)
            await layer.receive(channel)
    nudges.moved("r1", False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(MOMENT):
            await layer.receive(channel)
    sending.cancel()


async def test_changes_of_status_are_merged_when_they_come_too_often(layer: LocalLayer) -> None:
    """A run whose status changes a thousand times at once does not drown its watchers."""
    channel = await listener(layer, live.run_group("r1"))
    nudges = live.Nudges()
    sending = asyncio.create_task(nudges.send())
    for _ in range(1000):
        nudges.moved("r1", True)
        await asyncio.sleep(0)
    heard = 0
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(MOMENT):
                await layer.receive(channel)
                heard += 1
    sending.cancel()
    assert 1 <= heard <= 3 * live.PER_SECOND


def test_an_allowance_comes_back_with_time() -> None:
    """So many at once, then so many a second."""
    allowance = Allowance(2)
    taken = []
    for now in (0.0, 0.0, 0.0, 0.4, 0.6, 100.0, 100.0, 100.0):
        taken.append(allowance.left(now))
        if taken[-1]:
            allowance.take()
    assert taken == [True, True, False, False, True, True, True, False]


async def test_lists_hear_of_what_they_show(layer: LocalLayer) -> None:
    """Lists are nudged when their columns changed, and the last change is never kept back."""
    channel = await listener(layer, live.LISTS)
    nudges = live.Nudges()
    sending = asyncio.create_task(nudges.send())
    for _ in range(3):
        nudges.moved("r1", True)
        async with asyncio.timeout(PATIENCE):
            assert (await layer.receive(channel))["type"] == "runs.moved"
    sending.cancel()


async def test_a_full_channel_loses_the_message_only() -> None:
    """A wake for which there is no room is dropped; whoever sends it goes on."""
    for _ in range(10):
        await live.wake("r1")


async def test_a_question_is_answered_or_not(layer: LocalLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer comes back to the one who asked; without one, the asker goes on after the given time."""
    monkeypatch.setattr(live, "alone", lambda: False)  # as in a playground, whose workers are connected
    assert await live.ask({"kind": "start"}, seconds=0.01) is None
    await layer.receive(live.CHECKS)

    async def answer() -> None:
        question = await layer.receive(live.CHECKS)
        await live.answer(question["reply_to"], {"verdict": question["kind"]})

    _, verdict = await asyncio.gather(answer(), live.ask({"kind": "resume"}, seconds=5))
    assert verdict is not None
    assert verdict["verdict"] == "resume"


async def test_watching_ends_with_its_block(layer: LocalLayer) -> None:
    """A watcher returns at a nudge, or after its time, and leaves the group afterwards."""
    async with live.watching(live.run_group("r1")) as watch:
        await live.nudge("r1")
        await watch.moved(60)
        await watch.moved(0.01)
    await live.nudge("r1")
