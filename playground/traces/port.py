"""What makes traces of runs, if something does in this process."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from engine.journal.state import RunState
from engine.paths import Path

StepEnds = Callable[[str, BaseException | None], None]
"""Is told how an attempt was left, and by which error."""


class Traces(Protocol):
    """Makes a span for each attempt of a step and one for the run, all of them in one trace."""

    def step(self, run_id: str, workflow_id: str, path: Path, attempt: int) -> AbstractContextManager[StepEnds]:
        """Be in the span of an attempt inside the block; what the user's code traces there belongs to it.

        Args:
            run_id: the run.
            workflow_id: the workflow that the step belongs to.
            path: the step's path.
            attempt: 1 for the first try.
        """
        ...

    def run(self, run: RunState) -> None:
        """Make the span of a run that has ended; the same one when it is told again."""
        ...

    def close(self) -> None:
        """Send what has not been sent yet, and make no more."""
        ...


@dataclass(slots=True)
class _Chosen:
    make: Callable[[], Traces] | None = None


_chosen = _Chosen()


def use(make: Callable[[], Traces]) -> None:
    """Have workers make traces; the package that does says so when Django is set up."""
    _chosen.make = make


def traces() -> Traces | None:
    """Return what makes traces in this process from now on; None where nobody has asked for them."""
    return None if _chosen.make is None else _chosen.make()
