"""How often nodes ran: in the graph all passes and items count, or those of the chosen pass."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.history import History, Window, counts, rows
from playground.history.counts import Count
from playground.runpage.view import changes, run_view
from playground.views.pattern_samples import BEGIN, Line, events, flow, started, step
from tests.history.test_long_lists import EACH, LENGTHS, WIDE, each

ROUNDS = flow(
    "w",
    {
        "type": "loop",
        "id": "rounds",
        "kind": "dountil",
        "condition": "done",
        "body": {"type": "sequence", "id": "turn", "steps": [step("think"), step("act")]},
    },
)
ERROR: dict[str, Any] = {"error": {"type": "E", "message": "m"}}


def rounds(*statuses: str) -> History:
    """Return a run whose loop went round as often as there are statuses; they are those of ``act``."""
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {})]
    for number, status in enumerate(statuses, 1):
        lines += [started(number, "think"), (number, "step-succeeded", "think", {"output": number})]
        lines.append(started(number, "act"))
        end: Line = (number, "step-succeeded", "act", {"output": number})
        lines += [(number, "step-failed", "act", ERROR) if status == "failed" else end]
        again = number < len(statuses)
        lines.append(
            (number, "loop-decided", "rounds", {"iteration": number, "again": again, "steps": ["think", "act"]})
        )
    return History(events("r", lines))


def test_all_passes_count_until_one_is_chosen() -> None:
    """The worst of all stands in the graph, and what the chosen pass did when one is chosen."""
    history = rounds("success", "failed", "success")
    found = counts(history, ROUNDS, Window())
    assert {node: (count.text, count.words) for node, count in found.items()} == {
        "think": ("× 3", "3 success"),
        "act": ("1 of 3", "2 success, 1 failed"),
    }
    whole, second, third = (
        run_view(history, ROUNDS, now=BEGIN, window=window)
        for window in (Window(), Window(loop="/rounds", number=2), Window(loop="/rounds", number=3))
    )
    assert (whole.marks["act"], whole.links["act"]) == ("failed", "act*2")
    assert (second.marks["act"], second.links["act"], second.counts) == ("failed", "act*2", {})
    assert (third.marks["act"], third.links["act"], third.counts) == ("success", "act*3", {})


@pytest.mark.parametrize("loop", ["", "/", "rounds", "/nothing", "a.b/rounds", "[/rounds", "/rounds[x"])
def test_a_loop_that_is_not_there_chooses_nothing(loop: str) -> None:
    """Whatever the address says."""
    assert counts(rounds("success", "success"), ROUNDS, Window(loop=loop, number=1))["act"].text == "× 2"


@given(LENGTHS, st.sets(st.integers(0, 29)), st.integers(1, 9))
def test_items_without_rows_count_too(lengths: list[int], failed: set[int], shown: int) -> None:
    """How much of a list is shown changes nothing of what the graph says."""
    history = each(lengths, failed)
    assert counts(history, EACH, Window(shown=shown)) == counts(history, EACH, Window(shown=WIDE))
    bad = len([item for item in failed if item < len(lengths)])
    marked = run_view(history, EACH, now=BEGIN, window=Window(shown=shown)).marks["item"]
    assert marked == ("failed" if bad else "success")


def test_what_fails_comes_to_the_top_of_a_long_list() -> None:
    """Before it is the first items; a page that shows it already is told the new order."""
    before, after = each([1] * 60, set()), each([1] * 60, {2})
    old, new = (run_view(one, EACH, now=BEGIN, window=Window(shown=20)) for one in (before, after))
    assert [row.index for row in rows(after, EACH, Window(shown=20)) if row.kind == "step"] == [2, 0, 1, 3]
    assert changes(old, new).order == tuple(line.id for line in new.lines)
    assert changes(new, new).order == ()


def test_failed_items_are_read_in_pages() -> None:
    """Of twenty thousand items the failed ones alone, from any one of them on."""
    history = each([1] * 200, set(range(0, 200, 2)))
    page = Window(shown=20, show="failed", focus="item", start=50)
    shown = [row.index for row in rows(history, EACH, page) if row.kind == "step"]
    assert shown == list(range(50, 90, 2))
    more = [row.shows for row in rows(history, EACH, page) if row.kind == "more"]
    assert more == ["show items 10 to 48", "show items 90 to 128"]


def test_a_nested_workflow_waits_with_what_is_inside() -> None:
    """In the passes of a loop, too."""
    inner = {"type": "workflow", "id": "inner", "workflow": flow("inner", step("ask"))}
    graph = flow("w", {"type": "foreach", "id": "each", "concurrency": 2, "body": inner})
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {})]
    for item in (0, 1):
        lines += [started(1, f"inner[{item}]", kind="workflow"), started(1, f"inner[{item}].ask")]
        lines.append((1, "step-suspended", f"inner[{item}].ask", {"payload": None, "label": None, "call": 1}))
    assert counts(History(events("r", lines)), graph, Window())["inner"].status == "suspended"


def test_the_worst_is_told() -> None:
    """Of many statuses the one that most needs to be looked at."""
    assert Count({"success": 1000, "running": 20}).text == "20 of 1,020"
    assert Count({"failed": 2}).text == "× 2"
