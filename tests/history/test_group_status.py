"""What holds steps of which all that is open waits, waits too."""

from typing import Any

import pytest

from engine import Engine, MemoryStore, create_step, sequence
from engine.journal.step_state import OPEN
from engine.testing import FakeClock
from playground.diagram import marks
from playground.history import History, as_text, rows, together
from playground.history.counts import counts
from playground.history.row import Row, Window
from tests.engine.contract.tiny import ask, begin, fail

other = create_step(id="other", execute=lambda data: data)

CONTAINERS: dict[str, Any] = {
    "workflow": lambda flow, body: flow.then(body),
    "sequence": lambda flow, body: flow.parallel([sequence(other, body)]),
    "parallel": lambda flow, body: flow.parallel([body, other]),
    "race": lambda flow, body: flow.race([body, fail]),
    "attempt": lambda flow, body: flow.attempt(body, otherwise=other),
    "handler": lambda flow, body: flow.attempt(fail, otherwise=body),
    "branch": lambda flow, body: flow.branch([(lambda data: True, body), (lambda data: False, other)]),
    "dountil": lambda flow, body: flow.dountil(body, lambda data: True),
    "dowhile": lambda flow, body: flow.dowhile(sequence(other, body), lambda data: False),
    "foreach": lambda flow, body: flow.map(lambda data: [1, 2, 3], id="list").foreach(body, concurrency=2),
    "one by one": lambda flow, body: flow.map(lambda data: [1, 2, 3], id="list").foreach(sequence(other, body)),
    "event": lambda flow, body: flow.wait_for_event("go", timeout=0, otherwise=body),
}
"""Ways to hold a body in a workflow."""


async def history_of(workflow: Any) -> History:
    """Run a workflow as far as it goes."""
    store = MemoryStore()
    run = await Engine([workflow], store=store, clock=FakeClock()).workflow(workflow.id).create_run()
    await run.start(1)
    return History(await store.read(run.run_id))


def open_rows(found: tuple[Row, ...]) -> dict[str, str]:
    """Return how the rows stand that have not ended, and the passes and items that they tell of."""
    stands = {row.key: row.status for row in found if row.status in OPEN}
    stands |= {f"{row.key} pass {one.number}": one.status for row in found for one in row.passes if one.status in OPEN}
    tallies = [(row.key, status) for row in found if row.tally for status, _ in row.tally.counts if status in OPEN]
    return stands | {f"{key} items {status}": status for key, status in tallies}


@pytest.mark.parametrize("inner", ["workflow", "parallel", "attempt", "dountil", "foreach", "event"])
@pytest.mark.parametrize("outer", CONTAINERS)
async def test_what_holds_only_questions_is_suspended(outer: str, inner: str) -> None:
    """In the journal, the graph, the counts beside its nodes and the text of the run, however deep it lies."""
    question = CONTAINERS[inner](begin("deep"), ask).commit()
    middle = begin("middle").then(question).commit()
    workflow = CONTAINERS[outer](begin(), middle).commit()
    history = await history_of(workflow)
    assert history.run.status == "suspended"
    found = rows(history, workflow.graph)
    assert len(open_rows(found)) >= 3
    assert set(open_rows(found).values()) == {"suspended"}, open_rows(found)
    assert set(marks(found, together).values()).isdisjoint({"running", "waiting"})
    counted = {one.status for one in counts(history, workflow.graph, Window()).values()}
    assert counted.isdisjoint({"running", "waiting"})
    assert " running" not in as_text(history, found, now=FakeClock().now())
