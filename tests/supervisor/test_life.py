"""Workers that die, that hang and that leave something behind."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from playground.supervisor import WorkerExit
from tests.patience import PATIENCE
from tests.supervisor.supervised import is_alive, script, supervised

WORKS = """
await say()
await layer.wait_closed()
"""


async def test_every_slot_has_a_worker(tmp_path: Path) -> None:
    """As many workers are started as were asked for, each with an id of its own."""
    async with supervised(script(tmp_path, WORKS), workers=2) as yard:
        ids = {(await yard.said())["worker_id"] for _ in range(2)}
        assert ids == {child.worker_id for child in yard.supervisor.children}
        assert len(ids) == 2


async def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    """After SIGKILL another worker starts, and the end is told with its signal."""
    async with supervised(script(tmp_path, WORKS)) as yard:
        first = await yard.said()
        os.kill(first["pid"], signal.SIGKILL)
        assert (await yard.ended())[:2] == (first["worker_id"], -signal.SIGKILL)
        second = await yard.said()
        assert second["worker_id"] != first["worker_id"]


async def test_the_last_words_are_kept(tmp_path: Path) -> None:
    """A worker that ends itself leaves its exit code and what it printed last."""
    body = """
    print("the cause", flush=True)
    print("the trace", file=sys.stderr, flush=True)
    os._exit(3)
    """
    async with supervised(script(tmp_path, body)) as yard:
        _, code, tail = await yard.ended()
        assert (code, tail) == (3, "the cause\nthe trace\n")


async def test_a_crash_in_c_leaves_a_trace(tmp_path: Path) -> None:
    """A worker that is ended by a signal of its own is told by that signal."""
    async with supervised(script(tmp_path, "os.kill(os.getpid(), signal.SIGSEGV)")) as yard:
        assert (await yard.ended())[1] == -signal.SIGSEGV


async def test_a_worker_that_dies_at_once_is_started_again_and_again(tmp_path: Path) -> None:
    """The supervisor does not give up."""
    async with supervised(script(tmp_path, "os._exit(1)")) as yard:
        ids = {(await yard.ended())[0] for _ in range(3)}
        assert len(ids) == 3


async def test_a_worker_can_be_replaced_on_demand(tmp_path: Path) -> None:
    """A message on the supervisor's channel replaces the worker that it names, and only that one."""
    async with supervised(script(tmp_path, WORKS), workers=2) as yard:
        first, second = await yard.said(), await yard.said()
        await yard.layer.send("supervisor", {"type": "nonsense"})
        await yard.layer.send("supervisor", {"type": "worker.replace", "worker_id": first["worker_id"]})
        assert (await yard.ended())[0] == first["worker_id"]
        await yard.said()
        assert is_alive(second["pid"])


async def test_a_worker_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """A worker whose loop is blocked and that ignores SIGTERM is killed when its grace is over."""
    body = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await say()
    await asyncio.sleep(0.05)
    time.sleep(1000)
    """
    async with supervised(script(tmp_path, body), grace=0.2) as yard:
        first = await yard.said()
        yard.supervisor.renew(first["worker_id"], at_once=True)
        assert (await yard.ended())[1] == -signal.SIGKILL
        await yard.said()


@pytest.mark.parametrize("holds", ["time.sleep(1000)", "re.match('(a+)+$', 'a' * 60 + '!')"])
async def test_a_worker_that_cannot_hear_is_not_waited_for(tmp_path: Path, holds: str) -> None:
    """A worker whose loop is held, be it by code that lets no thread run, is killed long before its grace is over."""
    body = f"""
    import re
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)
    await say()
    await asyncio.sleep(0.05)
    {holds}
    """
    async with supervised(script(tmp_path, body), grace=1000, deaf=0.2) as yard:
        await yard.said()
        await yard.stop()
        assert (await yard.ended())[1] == -signal.SIGKILL


async def test_a_worker_that_has_heard_has_its_grace(tmp_path: Path) -> None:
    """A worker that said that it will end is not hurried."""
    os.mkfifo(tmp_path / "free")
    body = f"""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await say()
    await told.wait()
    await layer.report({{"ending": True}})
    await asyncio.to_thread(open, {str(tmp_path / "free")!r})
    """
    async with supervised(script(tmp_path, body), grace=1000, deaf=PATIENCE) as yard:
        await yard.said()
        (child,) = yard.supervisor.children
        yard.supervisor.renew(at_once=True)
        async with asyncio.timeout(PATIENCE):
            await child.ending.wait()
        # For reading too, so that it is open for as long as a worker may ask, however often a signal interrupts that;
        # also the next one, which may have come so far that it asks when the supervisor ends.
        free = os.open(tmp_path / "free", os.O_RDWR)
        assert (await yard.ended())[:2] == (child.worker_id, 0)
    os.close(free)


async def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """When the supervisor is stopped, workers and the processes that they started are gone."""
    os.mkfifo(tmp_path / "held")
    body = f"""
    leave_behind({str(tmp_path / "held")!r})
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body)) as yard:
        held = asyncio.create_task(asyncio.to_thread((tmp_path / "held").read_bytes))
        said = await yard.said()
        await yard.stop()
        assert not is_alive(said["pid"])
        async with asyncio.timeout(PATIENCE):
            assert await held == b""  # the end of the file: nobody holds it any more


async def test_what_a_dead_worker_left_is_ended(tmp_path: Path) -> None:
    """A process that a step started does not outlive its worker."""
    os.mkfifo(tmp_path / "held")
    body = f"""
    if not os.path.exists({str(tmp_path / "once")!r}):
        open({str(tmp_path / "once")!r}, "w").close()
        leave_behind({str(tmp_path / "held")!r})
        os._exit(0)
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body)) as yard:
        held = asyncio.create_task(asyncio.to_thread((tmp_path / "held").read_bytes))
        assert (await yard.ended())[1] == 0
        async with asyncio.timeout(PATIENCE):
            assert await held == b""
        await yard.said()


async def test_an_error_in_the_record_does_not_stop_the_supervisor(tmp_path: Path) -> None:
    """When the end of a worker cannot be recorded, it is replaced all the same."""

    async def fails(end: WorkerExit) -> None:
        raise RuntimeError("the database is locked")

    async with supervised(script(tmp_path, WORKS), on_worker_exit=fails) as yard:
        first = await yard.said()
        os.kill(first["pid"], signal.SIGKILL)
        assert (await yard.said())["pid"] != first["pid"]
