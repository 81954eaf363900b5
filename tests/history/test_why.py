"""Why a run is not moving."""

from datetime import timedelta
from typing import Any

import pytest

from engine.journal.step_state import StepState
from engine.paths import Path
from playground.history import History, Holder, reasons
from playground.views.pattern_samples import BEGIN, ERROR, FINISHED, OPENING, Line, events, started


def texts(lines: tuple[Line, ...] | list[Line], seconds: float, workers: int | None = 1) -> list[str]:
    """Return the reasons of a made-up run at a moment."""
    history = History(events("r", lines))
    return [
        reason.text
        for reason in reasons(history, now=BEGIN + timedelta(seconds=seconds), holder=Holder(workers=workers))
    ]


CREATED: Line = (0, "run-created", "", {"workflow_id": "w", "input": 1})


@pytest.mark.parametrize(
    ("path", "label", "named"),
    [
        (("director",), "director", "director"),
        (("inner", "director"), "director", "inner.director"),
        (("inner", "director"), "inner.director", "inner.director"),
        (("item", 2), "item", "item[2]"),
        (("director",), None, "director"),
        (("director",), "", "director"),
        (("director",), "go", "director (go)"),
    ],
)
def test_a_label_is_told_when_it_says_more_than_the_path(path: Path, label: str | None, named: str) -> None:
    """The same word is not told twice."""
    assert StepState(path=path, label=label).called == named


def test_a_suspended_step_waits_for_an_answer() -> None:
    """It says who is asked, and for how long already."""
    assert texts(OPENING, 62.3) == ["approve waits for an answer for 1 min"]


def test_a_finished_run_waits_for_nothing() -> None:
    """What has ended needs no reason."""
    assert texts(FINISHED, 5000) == []


def test_no_worker_is_the_first_thing_to_say() -> None:
    """A run that cannot move because nobody would move it says so."""
    assert texts([CREATED], 1, workers=0)[0].startswith("no worker is connected")


def test_a_failed_attempt_tells_of_the_next_one() -> None:
    """A retry names the attempt that comes."""
    failed = {"attempt": 1, "error": ERROR, "next_at": (BEGIN + timedelta(seconds=9)).isoformat()}
    lines = [CREATED, (0, "run-started", "", {}), started(1, "a"), (2, "step-attempt-failed", "a", failed)]
    assert texts(lines, 3) == ["a failed and tries again (attempt 2)"]


def test_a_run_without_input_was_not_started() -> None:
    """A created run is no stuck run."""
    assert texts([(0, "run-created", "", {"workflow_id": "w"})], 9) == ["was created and not started yet"]


def test_a_blocked_worker_is_named() -> None:
    """A run that hangs in someone's code says in whose."""
    history = History(events("r", [CREATED, (0, "run-started", "", {}), started(1, "a")]))
    (reason, *_) = reasons(history, now=BEGIN + timedelta(seconds=5), holder=Holder(blocked="step a has blocked it"))
    assert (reason.kind, reason.text) == ("worker", "step a has blocked it")


def test_a_cause_is_told_instead_of_its_consequence() -> None:
    """Without a worker, what keeps every worker away is said when it is known."""
    holder = Holder(workers=0, owned=False, blocked="flows.py does not import")
    assert [reason.text for reason in reasons(History(events("r", [CREATED])), now=BEGIN, holder=holder)] == [
        "flows.py does not import"
    ]


def test_a_journal_of_a_newer_version_says_so() -> None:
    """Also when the run has ended, since what is shown may lack something."""
    unknown: Any = "step-postponed"
    for lines in ([CREATED, (1, unknown, "a", {})], [*FINISHED, (9999, unknown, "", {})]):
        assert texts(lines, 9999) == [
            "a newer version of Stepyard has recorded events that this one does not know (step-postponed): "
            "upgrade to see all"
        ]


def test_the_queue_is_told() -> None:
    """Who waits for a worker learns how many are before them."""
    history = History(events("r", [CREATED]))
    (reason,) = reasons(history, now=BEGIN, holder=Holder(workers=1, owned=False, ahead=7))
    assert reason.text == "waits for a free worker; 7 other runs are before it"
    (reason,) = reasons(history, now=BEGIN, holder=Holder(workers=1, owned=False, queue="gpu"))
    assert reason.text == "waits for a free worker of the queue gpu"


def test_a_turn_is_told() -> None:
    """Who waits for others of its workflow is not told of a worker, unless there is none."""
    history, turn = History(events("r", [CREATED])), "3 runs of this workflow are running, at most 3"
    (reason,) = reasons(history, now=BEGIN, holder=Holder(workers=1, owned=False, ahead=7, turn=turn))
    assert (reason.kind, reason.text) == ("turn", f"waits for its turn: {turn}")
    (reason,) = reasons(history, now=BEGIN, holder=Holder(workers=0, owned=False, turn=turn))
    assert reason.kind == "worker"
