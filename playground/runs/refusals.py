"""How a refusal is told: each error of a request with its HTTP status and its exit code, in one table.

The words are always the error's own, on a page, below ``/api`` and in a terminal; only an argument that they speak of
is written as in that place.
"""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from engine.errors import (
    Argument,
    InvalidCall,
    InvalidTag,
    InvalidValue,
    RequestError,
    StepNotRun,
    StepyardError,
    UnknownLabel,
    UnknownRun,
    UnknownSchedule,
    UnknownStep,
    UnknownWorkflow,
)
from playground.runs.filter_query import InvalidFilter
from playground.store import DatabaseBusy

Write = Callable[[Argument], str]
"""Writes an argument as it is given in the place of asking."""


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
    (UnknownLabel, Refusal(status=409, code=Exit.WRONG, title="That was too late")),
    (InvalidValue, UNFIT),
    (InvalidCall, UNFIT),
    (InvalidTag, UNFIT),
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


def headline(error: StepyardError, write: Write = str) -> str:
    """Return an error's words without its issues, for where these stand beside it."""
    text = words(error, write)
    return text.partition("\n")[0].rstrip(":") if isinstance(error, InvalidValue) else text


def words(error: Exception, write: Write = str) -> str:
    """Return an error's words, with the arguments that they speak of as they are written in the place of asking."""
    return error.told(write) if isinstance(error, RequestError) else str(error)


def as_option(argument: Argument) -> str:
    """Write an argument as an option of a command."""
    option = f"--{argument.name.replace('_', '-')}"
    return option if argument.value is None else shlex.join((option, argument.value))


def as_key(argument: Argument) -> str:
    """Write an argument as a request below ``/api`` has it."""
    first, *rest = argument.name.split("_")
    key = first + "".join(map(str.capitalize, rest))
    return key if argument.value is None else f"{json.dumps(key)}: {json.dumps(argument.value, ensure_ascii=False)}"


def as_query(argument: Argument) -> str:
    """Write an argument as a part of a page's address."""
    return f"?{argument.name}={argument.value or ''}"
