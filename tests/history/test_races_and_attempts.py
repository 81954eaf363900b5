"""What the journal and the graph show of races, and of failures that are caught."""

from typing import Any

import pytest

from engine import Engine, MemoryStore, create_step, sequence
from engine.testing import FakeClock
from playground.diagram import strip, svg
from playground.graph.nodes import GraphCatch, GraphRace
from playground.graph.tree import read_tree
from playground.history import History, Row, gathered, rows
from tests.engine.contract.tiny import add_one, ask, asking, begin, double, fail


async def rows_of(workflow: Any, data: Any) -> dict[str, Row]:
    """Run a workflow and return the rows of its journal, by key."""
    store = MemoryStore()
    run = await Engine([workflow], store=store, clock=FakeClock()).workflow(workflow.id).create_run()
    await run.start(data)
    found = rows(History(await store.read(run.run_id)), workflow.graph)
    return {row.key: row for row in found}


def racing() -> Any:
    """Return a race between a quick arm, one that fails, and one that asks."""
    return begin().race([ask, fail, add_one]).commit()


def guarded(body: Any) -> Any:
    """Return a workflow that catches the failure of its body."""
    return begin().attempt(body, otherwise=begin(id="mend").map(lambda failure: 0, id="none").commit()).commit()


async def test_a_race_is_what_its_winner_is() -> None:
    """A loser's failure is none of the race's; the row names who won."""
    found = await rows_of(racing(), 1)
    race = found["/race-1"]
    assert (race.kind, race.status, race.note) == ("race", "success", "add_one won")
    assert [found[arm].status for arm in ("ask", "fail", "add_one")] == ["canceled", "failed", "success"]


async def test_a_race_that_goes_on_says_so() -> None:
    """Before the decision it is what its arms are."""
    race = (await rows_of(begin().race([ask, fail]).commit(), 1))["/race-1"]
    assert (race.status, race.note) == ("suspended", "2 arms, the first wins")


@pytest.mark.parametrize(("body", "status", "handler"), [(double, "success", "skipped"), (fail, "success", "success")])
async def test_an_attempt_is_what_goes_on(body: Any, status: str, handler: str) -> None:
    """A failure that was caught is seen at its step, not around it."""
    found = await rows_of(guarded(body), 1)
    assert (found["/attempt-1"].kind, found["/attempt-1"].status) == ("catch", status)
    assert (found["mend"].status, found["mend.none"].status) == (handler, handler)


async def test_a_list_has_no_line_for_each_handler_that_is_not_needed() -> None:
    """An item that went well is not said to have skipped something; one whose failure was caught shows what ran."""
    each = guarded(sequence(create_step(id="check", execute=_no_three)))
    workflow = begin().map(lambda data: [1, 3], id="list").foreach(each).commit()
    shown = gathered(tuple((await rows_of(workflow, 1)).values()))
    assert [row.key for row in shown if row.kind == "skipped"] == []
    assert [row.key for row in shown if row.key.endswith(".mend")] == ["tiny[1].mend"]


def _no_three(item: int) -> int:
    if item == 3:
        raise ValueError("three")
    return item


async def test_a_failure_that_is_not_caught_is_one_of_the_attempt() -> None:
    """As of any other group."""
    found = await rows_of(begin().attempt(fail, otherwise=asking("mend"), on="KeyError").commit(), 1)
    attempt = found["/attempt-1"]
    assert (attempt.status, attempt.note, found["mend"].status) == ("failed", "catches KeyError", "skipped")


def test_both_are_nodes_of_the_tree() -> None:
    """With what their readers need."""
    race, attempt = (
        *read_tree(racing().graph).nodes,
        *read_tree(begin().attempt(fail, otherwise=asking("mend"), on=("KeyError", OSError)).commit().graph).nodes,
    )
    assert isinstance(race, GraphRace)
    assert [node.id for node in race.inner] == ["ask", "fail", "add_one"]
    assert isinstance(attempt, GraphCatch)
    assert ([node.id for node in attempt.inner], attempt.on) == (["fail", "mend"], ("KeyError", "OSError"))


@pytest.mark.parametrize("width", [200, 350, 900])
def test_both_are_drawn(width: float) -> None:
    """With every step inside, and the errors that are caught."""
    picture = svg(racing().graph, width=width, marks={}, icons="/i.svg")
    assert all(f'data-node="{arm}"' in picture for arm in ("ask", "fail", "add_one"))
    graph = begin().attempt(fail, otherwise=asking("mend"), on="KeyError").commit().graph
    picture = svg(graph, width=width, marks={}, icons="/i.svg")
    assert 'data-node="mend"' in picture
    assert "on KeyError" in picture
    assert strip(graph).count("<circle") == 2
