"""The rows of a journal: graph and events joined."""

from playground.journal import History, Row, Window, rows
from playground.samples import (
    ANSWERED,
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


def test_a_retried_step_has_a_row_for_each_attempt() -> None:
    """What failed before the success stays readable."""
    found = [row for row in rows_of(OPENING, ORDER) if row.kind == "attempt"]
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
    """A worker that died is visible in the journal."""
    lines = created(started(1, "a"))
    lines += [(5, "run-recovered", "", {"reason": "killed by SIGKILL", "interrupted": [["a"]]}), started(5, "a", 2)]
    found = [row for row in rows_of(lines, flow("w", step("a"))) if row.kind == "attempt"]
    assert [(row.status, row.note) for row in found] == [("canceled", "killed by SIGKILL"), ("running", "")]
