"""The exit codes of the commands, and how an error ends one."""

from enum import IntEnum

from engine.errors import StepyardError
from playground.api.endpoint import status_of


class Exit(IntEnum):
    """What a command says when it ends."""

    DONE = 0  # done; a run that was waited for has succeeded
    FAILED = 1  # the run has failed, or something is wrong with the modules that were checked
    WRONG = 2  # the command cannot be carried out as it was given: usage, values, names; nothing was changed
    WAITING = 3  # the run waits for a person or for an event
    CANCELED = 4  # the run was canceled
    LATE = 5  # refused as things stand: answered before, ended, taken; nothing was changed
    UNAVAILABLE = 6  # not now: time is up, or the database cannot be used


class CommandRefused(Exception):
    """The command ends with a message and a code."""

    def __init__(self, message: str, code: Exit = Exit.WRONG) -> None:
        """Take what to say and how to end."""
        super().__init__(message)
        self.code = code


def code_of(error: StepyardError) -> Exit:
    """Return the code for an error that the API would answer."""
    match status_of(error):
        case 400 | 404:
            return Exit.WRONG
        case 503:
            return Exit.UNAVAILABLE
        case _:
            return Exit.LATE
