"""A step that has used up its attempts has the run pause, and is tried again when somebody says so."""

from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Engine, Fail, MemoryStore, Retry, create_step
from engine.errors import DefinitionError
from engine.journal.fold import fold
from engine.journal.forks import record_retry
from engine.testing import Collector, FakeClock, run_to_end
from tests.engine.contract.tiny import add_one, begin, crash, failing, run_of

PATIENT = Retry(attempts=2, delay=60, exhausted="pause")


def flaky(works: list[bool], retry: Retry = PATIENT, error: type[Exception] = ValueError, **options: Any) -> Any:
    """Return a step that fails until it is mended."""

    async def execute(data: int, ctx: Context) -> int:
        if not works:
            raise error("broken")
        return data * 10

    return create_step(id="flaky", execute=execute, retry=retry, **options)


async def test_a_run_pauses_before_a_step_whose_attempts_are_used_up() -> None:
    """Nothing has failed for good; going on gives it as many attempts again, and as it is then it succeeds."""
    works: list[bool] = []
    run, seen = await run_of(begin().then(add_one).then(flaky(works)).commit(), clock=FakeClock()), Collector()
    run.watch(seen)
    result = await run.start(1)
    assert (result.status, result.paused, result.error) == ("paused", [["flaky"]], None)
    step = result.steps["flaky"]
    assert (step.status, step.attempts, step.error, step.input) == ("paused", 2, "broken", 2)
    first, second = seen.of("step-attempt-failed")
    assert (first.payload.get("exhausted"), second.payload.get("exhausted")) == (None, True)
    result = await run.proceed()
    assert (result.status, result.steps["flaky"].attempts) == ("paused", 4)
    works.append(True)
    result = await run.proceed()
    assert (result.status, result.result, result.steps["flaky"].attempts) == ("success", 20, 5)


async def test_it_goes_on_with_another_input_and_with_other_code() -> None:
    """The input is recorded with the attempt; another program with mended code takes the run up."""
    store = MemoryStore()
    run = await run_of(begin().then(flaky([])).commit(), store=store, clock=FakeClock())
    await run.start(1)
    mended = begin().then(flaky([True])).then(add_one).commit()
    later = await Engine([mended], store=store, clock=FakeClock()).run(run.run_id)
    result = await later.proceed(input_data=7)
    assert (result.status, result.result, result.steps["flaky"].input) == ("success", 71, 7)
    assert fold(await store.read(run.run_id)).find(("flaky",)).input == 7


@pytest.mark.parametrize("step", ["flaky", True])
async def test_siblings_end_first_and_stepping_goes_on_from_there(step: Any) -> None:
    """An arm of a parallel waits for its turn as at a breakpoint."""
    works: list[bool] = []
    run = await run_of(begin().parallel([flaky(works), add_one]).then(failing("next")).commit(), clock=FakeClock())
    result = await run.start(1)
    assert (result.status, result.steps["add_one"].output, result.paused) == ("paused", 2, [["flaky"]])
    works.append(True)
    result = await run.proceed(step=step)
    assert result.steps["flaky"].output == 10
    assert (result.status, result.paused) == (("paused", [["next"]]) if step is True else ("failed", []))


async def test_items_pause_one_by_one() -> None:
    """Each item has attempts of its own, and goes on alone."""
    works: list[bool] = []
    run = await run_of(begin().foreach(flaky(works), concurrency=2).commit(), clock=FakeClock())
    assert (await run.start([1, 2])).paused == [["flaky", 0], ["flaky", 1]]
    works.append(True)
    assert (await run.proceed(step="flaky[1]")).paused == [["flaky", 0]]
    assert (await run.proceed()).result == [10, 20]


@pytest.mark.parametrize(
    ("retry", "error"),
    [
        (PATIENT, Fail),
        (Retry(attempts=2, exhausted="pause", on=(OSError,)), ValueError),
        (Retry(attempts=2), ValueError),
    ],
    ids=["gives up", "is not listed", "fails"],
)
async def test_what_is_not_to_be_tried_again_fails(retry: Retry, error: type[Exception]) -> None:
    """Fail means it, and so does a list of exceptions that lacks this one."""
    result = await run_to_end(begin().then(flaky([], retry, error)).commit(), 1)
    assert (result.status, result.error) == ("failed", "broken")


async def test_a_result_that_does_not_fit_pauses_the_run_too() -> None:
    """It would not fit the next time, unless the code is another one then."""
    step = create_step(id="odd", execute=lambda data: "no number", output_schema=int, retry=PATIENT)
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.status, result.steps["odd"].attempts) == ("paused", 1)


async def test_the_time_for_all_attempts_begins_anew() -> None:
    """A week at the pause is no part of it."""
    works: list[bool] = []
    clock, retry = FakeClock(), Retry(attempts=100, delay=10, timeout=25, exhausted="pause")
    run = await run_of(begin().then(flaky(works, retry)).commit(), clock=clock)
    assert (await run.start(1)).steps["flaky"].attempts == 3
    clock.advance(timedelta(days=7))
    assert (await run.proceed()).steps["flaky"].attempts == 6


async def test_a_race_and_an_attempt_go_by_it() -> None:
    """Another arm may win meanwhile; what would handle a failure is not asked, since nothing has failed."""
    slow = create_step(id="slow", execute=lambda data: data)
    raced = begin().race([flaky([], Retry(exhausted="pause")), slow]).commit()
    assert (await run_to_end(raced, 1)).result == {"slow": 1}
    caught = begin().attempt(flaky([]), otherwise=create_step(id="mend", execute=lambda failure: 0)).commit()
    assert (await run_to_end(caught, 1)).status == "paused"


async def test_a_pause_survives_a_crash_and_is_cancelled() -> None:
    """Wherever the process dies, the run ends up before the step; a cancel closes it."""
    flow = begin().then(add_one).then(flaky([], Retry(exhausted="pause"))).commit()
    for at in range(1, 4):
        store = MemoryStore()
        run = await Engine([flow], store=store).run(await crash(flow, store, at))
        result = await run.restart() if (await run.state()).status != "paused" else await run.state()
        assert (result.status, result.paused) == ("paused", [["flaky"]])
    result = await run.cancel()
    assert (result.status, result.steps["flaky"].status) == ("canceled", "canceled")


async def test_a_retry_takes_the_input_that_it_was_given_last() -> None:
    """A run that went on with another input and failed then is tried again with that one."""

    async def execute(data: int, ctx: Context) -> int:
        if data == 1:
            raise ValueError("broken")
        if ctx.attempt == 2:
            raise Fail("not yet")
        return data

    flow, store = (
        begin().then(create_step(id="odd", execute=execute, retry=Retry(exhausted="pause"))).commit(),
        MemoryStore(),
    )
    run = await run_of(flow, store=store)
    await run.start(1)
    assert (await run.proceed(input_data=5)).status == "failed"
    await record_retry(store, FakeClock(), run_id=run.run_id, new_run_id="again", digest=flow.digest, permit=permitted)
    result = await (await Engine([flow], store=store).run("again")).start()
    assert (result.status, result.result) == ("success", 5)


async def permitted() -> bool:
    """Refuse nothing."""
    return True


def test_a_policy_says_what_becomes_of_it_only_when_it_pauses() -> None:
    """Digests of workflows stay what they were; another word is refused."""
    assert "exhausted" not in Retry().to_dict()
    assert PATIENT.to_dict()["exhausted"] == "pause"
    with pytest.raises(DefinitionError, match=r"Retry\(exhausted='stop'\): expected 'fail' or 'pause'"):
        Retry(exhausted="stop")  # type: ignore[arg-type]
