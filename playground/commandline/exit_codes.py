"""How a command ends: with a code, and with what is said when it is refused."""

from engine.errors import StepyardError
from playground.runs.refusals import Exit, refusal_of

__all__ = ["CommandRefused", "Exit", "code_of"]


class CommandRefused(Exception):
    """The command ends with a message and a code."""

    def __init__(self, message: str, code: Exit = Exit.WRONG) -> None:
        """Take what to say and how to end."""
        super().__init__(message)
        self.code = code


def code_of(error: StepyardError) -> Exit:
    """Return the code with which an error ends a command; what is no refusal is raised again."""
    refusal = refusal_of(error)
    if refusal is None:
        raise error
    return refusal.code
