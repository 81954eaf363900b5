"""Random histories of runs in the database: started, answered, canceled, forked, killed, taken over, in any order."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from engine import Engine
from engine.errors import AlreadyResumed, RunFinished
from engine.events import FINAL, Event
from engine.journal.fold import fold
from engine.journal.requests import record_resume
from engine.testing import FakeClock, FaultPoint, SimulatedCrash
from playground.store import OrmStore
from tests.faults.tally import DONE, is_full
from tests.laws.test_laws import finished_keys
from tests.laws.trees import Plan, World, answer_to, build, expected, plans

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MOST_KILLS = 2
"""For one run; a third death under the same step fails it, as it should."""

T = TypeVar("T")
Fault = tuple[int, bool] | None
FAULTS = st.none() | st.tuples(st.integers(1, 8), st.booleans())
"""At which append the process dies, and whether that one is still recorded."""


@dataclass
class Known:
    """What a test knows of a run."""

    seen: list[Event] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Idempotency keys of the steps that have finished -> how often they had been called by then."""
    kills: int = 0
    held: bool = False
    """Whether a process that died holds its claim."""


def is_crash(error: BaseException) -> bool:
    """Tell whether nothing but a simulated crash happened."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_crash(part) for part in error.exceptions)
    return isinstance(error, SimulatedCrash)


class Runs(RuleBasedStateMachine):
    """Some runs of one random workflow."""

    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.world, self.clock = World(), FakeClock()
        self.known: dict[str, Known] = {}
        self.number = 0

    @initialize(plan=plans(), data=st.integers(0, 20))
    def begin(self, plan: Plan, data: int) -> None:
        """Choose the workflow; all runs get the same input."""
        self.workflow, self.data = build(plan, self.world), data
        self.result = expected(plan, data)
        self.store = OrmStore()

    @rule(target=runs, fault=FAULTS)
    def start(self, fault: Fault) -> str:
        """Start a run."""
        engine = self.engine(fault)
        run = self.do(engine.workflow("main").create_run())
        self.known[run.run_id] = Known()
        self.drive(run.run_id, run.start(self.data), fault)
        return str(run.run_id)

    @rule(run_id=runs, fault=FAULTS, pick=st.randoms(use_true_random=False))
    def answer(self, run_id: str, fault: Fault, pick: random.Random) -> None:
        """Answer one of its questions, if it asks."""
        asked = self.questions(run_id)
        if asked:
            path, value = pick.choice(asked)
            run = self.do(self.engine(self.allowed(run_id, fault)).run(run_id))
            self.drive(run_id, run.resume(list(path), value), self.allowed(run_id, fault))

    @rule(run_id=runs, pick=st.randoms(use_true_random=False))
    def answer_twice(self, run_id: str, pick: random.Random) -> None:
        """Two processes answer the same question: exactly one wins, the other is told."""
        if not self.questions(run_id):
            return
        asked = pick.choice(fold(self.do(self.store.read(run_id))).suspended)

        async def race() -> list[object]:
            # As pages do: for this suspension, since the step may ask anew before the second answer comes.
            value, other = answer_to(asked.suspend_payload), OrmStore()
            both = [
                record_resume(store, self.clock, run_id, asked.path, value, suspension=asked.suspension)
                for store in (self.store, other)
            ]
            try:
                return await asyncio.gather(*both, return_exceptions=True)
            finally:
                other.close()

        lost = [found for found in self.do(race()) if isinstance(found, BaseException)]
        assert [type(error) for error in lost] == [AlreadyResumed]
        DONE["races"] += 1

    @rule(run_id=runs, fault=FAULTS)
    def restart(self, run_id: str, fault: Fault) -> None:
        """Take the run over, as after a crash or beside a former owner that hangs."""
        if not self.status_is_final(run_id):
            run = self.do(self.engine(self.allowed(run_id, fault)).run(run_id))
            self.drive(run_id, run.restart(), self.allowed(run_id, fault))

    @rule(run_id=consumes(runs))
    def cancel(self, run_id: str) -> None:
        """Cancel the run: it ends at once, or had ended before and stays as it was."""
        before = self.do(self.store.summary(run_id)).status
        run = self.do(self.engine(None).run(run_id))
        if before in FINAL:
            with pytest.raises(RunFinished):
                self.do(run.cancel())
        else:
            assert self.do(run.cancel()).status == "canceled"
        self.known[run_id].held = False

    @rule(target=runs, run_id=runs, pick=st.randoms(use_true_random=False))
    def fork(self, run_id: str, pick: random.Random) -> Any:
        """Fork the run from one of its outermost steps; the fork comes to the same result, the run stays as it was."""
        state = fold(self.do(self.store.read(run_id)))
        begun = [step.path for step in state.steps() if len(step.path) == 1]
        if not begun:
            return multiple()
        run = self.do(self.engine(None).run(run_id))
        new = self.do(run.fork(list(pick.choice(begun))))
        self.known[new.run_id] = Known()
        self.drive(new.run_id, new.start(), None)
        return str(new.run_id)

    @rule()
    def reboot(self) -> None:
        """Go on with a store that remembers nothing."""
        self.store.close()
        self.store = OrmStore()

    @invariant()
    def nothing_is_lost(self) -> None:
        """Journals only grow and have no gap; rows agree with them; no step that had finished was called again."""
        for run_id, known in self.known.items():
            events = self.do(self.store.read(run_id))
            assert events[: len(known.seen)] == known.seen
            known.seen = events
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            state, summary = fold(events), self.do(self.store.summary(run_id))
            assert (state.status, state.last_seq) == (summary.status, summary.last_seq)
            for key, calls in known.calls.items():
                assert self.world.calls[key] == calls, key
            known.calls = {key: self.world.calls[key] for key in finished_keys(run_id, events)}
            if state.status == "success":
                assert state.result == self.result

    def teardown(self) -> None:
        """Bring every run to its end: the result is the one of a run that nothing happened to."""
        try:
            for run_id in self.known:
                self.finish(run_id)
            if self.known:
                self.nothing_is_lost()
                self.store.close()
        finally:
            self.loop.close()

    def finish(self, run_id: str) -> None:
        """Answer and take over until the run has ended."""
        for _ in range(500):
            asked = self.questions(run_id)
            if self.status_is_final(run_id):
                break
            run = self.do(self.engine(None).run(run_id))
            self.do(run.resume(list(asked[0][0]), asked[0][1]) if asked else run.restart())
        state = fold(self.do(self.store.read(run_id)))
        assert state.status in ("success", "canceled"), (state.status, state.error)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something."""
        return self.loop.run(work)

    def engine(self, fault: Fault) -> Engine:
        """Return the engine of another process, which dies where the fault says."""
        store: Any = self.store if fault is None else FaultPoint(self.store, at=fault[0], durable=fault[1])
        return Engine([self.workflow], store=store, clock=self.clock)

    def allowed(self, run_id: str, fault: Fault) -> Fault:
        """Return the fault, unless the run has had its share."""
        return fault if self.known[run_id].kills < MOST_KILLS else None

    def drive(self, run_id: str, work: Coroutine[Any, Any, Any], fault: Fault) -> None:
        """Execute a run until it rests, or its process dies."""
        known = self.known[run_id]
        known.held = False
        try:
            self.do(work)
        except BaseException as error:
            if fault is None or not is_crash(error):
                raise
            known.kills += 1
            known.held = True
            DONE["kills"] += 1

    def questions(self, run_id: str) -> list[tuple[Any, int]]:
        """Return what the run asks, with the answers; a run whose owner died is taken over first."""
        if self.known[run_id].held and not self.status_is_final(run_id):
            self.drive(run_id, self.do(self.engine(None).run(run_id)).restart(), None)
        state = fold(self.do(self.store.read(run_id)))
        if state.ended:
            return []
        return [(step.path, answer_to(step.suspend_payload)) for step in state.suspended]

    def status_is_final(self, run_id: str) -> bool:
        """Tell whether the run has ended."""
        return self.do(self.store.summary(run_id)).status in FINAL


def test_random_histories() -> None:
    """Whatever happens to runs, and in whatever order: nothing is lost, doubled or decided twice."""
    chosen = settings(
        max_examples=300 if is_full() else 12,
        stateful_step_count=20,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Runs, settings=chosen)  # type: ignore[no-untyped-call]
