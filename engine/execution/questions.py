"""What a step's function asks by suspend(), and the answers that the journal holds for it."""

from collections.abc import Sequence
from typing import Any

from engine.errors import InvalidSuspendPayload, InvalidValue, Issue, NotSerializable, SuspendTimeout
from engine.execution.control_flow import Refuse, Suspend, Timeout, deadline
from engine.execution.ports import Host
from engine.failure import message_of
from engine.journal.step_state import Reply, StepState
from engine.paths import Path, format_path
from engine.tree.step import Step
from engine.values.schema import ANY, Schema


class Questions:
    """The questions of one attempt: the k-th call is given the journal's k-th answer; the first one without is asked.

    Attributes:
        last_payload: what the last question asked, as JSON; None before the first.
    """

    def __init__(self, host: Host, path: Path, step: Step[Any, Any] | None, record: StepState | None) -> None:
        """Take whose questions they are; see `Context`."""
        self._host = host
        self._path = path
        self._step = step
        self._calls = 0
        # Taken now: the record goes on, and a thread that was left behind still belongs to this attempt.
        self._replies: Sequence[Reply] = () if record is None else record.replies
        self._last_has_schema = record is not None and record.answer_schema is not None
        self.last_payload: Any = None if record is None else record.suspend_payload

    def ask(self, payload: Any, label: str | None, answer: Any, timeout: Timeout, default: Any) -> Any:
        """Return the answer to this call, as the type of its schema; see `Context.suspend` for the arguments.

        Raises:
            Suspend: there is no answer yet.
            Refuse: there is one, and it does not fit.
            SuspendTimeout: nobody has answered in time, and there is no default.
        """
        call, self._calls = self._calls, self._calls + 1
        schema = self._resume_schema if answer is None else Schema.of(answer)
        if call < len(self._replies):
            return self._answer(call, schema)
        asked: dict[str, Any] = {"payload": self._dumped(payload), "label": label}
        if answer is not None:
            asked["answer"] = schema.json_schema
        raise Suspend(asked | deadline(self._host.now(), schema, timeout, default))

    def last_answer(self) -> Any:
        """Return the last answer as the type of the resume schema; None before the first, and after a timeout.

        Raises:
            Refuse: it does not fit.
        """
        if not self._replies or self._replies[-1].by == "timeout":
            return None
        return self._answer(len(self._replies) - 1, ANY if self._last_has_schema else self._resume_schema)

    @property
    def _resume_schema(self) -> Schema:
        return ANY if self._step is None or self._step.resume is None else self._step.resume

    def _answer(self, call: int, schema: Schema) -> Any:
        reply = self._replies[call]
        if reply.by == "timeout":
            raise SuspendTimeout(f"nobody has answered step {format_path(self._path)!r} in time")
        try:
            return schema.load(reply.data)
        except Exception as error:  # A validator of the user's may raise anything.
            # An earlier answer was taken before, and its question is closed; a default is nobody's to mend.
            if call < len(self._replies) - 1 or reply.by == "default":
                raise
            issues = _issues_of(error)
        raise Refuse(issues)

    def _dumped(self, payload: Any) -> Any:
        if self._step is None or self._step.suspend is None:
            return self._host.dump(self._path, "payload", payload)
        try:
            return self._step.suspend.dump(payload)
        except InvalidValue as error:
            message = f"step {self._step.id!r} suspends with a payload that does not fit its suspend_schema:"
            raise InvalidSuspendPayload(message, error.issues) from None
        except NotSerializable as error:
            raise error.called("payload", f"given by step {format_path(self._path)!r}") from None


def _issues_of(error: Exception) -> tuple[Issue, ...]:
    if isinstance(error, InvalidValue):
        return error.issues
    return (Issue(path=(), message=f"a validator raised {type(error).__name__}: {message_of(error)}"),)
