"""How a function is left before its end: it asks, ends the run early, or refuses an answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.errors import InvalidDefault, InvalidValue, Issue, StepError
from engine.short_text import shown
from engine.values.durations import WAITS, due_after
from engine.values.incoming import admitted
from engine.values.missing import MISSING
from engine.values.schema import Schema

Timeout = float | timedelta | datetime | None
"""Until when an answer is waited for: so many seconds, so long, or that time; None for ever."""


class Suspend(BaseException):
    """The signal by which suspend() leaves a step function; no error, so ``except Exception`` lets it pass."""

    def __init__(self, asked: dict[str, Any]) -> None:
        """Take what the step asks, as the payload of its event."""
        super().__init__("the step is suspended")
        self.asked = asked


class Bail(BaseException):
    """The signal by which bail() ends the run early with a result."""

    def __init__(self, value: Any) -> None:
        """Take the result, as JSON."""
        super().__init__("the run ends early")
        self.value = value


class Refuse(BaseException):
    """The signal by which a function is left whose last answer does not fit: the question is open again."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Take what is wrong in the answer."""
        super().__init__("the answer is refused")
        self.issues: tuple[Issue, ...] = tuple(issues)


def deadline(now: datetime, schema: Schema, timeout: Timeout, default: Any) -> dict[str, Any]:
    """Return until when an answer is waited for, and what holds then, as keys of the event of a suspension.

    Args:
        now: the time.
        schema: the schema of the answer.
        timeout: as it was given.
        default: what was given to hold when nobody answers, or MISSING.

    Raises:
        InvalidDefault: the default does not fit the schema.
        StepError: the timeout is no time, or there is a default without one.
    """
    if timeout is None:
        if default is MISSING:
            return {}
        raise StepError("suspend(default=...) holds only after a timeout, and was given none: give timeout=... too")
    due = due_after(now, timeout)
    if due is None:
        raise StepError(f"suspend(timeout=...) was given {shown(timeout)}. Expected {WAITS}")
    if default is MISSING:
        return {"due_at": due.isoformat()}
    try:
        return {"due_at": due.isoformat(), "default": admitted(schema, default)}
    except InvalidValue as error:
        message = "the default of suspend() does not fit the schema of the answer:"
        raise InvalidDefault(message, error.issues) from None
