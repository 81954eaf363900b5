"""What a step function is given: who it is, what came before, and ways to suspend, bail, report and keep state."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NoReturn, TypeVar, overload

from engine.errors import StepCancelled, StepNotRun
from engine.events import EventType
from engine.execution.control_flow import Bail, Refuse, Suspend, Timeout
from engine.execution.ports import Host, StepPlace
from engine.execution.questions import Questions
from engine.failure import storable
from engine.journal.step_state import StepState
from engine.paths import Path
from engine.tree.argument_checks import NUMBER, TEXT, Expected, asking
from engine.tree.step import Step
from engine.values.missing import MISSING
from engine.values.schema import ANY

Answer = TypeVar("Answer")

LONGEST_LABEL = 200
"""Characters of what an execution of a step is called."""

STEP = Expected("a step or the id of one", lambda given: isinstance(getattr(given, "id", given), str))

current_context: "ContextVar[Context | None]" = ContextVar("current_context", default=None)
"""The context of the step that runs here; logs and prints find their step by it."""


class Context:
    """What a step function is given as its second argument.

    Attributes:
        run_id: the run.
        workflow_id: the workflow that the step belongs to; a nested one inside a nested workflow.
        step_id: the step's own id.
        path: where the step stands in the run: ids of steps and nested workflows, and indexes of items.
        attempt: 1 for the first try.
        iteration: which time a loop runs this step, from 1; None outside of loops.
        index: which item of a foreach this is, from 0; None outside.
        init_data: the workflow's input, as its own type.
        request_context: the dict that was given at the start.
        scheduled_for: the due time for which a schedule started the run, in UTC; None when none did.
        resume_data: the answer of the last resume, validated; None before.
        suspend_data: the payload of the last suspend; None before.
        idempotency_key: the same for all attempts and recoveries of this step in this run.
        logger: its records become events of the step.
    """

    __stepyard_context__ = True
    __slots__ = (
        "_at_close",
        "_closed",
        "_host",
        "_name",
        "_place",
        "_questions",
        "_step",
        "attempt",
        "path",
        "pending",
        "step_id",
    )

    def __init__(
        self,
        host: Host,
        place: StepPlace,
        step_id: str,
        path: Path,
        step: Step[Any, Any] | None = None,
        record: StepState | None = None,
    ) -> None:
        """Take everything from the executor; user code never makes a context.

        Args:
            host: serves the calls.
            place: where the function stands.
            step_id: the id of the step, or of the node that a condition, mapping or timer function belongs to.
            path: the same, as a path.
            step: the step, if it is one.
            record: what the journal holds of it as the attempt begins.
        """
        self._host = host
        self._place = place
        self._step = step
        self._closed = False
        self._name = "" if record is None else record.name or ""
        self._at_close: tuple[Callable[[Context], None], ...] = ()
        self.pending: Suspend | Bail | Refuse | None = None
        self.step_id: str = step_id
        self.path: Path = path
        # Taken now: the record goes on, and a thread that was left behind still belongs to this attempt.
        self.attempt: int = 1 if record is None else record.attempts
        # Most steps ask nothing, so this is made when it is needed; but what was answered is taken now, as above.
        self._questions = None if record is None or not record.suspends else Questions(host, path, step, record)

    @property
    def run_id(self) -> str:
        """Return the id of the run."""
        return self._host.run_id

    @property
    def workflow_id(self) -> str:
        """Return the id of the workflow that the step belongs to; of a nested one inside a nested workflow."""
        return self._place.workflow_id

    @property
    def iteration(self) -> int | None:
        """Return which time the innermost loop runs this step, from 1; None outside of loops."""
        return self._place.iteration

    @property
    def index(self) -> int | None:
        """Return which item of a foreach this is, from 0; None outside."""
        return self._place.item_index

    @property
    def init_data(self) -> Any:
        """Return the workflow's input, as the type of its input schema."""
        return self._host.init_of(self._place)

    @property
    def request_context(self) -> dict[str, Any]:
        """Return a copy of the dict that the run was started with."""
        given: dict[str, Any] = ANY.load(self._host.request_context)
        return given

    @property
    def scheduled_for(self) -> datetime | None:
        """Return the due time for which a schedule started the run, in UTC; None when none did."""
        return self._host.scheduled_for

    @property
    def suspend_data(self) -> Any:
        """Return a copy of the payload of the last suspend; None before the first."""
        return ANY.load(self._asked.last_payload)

    @property
    def resume_data(self) -> Any:
        """Return the last answer as the type of the resume schema; None before the first.

        The answer to a question with a schema of its own is JSON here. It is None when the time for it was over.
        """
        return self._left_by(self._asked.last_answer)

    @property
    def state(self) -> Any:
        """Return the run's state as it is now."""
        return self._host.read_state(self._place, self._step)

    @property
    def idempotency_key(self) -> str:
        """Return a key that is the same for all attempts and recoveries of this step in this run."""
        place = ".".join(str(part) for part in self.path)
        return ":".join([self.run_id, place, *map(str, self._place.passes)])

    @property
    def logger(self) -> logging.Logger:
        """Return the step's logger; all levels are recorded."""
        return logging.getLogger(f"stepyard.{self.workflow_id}.{self.step_id}")

    @property
    def cancelled(self) -> bool:
        """Tell whether the run was cancelled, or the attempt timed out, while this step runs."""
        return self._closed

    @asking("ctx.check_cancelled()")
    def check_cancelled(self) -> None:
        """Raise StepCancelled when the run was cancelled; for long loops in sync steps.

        Raises:
            StepCancelled: the run was cancelled, or the attempt timed out.
        """
        if self._closed:
            raise StepCancelled

    @asking("ctx.result(fetch)", step=STEP)
    def result(self, step: "Step[Any, Any] | str", default: Any = MISSING) -> Any:
        """Return the output of an earlier step of this workflow, or of one around it.

        Args:
            step: the step or its id; also a nested workflow, or the id of a foreach, a loop or a sequence.
            default: what to return when the step did not run or did not succeed.

        Raises:
            UnknownStep: no step has this id.
            StepNotRun: the step has no output and no default is given.
        """
        step_id = step if isinstance(step, str) else step.id
        return self._host.output_of(step_id, self._place) if default is MISSING else self._result_or(step_id, default)

    @overload
    def suspend(
        self,
        payload: Any = ...,
        *,
        label: str | None = ...,
        answer: type[Answer],
        timeout: Timeout = ...,
        default: Any = ...,
    ) -> Answer: ...
    @overload
    def suspend(
        self,
        payload: Any = ...,
        *,
        label: str | None = ...,
        answer: Any = ...,
        timeout: Timeout = ...,
        default: Any = ...,
    ) -> Any: ...
    @asking("ctx.suspend({'question': 'Buy it?'}, label='buy')", label=TEXT | None)
    def suspend(
        self,
        payload: Any = None,
        *,
        label: str | None = None,
        answer: Any = None,
        timeout: Timeout = None,
        default: Any = MISSING,
    ) -> Any:
        """Wait for an answer from outside.

        The first time, the payload is recorded and the function is left. After the resume the function runs again from
        its first line, and this call returns the answer. The k-th call in a function answers to the k-th resume.

        An answer and the deadline race: what is recorded first holds, in retries of the step too.

        Args:
            payload: what is asked; JSON or what the suspend schema takes.
            label: a name by which `Run.resume` finds this suspension.
            answer: the schema of this one answer: a type, or a JSON Schema dict. The resume schema when left out.
            timeout: until when an answer is waited for: seconds, a timedelta or a datetime; for ever when left out.
            default: what is returned when nobody has answered by then; JSON or what the schema of the answer takes.

        Returns:
            The answer, as the type of its schema.

        Raises:
            SuspendTimeout: nobody has answered in time, and there is no default.
            InvalidSuspendPayload: the payload does not fit the suspend schema.
            InvalidDefault: the default does not fit the schema of the answer.
            InvalidSchema: ``answer`` is no schema.
            StepError: ``timeout`` is no time, or there is a default without one.
        """
        return self._left_by(lambda: self._asked.ask(payload, label, answer, timeout, default))

    @asking("ctx.bail('nothing to do')")
    def bail(self, value: Any = None) -> NoReturn:
        """End the whole workflow early, with success and this result.

        Args:
            value: the result; any JSON value, not held against the output schema.

        Raises:
            NotSerializable: the value cannot become JSON.
        """
        self._leave(Bail(self._host.dump(self.path, "value", value)))

    @asking("ctx.set_state(count=1)")
    def set_state(self, **changes: Any) -> None:
        """Merge the changes into the run's state at once, validated and recorded.

        Raises:
            InvalidState: the changed state does not fit the state schema; nothing is changed.
        """
        self.check_cancelled()
        self._host.change_state(self._place, self._step, self.path, changes)

    @asking("ctx.write('a line')")
    def write(self, chunk: Any) -> None:
        """Give a piece of output to everyone who watches, while the step runs.

        Args:
            chunk: any JSON value, or what pydantic can turn into one.

        Raises:
            NotSerializable: the chunk cannot become JSON.
        """
        self._note("step-output", {"chunk": self._host.dump(self.path, "chunk", chunk)})

    @asking("ctx.progress(0.5, 'half of it')", fraction=NUMBER)
    def progress(self, fraction: float, message: str = "") -> None:
        """Tell how far the step is.

        Args:
            fraction: from 0 to 1; outside of it the nearer end is taken.
            message: what is being done.
        """
        self._note(
            "step-progress", {"fraction": min(1.0, max(0.0, float(fraction))), "message": storable(str(message))}
        )

    @asking("ctx.label('file 3 of 9')", text=TEXT)
    def label(self, text: str) -> None:
        """Say what this execution of the step is called, wherever it is shown; the last call holds, also after a retry.

        Args:
            text: one line, of which 200 characters are kept; empty takes the name away.
        """
        line = storable(" ".join(text.split()))
        line = line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1]}…"
        # A function that runs again from its first line says the same again.
        if line != self._name:
            self._note("step-labeled", {"label": line})
            self._name = line

    def record_log(self, level: str, logger: str, message: str) -> None:
        """Record a log line of the step; called by the capture of logging and print."""
        self._note("step-log", {"level": level, "logger": logger, "message": message})

    def at_close(self, call: "Callable[[Context], None]") -> None:
        """Have ``call`` called once, just before the attempt ends."""
        if call not in self._at_close:
            self._at_close = (*self._at_close, call)

    def close(self) -> None:
        """End the attempt: what the function, or a thread it left behind, does from now on changes nothing."""
        for call in self._at_close:
            call(self)
        self._closed = True
        # Looked at first, since a call for each step is what steps cost.
        if self._host.told:
            self._host.gather()

    @property
    def _asked(self) -> Questions:
        if self._questions is None:
            self._questions = Questions(self._host, self.path, self._step, None)
        return self._questions

    def _note(self, type: EventType, payload: dict[str, Any]) -> None:
        if not self._closed:
            self._host.emit(type, self.path, payload)

    def _left_by(self, asks: Callable[[], Any]) -> Any:
        try:
            return asks()
        except (Suspend, Refuse) as signal:
            self._leave(signal)

    def _leave(self, signal: Suspend | Bail | Refuse) -> NoReturn:
        self.check_cancelled()
        self.pending = self.pending or signal
        raise signal

    def _result_or(self, step_id: str, default: Any) -> Any:
        try:
            return self._host.output_of(step_id, self._place)
        except StepNotRun:
            return default
