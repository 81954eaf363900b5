"""Every way in which a run can hold up the command that waits for it: the command says what it is, or ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import Context, Retry, create_workflow, step
from engine.events import RunStatus
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.testing import FakeClock
from playground.commandline import following
from playground.commandline.following import rests
from tests.command.commands import command
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.conftest import working
from tests.parity.ways import Commands
from tests.patience import PATIENCE

__all__ = ["stage"]

DAY = 86_400
tried: list[int] = []


@step
def done(n: int) -> str:
    """End."""
    return "done"


@step(retry=Retry(attempts=2, delay=30))
def again(n: int) -> str:
    """Fail the first time."""
    tried.append(n)
    if len(tried) == 1:
        raise RuntimeError("not yet")
    return "done"


@step
def ask(n: int, ctx: Context) -> Any:
    """Ask for a month."""
    return ctx.suspend(timeout=timedelta(days=30))


def flow(name: str) -> Any:
    """Begin a workflow."""
    return create_workflow(id=name, input_schema=int, output_schema=Any)


FLOWS = (
    flow("timer").sleep(30, id="nap").then(done).commit(),
    flow("day").sleep(DAY, id="nap").then(done).commit(),
    flow("again").then(again).commit(),
    flow("event").wait_for_event("paid", id="payment").commit(),
    flow("month").wait_for_event("paid", id="payment", timeout=30 * DAY).commit(),
    flow("soon").wait_for_event("paid", id="payment", timeout=30, otherwise=done).commit(),
    flow("beside")
    .parallel(
        [
            flow("left").sleep(30, id="nap").commit(),
            flow("right").wait_for_event("paid", id="payment").commit(),
        ]
    )
    .commit(),
    flow("question").then(ask).commit(),
)

CASES = {
    "timer": (0, ("nap sleeps until ",)),
    "day": (4, ("nap sleeps until ", " from now)")),
    "again": (0, ("again failed and tries again (attempt 2) until ",)),
    "event": (3, ("payment waits for the event 'paid'.",)),
    "month": (3, ("payment waits for the event 'paid' until ",)),
    "soon": (0, ("payment waits for the event paid",)),
    "beside": (3, ("left.nap sleeps until ", "right.payment waits for the event 'paid'.")),
    "question": (3, ("ask waits for an answer:", "Answer it by ")),
}
"""For each workflow the exit code, and what standard error says."""


@pytest.mark.parametrize("name", CASES)
async def test_nothing_is_waited_for_in_silence(
    stage: Stage, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says what holds it up, and ends where only somebody else can bring the run on."""
    monkeypatch.setattr(following, "CHECK", 0)
    code, said = CASES[name]
    tried.clear()
    clock, text = FakeClock(datetime.now(UTC), auto=False), ""
    async with working(stage, *FLOWS, clock=clock), asyncio.timeout(PATIENCE):
        typed = asyncio.create_task(Commands().type("run", name, "--input", "1", "--run-id", "r"))
        while not (typed.done() or said[0] in text):
            await asyncio.sleep(0.01)
            text += capsys.readouterr().err
        # The short waits end; a long one is for nobody who waits beside it.
        clock.advance(60)
        if name == "day":
            await Commands().cancel("r")
        told = await typed
    text += told.words + capsys.readouterr().err
    assert (told.code, [word for word in said if word not in text]) == (code, []), text


@pytest.mark.slow
async def test_a_wait_of_a_month_ends_the_command(tmp_path: Path) -> None:
    """Also when the command itself executes the run."""
    (tmp_path / "flows.py").write_text(
        "from engine import create_workflow\n"
        "month = create_workflow(id='month', input_schema=int, output_schema=None)\n"
        "month = month.wait_for_event('paid', timeout=30 * 86400).commit()\n"
    )
    said = await command(tmp_path, "run", "month", "flows.py", "--input", "1")
    assert (said.code, "waits for the event 'paid' until " in said.err) == (3, True), said


NOW = datetime(2026, 3, 1, tzinfo=UTC)


def waiting(*waits: tuple[str | None, float | None]) -> RunState:
    """Return a run whose steps wait: each for an event of a name, or a timer, due after some seconds."""
    steps = [
        StepState(
            path=(f"wait-{number}",),
            kind="event" if name else "sleep",
            status="waiting",
            event_name=name,
            due_at=None if seconds is None else NOW + timedelta(seconds=seconds),
        )
        for number, (name, seconds) in enumerate(waits)
    ]
    return RunState(run_id="r", status="waiting", open={step.path: step for step in steps})


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ([("paid", None)], True),
        ([("paid", 3600)], True),
        ([("paid", 59)], False),
        ([(None, 1)], False),
        ([(None, 86_400)], False),
        ([("paid", None), (None, 86_400)], False),
        ([("paid", None), ("sent", 3600)], True),
        ([], False),
    ],
)
def test_only_what_comes_from_outside_is_not_waited_for(
    waits: list[tuple[str | None, float | None]], expected: bool
) -> None:
    """A timer comes by itself, and so does the end of a wait that is near."""
    assert rests(waiting(*waits), NOW) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pending", False), ("running", False), ("suspended", True), ("success", True), ("failed", True)],
)
def test_a_run_that_moves_is_waited_for(status: RunStatus, expected: bool) -> None:
    """Whatever holds it, a worker brings it on."""
    assert rests(RunState(run_id="r", status=status), NOW) is expected
