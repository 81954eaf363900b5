"""Plays scenarios: runs a workflow in memory, without waiting for any time, and gives it what the scenario says."""

import asyncio
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.building.workflow import Workflow
from engine.errors import StepyardError
from engine.journal.answer_target import admit_answer
from engine.journal.requests import Start, create_run, record_event, record_resume
from engine.journal.result import RunResult
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.journal.waits import admit_event, likeliest
from engine.paths import format_path
from engine.registry import Engine
from engine.rehearsal import Rehearsal
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.runs.start_input import admit
from engine.scenarios.expectation import Verdict, unplayed, verdict_on
from engine.scenarios.scenario import Answer, Scenario, ScenarioProblem, Sent
from engine.scenarios.secrets import with_variables
from engine.testing import FakeClock
from engine.tree.nodes import Flow

SECONDS = 60.0
"""Real seconds that a scenario may take."""
MOST = 10_000
"""Rests of a run after which it counts as endless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of playing a scenario."""

    result: RunResult
    left: tuple[str, ...] = ()
    """Sentences on what the scenario gives and nothing asked for."""


async def play(
    workflow: Workflow[Any, Any], scenario: Scenario, *, environment: Mapping[str, str] = os.environ
) -> Played:
    """Run a workflow as a scenario says, in memory; the same each time, as far as its steps are.

    Timers, retries and deadlines take no time, jitter has a fixed seed, and the run's id follows from the scenario's
    name. Whenever the run rests, an event comes before an answer, and both before time passes.

    Args:
        workflow: the committed workflow.
        scenario: what it is given.
        environment: the variables that the scenario may ask for.

    Raises:
        ScenarioProblem: a variable is not set, or the run never comes to an end.
        InvalidInput, InvalidResumeData, InvalidEventPayload, StartRefused, UnknownStep: what is given does not fit.
    """
    given = with_variables(scenario.to_dict() | {"expect": {}}, environment, scenario.file or scenario.title)
    clock = FakeClock()
    runtime = Engine([workflow], clock=clock).runtime
    # Of a run at rest `_pass` says when time passes.
    clock.stand_still_while(lambda: runtime.at_work or not runtime.live)
    runtime.random = random.Random(0).random
    try:
        stays = scenario.expect.get("status") in ("suspended", "waiting")
        return await _Play(runtime, workflow.flow, clock, given, scenario.name, stays=stays).run()
    finally:
        await runtime.close()


async def judge(
    workflow: Workflow[Any, Any], scenario: Scenario, *, environment: Mapping[str, str] = os.environ
) -> tuple[Verdict, RunResult | None]:
    """Play a scenario and hold what came against what it expects; what cannot be played is told as such.

    Returns:
        The verdict, and the run; None when there is none.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(SECONDS):
            played = await play(workflow, scenario, environment=environment)
    except TimeoutError:
        problem = f"it took longer than {SECONDS:g} s of real time: a step never returns, or waits for something else"
        return unplayed(scenario, problem, time.monotonic() - began), None
    except StepyardError as error:
        return unplayed(scenario, str(error), time.monotonic() - began), None
    return verdict_on(scenario, played.result, played.left, time.monotonic() - began), played.result


def _time_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class _Play:
    """One run, and what is still to be given to it."""

    def __init__(
        self, runtime: Runtime, flow: Flow, clock: FakeClock, given: Mapping[str, Any], name: str, *, stays: bool
    ) -> None:
        self._runtime = runtime
        self._flow = flow
        self._clock = clock
        self._run_id = f"scenario-{name}"
        self._start = Start(
            input=given["input"],
            state=given.get("state"),
            request_context=given.get("request_context"),
            scheduled_for=_time_of(given.get("scheduled_for")),
            rehearsal=Rehearsal.from_dict(given["rehearsal"]) if "rehearsal" in given else None,
        )
        self._stays = stays
        self._answers = [Answer(**answer) for answer in given.get("answers", ())]
        self._events = [Sent(**event) for event in given.get("events", ())]

    async def run(self) -> Played:
        """Start, and go on from rest to rest until the run has ended or nothing moves it."""
        await self._begin()
        for _ in range(MOST):
            state = await self._runtime.segment(self._run_id, flow=self._flow)
            state = state or await self._runtime.state(self._run_id)
            if state.ended or not (await self._send(state) or await self._answer(state) or self._pass(state)):
                return Played(result=RunResult.of(state), left=tuple(self._left()))
        raise ScenarioProblem(f"the run has come to rest {MOST} times and goes on: is there a loop without an end?")

    async def _begin(self) -> None:
        start = await admit(self._flow, self._start, Run(self._runtime, self._flow, self._run_id))
        await create_run(
            self._runtime.store,
            self._clock,
            run_id=self._run_id,
            workflow_id=self._flow.id,
            digest=self._runtime.flows.digest(self._flow),
            start=start,
        )

    async def _send(self, state: RunState) -> bool:
        """Send the next event that a step waits for; tell whether there was one."""
        waited = {step.event_name for step in state.waiting}
        event = next((event for event in self._events if event.name in waited), None)
        if event is None:
            return False
        self._events.remove(event)
        admitted = admit_event(self._flow, event.name, event.payload, likeliest(state, event.name))
        store, takers = self._runtime.store, admitted.takers
        await record_event(store, self._clock, self._run_id, event.name, admitted.payload, takers=takers)
        return True

    async def _answer(self, state: RunState) -> bool:
        """Give the next answer that a step asks for; tell whether there was one."""
        asking = {format_path(step.path): step for step in state.suspended}
        # Of a step whose next deadline is to pass, no later answer is given before.
        nexts = {answer.step: answer for answer in reversed(self._answers)}
        answer = next((one for one in self._answers if one.step in asking and not nexts[one.step].late), None)
        if answer is None:
            return False
        self._answers.remove(answer)
        step = asking[answer.step]
        data = admit_answer(self._flow, step.path, answer.data, step.answer_schema)
        await record_resume(self._runtime.store, self._clock, self._run_id, step.path, data)
        return True

    def _pass(self, state: RunState) -> bool:
        """Let time pass until something is due; tell whether anything is.

        Where the run is expected to wait, only what the scenario calls late runs into its deadline.
        """
        due = state.due_at
        if due is None:
            return False
        over = [step for step in (*state.waiting, *state.suspended) if step.due_at is not None and step.due_at <= due]
        late = [answer for answer in map(self._late, over) if answer is not None]
        if self._stays and not late and all(step.kind != "sleep" for step in over):
            return False
        for answer in late:
            self._answers.remove(answer)
        self._clock.advance(max(due - self._clock.now(), timedelta()))
        return True

    def _late(self, step: StepState) -> Answer | None:
        """Return what says that nobody answers a step, if that is next."""
        called = format_path(step.path)
        answer = next((one for one in self._answers if one.step == called), None)
        return answer if answer is not None and answer.late else None

    def _left(self) -> list[str]:
        steps = [f"the answer to step {answer.step} was not asked for" for answer in self._answers]
        return steps + [f"the event {event.name!r} was not waited for" for event in self._events]
