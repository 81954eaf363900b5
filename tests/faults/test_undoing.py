"""What happens to a run while its steps are undone: drains, restarts, requests, code that changed."""

import pytest

from engine.errors import AlreadyResumed, RunFinished
from engine.journal.state import RunState
from playground.actions import actions
from playground.runs import archive
from tests.faults.tally import DONE
from tests.worker.project import Yard

pytestmark = pytest.mark.faults

FLOW = """
    import asyncio
    from pathlib import Path
    from engine import Context, Fail, create_workflow, step

    HERE = Path(__file__).parent

    async def take_back(output: int, ctx: Context) -> None:
        with (HERE / "began").open("a") as file:
            file.write(f"{output}\\n")
        while not (HERE / "go").exists():
            await asyncio.sleep(0.01)

    @step(undo=take_back)
    async def first(data: int) -> int:
        return data + 1

    @step(undo=take_back)
    async def second(data: int) -> int:
        return data + 1

    @step(resume_schema=bool)
    async def ask(data: int, ctx: Context) -> int:
        if not ctx.suspend("go on?"):
            raise Fail("no")
        return data

    begun = create_workflow(id="booking", input_schema=int, output_schema=int)
    booking = begun.then(first).then(second).then(ask).commit()
"""


def waits(run: RunState) -> bool:
    """Tell whether the run waits for a person."""
    return run.status == "suspended"


def release(yard: Yard) -> None:
    """Let the undos end."""
    (yard.folder / "go").touch()


def began(yard: Yard) -> list[str]:
    """Return what was begun to be taken back, in its order."""
    return (yard.folder / "began").read_text().splitlines()


def check(run: RunState) -> None:
    """Fail when the run did not end as it failed, with all undone, the last step first."""
    assert (run.status, run.error and run.error["message"]) == ("failed", "no")
    assert run.undone == [("second",), ("first",)]


async def undoing(yard: Yard) -> str:
    """Give a run that fails and is in the middle of taking back its second step."""
    await yard.start(yard.write("booking.py", FLOW))
    run_id = await actions.start("booking", 1)
    await yard.run(run_id, waits)
    await actions.resume(run_id, None, False)
    await yard.run(run_id, lambda run: (yard.folder / "began").exists())
    DONE["injections"] += 1
    return run_id


async def test_it_takes_no_request_and_can_be_exported(yard: Yard) -> None:
    """Neither a cancel nor an answer changes how it ends; what is known so far can be copied."""
    run_id = await undoing(yard)
    with pytest.raises(RunFinished, match="when what it did is undone"):
        await actions.cancel(run_id)
    with pytest.raises(AlreadyResumed):
        await actions.resume(run_id, "ask", True)
    copy = await archive.export(run_id)
    assert copy["events"][-1]["type"] == "step-undo-started"
    release(yard)
    check(await yard.ended(run_id))
    assert began(yard) == ["3", "2"]


async def test_a_restart_goes_on_with_it(yard: Yard) -> None:
    """The undo that was interrupted runs again, as a step does."""
    run_id = await undoing(yard)
    await actions.restart(run_id)
    release(yard)
    check(await yard.ended(run_id))
    assert began(yard) == ["3", "3", "2"]


async def test_a_worker_that_is_told_to_end_hands_it_on(yard: Yard) -> None:
    """The next one goes on where it was."""
    run_id = await undoing(yard)
    (child,) = yard.living.values()
    child.terminate()
    await yard.gone(child)
    await yard.start(str(yard.folder / "booking.py"))
    release(yard)
    check(await yard.ended(run_id))
    assert began(yard) == ["3", "3", "2"]


async def test_a_step_that_is_gone_from_the_code_does_not_stop_the_others(yard: Yard) -> None:
    """Its undo has failed and says why; the run ends as it would have."""
    run_id = await undoing(yard)
    (child,) = yard.living.values()
    await yard.kill(child)
    release(yard)
    await yard.start(yard.write("booking.py", FLOW.replace("def second", "def other").replace("(second)", "(other)")))
    run = await yard.ended(run_id)
    assert (run.status, run.undone, began(yard)) == ("failed", [("first",)], ["3", "2"])
    (failed,) = [event for event in await actions.store.read(run_id) if event.type == "step-undo-failed"]
    assert failed.payload["error"]["type"] == "WorkflowChanged"
