"""Worker processes start what is due, one run for each due time, also when they are killed."""

from datetime import datetime
from pathlib import Path

from playground.actions import actions
from playground.models import Run, Schedule
from playground.schedules import schedules
from playground.store.database import in_database
from tests.worker.project import Yard

FLOWS = """
    from pathlib import Path
    from engine import Context, Every, create_workflow, step

    LOG = Path(__file__).with_suffix(".log")

    @step
    def note(data: int, ctx: Context) -> int:
        with LOG.open("a") as log:
            log.write(f"{ctx.scheduled_for}\\n")
        return data

    ticking = (
        create_workflow(
            id="ticking", input_schema=int, output_schema=int, schedules=[Every(seconds=1, input_data=1, missed="all")]
        )
        .then(note)
        .commit()
    )
"""


def due(run_id: str) -> datetime:
    """Return the due time in the id of a run."""
    return datetime.strptime(run_id.rpartition(".")[2], "%Y%m%dT%H%M%SZ")


async def begun() -> list[str]:
    """Return the ids of the runs, in order."""
    return await in_database(lambda: sorted(Run.objects.values_list("run_id", flat=True)))


async def test_three_workers_start_each_due_time_once(yard: Yard, tmp_path: Path) -> None:
    """With one killed and one begun in the middle: no second is lost, and none has two runs."""
    module = yard.write("ticking.py", FLOWS)
    workers = [await yard.start(module) for _ in range(3)]
    await schedules.arm("ticking")

    async def more(count: int) -> bool:
        return len(await begun()) >= count

    await yard.until(lambda: more(3))
    await yard.kill(workers[0])
    await yard.start(module)
    await yard.until(lambda: more(7))
    await schedules.disarm("ticking")
    run_ids = await begun()
    for run_id in run_ids:
        assert (await yard.ended(run_id)).result == 1
    seconds = [due(run_id) for run_id in run_ids]
    assert [(second - seconds[0]).total_seconds() for second in seconds] == list(range(len(seconds)))
    assert len(set((yard.folder / "ticking.log").read_text().splitlines())) == len(run_ids)


async def test_a_start_that_the_code_refuses_is_a_failed_run(yard: Yard) -> None:
    """It is checked by the worker that begins it, since whoever fires has no code."""
    code = FLOWS.replace("missed=", "id='s', missed=").replace(
        'id="ticking",', 'id="ticking", on_start=lambda run: 1 / 0,'
    )
    await yard.start(yard.write("ticking.py", code))
    await schedules.arm("ticking")

    async def one() -> int:
        return len(await begun())

    await yard.until(one)
    await schedules.disarm("ticking")
    run = await yard.ended((await begun())[0])
    assert run.status == "failed"
    assert run.error is not None
    assert "division by zero" in run.error["message"]
    assert (await in_database(Schedule.objects.get)).next_at is None
    assert (await actions.state_of(run.run_id)).schedule == "s"
