"""The law of refused answers: those that no validator saw cost a detour and change nothing."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, MemoryStore, RunResult
from engine.journal.fold import fold
from engine.journal.requests import record_resume
from engine.testing import FakeClock
from tests.laws.trees import Plan, World, answer_to, build, expected, plans


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(plan=plans(), data=st.integers(0, 20), seed=st.integers(0, 99))
async def test_refused_answers_equal_none(plan: Plan, data: int, seed: int) -> None:
    """A run with wrong answers before the right ones gives what plain evaluation gives, each step done once."""
    world, clock, chance = World(), FakeClock(), random.Random(seed)
    store = MemoryStore(clock)
    workflow = build(plan, world)
    run = await Engine([workflow], store=store, clock=clock).workflow("main").create_run()
    result = await run.start(data)
    for _ in range(500):
        if result.status != "suspended":
            break
        path = tuple(chance.choice(result.suspended))
        asked = fold(await store.read(run.run_id)).find(path)
        assert asked is not None
        fits = chance.random() < 0.6
        answer = answer_to(asked.suspend_payload) if fits else "no number"
        await record_resume(store, clock, run.run_id, path, answer, suspension=asked.suspension)
        result = await run.restart()
        refused = fold(await store.read(run.run_id)).find(path)
        assert fits or (refused is not None and refused.rejected is not None and refused.suspension == asked.suspension)
    assert (result.status, result.result) == ("success", expected(plan, data)), result.error
    assert all(done == 1 for done in world.done.values())
    assert RunResult.of(fold(await store.read(run.run_id))).to_dict() == result.to_dict()
