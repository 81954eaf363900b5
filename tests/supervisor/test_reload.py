"""Saved files replace workers."""

from pathlib import Path

from tests.supervisor.yard import script, supervised

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
        assert len(yard.supervisor.children) == 1
