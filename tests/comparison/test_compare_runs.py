"""Two runs beside each other: aligned over loops, items, nested workflows and forks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, MemoryStore, Workflow, create_workflow, step
from engine.journal.fold import fold
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from engine.testing import FakeClock
from playground.comparison.compare_runs import Comparison, Recording, compare
from tests.laws.trees import Plan, World, answer_to, build, plans


@step
def double(n: int) -> int:
    """Double a number, but not 13."""
    if n == 13:
        raise ValueError("13 is unlucky")
    return 2 * n


@step
def add(n: int) -> int:
    """Add 1."""
    return n + 1


inner = create_workflow(id="inner", input_schema=int, output_schema=int).then(add).then(double).commit()


async def ran(workflow: Workflow[Any, Any], value: Any) -> RunState:
    """Return the fold of a run."""
    engine = Engine([workflow], clock=FakeClock())
    run = await engine.workflow(workflow.id).create_run()
    await run.start(value)
    return fold(await engine.store.read(run.run_id))


def held(a: RunState, b: RunState) -> Comparison:
    """Compare two runs."""
    return compare(Recording(run=a), Recording(run=b))


def differing(found: Comparison) -> list[tuple[str, tuple[int, ...]]]:
    """Return where steps differ."""
    return [(pair.written, pair.passes) for pair in found.pairs if pair.differs]


async def test_passes_of_a_loop_are_aligned() -> None:
    """What one run has more passes of stands behind those that both have."""
    loop = create_workflow(id="loop", input_schema=int, output_schema=int)
    flow = loop.dountil(inner, lambda n, ctx: n > 40, max_iterations=9).commit()
    a, b = await ran(flow, 6), await ran(flow, 1)
    found = held(a, b)
    keys = [(pair.written, pair.passes, pair.status) for pair in found.pairs if pair.written == "inner.add"]
    assert keys == [
        ("inner.add", (1,), ("success", "success")),
        ("inner.add", (2,), ("success", "success")),
        ("inner.add", (3,), ("success", "success")),
        ("inner.add", (4,), (None, "success")),
    ]
    assert found.first is not None
    assert (found.first.written, found.first.passes) == ("inner.add", (1,))
    assert found.first.input == [{"op": "replace", "path": "", "value": 1, "was": 6}]


async def test_items_are_aligned_by_their_place() -> None:
    """One item that differs is the only one, and the innermost step in it is the first."""
    flow = (
        create_workflow(id="items", input_schema=list[int], output_schema=None).foreach(inner, concurrency=3).commit()
    )
    found = held(await ran(flow, [1, 2, 3]), await ran(flow, [1, 12, 3]))
    assert differing(found) == [("inner[1]", ()), ("inner[1].add", ()), ("inner[1].double", ())]
    assert found.first is not None
    assert found.first.written == "inner[1].add"
    assert found.input == [{"op": "replace", "path": "/1", "value": 12, "was": 2}]
    (failed,) = [pair for pair in found.pairs if pair.written == "inner[1].double"]
    assert (failed.status, failed.error) == (("success", "failed"), (None, "13 is unlucky"))
    assert found.status == ("success", "failed")


async def test_a_fork_differs_from_where_it_begins() -> None:
    """What it shares with its parent does not differ."""
    flow = create_workflow(id="flow", input_schema=int, output_schema=int).then(add).then(double).commit()
    engine = Engine([flow], clock=FakeClock())
    run = await engine.workflow("flow").create_run()
    await run.start(1)
    fork = await run.fork("double", input_data=7)
    await fork.start()
    a, b = [fold(await engine.store.read(one.run_id)) for one in (run, fork)]
    found = held(a, b)
    assert differing(found) == [("double", ())]
    assert found.result == [{"op": "replace", "path": "", "value": 14, "was": 4}]


async def test_other_code_is_aligned_where_it_is_the_same() -> None:
    """Steps that only one version has stand where they ran, without a counterpart."""
    start = create_workflow(id="flow", input_schema=int, output_schema=int)
    one, other = start.then(add).then(double).commit(), start.then(double).then(add).then(inner).commit()
    found = held(await ran(one, 1), await ran(other, 1))
    status = {pair.written: pair.status for pair in found.pairs}
    assert status["inner.add"] == (None, "success")
    assert [pair.written for pair in found.pairs] == ["add", "inner", "inner.add", "inner.double", "double"]


async def test_secrets_are_masked_before_values_are_compared() -> None:
    """What is shown of a value is the only thing that operations hold."""
    flow = create_workflow(id="flow", input_schema=int, output_schema=int).then(add).commit()
    a, b = await ran(flow, 1), await ran(flow, 2)

    def shown(path: Path, part: str, value: Any) -> Any:
        return "***"

    found = compare(Recording(run=a, shown=shown), Recording(run=b, shown=shown))
    assert (found.input, found.result, [pair.output for pair in found.pairs]) == ([], [], [[]])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(plan=plans(failing=True), data=st.lists(st.integers(0, 20), min_size=2, max_size=2))
async def test_what_two_runs_have_is_found(plan: Plan, data: list[int]) -> None:
    """A run does not differ from itself; of two, each step stands there once, and both sides name the same."""
    runs = [await played(plan, value) for value in data]
    assert not held(runs[0], runs[0]).differs
    found, back = held(*runs), held(*reversed(runs))
    places = [(pair.path, pair.iterations) for pair in found.pairs]
    begun = {(one.path, one.iteration) for run in runs for one in run.steps()}
    assert len(places) == len(set(places))
    assert {path for path, _ in begun} <= {path for path, _ in places}
    assert set(differing(found)) == set(differing(back))
    assert found.differs == back.differs


async def played(plan: Plan, value: int) -> RunState:
    """Return a run of a random workflow that was answered to its end."""
    clock, store = FakeClock(), MemoryStore()
    engine = Engine([build(plan, World())], store=store, clock=clock)
    run = await engine.workflow("main").create_run()
    result = await run.start(value)
    while result.status == "suspended":
        path = result.suspended[0]
        result = await run.resume(path, answer_to(result.steps[format_path(path)].suspend_payload))
    return fold(await store.read(run.run_id))


def long_run(steps: int, *, result: int) -> RunState:
    """Return a run with many steps, each of which has values of its own."""
    run = RunState(run_id="r", workflow_id="w", status="success")
    start = datetime(2030, 1, 1, tzinfo=UTC)
    for number in range(steps):
        value = {"n": number, "items": list(range(10)), "result": result}
        path = (f"step-{number}",)
        run.root.children[path[0]] = StepState(
            path, status="success", input=value, output=value, started_at=start, ended_at=start + timedelta(seconds=1)
        )
    return run


def test_long_runs_are_compared() -> None:
    """Each of 10,000 steps differs, and each is found."""
    found = held(long_run(10_000, result=1), long_run(10_000, result=2))
    assert sum(pair.differs for pair in found.pairs) == 10_000


@pytest.mark.parametrize(("other", "calls"), [(1, 0), (2, 40_000)])
def test_what_does_not_differ_costs_nothing(other: int, calls: int) -> None:
    """Values are made ready to be shown only where they differ, and then once each: input and output, on both sides."""
    seen: list[Path] = []

    def shown(path: Path, part: str, value: Any) -> Any:
        seen.append(path)
        return value

    one, two = long_run(10_000, result=1), long_run(10_000, result=other)
    found = compare(Recording(run=one, shown=shown), Recording(run=two, shown=shown))
    assert (len(found.pairs), len(seen)) == (10_000, calls)


def test_other_code_is_told_where_both_are_known() -> None:
    """A step has other code when both sources are known and differ; it differs in nothing else for that."""
    run = long_run(3, result=1)
    known = {"step-0": "a", "step-1": "b"}
    one = Recording(run=run, source=lambda step: known.get(str(step.path[0])))
    two = Recording(run=run, source=lambda step: "b")
    found = compare(one, two)
    assert [pair.recoded for pair in found.pairs] == [True, False, False]
    assert not found.differs
