"""`engine.errors`: one tree of exceptions."""

import inspect
import re
from typing import Any

import pytest

import engine.errors
from engine import StepyardError
from engine.errors import InvalidValue

ERRORS = [kind for _, kind in inspect.getmembers(engine.errors, inspect.isclass) if issubclass(kind, Exception)]

MEND = re.compile(
    "Add|Call|Change|Choose|Correct|Create|Declare|Fork|Give|Let|Mend|Put|Raise|Read|Register|Say|See|Start|Take|Upgrade|Use"
)
"""What to do begins with a verb."""


def test_errors_are_one_tree() -> None:
    """Every exception derives from StepyardError, and the tree on top of the module shows them all."""
    assert len(ERRORS) > 40
    drawn = set(re.findall(r"\w+", (engine.errors.__doc__ or "").partition("StepyardError")[2]))
    for kind in ERRORS:
        assert issubclass(kind, StepyardError)
        assert kind.__name__ in drawn | {"StepyardError", "InvalidValue"}


@pytest.mark.parametrize("kind", ERRORS)
def test_the_docstring_of_an_error_is_its_message_and_tells_the_mend(kind: Any) -> None:
    """What happened comes first, what to do last."""
    assert str(kind()) == inspect.cleandoc(kind.__doc__)
    *what, mend = re.split(r"(?<=[.*]) (?=[A-Z])", str(kind()))
    assert what
    assert MEND.match(mend) or kind is InvalidValue
