"""The local channel layer within one process and between two."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from channels.exceptions import ChannelFull

from playground.layers import LocalLayer
from tests.patience import PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A hub and a leaf, joined by a socket pair."""

    hub: LocalLayer
    leaf: LocalLayer
    reports: list[dict]


async def joined(hub: LocalLayer, reports: list[dict]) -> LocalLayer:
    """Return a new leaf of the hub."""
    ours, theirs = socket.socketpair()
    leaf = LocalLayer()
    await hub.adopt(ours, on_report=reports.append)
    await leaf.join(theirs.detach())
    return leaf


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """Give a hub with one leaf."""
    hub, reports = LocalLayer(), []
    leaf = await joined(hub, reports)
    yield Pair(hub=hub, leaf=leaf, reports=reports)
    await leaf.close()
    await hub.close()


async def next_of(layer: LocalLayer, channel: str) -> dict:
    """Receive, but not for ever."""
    async with asyncio.timeout(PATIENCE):
        return await layer.receive(channel)


async def settled(pair: Pair) -> None:
    """Return when the hub has read all that the leaf said so far."""
    echo = await pair.hub.new_channel()
    await pair.leaf.send(echo, {"type": "echo"})
    await next_of(pair.hub, echo)


async def test_a_message_reaches_its_channel() -> None:
    """Within one process, what is sent is received, in order."""
    layer = LocalLayer()
    await layer.send("runs", {"type": "wake", "n": 1})
    await layer.send("runs", {"type": "wake", "n": 2})
    assert [(await next_of(layer, "runs"))["n"] for _ in range(2)] == [1, 2]


async def test_a_receiver_gets_its_own_copy() -> None:
    """A group's members cannot change each other's message."""
    layer = LocalLayer()
    first, second = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("run.1", first)
    await layer.group_add("run.1", second)
    await layer.group_send("run.1", {"type": "moved", "paths": []})
    (await next_of(layer, first))["paths"].append("changed")
    assert (await next_of(layer, second))["paths"] == []


async def test_a_discarded_channel_hears_nothing() -> None:
    """After group_discard a channel gets no more of the group."""
    layer = LocalLayer()
    stays, goes = await layer.new_channel(), await layer.new_channel()
    for channel in (stays, goes):
        await layer.group_add("run.1", channel)
    await layer.group_discard("run.1", goes)
    await layer.group_send("run.1", {"type": "moved"})
    await layer.send(goes, {"type": "direct"})
    assert (await next_of(layer, stays))["type"] == "moved"
    assert (await next_of(layer, goes))["type"] == "direct"


async def test_a_full_channel_says_so_and_a_group_goes_on() -> None:
    """A direct message to a full channel raises, a message to a group only reaches those with room."""
    layer = LocalLayer(capacity=2)
    full, free = await layer.new_channel(), await layer.new_channel()
    for channel in (full, free):
        await layer.group_add("all", channel)
    await layer.send(full, {"n": 1})
    await layer.send(full, {"n": 2})
    with pytest.raises(ChannelFull):
        await layer.send(full, {"n": 3})
    await layer.group_send("all", {"n": 4})
    assert (await next_of(layer, free))["n"] == 4
    assert (await next_of(layer, full))["n"] == 1


@pytest.mark.parametrize("message", [{"at": object()}, {"x": float("nan")}, {"x": b"bytes"}, ["no dict"]])
async def test_only_json_objects_are_sent(message: object) -> None:
    """What is no JSON is refused where it is sent."""
    with pytest.raises((TypeError, ValueError)):
        await LocalLayer().send("runs", message)  # type: ignore[arg-type]


async def test_a_message_over_the_limit_is_refused() -> None:
    """A message that no frame could hold is refused with its size."""
    with pytest.raises(ValueError, match="over the limit"):
        await LocalLayer().send("runs", {"x": "a" * (16 * 1024 * 1024)})


async def test_strings_survive_the_way(pair: Pair) -> None:
    """NUL, lone surrogates and everything beyond ASCII arrive as they were."""
    text = "\x00 \ud800 é 🌧 \u2028"
    channel = await pair.hub.new_channel()
    await pair.leaf.send(channel, {"text": text})
    assert (await next_of(pair.hub, channel))["text"] == text


async def test_a_worker_is_woken_by_the_web_process(pair: Pair) -> None:
    """A leaf that waits on a shared channel gets what the hub sends, before and after it began to wait."""
    await pair.hub.send("runs", {"n": 1})
    assert (await next_of(pair.leaf, "runs"))["n"] == 1
    waiting = asyncio.create_task(next_of(pair.leaf, "runs"))
    await pair.hub.send("runs", {"n": 2})
    assert (await waiting)["n"] == 2


async def test_a_question_is_answered_across_processes(pair: Pair) -> None:
    """A reply channel made in the web process takes the answer of a worker."""
    reply = await pair.hub.new_channel()
    await pair.hub.send("questions", {"reply_to": reply, "value": 20})
    question = await next_of(pair.leaf, "questions")
    await pair.leaf.send(question["reply_to"], {"value": question["value"] + 1})
    assert (await next_of(pair.hub, reply))["value"] == 21


async def test_a_worker_nudges_the_watchers_of_a_run(pair: Pair) -> None:
    """A group message of a leaf reaches members in the hub and in the leaf."""
    ours, theirs = await pair.hub.new_channel(), await pair.leaf.new_channel()
    await pair.hub.group_add("run.1", ours)
    await pair.leaf.group_add("run.1", theirs)
    await pair.leaf.group_send("run.1", {"type": "moved"})
    assert (await next_of(pair.hub, ours))["type"] == "moved"
    assert (await next_of(pair.leaf, theirs))["type"] == "moved"


async def test_two_workers_share_a_channel(pair: Pair) -> None:
    """Each message of a shared channel goes to exactly one reader."""
    other = await joined(pair.hub, [])
    for n in range(4):
        await pair.hub.send("runs", {"n": n})
    got = [(await next_of(layer, "runs"))["n"] for layer in (pair.leaf, other, pair.leaf, other)]
    assert sorted(got) == [0, 1, 2, 3]


async def test_two_workers_talk_to_each_other(pair: Pair) -> None:
    """A leaf reaches another leaf's own channel through the hub."""
    other = await joined(pair.hub, [])
    channel = await other.new_channel()
    waiting = asyncio.create_task(next_of(other, channel))
    await settled(pair)
    await pair.leaf.send(channel, {"type": "hello"})
    assert (await waiting)["type"] == "hello"


async def test_a_wait_that_is_given_up_takes_no_message(pair: Pair) -> None:
    """A leaf that stops waiting leaves the message to the next reader."""
    waiting = asyncio.create_task(pair.leaf.receive("runs"))
    await settled(pair)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await settled(pair)
    await pair.hub.send("runs", {"n": 1})
    assert (await next_of(pair.hub, "runs"))["n"] == 1


async def test_a_message_that_meets_a_given_up_wait_goes_on(pair: Pair) -> None:
    """A message already under way when the leaf stops waiting comes back to the others."""
    waiting = asyncio.create_task(pair.leaf.receive("runs"))
    await settled(pair)
    await pair.hub.send("runs", {"n": 1})
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await next_of(pair.hub, "runs"))["n"] == 1


async def test_one_of_two_waits_can_be_given_up(pair: Pair) -> None:
    """Giving up one wait of a process keeps the others."""
    first, second = (asyncio.create_task(next_of(pair.leaf, "runs")) for _ in range(2))
    await settled(pair)
    first.cancel()
    await settled(pair)
    await pair.hub.send("runs", {"n": 1})
    assert (await second)["n"] == 1


async def test_the_hub_forgets_a_process_that_ended(pair: Pair) -> None:
    """What a dead leaf waited for and was a member of goes with it."""
    dying = LocalLayer()
    ours, theirs = socket.socketpair()
    gone = asyncio.Event()
    await pair.hub.adopt(ours, on_closed=gone.set)
    await dying.join(theirs.detach())
    await dying.group_add("run.1", await dying.new_channel())
    waiting = asyncio.create_task(dying.receive("runs"))
    await dying.report({"files": []})
    async with asyncio.timeout(PATIENCE):
        await dying.close()
        await gone.wait()
        await dying.wait_closed()
    await pair.hub.send("runs", {"n": 1})
    await pair.hub.group_send("run.1", {"n": 2})
    assert (await next_of(pair.hub, "runs"))["n"] == 1
    waiting.cancel()


async def test_a_worker_reports_to_its_supervisor(pair: Pair) -> None:
    """Facts that a leaf reports arrive where the hub was told to hand them."""
    await pair.leaf.report({"files": ["/tmp/my_flows.py"]})
    await settled(pair)
    assert pair.reports == [{"files": ["/tmp/my_flows.py"]}]


async def test_another_thread_may_send(pair: Pair) -> None:
    """A call from another event loop is carried over to the loop that owns the links."""
    channel = await pair.hub.new_channel()
    await asyncio.to_thread(lambda: asyncio.run(pair.hub.send(channel, {"n": 1})))
    assert (await next_of(pair.hub, channel))["n"] == 1


async def test_a_flood_is_lost_and_not_kept(pair: Pair) -> None:
    """Far more than a channel may hold neither blocks the sender nor grows the hub, and the layer still works."""
    for n in range(5000):
        await pair.leaf.send("nobody", {"n": n})
    await settled(pair)
    assert (await next_of(pair.hub, "nobody"))["n"] == 0
    for _ in range(999):
        await next_of(pair.hub, "nobody")
    waiting = asyncio.create_task(pair.hub.receive("nobody"))
    await settled(pair)
    assert not waiting.done()
    waiting.cancel()
