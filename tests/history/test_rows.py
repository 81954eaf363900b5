"""The rows of a journal: graph and events joined."""

from datetime import timedelta

import pytest

from engine.errors import InvalidDefault, InvalidOutput, Issue
from engine.failure import describe
from playground.history import History, Row, Window, failure, rows
from playground.history.detail import elapsed
from playground.runpage.view import run_view
from playground.views.pattern_samples import (
    ANSWERED,
    BEGIN,
    ERROR,
    FINISHED,
    OPENING,
    ORDER,
    Graph,
    Line,
    ended,
    events,
    flow,
    started,
    step,
)


def rows_of(lines: tuple[Line, ...] | list[Line], graph: Graph | None, window: Window | None = None) -> tuple[Row, ...]:
    """Return the rows of a made-up run."""
    return rows(History(events("r", lines)), graph, window)


def statuses(found: tuple[Row, ...]) -> dict[str, str]:
    """Return the status of each path."""
    return {row.path: row.status for row in found if row.path}


def created(*more: Line) -> list[Line]:
    """Return a run that has begun."""
    return [(0, "run-created", "", {"workflow_id": "w", "input": 1}), (0, "run-started", "", {}), *more]


def test_steps_that_have_not_begun_are_pending_rows() -> None:
    """The rows show what is still to come, from the graph."""
    found = rows_of(created(), flow("w", step("a"), step("b")))
    assert statuses(found) == {"a": "pending", "b": "pending"}


def test_steps_never_reached_are_skipped_when_the_run_is_over() -> None:
    """A run that ended leaves nothing pending."""
    lines = created(started(1, "a"), (2, "step-failed", "a", {"error": ERROR}), (2, "run-failed", "", {"error": ERROR}))
    assert statuses(rows_of(lines, flow("w", step("a"), step("b")))) == {"a": "failed", "b": "skipped"}


def test_arms_that_a_branch_did_not_take_are_skipped() -> None:
    """A decision shows at once which arms will not run."""
    found = statuses(rows_of(OPENING, ORDER))
    assert found["approve"] == "suspended"
    assert found["auto_approve"] == "skipped"


def test_each_iteration_of_a_loop_is_a_row_with_its_number() -> None:
    """A loop's rows tell which time the body ran."""
    found = [row for row in rows_of(FINISHED, ORDER) if row.path == "charge_card"]
    assert [(row.iteration, row.status) for row in found] == [(1, "success"), (2, "success")]
    assert len({row.key for row in found}) == 2


def test_items_of_a_foreach_are_rows_with_their_index() -> None:
    """Each item has its own path, as a resume takes it."""
    found = [row for row in rows_of(ANSWERED, ORDER) if row.path.startswith("pack")]
    assert [row.path for row in found] == ["pack[0]", "pack[1]", "pack[2]"]
    assert [row.index for row in found] == [0, 1, 2]


def test_steps_of_a_nested_workflow_stand_below_it() -> None:
    """Nesting is indentation, and the path names the outer workflow."""
    found = {row.path: row.depth for row in rows_of(FINISHED, ORDER) if row.path}
    assert found["shipping.label"] == found["shipping"] + 1


def test_a_retried_step_has_its_attempts_inside() -> None:
    """What failed before the success stays readable, and does not push the rows apart."""
    found = [one for row in rows_of(OPENING, ORDER) for one in row.tries]
    assert [(row.title, row.status) for row in found] == [("Attempt 1", "failed"), ("Attempt 2", "success")]
    assert found[0].note == ERROR["message"]


def test_long_lists_are_summed_up_but_what_needs_attention_is_shown() -> None:
    """A thousand items do not bury the one that failed."""
    lines = created()
    for item in range(1000):
        lines += [started(1, f"pack[{item}]"), ended(2, f"pack[{item}]")]
    lines[-101] = (2, "step-failed", "pack[949]", {"error": ERROR})
    graph = flow("w", {"type": "foreach", "id": "each", "concurrency": 1, "body": step("pack")})
    found = rows_of(lines, graph)
    assert len(found) < 300
    assert any(row.path == "pack[949]" and row.status == "failed" for row in found)
    assert any(row.kind == "more" and "success" in row.note for row in found)


def test_a_page_of_a_long_list_can_be_asked_for() -> None:
    """What is summed up can be read item by item."""
    lines = created(*(started(1, f"pack[{item}]") for item in range(500)))
    graph = flow("w", {"type": "foreach", "id": "each", "concurrency": 1, "body": step("pack")})
    found = rows_of(lines, graph, Window(focus="pack", start=300, shown=50))
    assert [row.index for row in found if row.path.startswith("pack[")] == list(range(300, 350))


def test_a_run_of_unknown_code_still_has_its_rows() -> None:
    """Without a graph the events alone make the journal."""
    found = rows_of(FINISHED, None)
    assert {"load_order", "shipping.label", "pack[2]"} <= set(statuses(found))


def test_a_recorded_step_that_left_the_code_is_still_shown() -> None:
    """Old journals stay whole under new graphs."""
    found = statuses(rows_of(created(started(1, "old"), ended(2, "old")), flow("w", step("new"))))
    assert found == {"new": "pending", "old": "success"}


def test_keys_are_unique_and_the_same_at_every_reading() -> None:
    """Page and socket can name a row."""
    first = [row.key for row in rows_of(FINISHED, ORDER)]
    assert len(first) == len(set(first))
    early = [row.key for row in rows_of(FINISHED[:12], ORDER)]
    assert set(early) - {key for key in early if "~" in key} <= set(first) | {"pack"}


def test_an_interrupted_attempt_says_why() -> None:
    """A worker that died, or gave the step back, is visible in the journal; nobody canceled it."""
    lines = created(started(1, "a"))
    for number, (reason, lost) in enumerate([("killed by SIGKILL", 1), ("by reload", 0)], 2):
        payload = {"reason": reason, "interrupted": [["a"]], "lost": lost}
        lines += [(number * 2, "run-recovered", "", payload), started(number * 2, "a", number)]
    found = [one for row in rows_of(lines, flow("w", step("a"))) for one in row.tries]
    assert [(row.status, row.word, row.note) for row in found] == [
        ("failed", "interrupted", "worker lost: killed by SIGKILL"),
        ("canceled", "interrupted", "by reload"),
        ("running", "", ""),
    ]


def test_a_nested_workflow_waits_while_all_that_is_open_in_it_waits() -> None:
    """The row of the outer step says what its inner one says, as the row of a group does."""
    inner = {"type": "workflow", "id": "inner", "workflow": flow("inner", step("ask"), step("after"))}
    lines = created(started(1, "inner", kind="workflow"), started(1, "inner.ask"))
    assert statuses(rows_of(lines, flow("w", inner)))["inner"] == "running"
    lines += [(2, "step-suspended", "inner.ask", {"payload": None, "call": 1})]
    assert statuses(rows_of(lines, flow("w", inner)))["inner"] == "suspended"


def test_a_step_waits_between_its_attempts() -> None:
    """A pause before the next try is no work."""
    failed = {"attempt": 1, "error": ERROR, "next_at": (BEGIN + timedelta(seconds=9)).isoformat()}
    lines = created(started(1, "a"), (2, "step-attempt-failed", "a", failed))
    (row,) = rows_of(lines, flow("w", step("a")))
    assert (row.status, row.retry_at) == ("waiting", BEGIN + timedelta(seconds=9))
    assert row.note == ERROR["message"]
    lines += [started(9, "a", 2)]
    assert statuses(rows_of(lines, flow("w", step("a"))))["a"] == "running"


def test_the_time_between_shared_history_and_fork_is_left_out() -> None:
    """What a fork shares ends where the fork begins, though it happened long before."""
    inner = {"type": "workflow", "id": "inner", "workflow": flow("inner", step("a"), step("b"))}
    lines: list[Line] = [
        (800, "run-created", "", {"workflow_id": "w", "input": 1}),
        started(1, "inner", kind="workflow"),
        started(1, "inner.a"),
        ended(3, "inner.a"),
        (800, "run-forked", "", {"from_run_id": "r0", "step": ["inner", "b"]}),
        (800, "run-started", "", {}),
        started(800, "inner.b"),
        ended(801, "inner.b"),
        ended(801, "inner"),
        (801, "run-succeeded", "", {"result": {"value": 1}}),
    ]
    history = History(events("r", lines))
    view = run_view(history, flow("w", inner), now=BEGIN + timedelta(seconds=801))
    assert view.axis.now == 3000
    assert [bar.start for line in view.lines for bar in line.bars if bar.kind == "run"] == [0, 2000]
    outer = view.lines[0].row
    assert elapsed(outer.started_at, outer.ended_at) == 3


def test_a_condition_is_shown_without_the_head_of_its_lambda() -> None:
    """What a loop waits for is what the lambda computes."""
    loop = {"type": "loop", "id": "l", "kind": "dountil", "condition": "lambda d, ctx: d > 3", "body": step("a")}
    assert rows_of(created(), flow("w", loop))[0].note == "until d > 3"


def test_causes_stand_behind_each_other() -> None:
    """A chain of errors is read from the one that was raised last."""
    chained = {
        **ERROR,
        "message": "top",
        "cause": {**ERROR, "message": "middle", "cause": {**ERROR, "message": "root"}},
    }
    assert [part.message for part in failure(chained).chain] == ["top", "middle", "root"]


@pytest.mark.parametrize(
    "error",
    [
        InvalidDefault("the default does not fit:", [Issue(path=("a",), message="Field required")]),
        InvalidOutput("what it returned does not fit:", [Issue(path=(), message="expected text")]),
        ValueError("Field required,\n  as it says"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_wrong_in_a_value_is_told_once(error: Exception) -> None:
    """On the page, in text that is copied and in a terminal each issue stands once, and no word of others is lost."""
    told = failure(describe(error))
    assert told.text.count("Field required") + told.text.count("expected text") == 1
    assert [word for word in str(error).split() if word not in told.text] == []
