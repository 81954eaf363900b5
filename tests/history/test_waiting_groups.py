"""Whatever stands around nested workflows that wait says that it waits."""

from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, Workflow, create_step, create_workflow, sequence
from playground.history import History, Window, rows


def ask(data: Any, ctx: Context) -> Any:
    """Ask somebody."""
    return ctx.suspend("Well?")


def begin(id: str) -> Any:
    """Begin a workflow that takes anything."""
    return create_workflow(id=id, input_schema=None, output_schema=None)


FIRST, ASK, FAIL = (
    create_step(id="first", execute=lambda data: data),
    create_step(id="ask", execute=ask),
    create_step(id="fail", execute=lambda data: 1 / 0),
)
TURN = begin("turn").then(FIRST).then(ASK).commit()
OUTER = begin("outer").then(TURN).commit()

FLOWS: dict[str, Workflow[Any, Any]] = {
    name: made(begin("w")).commit()
    for name, made in {
        "nested": lambda flow: flow.then(OUTER),
        "loop": lambda flow: flow.dowhile(OUTER, lambda data: True),
        "loop of a sequence": lambda flow: flow.dountil(sequence(TURN, FIRST), lambda data: True),
        "list": lambda flow: flow.foreach(OUTER, concurrency=200),
        "list of a sequence": lambda flow: flow.foreach(sequence(TURN, FIRST), concurrency=200),
        "list in a loop": lambda flow: flow.dountil(begin("lists").foreach(TURN).commit(), lambda data: True),
        "arms": lambda flow: flow.parallel([OUTER, ASK]),
        "branch": lambda flow: flow.branch([(lambda data: True, OUTER)]),
        "race": lambda flow: flow.race([OUTER, FAIL]),
        "attempt": lambda flow: flow.attempt(OUTER, otherwise=FIRST),
        "handler": lambda flow: flow.attempt(FAIL, otherwise=OUTER),
    }.items()
}


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("items", [1, 120])
@pytest.mark.parametrize("chosen", ["", "/dountil-1", "/dowhile-1"])
async def test_what_stands_around_a_wait_waits(name: str, items: int, chosen: str) -> None:
    """Loops, passes, lists, items that are not shown, arms and nested workflows; nothing of such a run is running."""
    store = MemoryStore()
    flow = FLOWS[name]
    run = await Engine([flow], store=store).workflow("w").create_run()
    assert (await run.start(list(range(items)))).status == "suspended"
    window = Window(loop=chosen, number=1) if chosen else Window()
    found = rows(History(await store.read(run.run_id)), flow.graph, window)
    assert {row.status for row in found if row.kind != "more"} <= {"suspended", "success", "failed", "pending"}
    assert "suspended" in {row.status for row in found}
    assert {one.status for row in found for one in row.passes} <= {"suspended"}
    assert {status for row in found if row.tally for status, _ in row.tally.counts} <= {"suspended"}
