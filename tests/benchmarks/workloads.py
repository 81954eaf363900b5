"""The rows of the engine in memory: each a piece of work for the engine, and the same in plain Python as its floor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from engine import Engine, Workflow, create_step, create_workflow
from engine.building.builder import WorkflowBuilder

LENGTH = 100
PASSES = 1000
AT_ONCE = 10

INT = TypeAdapter(int)
INTS = TypeAdapter(list[int])


async def add_one(data: int) -> int:
    """Do as little as a typed step can do."""
    return data + 1


def add_one_plainly(data: int) -> int:
    """Do the same in a plain function."""
    return data + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A row: work that is done again and again, the engine's and plain Python's in turn."""

    section: str
    """One of `tests.benchmarks.report.SECTIONS`."""
    count: int
    """How many runs, steps, passes or items one go is."""
    ours: Callable[[], Callable[[], Awaitable[Any]]]
    """Makes what does one go with the engine."""
    against: Callable[[], Callable[[], Any]]
    """Makes what does one go of what it is compared with, sync or async."""
    against_name: str = "plain Python that validates and records"
    """What that is."""
    per_second: bool = True
    """Whether the row's number is a rate, or the seconds of one go."""


def begin(takes: Any = int, gives: Any = int) -> WorkflowBuilder[Any, Any, Any]:
    """Begin the workflow of a row."""
    return create_workflow(id="work", input_schema=takes, output_schema=gives)


def chain(length: int, execute: Any = add_one, *, inline: bool = False) -> Workflow[Any, Any]:
    """Return a workflow of so many steps in a row."""
    flow = begin()
    for number in range(length):
        flow = flow.then(create_step(id=f"s{number}", execute=execute, inline=inline))
    return flow.commit()


def loop() -> Workflow[Any, Any]:
    """Return a workflow whose step runs again and again."""
    body = create_step(id="body", execute=add_one)
    return begin().dowhile(body, lambda data: data < PASSES).commit()


def foreach(at_once: int = AT_ONCE) -> Workflow[Any, Any]:
    """Return a workflow of one step for each of many items, some at once."""
    body = create_step(id="body", execute=add_one)
    return begin(list[int], list[int]).foreach(body, concurrency=at_once).commit()


def fan_out() -> Workflow[Any, Any]:
    """Return a workflow of many arms that run at once."""
    arms = [create_step(id=f"s{number}", execute=add_one) for number in range(LENGTH)]
    return begin(int, dict[str, int]).parallel(arms).commit()


def runs_of(workflow: Workflow[Any, Any], given: Any, expected: Any) -> Callable[[], Callable[[], Awaitable[Any]]]:
    """Return what makes the work of one whole run."""

    def make() -> Callable[[], Awaitable[Any]]:
        engine = Engine([workflow])

        async def once() -> None:
            run = await engine.workflow("work").create_run()
            result = await run.start(given)
            assert result.result == expected, result

        return once

    return make


def watched(workflow: Workflow[Any, Any]) -> Callable[[], Callable[[], Awaitable[Any]]]:
    """Return what makes the work of one whole run that somebody watches."""

    def make() -> Callable[[], Awaitable[Any]]:
        engine = Engine([workflow])

        async def once() -> None:
            seen: list[Any] = []
            run = await engine.workflow("work").create_run()
            run.watch(seen.append)
            await run.start(0)
            assert len(seen) == 2 * LENGTH + 3, len(seen)

        return once

    return make


def record(events: list[Any], path: Any, value: Any) -> Any:
    """Do a step in plain Python."""
    events.append({"type": "step-started", "path": path})
    result = INT.dump_python(INT.validate_python(INT.validate_python(value) + 1))
    events.append({"type": "step-succeeded", "path": path, "output": result})
    return result


def plain_chain(length: int) -> Callable[[], Any]:
    """Return a chain of so many steps in plain Python."""
    paths = [(f"s{number}",) for number in range(length)]

    def once() -> None:
        events: list[Any] = [{"type": "run-created"}, {"type": "run-started"}]
        value = 0
        for path in paths:
            value = record(events, path, value)
        events.append({"type": "run-succeeded", "result": value})
        assert value == length

    return once


def plain_loop() -> None:
    """Do the loop in plain Python."""
    events: list[Any] = []
    value, again = 0, True
    while again:
        value = record(events, ("body",), value)
        again = value < PASSES
        events.append({"type": "loop-decided", "again": again})
    assert value == PASSES


def plain_foreach() -> None:
    """Do the items in plain Python."""
    events: list[Any] = []
    items = INTS.validate_python(list(range(PASSES)))
    assert INTS.validate_python([record(events, ("body", at), item) for at, item in enumerate(items)])[-1] == PASSES


SEVERAL = 10
"""Whole runs in a go of those that are short."""


def several(make: Callable[[], Callable[[], Awaitable[Any]]]) -> Callable[[], Callable[[], Awaitable[Any]]]:
    """Return what makes the work of several goes."""

    def made() -> Callable[[], Awaitable[Any]]:
        once = make()

        async def go() -> None:
            for _ in range(SEVERAL):
                await once()

        return go

    return made


def plainly(once: Callable[[], Any], times: int = 1) -> Callable[[], Callable[[], Any]]:
    """Return what makes so many goes in plain Python."""

    def go() -> None:
        for _ in range(times):
            once()

    return lambda: go


def items(at_once: int = AT_ONCE) -> Workload:
    """Return the row of a foreach with so many items at once."""
    numbers = list(range(PASSES))
    return Workload(
        section="foreach",
        count=PASSES,
        ours=runs_of(foreach(at_once), numbers, [number + 1 for number in numbers]),
        against=plainly(plain_foreach),
    )


_CHAIN = runs_of(chain(LENGTH), 0, LENGTH)
_ARMS = {f"s{number}": 1 for number in range(LENGTH)}

WORKLOADS = (
    Workload(
        section="runs",
        count=SEVERAL,
        ours=several(runs_of(chain(3), 0, 3)),
        against=plainly(plain_chain(3), SEVERAL),
    ),
    Workload(section="chain", count=LENGTH, ours=_CHAIN, against=plainly(plain_chain(LENGTH))),
    Workload(
        section="fan-out",
        count=1,
        ours=runs_of(fan_out(), 0, _ARMS),
        against=plainly(plain_chain(LENGTH)),
        per_second=False,
    ),
    Workload(section="loop", count=PASSES, ours=runs_of(loop(), 0, PASSES), against=plainly(plain_loop)),
    items(),
    Workload(
        section="watched",
        count=LENGTH,
        ours=watched(chain(LENGTH)),
        against=_CHAIN,
        against_name="Stepyard, nobody watches",
    ),
    Workload(
        section="sync",
        count=LENGTH,
        ours=runs_of(chain(LENGTH, add_one_plainly), 0, LENGTH),
        against=plainly(plain_chain(LENGTH)),
    ),
    Workload(
        section="inline",
        count=LENGTH,
        ours=runs_of(chain(LENGTH, add_one_plainly, inline=True), 0, LENGTH),
        against=plainly(plain_chain(LENGTH)),
    ),
)
"""Every row, by the order of the table."""
