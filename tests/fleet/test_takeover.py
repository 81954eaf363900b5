"""What a restart has taken over is told once, with the runs and how many steps ran again."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import create_workflow, step
from playground.actions import actions
from playground.actions.actions import store
from playground.fleet import takeover
from playground.fleet.takeover import TakenOver, Watch
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage, text_of

__all__ = ["stage"]


@step
async def work(data: int) -> int:
    """Do something."""
    return data


FLOW = create_workflow(id="flow", input_schema=int, output_schema=int).then(work).commit()


async def at_work(stage: Stage) -> str:
    """Give a run that some worker executes that is about to end with its playground."""
    run_id = await actions.start("flow", 1)
    claim = await store.claim(run_id, owner="w1", lease=60)
    assert claim is not None
    return run_id


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Give the watch of a playground that starts now."""
    made = Watch()
    monkeypatch.setattr(takeover, "watch", made)
    return made


async def test_it_is_told_once_when_all_have_gone_on(stage: Stage, watch: Watch) -> None:
    """Not while some are still to come; the page links the runs; the next page says nothing of it."""
    await stage.publish(FLOW, TRIP)
    runs = [await at_work(stage), await at_work(stage)]
    await stage.publish(FLOW)
    await watch.begin()
    await stage.play(runs[0])
    assert "After the restart" not in await stage.get("/runs/")
    await stage.play(runs[1])
    # What a script takes of the page would show it to nobody.
    assert "After the restart" not in text_of(await stage.client.get("/runs/", headers={"HX-Request": "true"}))
    page = await stage.get("/runs/")
    assert "After the restart 2 runs went on, 0 steps were run again." in page
    assert all(f'href="/runs/{run_id}/"' in page.split('id="list"')[0] for run_id in runs)
    assert "After the restart" not in await stage.get("/runs/")


async def test_after_some_time_it_is_told_of_those_that_did(stage: Stage, watch: Watch) -> None:
    """A run whose code is gone holds the news up for half a minute, and no longer."""
    await stage.publish(FLOW)
    runs = [await at_work(stage), await at_work(stage)]
    await watch.begin()
    await stage.play(runs[1])
    assert await watch.tell() is None
    assert watch.since is not None
    watch.since = watch.since - takeover.PATIENCE
    told = await watch.tell()
    assert told is not None
    assert told.run_ids[0] == runs[1] or set(told.run_ids) == set(runs)
    assert await watch.tell() is None


async def test_nothing_at_work_is_no_news(stage: Stage, watch: Watch) -> None:
    """Neither for a playground that has just begun, nor for one whose runs all waited for people."""
    assert await watch.tell() is None
    await stage.suspended()
    await watch.begin()
    watch.since = datetime.now(UTC) - timedelta(hours=1)
    assert await watch.tell() is None


@pytest.mark.parametrize(
    ("runs", "steps", "text"),
    [
        (1, 1, "After the restart 1 run went on, 1 step was run again."),
        (3, 0, "After the restart 3 runs went on, 0 steps were run again."),
        (2, 5, "After the restart 2 runs went on, 5 steps were run again."),
    ],
)
def test_it_is_a_sentence(runs: int, steps: int, text: str) -> None:
    """One of each is one."""
    assert TakenOver(run_ids=("r",) * runs, steps=steps).text == text
