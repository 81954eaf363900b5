"""Public calls: one whose arguments do not fit is told like any other mistake, with what was found and expected."""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from engine.errors import DefinitionError, InvalidCall, NotCommitted, StepyardError
from engine.short_text import meant, shown
from engine.values.durations import LONGEST, is_in_calendar, is_number
from engine.values.missing import MISSING

P = ParamSpec("P")
T = TypeVar("T")
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
Class = TypeVar("Class", bound=type)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an argument may be."""

    told: str
    """The same in words: ``a whole number``."""

    fits: Callable[[Any], bool]

    def __or__(self, other: None) -> "Expected":
        """Return the kind that may also be None."""
        return Expected(f"{self.told} or None", lambda value: value is None or self.fits(value))


TEXT = Expected("text", lambda value: isinstance(value, str))
WHOLE = Expected("a whole number, 0 or more", lambda value: type(value) is int and value >= 0)
COUNT = Expected("a whole number, 1 or more", lambda value: type(value) is int and value >= 1)
TIME = Expected(
    "a datetime with a time zone",
    lambda value: isinstance(value, datetime) and value.tzinfo is not None and is_in_calendar(value),
)
SHIFT = Expected("seconds or a timedelta, of a thousand years at most, forward or back", lambda value: _is_shift(value))
NUMBER = Expected("a number", lambda value: hasattr(value, "__float__") and not math.isnan(float(value)))
YES_OR_NO = Expected("True or False", lambda value: isinstance(value, bool))
FUNCTION = Expected("a function", lambda value: is_function(value))


def _is_shift(value: Any) -> bool:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    return is_number(seconds) and abs(seconds) <= LONGEST


def one_of(*words: str) -> Expected:
    """Return the kind of some words."""
    return Expected(" or ".join(map(repr, words)), lambda value: isinstance(value, str) and value in words)


def defining(example: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator: where Python would refuse the arguments of a call, they are refused with a mend.

    Args:
        example: a right call, for the message.

    Raises:
        DefinitionError: by the decorated function, of arguments that are missing, too many or unknown.
    """
    return _calling(DefinitionError, example, {})


def asking(example: str, /, **kinds: Expected) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that does the same for calls of what runs workflows, and looks at arguments that were given.

    Args:
        example: a right call, for the message.
        kinds: what arguments may be, by their names.

    Raises:
        InvalidCall: by the decorated function, before anything is done; an async one raises when it is called.
    """
    return _calling(InvalidCall, example, kinds)


def _calling(
    error: type[StepyardError], example: str, kinds: Mapping[str, Expected]
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)
        wanted = [(at, name, kinds[name]) for at, name in enumerate(signature.parameters) if name in kinds]

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            found = None
            for at, name, kind in wanted:
                given = args[at] if at < len(args) else kwargs.get(name, MISSING)
                if given is not MISSING and not kind.fits(given):
                    found = f"{name} is {shown(given)}, expected {kind.told}"
                    break
            else:
                try:
                    return function(*args, **kwargs)
                except TypeError:
                    # Only now, because binding takes longer than most definitions do.
                    found = _misfit(signature, args, kwargs)
                    if found is None:
                        raise
            unknown = _mistyped(signature, kwargs)
            raise error(f"{function.__qualname__}: {found}.{unknown} Write it like this: {example}")

        return call

    return decorate


def defined_by(example: str) -> Callable[[Class], Class]:
    """Return a decorator of classes that does for making an instance what `defining` does for calling a function."""

    def decorate(cls: Class) -> Class:
        cls.__init__ = defining(example)(cls.__init__)  # type: ignore[misc]
        return cls

    return decorate


def uncallable(tell: Callable[[Any], str]) -> Callable[[Class], Class]:
    """Return a decorator of classes whose objects people try to call although they are no functions.

    Type checkers do not see it, so they go on saying it before the program runs.

    Args:
        tell: gives the message for an object.
    """

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise DefinitionError(tell(self))

    def decorate(cls: Class) -> Class:
        cls.__call__ = call  # type: ignore[method-assign]
        _UNCALLABLE.add(cls)
        return cls

    return decorate


_UNCALLABLE: set[type] = set()
"""Classes whose objects tell what to do instead of calling them."""


def is_function(value: object) -> bool:
    """Tell whether something can be called, and is neither a step nor a workflow."""
    return callable(value) and type(value) not in _UNCALLABLE


def unfinished(
    tell: Callable[[Any, str], str | None], error: type[DefinitionError] = NotCommitted
) -> Callable[[Class], Class]:
    """Return a decorator of classes whose objects people take for what they are still to become, or no longer are.

    Args:
        tell: gives the message for an object and the attribute that it does not have; None where there is none to give.
        error: what is raised with the message.

    Raises:
        DefinitionError: by the objects, where there is a message: ``error``.
    """

    def missing(self: Any, name: str) -> Any:
        message = tell(self, name)
        if message is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        raise error(message)

    def decorate(cls: Class) -> Class:
        cls.__getattr__ = missing  # type: ignore[attr-defined]
        return cls

    return decorate


def _mistyped(signature: inspect.Signature, kwargs: dict[str, Any]) -> str:
    """Return what the first keyword was probably meant to be that is not among the parameters, as a sentence."""
    names = [name for name, one in signature.parameters.items() if one.kind not in VARIADIC and name not in kwargs]
    for word in kwargs:
        if word not in signature.parameters and (found := meant(word, names)):
            return f" There is no {word}.{found}"
    return ""


def _misfit(signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """Return what is wrong with the arguments of a call, if they do not fit."""
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        return str(error)
    return None
