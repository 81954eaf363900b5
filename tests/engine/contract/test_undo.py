"""What steps have done is undone when their run fails or is cancelled."""

import asyncio
from itertools import product
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, Fail, MemoryStore, Retry, clone_step, create_step, sequence
from engine.errors import DefinitionError, RunFinished
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, run_to_end, until
from tests.engine.contract.tiny import ask, begin, fail, run_of


class Bookings:
    """What steps have done outside, and what was taken back."""

    def __init__(self, failing: frozenset[str] = frozenset()) -> None:
        """Take the ids of steps whose undo fails."""
        self.undone: list[str] = []
        self.failing = failing

    def step(self, id: str, **options: Any) -> Any:
        """Return a step that books something, and its undo."""

        async def execute(data: Any) -> Any:
            return f"{id} of {data}"

        async def undo(output: str, ctx: Context) -> None:
            assert output.startswith(f"{id} of ")
            self.undone.append(id if ctx.index is None else f"{id}[{ctx.index}]")
            if id in self.failing:
                raise RuntimeError(f"cannot undo {id}")

        return create_step(id=id, execute=execute, undo=undo, **options)


async def test_a_failure_undoes_what_had_succeeded_the_last_first() -> None:
    """The result tells what was undone, in that order; the steps stay what they were."""
    world = Bookings()
    flow = begin().then(world.step("flight")).then(world.step("hotel")).then(fail).commit()
    result = await run_to_end(flow, 1)
    assert world.undone == ["hotel", "flight"]
    assert (result.status, result.undone) == ("failed", [["hotel"], ["flight"]])
    assert result.to_dict()["undone"] == [["hotel"], ["flight"]]
    flight = result.steps["flight"]
    assert flight.status == "success"
    assert flight.undone_at is not None


async def test_a_success_undoes_nothing() -> None:
    """And says nothing of it."""
    world = Bookings()
    result = await run_to_end(begin().then(world.step("flight")).commit(), 1)
    assert (world.undone, result.undone, "undone" in result.to_dict()) == ([], [], False)


async def test_a_step_that_failed_itself_is_not_undone() -> None:
    """It has done nothing, or must see to it itself."""
    world = Bookings()

    async def execute(data: Any) -> Any:
        raise Fail("full")

    broken = clone_step(world.step("broken"), id="broken", execute=execute)
    result = await run_to_end(begin().then(broken).commit(), 1)
    assert (result.error, world.undone) == ("full", [])


async def test_nested_workflows_items_arms_and_passes_are_undone() -> None:
    """Whatever finished last comes first."""
    world = Bookings()
    inner = begin(id="inner").then(world.step("deep")).commit()
    flow = (
        begin()
        .then(inner)
        .parallel([world.step("left"), world.step("right")])
        .map(lambda data: [1, 2])
        .foreach(world.step("item"))
        .dountil(world.step("again"), lambda data, ctx: ctx.iteration == 2)
        .then(fail)
        .commit()
    )
    result = await run_to_end(flow, 1)
    assert world.undone == ["again", "again", "item[1]", "item[0]", "right", "left", "deep"]
    assert [".".join(map(str, path)) for path in result.undone][-1] == "inner.deep"


async def test_each_pass_of_a_loop_has_its_own_output_and_input() -> None:
    """Also in a nested workflow that the loop runs again."""
    seen: list[Any] = []

    def undo(output: int, ctx: Context) -> None:
        seen.append((output, ctx.init_data, ctx.iteration, ctx.idempotency_key.partition(":")[2]))

    book = create_step(id="book", execute=lambda data: data + 1, undo=undo)
    body = begin(id="body").dountil(book, lambda data, ctx: ctx.iteration == 2).commit()
    flow = begin().dountil(body, lambda data, ctx: ctx.iteration == 2).then(fail).commit()
    await run_to_end(flow, 10)
    assert seen == [
        (14, 12, 2, "body.book:2:2"),
        (13, 12, 1, "body.book:2:1"),
        (12, 10, 2, "body.book:1:2"),
        (11, 10, 1, "body.book:1:1"),
    ]


async def test_a_cancel_undoes_before_the_run_is_canceled() -> None:
    """What is left open is closed first."""
    world = Bookings()
    run = await run_of(begin().then(world.step("flight")).then(ask).commit())
    await run.start(1)
    result = await run.cancel()
    assert (result.status, result.undone, world.undone) == ("canceled", [["flight"]], ["flight"])
    assert result.steps["ask"].status == "canceled"
    last = (await run._runtime.store.read(run.run_id))[-1]
    assert (last.type, last.payload["undone"]) == ("run-canceled", [["flight"]])
    with pytest.raises(RunFinished):
        await run.cancel()


async def test_a_cancel_interrupts_what_runs() -> None:
    """The step that is at work is cancelled, not undone."""
    world, began = Bookings(), asyncio.Event()

    async def hang(data: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    run = await run_of(begin().then(world.step("flight")).then(create_step(id="hang", execute=hang)).commit())
    await run.start_async(1)
    await began.wait()
    result = await run.cancel()
    assert (result.status, world.undone, result.steps["hang"].status) == ("canceled", ["flight"], "canceled")


async def test_while_it_is_undone_a_run_takes_nothing_more() -> None:
    """Neither an answer nor an event nor a cancel."""
    going, go = asyncio.Event(), asyncio.Event()

    async def undo(output: Any) -> None:
        going.set()
        await go.wait()

    book = create_step(id="book", execute=lambda data: data, undo=undo)
    run = await run_of(begin().then(book).parallel([ask, fail]).commit())
    await run.start_async(1)
    await going.wait()
    for act in (run.resume("ask", 1), run.cancel()):
        with pytest.raises(RunFinished, match=r"ends \(failed\) when what it did is undone"):
            await act
    go.set()
    await until(run, "run-failed")


async def test_an_undo_is_tried_again_as_its_step_is() -> None:
    """Each failure is recorded; one that is given up does not stop the others."""
    world, clock = Bookings(frozenset({"hotel"})), FakeClock()
    policy = Retry(attempts=3, delay=10)
    flow = begin().then(world.step("flight")).then(world.step("hotel", retry=policy)).then(fail).commit()
    run = await run_of(flow, clock=clock)
    before = clock.now()
    result = await run.start(1)
    assert world.undone == ["hotel", "hotel", "hotel", "flight"]
    assert (clock.now() - before).total_seconds() == 20
    assert (result.undone, result.steps["hotel"].undo_error) == ([["flight"]], "cannot undo hotel")
    assert result.error == "cannot take hotel of flight of 1"


async def test_the_body_of_an_attempt_is_undone_before_its_handler_runs() -> None:
    """What was done before the attempt stays."""
    world, seen = Bookings(), []

    async def handler(failure: Any) -> Any:
        seen.append(list(world.undone))
        return "mended"

    body = begin(id="body").then(world.step("flight")).then(fail).commit()
    mend = create_step(id="mend", execute=handler)
    flow = begin().then(world.step("before")).attempt(body, otherwise=mend).commit()
    result = await run_to_end(flow, 1)
    assert (result.status, seen, world.undone) == ("success", [["flight"]], ["flight"])
    assert result.undone == [["body", "flight"]]


async def test_the_losers_of_a_race_are_undone_when_it_is_decided() -> None:
    """The winner is not."""
    world = Bookings()
    slow = begin(id="slow").then(world.step("try")).sleep(60).commit()
    fast = begin(id="fast").then(world.step("take")).sleep(5).commit()
    result = await run_to_end(begin().race([slow, fast]).commit(), 1)
    assert (world.undone, result.undone) == (["try"], [["slow", "try"]])


async def test_a_fork_undoes_only_what_it_ran_itself() -> None:
    """The history that it shares belongs to the other run."""
    world = Bookings()
    run = await run_of(begin().then(world.step("flight")).then(world.step("hotel")).then(fail).commit())
    await run.start(1)
    world.undone.clear()
    result = await run.time_travel("hotel")
    assert (result.status, world.undone, result.undone) == ("failed", ["hotel"], [["hotel"]])


async def test_an_undo_is_given_the_typed_output_and_a_context() -> None:
    """Sync or async; what it prints is recorded with the step."""

    class Seat(BaseModel):
        number: int

    seen: list[Any] = []

    def undo(seat: Seat, ctx: Context) -> None:
        print("taking back", seat.number)
        seen.append((type(seat), ctx.step_id, ctx.run_id, ctx.attempt, ctx.init_data))

    book = create_step(id="book", execute=lambda data: Seat(number=data), output_schema=Seat, undo=undo)
    run = await run_of(begin().then(book).then(fail).commit())
    await run.start(7)
    assert seen == [(Seat, "book", run.run_id, 1, 7)]
    logs = [event for event in await run._runtime.store.read(run.run_id) if event.type == "step-log"]
    assert [(event.path, event.payload["message"]) for event in logs] == [(("book",), "taking back 7")]


async def test_an_undo_cannot_ask() -> None:
    """There is nobody whose answer it could wait for."""
    book = create_step(id="book", execute=lambda data: data, undo=lambda output, ctx: ctx.suspend())
    result = await run_to_end(begin().then(book).then(fail).commit(), 1)
    assert "cannot suspend or bail" in (result.steps["book"].undo_error or "")


async def test_an_undo_has_the_time_limit_of_its_step() -> None:
    """One that hangs does not hold the run for ever."""

    async def undo(output: Any) -> None:
        await asyncio.Event().wait()

    async def execute(data: Any) -> Any:
        return data

    book = create_step(id="book", execute=execute, undo=undo, timeout=0.01)
    result = await run_to_end(begin().then(book).then(fail).commit(), 1)
    assert "took longer than the step's timeout of 0.01 s" in (result.steps["book"].undo_error or "")


async def test_a_step_that_is_gone_from_the_code_is_told() -> None:
    """The others are undone."""
    world, store = Bookings(), MemoryStore()
    old = begin().then(world.step("flight")).then(world.step("hotel")).then(ask).then(fail).commit()
    run = await Engine([old], store=store).workflow("tiny").create_run("r")
    await run.start(1)
    new = begin().then(world.step("flight")).then(ask).then(fail).commit()
    await (await Engine([new], store=store).run("r")).cancel()
    result = await run.state()
    assert (result.status, world.undone) == ("canceled", ["flight"])
    assert "no longer there" in (result.steps["hotel"].undo_error or "")


IDS = ("deep", "left", "right", "last")


def saga(world: Bookings, end: Any = fail) -> Any:
    """Return a workflow of several bookings that comes to an end."""
    inner = begin(id="inner").then(world.step("deep")).commit()
    arms = [world.step("left"), sequence(world.step("right"))]
    return begin().then(inner).parallel(arms).then(world.step("last")).then(end).commit()


@pytest.mark.parametrize("failing", [frozenset(ids) for ids in ([], ["deep"], ["left", "last"], IDS)], ids=len)
@pytest.mark.parametrize("durable", [True, False])
async def test_over_every_kill_each_undo_has_run_in_reverse_order(failing: frozenset[str], durable: bool) -> None:
    """Killed at every point at which something is recorded, while it works and while it is undone."""
    for at in range(1, 30):
        world, clock, store = Bookings(failing), FakeClock(), MemoryStore()
        flow = saga(world)
        faulty = FaultPoint(store, at=at, durable=durable)
        run = await Engine([flow], store=faulty, clock=clock).workflow("tiny").create_run("r")
        try:
            await run.start(1)
            break
        except SimulatedCrash:
            pass
        fresh = await Engine([flow], store=store, clock=clock).run("r")
        result = await fresh.state() if (await fresh.state()).status == "failed" else await fresh.restart()
        check(result, world, failing)
    else:
        raise AssertionError("the run records more often than expected")
    assert at > 10
    check(await run.state(), world, failing)


def check(result: Any, world: Bookings, failing: frozenset[str]) -> None:
    """The run has failed, each undo ran at least once, in reverse order, and the result says so."""
    first = list(dict.fromkeys(world.undone))
    assert first in (["last", "right", "left", "deep"], ["last", "left", "right", "deep"])
    assert result.status == "failed"
    assert [path[-1] for path in result.undone] == [id for id in first if id not in failing]
    told = {path.rpartition(".")[2] for path, step in result.steps.items() if step.undo_error}
    assert told == failing


async def test_an_undo_under_which_workers_die_is_given_up() -> None:
    """After three of them, as a step is; the run ends."""
    world, store = Bookings(), MemoryStore()
    flow = begin().then(world.step("flight")).then(world.step("hotel")).then(fail).commit()
    # The process dies when it has begun to undo, and then each time when it has begun again.
    run = await Engine([flow], store=FaultPoint(store, at=5, durable=False)).workflow("tiny").create_run("r")
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    for _ in range(2):
        again = await Engine([flow], store=FaultPoint(store, at=2, durable=False)).run("r")
        with pytest.raises(SimulatedCrash):
            await again.restart()
    result = await (await Engine([flow], store=store).run("r")).restart()
    assert world.undone == ["hotel", "hotel", "hotel", "flight"]
    assert "died 3 times while step 'hotel' was undone" in (result.steps["hotel"].undo_error or "")
    assert result.undone == [["flight"]]


async def test_kills_while_a_cancel_undoes() -> None:
    """The run ends canceled all the same."""
    for at, durable in product(range(1, 30), [True, False]):
        world, store = Bookings(), MemoryStore()
        flow = saga(world, ask)
        await (await Engine([flow], store=store).workflow("tiny").create_run("r")).start(1)
        doomed = await Engine([flow], store=FaultPoint(store, at=at, durable=durable)).run("r")
        try:
            await doomed.cancel()
            break
        except SimulatedCrash:
            pass
        fresh = await Engine([flow], store=store).run("r")
        state = await fresh.state()
        if state.status == "suspended":
            continue
        result = state if state.status == "canceled" else await fresh.restart()
        assert (result.status, list(dict.fromkeys(world.undone))[-1]) == ("canceled", "deep")


def test_what_is_no_undo_is_refused() -> None:
    """When the step is made."""
    with pytest.raises(DefinitionError):
        create_step(id="a", execute=ask.function, undo="nothing")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError):
        create_step(id="a", execute=ask.function, undo=lambda a, b, c: None)

    def refund(amount: int) -> None:
        """Take a number."""

    with pytest.raises(DefinitionError, match=r"returns list\[str\], but its undo, .*refund, takes int"):
        create_step(id="a", execute=ask.function, output_schema=list[str], undo=refund)


def test_an_undo_is_part_of_the_graph_only_where_it_is_given() -> None:
    """Recorded digests of other steps stay."""
    (with_undo,) = begin().then(Bookings().step("a")).commit().graph["steps"]
    (without,) = begin().then(fail).commit().graph["steps"]
    assert (with_undo["undo"], "undo" in without) == ("undo", False)


async def test_a_caught_failure_undoes_its_own_pass_of_a_loop_alone() -> None:
    """What an earlier pass has done under the same paths was not caught, and stays done."""
    undone: list[int] = []

    async def undo(output: int) -> None:
        undone.append(output)

    async def check(data: int) -> int:
        if data == 2:
            raise Fail("full")
        return data + 1

    async def numbered(data: int) -> int:
        return data

    async def handle(data: Any) -> int:
        return 99

    book = create_step(id="book", execute=numbered, undo=undo)
    caught = sequence(book, create_step(id="check", execute=check))
    handler = create_step(id="handler", execute=handle)
    body = begin(id="body").attempt(caught, otherwise=handler).commit()
    flow = begin().dountil(body, lambda output: output == 99).commit()
    result = await run_to_end(flow, 0)
    assert (result.status, result.result, undone) == ("success", 99, [2])


async def test_a_race_undoes_the_losers_of_its_own_pass_of_a_loop_alone() -> None:
    """Who won an earlier pass keeps what it did, though it loses or fails in a later one."""
    undone: list[int] = []

    async def undo(output: int) -> None:
        undone.append(output)

    async def odd(data: int) -> int:
        if data % 2 == 0:
            raise Fail("even")
        return data + 1

    async def even(data: int) -> int:
        if data % 2 == 1:
            raise Fail("odd")
        return data + 1

    arms = [create_step(id="odd", execute=odd, undo=undo), create_step(id="even", execute=even, undo=undo)]
    body = begin(id="body").race(arms).map(lambda data: next(iter(data.values()))).commit()
    flow = begin().dountil(body, lambda output: output == 4).commit()
    result = await run_to_end(flow, 0)
    assert (result.status, result.result, undone) == ("success", 4, [])
