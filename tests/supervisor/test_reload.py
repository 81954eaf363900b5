"""Saved files replace workers."""

import asyncio
import os
import signal
from pathlib import Path

from tests.supervisor.supervised import is_alive, script, supervised

WORKS = """
await layer.report({"files": sys.argv[2:]})
await say()
await layer.wait_closed()
"""


async def test_a_saved_file_replaces_the_worker(tmp_path: Path) -> None:
    """A change in the file that the command names starts a new worker and ends the old one."""
    flows = tmp_path / "my_flows.py"
    flows.write_text("")
    async with supervised(script(tmp_path, WORKS), targets=[flows]) as yard:
        first = await yard.said()
        flows.write_text("saved = True")
        assert (await yard.said())["pid"] != first["pid"]
        assert (await yard.ended())[0] == first["worker_id"]


async def test_a_new_file_beside_the_target_counts(tmp_path: Path) -> None:
    """A module that was missing appears, and the import is tried again."""
    async with supervised(script(tmp_path, WORKS), targets=[tmp_path / "flows" / "my_flows.py"]) as yard:
        first = await yard.said()
        (tmp_path / "flows").mkdir()
        (tmp_path / "flows" / "helper.py").write_text("")
        assert (await yard.said())["pid"] != first["pid"]


async def test_an_imported_file_counts(tmp_path: Path) -> None:
    """What the worker reports as imported is watched, wherever it lies."""
    library = tmp_path / "library" / "prices.py"
    library.parent.mkdir()
    library.write_text("")
    body = f"""
    await layer.report({{"files": [{str(library)!r}]}})
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body)) as yard:
        first = await yard.said()
        library.write_text("saved = True")
        assert (await yard.said())["pid"] != first["pid"]


async def test_a_successor_that_gives_way_leaves_the_worker_alone(tmp_path: Path) -> None:
    """The worker stays until one has imported what it holds; that is asked of each successor, and told to it."""
    flows = tmp_path / "my_flows.py"
    flows.write_text("")
    body = f"""
    if "broken" in open({str(flows)!r}).read():
        print(os.environ["STEPYARD_WORKER_AFTER"], file=sys.stderr, flush=True)
        os._exit(0)
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body), targets=[flows]) as yard:
        first = await yard.said()
        for number in range(2):
            flows.write_text(f"broken {number}")
            _, code, tail = await yard.ended()
            assert (code, tail) == (0, '["my_flows"]\n')
            assert is_alive(first["pid"])
        flows.write_text("good")
        assert (await yard.said())["pid"] != first["pid"]
        assert (await yard.ended())[0] == first["worker_id"]


async def test_a_successor_that_dies_is_tried_again(tmp_path: Path) -> None:
    """Without another save it is started anew until it lives, and the worker before it stays until then."""
    flows = tmp_path / "my_flows.py"
    flows.write_text("")
    body = f"""
    attempts = open({str(tmp_path / "attempts")!r}, "a+")
    attempts.write("x")
    attempts.seek(0)
    if len(attempts.read()) in (2, 3, 4):
        os._exit(7)
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body), targets=[flows]) as yard:
        first = await yard.said()
        flows.write_text("saved = True")
        for _ in range(3):
            assert (await yard.ended())[1] == 7
            assert is_alive(first["pid"])
        assert (await yard.said())["pid"] != first["pid"]
        assert (await yard.ended())[0] == first["worker_id"]
        assert (tmp_path / "attempts").read_text() == "xxxxx"


async def test_a_save_does_not_wait_for_the_next_try(tmp_path: Path) -> None:
    """However often a successor has died, what is saved is imported at once, and by one worker only."""
    flows = tmp_path / "my_flows.py"
    flows.write_text("")
    body = f"""
    if "broken" in open({str(flows)!r}).read():
        os._exit(7)
    await say()
    await layer.wait_closed()
    """
    async with supervised(script(tmp_path, body), targets=[flows]) as yard:
        first = await yard.said()
        flows.write_text("broken")
        for _ in range(4):
            assert (await yard.ended())[1] == 7
        flows.write_text("good")
        second = await yard.said()
        ends = []
        while first["worker_id"] not in ends:
            ends.append((await yard.ended())[0])
        assert [child.pid for child in yard.supervisor.children] == [second["pid"]]


async def test_a_worker_that_dies_while_its_successor_imports_is_replaced(tmp_path: Path) -> None:
    """The slot does not wait for a successor that hangs."""
    body = f"""
    if os.environ["STEPYARD_WORKER_AFTER"] != "[]":
        os.open({str(tmp_path / "hangs")!r}, os.O_WRONLY)
        time.sleep(1000)
    await say()
    await layer.wait_closed()
    """
    os.mkfifo(tmp_path / "hangs")
    async with supervised(script(tmp_path, body)) as yard:
        first = await yard.said()
        yard.supervisor.renew()
        (await asyncio.to_thread((tmp_path / "hangs").open, "rb")).close()  # opens when the successor hangs
        os.kill(first["pid"], signal.SIGKILL)
        assert {(await yard.ended())[1], (await yard.ended())[1]} == {-signal.SIGKILL, -signal.SIGTERM}
        assert (await yard.said())["pid"] != first["pid"]


async def test_without_reload_a_saved_file_changes_nothing(tmp_path: Path) -> None:
    """With reload switched off only a death replaces the worker."""
    flows = tmp_path / "my_flows.py"
    flows.write_text("")
    async with supervised(script(tmp_path, WORKS), targets=[flows], reload=False) as yard:
        first = await yard.said()
        flows.write_text("saved = True")
        yard.supervisor.renew()
        second = await yard.said()
        assert second["pid"] != first["pid"]
        assert (await yard.ended())[0] == first["worker_id"]
        assert [child.pid for child in yard.supervisor.children] == [second["pid"]]
