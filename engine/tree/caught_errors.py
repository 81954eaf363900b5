"""Which failures an attempt catches: recognised by the name of the error's class, which is what a journal keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import DefinitionError
from engine.short_text import shown


@dataclass(frozen=True, slots=True)
class Catch:
    """Classes of exceptions, and names of such."""

    kinds: tuple[type[BaseException] | str, ...] = (Exception,)

    @classmethod
    def of(cls, on: Any) -> "Catch":
        """Return what ``on=`` of an attempt means.

        Args:
            on: one or several exception classes, or names of them.

        Raises:
            DefinitionError: it is something else, or nothing.
        """
        kinds = tuple(on) if isinstance(on, tuple | list | set | frozenset) else (on,)
        if not kinds or not all(_is_kind(kind) for kind in kinds):
            raise DefinitionError(
                f".attempt(on={shown(on)}): expected exception classes or their names, such as "
                "(TimeoutError, 'HTTPError')."
            )
        return cls(kinds)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names, as the graph shows them."""
        return tuple(kind if isinstance(kind, str) else kind.__name__ for kind in self.kinds)

    def covers(self, name: str) -> bool:
        """Tell whether an error is caught.

        Args:
            name: the name of its class. A class of that name that derives from one in ``kinds`` counts.
        """
        return any(_covers(kind, name) for kind in self.kinds)


def _is_kind(kind: Any) -> bool:
    return bool(kind) if isinstance(kind, str) else isinstance(kind, type) and issubclass(kind, BaseException)


def _covers(kind: type[BaseException] | str, name: str) -> bool:
    if isinstance(kind, str):
        return kind == name
    if kind is BaseException:
        return True
    if kind is Exception:
        # Told by what it is not: a class that was made inside a function may be gone when the journal is read.
        return name not in {other.__name__ for other in _beside_exceptions()}
    return any(below.__name__ == name for below in _below(kind))


def _beside_exceptions() -> Iterator[type[BaseException]]:
    for kind in BaseException.__subclasses__():
        if kind is not Exception:
            yield from (below for below in _below(kind) if not issubclass(below, Exception))


def _below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    """Yield a class and all that derive from it."""
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)
