"""Calls of the words that define workflows: one whose arguments do not fit is told like any other wrong definition."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from engine.errors import DefinitionError, NotCommitted
from engine.shown import meant

P = ParamSpec("P")
T = TypeVar("T")
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
Class = TypeVar("Class", bound=type)


def defining(example: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator: where Python would refuse the arguments of a call, they are refused with a mend.

    Args:
        example: a right call, for the message.

    Raises:
        DefinitionError: by the decorated function, of arguments that are missing, too many or unknown.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except TypeError:
                # Only now, because binding takes longer than most definitions do.
                found = _misfit(signature, args, kwargs)
                if found is None:
                    raise
            unknown = _mistyped(signature, kwargs)
            raise DefinitionError(f"{function.__qualname__}: {found}.{unknown} Write it like this: {example}")

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
        return cls

    return decorate


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
