"""How a refusal is told: each error of a request with its HTTP status and its exit code, in one table.

The words are always the error's own, on a page, below ``/api`` and in a terminal.
"""

from dataclasses import dataclass
from enum import IntEnum

from engine.errors import (
    InvalidValue,
    RequestError,
    StepNotRun,
    StepyardError,
    UnknownRun,
    UnknownSchedule,
    UnknownStep,
    UnknownWorkflow,
)
from playground.runs.filters import InvalidFilter
from playground.store import DatabaseBusy


class EmptyRequest(StepyardError):
    """The request says nothing, so nothing was done. Send the form's fields, or JSON such as {"inputData": ...}."""


class Exit(IntEnum):
    """What a command says when it ends."""

    DONE = 0  # done; a run that was waited for has succeeded
    FAILED = 1  # the run has failed, or something is wrong with the modules that were checked
    WRONG = 2  # the command cannot be carried out as it was given: usage, values, names; nothing was changed
    WAITING = 3  # the run waits for a person or for an event
    CANCELED = 4  # the run was canceled
    LATE = 5  # refused as things stand: answered before, ended, taken; nothing was changed
    UNAVAILABLE = 6  # not now: time is up, or the database cannot be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How a refusal is told."""

    status: int
    """Of the HTTP response."""
    code: Exit
    """Of the command."""
    title: str
    """Of the page that says it."""


TYPED = 422
"""The status of a page that shows its form again with what was typed, and with what is wrong beside each field.

Below ``/api``, where nothing is shown again, the same refusal has the table's own status.
"""

UNKNOWN = Refusal(status=404, code=Exit.WRONG, title="Not found")
UNFIT = Refusal(status=400, code=Exit.WRONG, title="That does not fit")
TABLE: tuple[tuple[type[StepyardError], Refusal], ...] = (
    (UnknownWorkflow, UNKNOWN),
    (UnknownRun, UNKNOWN),
    (UnknownStep, UNKNOWN),
    (UnknownSchedule, UNKNOWN),
    (InvalidValue, UNFIT),
    (InvalidFilter, UNFIT),
    (EmptyRequest, UNFIT),
    (DatabaseBusy, Refusal(status=503, code=Exit.UNAVAILABLE, title="The database is busy")),
    (RequestError, Refusal(status=409, code=Exit.LATE, title="That was too late")),
    (StepNotRun, Refusal(status=409, code=Exit.LATE, title="That was too early")),
)
"""The first row that fits an error holds."""


def refusal_of(error: Exception) -> Refusal | None:
    """Return how an error is told; None for what is a fault of the playground and no refusal."""
    return next((refusal for kind, refusal in TABLE if isinstance(error, kind)), None)


def headline(error: StepyardError) -> str:
    """Return an error's words without its issues, for where these stand beside it."""
    text = str(error)
    return text.partition("\n")[0].rstrip(":") if isinstance(error, InvalidValue) else text
