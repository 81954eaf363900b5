"""Random workflows: a plan, the workflow that it describes, and what it must give."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from engine import Context, Fail, Retry, Workflow, create_step, create_workflow, sequence

Plan = tuple[Any, ...]
"""``("seq", [plan, …])`` or one of the kinds in `plans`; every part takes an int and gives an int."""


@dataclass
class World:
    """What the steps of a workflow did outside of it: the side effects that a kill must not double."""

    calls: Counter[str] = field(default_factory=Counter)
    """How often a step's function was entered, by its idempotency key."""
    done: Counter[str] = field(default_factory=Counter)
    """How often it came to its end."""
    undone: Counter[str] = field(default_factory=Counter)
    """How often it was undone."""
    failures: Counter[str] = field(default_factory=Counter)
    send: Callable[[str, str, int], Awaitable[None]] | None = None
    """Sends an event to a run: its id, the event's name, the payload. Needed by plans with events."""


def plans(
    *,
    asking: bool = True,
    failing: bool = False,
    events: bool = False,
    deadlines: bool = False,
    races: bool = True,
    depth: int = 3,
) -> st.SearchStrategy[Plan]:
    """Return a strategy for plans.

    Args:
        asking: steps may suspend.
        failing: steps may fail for good.
        events: the run may send itself events and wait for them.
        deadlines: steps may ask with a deadline, and wait for events that do not come.
        races: parts may race, so that it depends on their speed what of them runs.
        depth: how deep parts may lie in parts.
    """
    small = st.integers(-3, 9)
    leaves = [
        st.tuples(st.just("add"), small),
        st.tuples(st.just("sync"), small),
        st.tuples(st.just("flaky"), st.integers(1, 2)),
        st.tuples(st.just("sleep"), st.sampled_from([0, 5, 3600])),
        st.tuples(st.just("state"), small),
    ]
    alike = list(leaves)
    if asking:
        asks = [st.tuples(st.just("ask"), small), st.tuples(st.just("asks"), st.integers(2, 3))]
        leaves += asks
        alike += asks
    if failing:
        alike += [st.tuples(st.just("fail"), small)]
        leaves += [st.tuples(st.just(kind), small) for kind in ("fail", "bail")]
    if deadlines:
        leaves += [st.tuples(st.just("late"), small), st.tuples(st.just("missed"), small)]
    if deadlines and failing:
        leaves += [st.tuples(st.just("give up"), small)]
    leaf = st.one_of(leaves)
    racing = st.lists(st.lists(st.one_of(alike), min_size=1, max_size=2), min_size=1, max_size=3)
    races_of = [st.tuples(st.just("race"), racing, small)] if races else []
    told = [st.tuples(st.just("event"), small)] if events else []

    def wider(inner: st.SearchStrategy[Plan]) -> st.SearchStrategy[Plan]:
        seq = st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3))
        arms = st.lists(seq, min_size=1, max_size=3)
        limit = st.sampled_from([None, 1, 2])
        return st.one_of(
            *told,
            st.tuples(st.just("nested"), seq),
            st.tuples(st.just("parallel"), arms, limit, st.booleans()),
            st.tuples(st.just("branch"), arms, st.booleans()),
            *races_of,
            st.tuples(st.just("attempt"), seq, small),
            st.tuples(st.just("foreach"), seq, st.integers(0, 4), st.integers(1, 3)),
            st.tuples(st.just("dowhile"), seq, st.integers(1, 3)),
            st.tuples(st.just("dountil"), seq, st.integers(1, 3)),
            st.tuples(st.just("pair"), leaf, leaf, st.integers(1, 3), st.integers(1, 2)),
        )

    parts = st.recursive(leaf, wider, max_leaves=depth * 3)
    return st.tuples(st.just("seq"), st.lists(parts, min_size=1, max_size=4))


def answer_to(asked: Any) -> int:
    """Return the answer that a person gives; it follows from the question."""
    return int(asked["value"]) * 2 + int(asked["call"])


def build(plan: Plan, world: World) -> Workflow[Any, Any]:
    """Return the workflow that a plan describes."""
    return _Builder(world).workflow("main", plan)


class _Builder:
    """Gives each part its own id."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.count = 0

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def workflow(self, id: str, plan: Plan) -> Workflow[Any, Any]:
        builder: Any = create_workflow(id=id, input_schema=int, output_schema=None)
        for part in plan[1]:
            builder = self.add(builder, part)
        return builder.commit()  # type: ignore[no-any-return]

    def add(self, builder: Any, part: Plan) -> Any:
        match part:
            case ("sleep", seconds):
                return builder.sleep(timedelta(seconds=seconds))
            case ("event", _):
                event = self.id("told")
                return builder.then(self.step(part, event)).wait_for_event(event, id=self.id("event"))
            case ("missed", n):
                other = self.step(("add", n))
                return builder.wait_for_event(self.id("never"), timeout=30, id=self.id("event"), otherwise=other)
            case ("nested", inner):
                return builder.then(self.workflow(self.id("flow"), inner))
            case ("parallel", arms, limit, fail_fast):
                flows = [self.workflow(self.id("arm"), arm) for arm in arms]
                return builder.parallel(flows, concurrency=limit, fail_fast=fail_fast).map(total)
            case ("branch", arms, other):
                flows = [self.workflow(self.id("arm"), arm) for arm in arms]
                otherwise = self.workflow(self.id("other"), ("seq", [("add", 1)])) if other else None
                chosen = [(condition(number), flow) for number, flow in enumerate(flows)]
                return builder.branch(chosen, otherwise=otherwise).map(total)
            case ("race", arms, n):
                # Whoever wins, the value is the same.
                flows = [self.workflow(self.id("arm"), ("seq", [*arm, ("set", n)])) for arm in arms]
                return builder.race(flows).map(total)
            case ("attempt", inner, n):
                return builder.attempt(self.workflow(self.id("body"), inner), otherwise=self.step(("mend", n)))
            case ("foreach", inner, size, limit):
                flow = self.workflow(self.id("item"), inner)
                return builder.map(spread(size)).foreach(flow, concurrency=limit).map(sum)
            case ("pair", first, second, size, limit):
                both = sequence(self.step(first), self.step(second))
                return builder.map(spread(size)).foreach(both, concurrency=limit).map(sum)
            case ("dowhile", inner, times):
                return builder.dowhile(self.workflow(self.id("body"), inner), lambda _, ctx: ctx.iteration < times)
            case ("dountil", inner, times):
                return builder.dountil(self.workflow(self.id("body"), inner), lambda _, ctx: ctx.iteration >= times)
            case _:
                return builder.then(self.step(part))

    def step(self, part: Plan, event: str = "") -> Any:
        kind, n = part
        if kind in ("sleep", "missed"):
            kind, n = "add", 1
        step_id = self.id(kind.replace(" ", "-"))
        world = self.world

        async def execute(data: int, ctx: Context) -> int:
            key = ctx.idempotency_key
            world.calls[key] += 1
            if kind == "event" and world.send is not None:
                # A step that runs again after a kill sends it again: the second one stays in the mailbox.
                await world.send(ctx.run_id, event, n)
            result = work(kind, n, data, ctx, world, key)
            world.done[key] += 1
            return result

        def execute_in_thread(data: int, ctx: Context) -> int:
            key = ctx.idempotency_key
            world.calls[key] += 1
            world.done[key] += 1
            return data + n

        async def undo(output: int, ctx: Context) -> None:
            world.undone[ctx.idempotency_key] += 1

        return create_step(
            id=step_id,
            execute=execute_in_thread if kind == "sync" else execute,
            input_schema=None if kind == "mend" else int,
            output_schema=int,
            resume_schema=int,
            undo=undo,
            retry={"flaky": Retry(attempts=abs(n) + 1, delay=1), "give up": Retry(attempts=3)}.get(kind),
        )


def work(kind: str, n: int, data: int, ctx: Context, world: World, key: str) -> int:
    """Do what a step of this kind does."""
    match kind:
        case "ask":
            return data + n + int(ctx.suspend({"value": data, "call": 0}))
        case "late":
            # What holds when nobody answers is what a person would answer, so that either end of the race is the same.
            question = {"value": data, "call": 0}
            return data + n + int(ctx.suspend(question, timeout=60, default=answer_to(question)))
        case "give up":
            raise Fail(f"cannot take {data}")
        case "asks":
            return data + sum(int(ctx.suspend({"value": data, "call": call})) for call in range(n))
        case "flaky":
            world.failures[key] += 1
            if ctx.attempt <= n:
                raise RuntimeError(f"attempt {ctx.attempt} fails")
            return data + 1
        case "state":
            ctx.set_state(**{ctx.step_id: data})
            return data + n + int(ctx.state[ctx.step_id])
        case "fail":
            raise ValueError(f"cannot take {data}")
        case "bail":
            ctx.bail(data + n)
        case "set":
            return n
        case "mend":
            return n + refused(data)
        case _:
            return data + n


def refused(told: Any) -> int:
    """Return the number that a step could not take, from what the handler of its failure is told."""
    assert told["error"] == f"cannot take {told['input']}", told
    assert told["step"].rpartition(".")[2].startswith("fail" if told["type"] == "ValueError" else "give-up")
    return int(told["input"])


def total(parts: dict[str, int]) -> int:
    """Return the sum of an arm's outputs."""
    return sum(parts.values())


def spread(size: int) -> Callable[[int], list[int]]:
    """Return a function from a number to a list."""

    def spread_out(data: int) -> list[int]:
        return [data + n for n in range(size)]

    return spread_out


def condition(number: int) -> Callable[[int], bool]:
    """Return the condition of an arm."""

    def is_divisible(data: int) -> bool:
        return data % (number + 2) == 0

    return is_divisible


class Ended(Exception):
    """A workflow of the plan ended early: with a failure, or with a result."""


class Bailed(Ended):
    """The workflow ends with this value."""


class Refused(ValueError):
    """A step cannot take this number."""


def expected(plan: Plan, data: int) -> int:
    """Return what a plan gives for an input, by plain evaluation; raise ``ValueError`` when it fails."""
    try:
        for part in plan[1]:
            data = _expected(part, data)
    except Bailed as bailed:
        return int(bailed.args[0])
    return data


def _expected(part: Plan, data: int) -> int:
    match part:
        case ("add" | "sync", n):
            return data + n
        case ("event", n):
            return int(n)
        case ("flaky", _):
            return data + 1
        case ("state", n):
            return data + n + data
        case ("missed", n):
            return data + n
        case ("ask" | "late", n):
            return data + n + answer_to({"value": data, "call": 0})
        case ("asks", n):
            return data + sum(answer_to({"value": data, "call": call}) for call in range(n))
        case ("fail" | "give up", _):
            raise Refused(data)
        case ("bail", n):
            raise Bailed(data + n)
        case ("sleep", _):
            return data
        case ("nested", inner):
            return expected(inner, data)
        case ("parallel", arms, _, _):
            return sum(expected(arm, data) for arm in arms)
        case ("branch", arms, other):
            chosen = [arm for number, arm in enumerate(arms) if data % (number + 2) == 0]
            if not chosen and other:
                return data + 1
            return sum(expected(arm, data) for arm in chosen)
        case ("race", arms, n):
            return _first(arms, n, data)
        case ("attempt", inner, n):
            try:
                return expected(inner, data)
            except Refused as error:
                return n + int(error.args[0])
        case ("foreach", inner, size, _):
            return sum(expected(inner, data + n) for n in range(size))
        case ("pair", first, second, size, _):
            return sum(_pair(second, _pair(first, data + n)) for n in range(size))
        case ("dowhile" | "dountil", inner, times):
            for _ in range(times):
                data = expected(inner, data)
            return data
    raise AssertionError(part)


def _first(arms: list[list[Plan]], n: int, data: int) -> int:
    """Return what wins: every arm that does not fail gives the same."""
    failed = []
    for arm in arms:
        try:
            expected(("seq", arm), data)
        except Refused as error:
            failed.append(error)
    if len(failed) == len(arms):
        raise failed[0]
    return n


def _pair(part: Plan, data: int) -> int:
    return data + 1 if part[0] in ("sleep", "missed") else _expected(part, data)
