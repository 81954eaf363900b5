"""`Wake now` on the page of a run, over the API and in a terminal."""

import asyncio
import json
import re

import pytest

from engine import Context, Fail, Rehearsal, Retry, create_step, create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage, row, text_of
from tests.parity.conftest import working
from tests.parity.ways import Commands
from tests.patience import PATIENCE


@step(retry=Retry(attempts=2, delay=3600, max_delay=3600))
async def charge(data: int, ctx: Context) -> int:
    """Fail once."""
    if ctx.attempt == 1:
        raise ConnectionError("the bank is away")
    return data


@step(resume_schema=int)
async def choose(data: int, ctx: Context) -> int:
    """Ask for an hour."""
    return int(ctx.suspend("Which?", timeout=3600, default=7))


BEGUN = create_workflow(id="sleeper", input_schema=int, output_schema=int)
SLEEPER = BEGUN.sleep(3600, id="nap").then(charge).then(choose).commit()
NAPS = [create_workflow(id=name, input_schema=int, output_schema=int).sleep(3600, id="nap").commit() for name in "ab"]
NAPPERS = create_workflow(id="sleeper", input_schema=int, output_schema=None).parallel(NAPS).commit()


async def waits_for(run_id: str, text: str) -> str:
    """Return the id of a run when its journal has an event of this type."""
    seq = 0
    while True:
        for event in await actions.store.read(run_id, after=seq):
            seq = event.seq
            if event.type == text:
                return run_id
        await actions.store.changed(run_id, after=seq)


async def press(stage: Stage, run_id: str, path: str) -> int:
    """Press the button in the row of a step, which has its form; return the status of the answer."""
    page = await stage.get(f"/runs/{run_id}/")
    found = re.search(rf'action="(/runs/[^"]*/wake/\?step={path})".*?name="due" value="([^"]*)"', page, re.DOTALL)
    assert found is not None, page
    response = await stage.post(found[1], {"due": found[2]})
    return response.status_code


async def test_a_timer_a_next_attempt_and_a_deadline_are_ended_from_the_page(stage: Stage) -> None:
    """One after the other; the rows say so, and the run ends without any time having passed."""
    async with working(stage, SLEEPER):
        run_id = await waits_for(await actions.start("sleeper", 5), "run-waiting")
        assert await press(stage, run_id, "nap") == 303
        await waits_for(run_id, "step-attempt-failed")
        assert await press(stage, run_id, "charge") == 303
        await waits_for(run_id, "run-suspended")
        assert await press(stage, run_id, "choose") == 303
        await waits_for(run_id, "run-succeeded")
    run = await actions.state_of(run_id)
    assert (run.status, run.result) == ("success", 7)
    page = await stage.get(f"/runs/{run_id}/")
    assert "woken" in row(page, "nap")
    assert "Wake now" not in page


async def test_a_wait_that_is_over_is_not_ended_again(stage: Stage) -> None:
    """A button that was pressed too late, or twice, wakes nothing else; nonsense is refused."""
    async with working(stage, SLEEPER):
        run_id = await waits_for(await actions.start("sleeper", 5), "run-waiting")
        late = await stage.post(f"/runs/{run_id}/wake/?step=nap", {"due": "2020-01-01T00:00:00+00:00"})
        assert (late.status_code, "so there is no time to end" in text_of(late)) == (409, True)
        assert (await stage.post(f"/runs/{run_id}/wake/?step=nap", {"due": "soon"})).status_code in (400, 409)
        assert (await actions.state_of(run_id)).status == "waiting"


async def test_the_api_and_the_command_end_it_too(stage: Stage) -> None:
    """Without a step it is the only one that waits; of several one has to be named."""
    async with working(stage, NAPPERS):
        run_id = await waits_for(await actions.start("sleeper", 5), "run-waiting")
        path = f"/api/workflows/sleeper/wake?runId={run_id}"
        for body, status in (({}, 409), ({"step": "gone"}, 404), ({"step": "a.nap"}, 200), ({"step": "a.nap"}, 409)):
            response = await stage.client.post(path, json.dumps(body), content_type="application/json")
            assert response.status_code == status, response.content
            if status == 200:
                await waits_for(run_id, "sleep-ended")
        told = await Commands().type("wake", run_id)
        assert (told.code, (await actions.state_of(run_id)).status) == (0, "success"), told


@pytest.mark.parametrize("words", [("--step", "gone"), ("--step", "nap")])
async def test_a_command_that_cannot_be_carried_out_says_so(stage: Stage, words: tuple[str, ...]) -> None:
    """A step that is not there, or that is behind."""
    async with working(stage, BEGUN.sleep(0, id="nap").wait_for_event("go").commit()):
        run_id = await waits_for(await actions.start("sleeper", 5), "run-waiting")
        told = await asyncio.wait_for(Commands().type("wake", run_id, *words), PATIENCE)
        assert told.code not in (0, 3)


async def test_a_rehearsed_delay_is_ended_from_the_page(stage: Stage) -> None:
    """The page says that it is what the run waits for."""
    late = create_workflow(id="late", input_schema=int, output_schema=int).then(create_step(id="slow", execute=nothing))
    async with working(stage, late.commit()):
        slow = Rehearsal(delays={"slow": 3600})
        run_id = await waits_for(await actions.start("late", 5, rehearsal=slow), "step-started")
        assert "slow is delayed by its rehearsal" in await stage.get(f"/runs/{run_id}/")
        assert await press(stage, run_id, "slow") == 303
        await waits_for(run_id, "run-succeeded")


def nothing(data: int) -> int:
    """Hand on."""
    return data


async def test_the_pause_of_an_undo_is_ended_from_the_page(stage: Stage) -> None:
    """The page says what it waits for, and has the button in the row of the step that is undone."""
    tries: list[int] = []

    def give_back(output: int) -> None:
        tries.append(output)
        if len(tries) == 1:
            raise ConnectionError("the shop is closed")

    def fail(data: int) -> int:
        raise Fail("sold out")

    again = Retry(attempts=2, delay=3600, max_delay=3600)
    buy = create_step(id="buy", execute=nothing, undo=give_back, retry=again)
    flow = create_workflow(id="shop", input_schema=int, output_schema=int)
    async with working(stage, flow.then(buy).then(create_step(id="no", execute=fail)).commit()):
        run_id = await waits_for(await actions.start("shop", 5), "step-undo-failed")
        assert "the undo of buy failed and is tried again" in await stage.get(f"/runs/{run_id}/")
        assert "its undo failed, and is tried again: the shop is closed" in row(
            await stage.get(f"/runs/{run_id}/"), "buy"
        )
        assert await press(stage, run_id, "buy") == 303
        await waits_for(run_id, "run-failed")
    assert tries == [5, 5]
