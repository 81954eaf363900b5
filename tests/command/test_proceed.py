"""`proceed`: a paused run goes on from the terminal."""

import json

import pytest

from playground.actions import actions
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage
from tests.parity.conftest import working
from tests.parity.ways import Commands

__all__ = ["stage"]


@pytest.mark.parametrize(
    ("words", "status", "before"),
    [
        ((), "suspended", None),
        (("--one",), "paused", "approve"),
        (("--step", "look_up"), "suspended", None),
        (("--one", "--data", json.dumps({"city": "Porto"})), "paused", "approve"),
    ],
)
async def test_a_paused_run_goes_on(stage: Stage, words: tuple[str, ...], status: str, before: str | None) -> None:
    """To the end, by one step, alone, or with something else; a paused one exits as one that waits."""
    async with working(stage, TRIP):
        run_id = await actions.start("trip", {"city": "Lisbon"}, breakpoints=["look_up"])
        await stage.rests(run_id)
        told = await Commands().type("proceed", run_id, *words)
        run = await actions.state_of(run_id)
    assert told.code == 3, told
    assert (run.status, [str(path[-1]) for path in run.paused]) == (status, [before] if before else [])
    looked = run.find(("look_up",))
    assert looked is not None
    assert looked.output == ("Porto for 1" if "--data" in words else "Lisbon for 1")


async def test_what_does_not_wait_is_refused(stage: Stage) -> None:
    """A run that is not paused, a step that is not, a value that does not fit, both ways at once."""
    async with working(stage, TRIP):
        run_id = await actions.start("trip", {"city": "Lisbon"})
        await stage.rests(run_id)
        assert (await Commands().type("proceed", run_id)).code not in (0, 3)
        run_id = await actions.start("trip", {"city": "Lisbon"}, breakpoints=["look_up"])
        await stage.rests(run_id)
        assert (await Commands().type("proceed", run_id, "--data", "7")).code == 2
        assert (await Commands().type("proceed", run_id, "--step", "approve")).code not in (0, 3)
        assert (await Commands().type("proceed", "nope")).code not in (0, 3)
        assert (await actions.state_of(run_id)).status == "paused"
