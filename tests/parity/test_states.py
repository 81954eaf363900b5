"""Every action on a run in every state: the state is looked at first, and a value is judged only where it counts."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine.errors import (
    AlreadyResumed,
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    InvalidValue,
    NotSuspended,
    RequestError,
    RunAlreadyStarted,
    RunFinished,
    StepNotRun,
    StepyardError,
    UnknownRun,
)
from playground.actions import actions
from tests.parity.test_parity import LAMP, code, taken
from tests.parity.ways import Pages, Told, Way, Ways

Expected = type[StepyardError] | None
STATES = ("unknown", "pending", "suspended", "waiting", "success", "failed", "canceled")


async def made(ways: Ways, state: str, run_id: str) -> None:
    """Bring a run into a state."""
    if state == "unknown":
        return
    await actions.create("order", run_id=run_id)
    if state == "pending":
        return
    await actions.start("order", LAMP, run_id=run_id)
    await reaches(ways, run_id, "suspended")
    if state == "canceled":
        await actions.cancel(run_id)
    elif state != "suspended":
        await actions.resume(run_id, "first", 1)
        await reaches(ways, run_id, "waiting")
    if state in ("success", "failed"):
        await actions.send_event(run_id, "paid", int(state == "success"))
    await reaches(ways, run_id, state)


async def reaches(ways: Ways, run_id: str, status: str) -> None:
    """Wait until a run has a status."""
    run = await actions.state_of(run_id)
    while run.status != status:
        await ways.stage.store.changed(run_id, after=run.last_seq)
        run = await actions.state_of(run_id)


ASK: dict[str, tuple[Callable[[Any, str, Any], Awaitable[Told]], Any, Any, type[InvalidValue] | None]] = {
    "start": (lambda way, run_id, value: way.start("order", value, run_id), LAMP, {"article": 5}, InvalidInput),
    "answer": (lambda way, run_id, value: way.answer(run_id, value, step="first"), 1, "many", InvalidResumeData),
    "event": (lambda way, run_id, value: way.event(run_id, "paid", value), 1, "much", InvalidEventPayload),
    "fork": (lambda way, run_id, value: way.fork(run_id, "first", value), LAMP, {"article": 5}, InvalidInput),
    "cancel": (lambda way, run_id, value: way.cancel(run_id), None, None, None),
}
"""For each action how it is asked for, a value that fits, one that does not, and how that is refused."""

TABLE: dict[str, dict[str, Expected]] = {
    "start": {"unknown": None, "pending": None, "": RunAlreadyStarted},
    "answer": {
        "unknown": UnknownRun,
        "pending": NotSuspended,
        "suspended": None,
        "canceled": RunFinished,
        "": AlreadyResumed,
    },
    "event": {"unknown": UnknownRun, "pending": None, "suspended": None, "waiting": None, "": RunFinished},
    "fork": {"unknown": UnknownRun, "pending": StepNotRun, "": None},
    "cancel": {"unknown": UnknownRun, "pending": None, "suspended": None, "waiting": None, "": RunFinished},
}
"""How each state lets an action pass (None) or refuses it; ``""`` are the other states."""

NOT_THERE = {("pages", "start"), ("commands", "event"), ("commands", "fork")}
"""What a way has no means for."""


def expected(action: str, state: str, way: Way, bad: type[InvalidValue] | None) -> Expected:
    """Return how an action is refused."""
    if isinstance(way, Pages) and (action, state) in {("event", "pending"), ("event", "suspended")}:
        return NotSuspended  # the form of a page is that of one step
    table = TABLE[action]
    found = table.get(state, table[""])
    return bad if found is None else found


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ASK)
async def test_the_state_is_looked_at_before_the_value(ways: Ways, action: str, state: str) -> None:
    """Where a run takes nothing, a bad value is told the same as a good one; nothing is recorded by a refusal."""
    ask, good, bad, kind = ASK[action]
    for name, way in (("engine", ways.engine), ("api", ways.api), ("pages", ways.pages), ("commands", ways.commands)):
        if (name, action) in NOT_THERE:
            continue
        for value in (bad, good) if kind else (good,):
            run_id = f"{name}-{'good' if value is good else 'bad'}"
            await made(ways, state, run_id)
            before = await ways.stage.store.read(run_id)
            told = await ask(way, run_id, value)
            refused = expected(action, state, way, None if value is good else kind)
            if refused is None:
                assert taken(told, way), (name, value, told)
                continue
            assert told.code == code(refused, way), (name, value, told)
            assert issubclass(refused, InvalidValue) or not told.issues, (name, value, told)
            assert await ways.stage.store.read(run_id) == before


async def test_a_run_without_input_cannot_be_restarted(ways: Ways) -> None:
    """Restart takes no value; its states are those of the API and the engine."""
    for state in STATES:
        await made(ways, state, state)
        path = f"/api/workflows/order/restart?runId={state}"
        status = (await ways.stage.client.post(path, b"{}", content_type="application/json")).status_code
        fits = {"suspended": 200, "waiting": 200, "unknown": code(UnknownRun, ways.api)}
        assert status == fits.get(state, code(RequestError, ways.api)), state
