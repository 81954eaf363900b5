"""`Step` and `Retry`: a step as the executor calls it, and how often and after which pauses it is tried again."""

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Literal, TypeVar

from engine.errors import DefinitionError
from engine.short_text import shown
from engine.tree.argument_checks import defined_by, uncallable
from engine.values.durations import in_seconds, is_number
from engine.values.schema import JSON, Schema

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)

Hook = Callable[[Any], Any]
"""Called at the start, the end or the failure of a run, with the run or its result; may be async."""


@defined_by("Retry(attempts=3, delay=1.0)")
@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how patiently a failed step is tried again.

    Raises:
        DefinitionError: a number is out of its range.
    """

    attempts: int = 1
    """All tries, the first one included."""

    delay: float | timedelta = 0.0
    """Seconds, or a timedelta, between the first failure and the second try."""

    backoff: float = 1.0
    """What the delay is multiplied with after each further failure."""

    max_delay: float | timedelta = 60.0
    """The most that the delay grows to, before jitter; seconds or a timedelta."""

    jitter: float | timedelta = 0.0
    """Up to so much is added at random, so that many failed steps do not come back at once; seconds or a timedelta."""

    on: tuple[type[Exception], ...] = (Exception,)
    """Exceptions after which the step is tried again; others fail it at once."""

    timeout: float | timedelta | None = None
    """Seconds, or a timedelta, for all tries and the delays between them together; None for no limit. The time in which
    the step waits for a person does not count."""

    exhausted: Literal["fail", "pause"] = "fail"
    """What becomes of the step when its attempts, or the time for them, are used up: it fails, or the run pauses before
    it, and `Run.proceed` tries it again, as often as before, with the code as it is then. What ``on`` does not list and
    `Fail` fail it all the same."""

    def __post_init__(self) -> None:
        """Check the numbers."""
        if type(self.attempts) is not int or self.attempts < 1:
            found = shown(self.attempts)
            raise DefinitionError(f"Retry(attempts={found}): expected a whole number, 1 (no retry) or more.")
        for name in ("delay", "max_delay", "jitter"):
            in_seconds(f"Retry({name}=...)", getattr(self, name))
        if self.timeout is not None:
            in_seconds("Retry(timeout=...)", self.timeout, above=True)
        if not (is_number(self.backoff) and 1 <= self.backoff < float("inf")):
            found = shown(self.backoff)
            raise DefinitionError(f"Retry(backoff={found}): expected a factor, 1 (same delay) or more.")
        if not isinstance(self.on, tuple) or not all(isinstance(k, type) and issubclass(k, Exception) for k in self.on):
            found = shown(self.on)
            raise DefinitionError(f"Retry(on={found}): expected a tuple of exception classes, such as (OSError,).")
        if not isinstance(self.exhausted, str) or self.exhausted not in ("fail", "pause"):
            raise DefinitionError(f"Retry(exhausted={shown(self.exhausted)}): expected 'fail' or 'pause'.")

    def delay_after(self, attempt: int, random: Callable[[], float]) -> float:
        """Return the seconds to wait after a failed try.

        Args:
            attempt: the number of the try that failed, from 1.
            random: gives a number from 0 to 1.
        """
        most = _seconds(self.max_delay)
        try:
            delay = _seconds(self.delay) * self.backoff ** (attempt - 1)
        except OverflowError:
            delay = most
        return min(delay, most) + _seconds(self.jitter) * random()

    @property
    def total(self) -> float | None:
        """Return the seconds for all tries together; None for no limit."""
        return None if self.timeout is None else _seconds(self.timeout)

    def covers(self, error: BaseException) -> bool:
        """Return whether a step that raised this error may be tried again."""
        return isinstance(error, self.on)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as JSON."""
        policy: dict[str, Any] = {
            "attempts": self.attempts,
            "delay": _seconds(self.delay),
            "backoff": self.backoff,
            "max_delay": _seconds(self.max_delay),
            "jitter": _seconds(self.jitter),
            "on": [kind.__name__ for kind in self.on],
        }
        # Digests of policies without these stay what they were before there were any.
        if self.total is not None:
            policy["timeout"] = self.total
        return policy if self.exhausted == "fail" else policy | {"exhausted": self.exhausted}


def _seconds(duration: float | timedelta) -> float:
    """Return seconds of what was checked before."""
    return duration.total_seconds() if isinstance(duration, timedelta) else duration


@uncallable(
    lambda step: (
        f"Step {step.id!r} cannot be called like a function. To run it after another step, put it into the workflow: "
        f".then({step.id}); steps that belong together make a nested workflow. To call its code as a part of another "
        f"step, or in a test: {step.id}.function(...)."
    )
)
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step(Generic[In, Out]):
    """One typed unit of work. Make it with `step` or `create_step`."""

    id: str
    """Its name within a workflow."""

    call: Callable[[Any, Any], Coroutine[Any, Any, Any]]
    """Runs it on ``(data, ctx)``; a synchronous function runs in a thread, unless it is ``inline``."""

    function: Callable[..., Any]
    """The user's own function, for calling it in a test without an engine."""

    input: Schema
    """What it takes."""

    output: Schema
    """What it returns."""

    resume: Schema | None = None
    """What an answer to its suspension looks like; None if any JSON value will do."""

    suspend: Schema | None = None
    """What its suspension says; None if any JSON value will do."""

    state: Schema | None = None
    """The state of the run as this step sees it; None to see it as the workflow does."""

    description: str = ""
    """What it does, for people."""

    retry: Retry | None = None
    """How it is tried again; None to follow the workflow."""

    timeout: float | None = None
    """Seconds that each attempt may take."""

    metadata: dict[str, Any] | None = None
    """Anything that tools want to know; JSON."""

    undo: Callable[..., Any] | None = None
    """The user's function that takes back what the step has done."""

    call_undo: Callable[[Any, Any], Coroutine[Any, Any, Any]] | None = None
    """Runs it on ``(output, ctx)``."""

    file: str | None = None
    """The source file of the function."""

    line: int | None = None
    """The line at which the function starts."""

    wants_context: bool = False
    """Whether the function takes a context."""

    takes_input: bool = True
    """Whether the function takes the data."""

    is_async: bool = True
    """Whether the function is a coroutine function."""

    inline: bool = False
    """Whether a plain function is called on the event loop itself instead of in a thread."""

    queue: str | None = None
    """The queue whose workers execute it; None for that of its workflow."""

    priority: int | None = None
    """How urgent a run is in that queue, when it is handed there for this step."""

    def __repr__(self) -> str:
        """Return the step as text."""
        return f"Step({self.id!r}: {self.input.name} -> {self.output.name})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """A condition, mapping or timer function: called inline with the value that comes before it."""

    name: str
    """Its name, or the source of a lambda."""

    schema: Schema
    """How the value before it is read: by the annotation of the function, or else by the schema of that value."""

    output: Schema
    """What it returns."""

    bound: Callable[[Any, Any], Any]
    """The user's function as one that takes ``(data, ctx)``; may be async."""

    async def call(self, value: JSON, ctx: Any) -> Any:
        """Return what the function gives for a JSON value.

        Raises:
            InvalidValue: the value does not fit what the function is annotated with.
        """
        result = self.bound(self.schema.load(value), ctx)
        # Most are conditions, and to ask whether something can be awaited takes longer than they do.
        return result if result is True or result is False or not inspect.isawaitable(result) else await result

    def __str__(self) -> str:
        """Return the function as text, the same in every process."""
        return self.name
