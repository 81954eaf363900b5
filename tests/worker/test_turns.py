"""Worker processes keep to how many runs of a workflow are executed at once."""

from collections import defaultdict

from engine.journal.state import RunState
from playground.actions import actions
from playground.runpage.loaded_run import load, reasons_of
from tests.worker.project import Yard

FLOWS = """
    import asyncio
    from engine import Context, create_workflow, step

    @step
    async def work(data: dict[str, int]) -> int:
        await asyncio.sleep(0.05)
        return data["customer"]

    @step(resume_schema=int)
    async def ask(data: int, ctx: Context) -> int:
        return ctx.suspend()

    def flow(id, **limits):
        return create_workflow(id=id, input_schema=dict[str, int], output_schema=int, **limits).then(work)

    narrow = flow("narrow", concurrency=2).commit()
    following = flow("following", concurrency_key="customer").commit()
    asking = flow("asking", concurrency=1).then(ask).commit()
"""


def most_at_once(runs: list[RunState]) -> int:
    """Return how many of the runs were executed at the same moment."""
    steps = [step for run in runs for step in run.steps() if step.path == ("work",)]
    times = [(step.started_at, 1) for step in steps] + [(step.ended_at, -1) for step in steps]
    now = most = 0
    for _, change in sorted(times, key=lambda one: (str(one[0]), one[1])):
        now += change
        most = max(most, now)
    return most


async def test_two_workers_together_keep_to_the_limits(yard: Yard) -> None:
    """However many runs wait, and although one worker is killed: no more than two of one, and one for each customer."""
    module = yard.write("flows.py", FLOWS)
    first, _ = await yard.start(module), await yard.start(module)
    narrow = [await actions.start("narrow", {"customer": 1}) for _ in range(10)]
    following = [await actions.start("following", {"customer": number % 3}) for number in range(12)]
    await yard.ended(narrow[3])
    await yard.kill(first)
    ended = [await yard.ended(run_id) for run_id in narrow]
    assert {run.status for run in ended} == {"success"}
    assert 1 <= most_at_once(ended) <= 2
    of_customer = defaultdict(list)
    for run_id in following:
        run = await yard.ended(run_id)
        of_customer[run.result].append(run)
    assert sorted(map(len, of_customer.values())) == [4, 4, 4]
    assert [most_at_once(runs) for runs in of_customer.values()] == [1, 1, 1]


async def test_one_that_waits_for_an_answer_lets_the_next_one_go(yard: Yard) -> None:
    """Suspended runs hold no place, and the page says of one that waits for its turn why it does."""
    await yard.start(yard.write("flows.py", FLOWS))
    run_ids = [await actions.start("asking", {"customer": 1}) for _ in range(3)]
    (reason, *_) = await reasons_of(await load(run_ids[2]))
    assert reason.text.startswith(("waits for its turn: ", "waits for a free worker"))
    for run_id in run_ids:
        await yard.run(run_id, lambda run: run.status == "suspended")
