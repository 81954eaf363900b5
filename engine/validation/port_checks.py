"""Checks of the stores, clocks and loggers that a program brings: whether they have the methods that are called."""

from engine.errors import DefinitionError
from engine.short_text import shown


def check_port(owner: str, name: str, given: object, kind: type) -> None:
    """Check that what stands for a port has the methods of one; whether they do their work shows later.

    Args:
        owner: who was given it, in the message.
        name: the argument.
        given: what was given; None for the default.
        kind: a class or protocol that has the methods.

    Raises:
        DefinitionError: it is a class, or has not all the methods.
    """
    if given is None:
        return
    found = f"{owner} was given {name}={shown(given)}"
    if isinstance(given, type):
        raise DefinitionError(f"{found}, which is a class. Give an object of it: {name}={given.__name__}(...).")
    methods = [method for method in vars(kind) if not method.startswith("_") and callable(getattr(kind, method))]
    if missing := [method for method in methods if not callable(getattr(given, method, None))]:
        raise DefinitionError(f"{found}. Expected a {kind.__name__}, and it has no {missing[0]}().")
