"""The static types of what the builder is given beside steps: functions, conditions, and errors to catch."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from engine.execution.context import Context

Data = TypeVar("Data")
Result = TypeVar("Result")

Inline = Callable[[Data], Result] | Callable[[Data, Context], Result]
"""A function between steps: of the data, and of the context if it wants it."""

Condition = Inline[Data, bool] | Inline[Data, Awaitable[bool]]
"""A function that decides; sync or async."""

JsonDict = dict[str, Any]

Catching = type[BaseException] | str | tuple[type[BaseException] | str, ...]
"""Which errors are caught: exception classes, or names of such."""
