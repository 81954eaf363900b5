"""One playground that is asked in four ways: its worker is this process, so that all four have the user's own types."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import get_channel_layer

from engine import Engine, Workflow
from engine.clock import Clock
from engine.errors import UnknownRun
from engine.events import Event
from engine.runs.runtime import Runtime
from playground.live import nudges
from playground.worker.start_check import begin
from playground.worker.value_checks import judge
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.flows import FLOWS
from tests.parity.ways import Ways

__all__ = ["stage"]


@pytest.fixture
async def ways(stage: Stage) -> AsyncIterator[Ways]:
    """Give the four ways, with a worker that answers questions and executes what is started."""
    async with working(stage, *FLOWS) as engine:
        yield Ways(stage, engine)


@asynccontextmanager
async def working(stage: Stage, *flows: Workflow[Any, Any], clock: Clock | None = None) -> AsyncIterator[Engine]:
    """Serve workflows, with a worker that answers questions and executes what is started; give their engine."""
    await stage.publish(*flows)
    await stage.register_worker()
    engine = Engine(workflows=flows, store=stage.store, clock=clock)
    tasks = [asyncio.create_task(answer_questions(engine.runtime)), asyncio.create_task(execute(engine.runtime))]
    try:
        yield engine
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def answer_questions(runtime: Runtime) -> None:
    """Say whether values fit, as a worker does."""
    layer = get_channel_layer()
    assert layer is not None
    while True:
        question = await layer.receive(nudges.CHECKS)
        await nudges.answer(question["reply_to"], await judge(runtime, question))


async def execute(runtime: Runtime) -> None:
    """Execute each run that is woken."""
    layer = get_channel_layer()
    assert layer is not None
    async with asyncio.TaskGroup() as tasks:
        while True:
            message = await layer.receive(nudges.WAKES)
            tasks.create_task(play(runtime, message["run_id"]))


async def play(runtime: Runtime, run_id: str) -> None:
    """Execute a run until it rests, as a worker does; one that has ended or was deleted has nothing to execute."""
    with suppress(UnknownRun):
        summary = await runtime.store.summary(run_id)
        while summary.has_input and not summary.ended:
            await begin(runtime, run_id, owner="w1", lease=10, is_left=_is_left_to_nobody)
            state = await runtime.state(run_id)
            if state.due_at is None or state.due_at - runtime.clock.now() > timedelta(minutes=1):
                return
            await runtime.clock.sleep_until(state.due_at)
            summary = await runtime.store.summary(run_id)


async def _is_left_to_nobody(created: Event) -> bool:
    return False
