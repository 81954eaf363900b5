"""The graph on pages: as wide as wanted, with the pass that is picked, and as files."""

import html
import re
from urllib.parse import quote
from xml.etree import ElementTree

from django.test import AsyncClient

from engine import create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage, attributes


@step
def add(count: int) -> int:
    """Add one."""
    return count + 1


LOOP = (
    create_workflow(id="loop", input_schema=int, output_schema=int).dountil(add, lambda n: n > 3 and n != 1234).commit()
)


async def looped(stage: Stage) -> str:
    """Give a run of three passes that has ended."""
    await stage.publish(LOOP)
    run_id = await actions.start("loop", 1)
    assert (await stage.play(run_id)).status == "success"
    return run_id


async def test_a_graph_comes_as_files(stage: Stage, async_client: AsyncClient) -> None:
    """Of a workflow, and of a run with its statuses; SVG needs nothing beside it, Mermaid is that of the engine."""
    run_id = await looped(stage)
    plain, ran = [(await async_client.get(f"/{place}/graph.svg")) for place in ("workflows/loop", f"runs/{run_id}")]
    assert ran["Content-Disposition"] == f'attachment; filename="{run_id}.svg"'
    for response, status in ((plain, "pending"), (ran, "success")):
        root = ElementTree.fromstring(response.content.decode())
        ids = {f"#{one.get('id')}" for one in root.iter() if one.tag.endswith("symbol")}
        assert {one.get("href") for one in root.iter() if one.tag.endswith("use")} == ids
        assert {one.get("data-status") for one in root.iter() if one.get("class") == "g-node"} == {status}
        assert "var(" not in response.content.decode()
    for place in ("workflows/loop", f"runs/{run_id}"):
        assert (await async_client.get(f"/{place}/graph.mmd")).content.decode() == LOOP.to_mermaid()


async def test_the_graph_has_the_whole_width_when_it_is_wanted(stage: Stage, async_client: AsyncClient) -> None:
    """The choice is kept in a cookie, for runs and workflows alike."""
    run_id = await looped(stage)
    for place in ("workflows/loop", f"runs/{run_id}"):
        async_client.cookies["stepyard_graph"] = ""
        assert "data-wide" not in (await async_client.get(f"/{place}/")).content.decode()
        async_client.cookies["stepyard_graph"] = "wide"
        assert "data-wide" in (await async_client.get(f"/{place}/")).content.decode()


async def test_parts_of_the_graph_are_folded_as_the_reader_wants(stage: Stage, async_client: AsyncClient) -> None:
    """The cookie holds it for each workflow; the files have the whole graph; a cookie of nonsense is none."""
    run_id = await looped(stage)
    for cookie, opened in (("", True), ("[1]", True), ("%7B%22loop%22", True), ('{"loop": 3}', True)):
        async_client.cookies["stepyard_folds"] = quote(cookie)
        assert ('data-node="add"' in (await async_client.get("/workflows/loop/")).content.decode()) == opened
    async_client.cookies["stepyard_folds"] = quote('{"loop": {"/dountil-1": true}}')
    for place in ("workflows/loop", f"runs/{run_id}"):
        page = (await async_client.get(f"/{place}/")).content.decode()
        assert 'data-node="add"' not in page
        assert 'data-part="/dountil-1"' in page
        assert 'data-node="add"' in (await async_client.get(f"/{place}/graph.svg")).content.decode()


async def test_a_pass_is_picked_at_the_graph(stage: Stage) -> None:
    """From all passes to the last or the first one, and from one to those beside it; the graph shows that one."""
    run_id = await looped(stage)
    page = await stage.get(f"/runs/{run_id}/")
    assert "all 3 passes" in page
    assert picked(page) == [3, 1]
    page = await stage.get(f"/runs/{run_id}/?loop=%2Fdountil-1&pass=2")
    assert "pass 2 of 3" in page
    assert picked(page) == [1, 3]
    assert re.findall(r'class="g-count"[^>]*>([^<]*)<', page) == [""]


def picked(page: str) -> list[int]:
    """Return the passes that the picker leads to."""
    picker = page[page.index('id="graph-passes"') :].partition("</nav>")[0]
    found = [re.search(r"pass=(\d+)", html.unescape(link)) for link in attributes(picker, "href")]
    return [int(one[1]) for one in found if one]
