"""Rows that are asked for, what was skipped in one line, how far lists are, and what steps write."""

import re

from hypothesis import given
from hypothesis import strategies as st

from playground.history import History, Row, Window, gathered, matching, rows
from playground.history.step_output import LAST_VALUES, SHOWN, Stream
from playground.views.pattern_samples import (
    ANSWERED,
    BROKEN,
    ERROR,
    FINISHED,
    ORDER,
    Line,
    ended,
    events,
    flow,
    started,
    step,
)

EACH = flow("w", step("list"), {"type": "foreach", "id": "each", "concurrency": 2, "body": step("item")})


def shown(lines: tuple[Line, ...], window: Window) -> tuple[Row, ...]:
    """Return the rows of the sample that a window asks for."""
    return matching(rows(History(events("r", lines)), ORDER, window), window)


def test_failed_rows_stand_below_what_they_are_inside_of() -> None:
    """Whoever looks for failures sees where they are, and nothing else."""
    assert [row.title for row in shown(BROKEN, Window(show="failed"))] == ["checks", "check_fraud"]


def test_the_slow_steps_are_those_that_worked_longest() -> None:
    """An hour of waiting for a person is not slow work."""
    found = [row for row in shown(FINISHED, Window(show="slow")) if row.path]
    assert "pack[2]" in {row.path for row in found}
    assert "approve" not in {row.path for row in found[:3]}


def test_text_is_looked_for_in_names_and_notes() -> None:
    """Letters of either case are the same."""
    assert [row.path for row in shown(FINISHED, Window(text="LABEL")) if row.path] == ["shipping", "shipping.label"]


def test_what_was_skipped_is_one_line() -> None:
    """Neighbours join; each keeps its path."""
    found = gathered(rows(History(events("r", BROKEN)), ORDER))
    (skipped,) = (row for row in found if row.kind == "skipped")
    assert {"approve", "auto_approve", "charge_card"} <= {one.path for one in skipped.among}


@given(st.integers(1, 60), st.integers(0, 60))
def test_a_list_tells_how_far_it_is(total: int, begun: int) -> None:
    """Of how many comes from the value that the list is given."""
    begun = min(begun, total)
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {})]
    lines += [started(1, "list"), ended(2, "list", list(range(total)))]
    for item in range(begun):
        lines += [started(3 + item, f"item[{item}]"), ended(4 + item, f"item[{item}]")]
    lines += [started(99, f"item[{begun}]")] if begun < total else []
    (row,) = (row for row in rows(History(events("r", lines)), EACH) if row.kind == "foreach")
    assert row.tally is not None
    assert (row.tally.done, row.tally.total) == (begun, total)
    assert (row.tally.rate is None) == (begun < 2 or begun == total)
    if row.tally.rate:
        assert row.tally.left == (total - begun) / row.tally.rate


def test_an_item_of_several_steps_is_done_with_the_last_one() -> None:
    """A page that was fetched and is not parsed yet still runs."""
    body = {"type": "sequence", "id": "page", "steps": [step("fetch"), step("parse")]}
    graph = flow("w", {"type": "foreach", "id": "each", "concurrency": 2, "body": body})
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": [1, 2]}), (0, "run-started", "", {})]
    lines += [started(1, "fetch[0]"), ended(2, "fetch[0]"), started(2, "fetch[1]"), ended(3, "fetch[1]")]
    lines += [started(3, "parse[0]"), ended(4, "parse[0]")]
    (row,) = (row for row in rows(History(events("r", lines)), graph) if row.kind == "foreach")
    assert row.tally is not None
    assert (row.tally.done, row.tally.total, row.tally.others) == (1, 2, "1 running")


def test_the_failed_item_is_among_few_rows_of_many() -> None:
    """Second steps of items that are not shown have no rows either."""
    body = {"type": "sequence", "id": "page", "steps": [step("fetch"), step("parse")]}
    graph = flow("w", {"type": "foreach", "id": "each", "concurrency": 2, "body": body})
    lines: list[Line] = [(0, "run-created", "", {"workflow_id": "w", "input": []}), (0, "run-started", "", {})]
    for item in range(300):
        lines += [started(1, f"fetch[{item}]"), ended(2, f"fetch[{item}]"), started(2, f"parse[{item}]")]
        lines += [(3, "step-failed", "parse[216]", {"error": ERROR})] if item == 216 else [ended(3, f"parse[{item}]")]
    found = rows(History(events("r", lines)), graph)
    assert len(found) < 40
    assert any(row.path == "parse[216]" and row.status == "failed" for row in found)


def test_one_pass_of_a_loop_can_be_looked_at() -> None:
    """All passes are told of, and the rows are those of the chosen one."""
    found = rows(History(events("r", ANSWERED)), ORDER, Window(loop="/until_paid", number=1))
    (loop,) = (row for row in found if row.kind == "loop")
    assert [(one.number, one.status, one.chosen) for one in loop.passes] == [
        (1, "success", True),
        (2, "success", False),
    ]
    assert [row.iteration for row in found if row.path == "charge_card"] == [1]


@given(st.lists(st.one_of(st.text(max_size=400), st.integers())))
def test_what_is_written_is_joined(chunks: list[str | int]) -> None:
    """Text is one text, of which the row has the end while it grows and the beginning afterwards."""
    stream = Stream()
    for chunk in chunks:
        stream.add(chunk)
    text = "".join(chunk for chunk in chunks if isinstance(chunk, str))
    values = [chunk for chunk in chunks if not isinstance(chunk, str)]
    assert stream.text == text
    growing, still = stream.written(growing=True), stream.written(growing=False)
    if not text and not values:
        assert growing is still is None
        return
    assert growing is not None
    assert still is not None
    assert growing.text == in_short(text[-SHOWN:])
    assert still.text == in_short(text[:SHOWN])
    assert growing.length == still.length == len(text)
    assert (growing.values, growing.last) == (len(values), tuple(values[-LAST_VALUES:]))


def in_short(text: str) -> str:
    """Return a text without empty lines."""
    return re.sub(r"\n{2,}", "\n", text).strip("\n")
