"""The law of forks: going on from the middle of a finished run ends where the run ended."""

from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, MemoryStore, RunResult
from engine.journal.fold import fold
from engine.journal.requests import record_event
from engine.paths import format_path
from engine.testing import FakeClock
from tests.laws.trees import Plan, World, answer_to, build, expected, plans


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(plan=plans(events=True), data=st.integers(0, 20), draw=st.data())
async def test_a_fork_from_any_step_ends_as_the_run_ended(plan: Plan, data: int, draw: st.DataObject) -> None:
    """From whatever step: the result is the same, the run that was forked is untouched, and the fold tells it all."""
    world, clock, store = World(), FakeClock(), MemoryStore()
    world.send = partial(record_event, store, clock)
    engine = Engine([build(plan, world)], store=store, clock=clock)
    run = await engine.workflow("main").create_run()
    result = await finished(engine, run.run_id, await run.start(data))
    before = await store.read(run.run_id)
    begun = [step for step in fold(before).steps() if step.kind in ("step", "workflow")]
    chosen = draw.draw(st.sampled_from(begun), label="step") if begun else None
    if chosen is None:
        return
    fork = await run.fork(format_path(chosen.path))
    again = await finished(engine, fork.run_id, await fork.start())
    assert (again.status, again.result) == (result.status, result.result) == ("success", expected(plan, data))
    assert await store.read(run.run_id) == before
    assert again.to_dict() == RunResult.of(fold(await store.read(fork.run_id))).to_dict()


async def finished(engine: Engine, run_id: str, result: RunResult) -> RunResult:
    """Answer everything that a run asks."""
    run = await engine.run(run_id)
    while result.suspended:
        path = result.suspended[0]
        result = await run.resume(path, answer_to(result.steps[format_path(path)].suspend_payload))
    return result
