"""Workers that are killed: what was recorded stands, what ran runs again, nobody writes who may not."""

import pytest

from playground.actions import actions
from playground.runs.queue_position import standing_of
from tests.faults.tally import DONE
from tests.worker.project import Yard

pytestmark = pytest.mark.faults

FLOWS = """
    import asyncio, os, signal
    from pathlib import Path
    from engine import Context, create_workflow, step

    LOG = Path(__file__).with_suffix(".log")

    def note(text):
        with LOG.open("a") as log:
            log.write(text + "\\n")

    @step
    async def first(data: int) -> int:
        note("first")
        return data + 1

    @step
    async def second(data: int, ctx: Context) -> int:
        note(f"second {ctx.attempt}")
        if ctx.attempt == 1:
            ctx.write("here")
            await asyncio.sleep(60)
        return data * 10

    @step
    async def third(data: int) -> int:
        note("third")
        return data + 5

    @step
    async def deadly(data: int) -> int:
        note("deadly")
        os.kill(os.getpid(), signal.SIGKILL)

    @step
    async def quitter(data: int) -> int:
        os._exit(3)

    def flow(id, *steps):
        built = create_workflow(id=id, input_schema=int, output_schema=int)
        for each in steps:
            built = built.then(each)
        return built.commit()

    three = flow("three", first, second, third)
    doomed = flow("doomed", first, deadly)
    quitting = flow("quitting", quitter)
"""


async def test_a_killed_worker_loses_nothing(yard: Yard) -> None:
    """After SIGKILL in the middle of a step another worker goes on from the last finished step, at attempt 2."""
    module = yard.write("flows.py", FLOWS)
    worker = await yard.start(module)
    run_id = await actions.start("three", 1)
    await yard.run(run_id, lambda run: run.find(("second",)))
    await yard.kill(worker)
    DONE["kills"] += 1
    assert (await actions.state_of(run_id)).status == "running"
    await yard.start(module)
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", 25)
    events = await actions.store.read(run_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    (recovered,) = [event for event in events if event.type == "run-recovered"]
    assert recovered.payload == {"reason": "killed by SIGKILL", "interrupted": [["second"]], "lost": 1}
    log = (yard.folder / "flows.log").read_text().split("\n")
    assert log == ["first", "second 1", "second 2", "third", ""]


@pytest.mark.parametrize(("workflow", "how"), [("doomed", "killed by SIGKILL"), ("quitting", "exit code 3")])
async def test_a_step_that_kills_three_workers_fails(yard: Yard, workflow: str, how: str) -> None:
    """A step under which three workers died is not run a fourth time; its error says how they died."""
    module = yard.write("flows.py", FLOWS)
    run_id = None
    for _ in range(3):
        # The later ones take the run as soon as they can, which may be before anybody has seen that they are ready.
        worker = await yard.start(module, until="ready" if run_id is None else "ended")
        run_id = run_id or await actions.start(workflow, 1)
        await yard.gone(worker)
        DONE["kills"] += 1
    assert run_id is not None
    await yard.start(module)
    run = await yard.ended(run_id)
    assert run.status == "failed"
    assert run.error is not None
    assert run.error["type"] == "WorkerLost"
    assert f"died 3 times while step {'deadly' if workflow == 'doomed' else 'quitter'!r} ran" in run.error["message"]
    assert how in run.error["message"]


async def test_a_second_claim_fences_the_first(yard: Yard) -> None:
    """A worker whose run was taken over stops quietly, writes nothing more and goes on with other runs."""
    await yard.start(yard.write("flows.py", FLOWS))
    run_id = await actions.start("three", 1)
    await yard.run(run_id, lambda run: run.find(("second",)))
    claim = await actions.store.claim(run_id, owner="thief", lease=60, force=True)
    assert claim is not None
    await actions.cancel(await actions.start("three", 2))
    standing = await standing_of(run_id)
    assert standing is not None
    assert standing.owner == "thief"
    assert [event.seq for event in await actions.store.read(run_id)][-1] == claim.last_seq


async def test_a_suspended_run_survives_everything(yard: Yard) -> None:
    """A queue of runs started while no worker lives is executed by the next one, oldest first."""
    module = yard.write("flows.py", FLOWS)
    await yard.kill(await yard.start(module))
    run_ids = [await actions.start("three", n, run_id=f"r{n}") for n in range(3)]
    await yard.start(module)
    for run_id in run_ids:
        await yard.run(run_id, lambda run: run.find(("second",)))
