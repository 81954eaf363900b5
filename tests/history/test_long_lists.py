"""Long lists: what is left out counts as if it were shown, and each link shows what it says."""

import re

from hypothesis import given
from hypothesis import strategies as st

from playground.history import History, Row, Window, rows
from playground.views.pattern_samples import BEGIN, Line, events, flow, started, step

EACH = flow("w", {"type": "foreach", "id": "each", "concurrency": 2, "body": step("item")})
LOOP = flow("w", {"type": "loop", "id": "rounds", "kind": "dountil", "condition": "done", "body": step("item")})
WIDE = 10**6
"""More than any of the lists here has."""


def each(lengths: list[int], failed: set[int]) -> History:
    """Return a run whose items took some seconds, one after the other."""
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {})]
    at = 0.0
    for index, length in enumerate(lengths):
        lines.append(started(at, f"item[{index}]"))
        at += length
        if index in failed:
            lines.append((at, "step-failed", f"item[{index}]", {"error": {"type": "E", "message": "m"}}))
        else:
            lines.append((at, "step-succeeded", f"item[{index}]", {"output": index}))
    return History(events("r", lines))


def loop(lengths: list[int]) -> History:
    """Return a run whose loop went round some times."""
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {})]
    at = 0.0
    for number, length in enumerate(lengths, 1):
        lines.append(started(at, "item"))
        at += length
        lines.append((at, "step-succeeded", "item", {"output": number}))
        again = number < len(lengths)
        lines.append((at, "loop-decided", "rounds", {"iteration": number, "again": again, "steps": ["item"]}))
    return History(events("r", lines))


def group(history: History, graph: dict[str, object], window: Window) -> tuple[object, ...]:
    """Return what the row of the list says."""
    row = next(row for row in rows(history, graph, window) if row.kind in ("foreach", "loop"))
    return (row.status, row.started_at, row.ended_at, row.note)


LENGTHS = st.lists(st.integers(1, 5), min_size=1, max_size=30)


@given(LENGTHS, st.sets(st.integers(0, 29)), st.integers(1, 9), st.integers(-1, 29))
def test_how_much_is_shown_changes_nothing_of_what_a_list_says(
    lengths: list[int], failed: set[int], shown: int, start: int
) -> None:
    """Status, duration and count are those of all items, whichever part is on the page."""
    history = each(lengths, failed)
    focus = {} if start < 0 else {"focus": "item", "start": start}
    assert group(history, EACH, Window(shown=shown, **focus)) == group(history, EACH, Window(shown=WIDE))


@given(LENGTHS, st.integers(1, 9))
def test_how_much_is_shown_changes_nothing_of_what_a_loop_says(lengths: list[int], shown: int) -> None:
    """A loop lasts from its first pass on, also when that has no row any more."""
    history = loop(lengths)
    assert group(history, LOOP, Window(shown=shown)) == group(history, LOOP, Window(shown=WIDE))


def test_a_list_of_sixty_items_lasts_for_all_of_them() -> None:
    """The first ones alone are no measure."""
    found = next(row for row in rows(each([1] * 60, set()), EACH, Window(shown=20)) if row.kind == "foreach")
    assert found.ended_at is not None
    assert (found.ended_at - BEGIN).total_seconds() == 60


@given(LENGTHS, st.sets(st.integers(0, 29)), st.integers(1, 9))
def test_each_link_shows_the_items_that_it_names(lengths: list[int], failed: set[int], shown: int) -> None:
    """From part to part every item can be reached, and no link leads to what is shown already."""
    history = each(lengths, failed)
    waiting, met, reached = [Window(shown=shown)], set(), set()
    while waiting:
        window = waiting.pop()
        found = rows(history, EACH, window)
        here = [row.index for row in found if row.path.startswith("item[") and row.kind == "step"]
        reached |= set(here)
        for row in (row for row in found if row.kind == "more"):
            there = Window(shown=shown, focus=row.path, start=row.start)
            assert named(row) == items(rows(history, EACH, there))
            assert set(named(row)) != set(here)
            if there not in met:
                met.add(there)
                waiting.append(there)
    assert reached == set(range(len(lengths)))


def named(row: Row) -> list[int]:
    """Return the items that a link names."""
    ends = [int(number) for number in re.findall(r"\d+", row.shows)]
    return list(range(ends[0], ends[-1] + 1))


def items(found: tuple[Row, ...]) -> list[int | None]:
    """Return the items that have a row."""
    return [row.index for row in found if row.path.startswith("item[") and row.kind == "step"]
