"""What reads and writes the values of one schema."""

from abc import ABC, abstractmethod
from typing import Any, Protocol

JSON = Any


class Codec(Protocol):
    """Reads and writes the values of one schema."""

    @property
    def two_forms(self) -> bool:
        """Whether JSON that is given away may differ from JSON from outside."""
        ...

    def load(self, value: JSON) -> Any:
        """Return the object that a JSON value stands for."""
        ...

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object, as it is given away."""
        ...

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object, as it would be given from outside."""
        ...

    def admit(self, value: Any) -> JSON:
        """Return JSON that was given from outside with defaults filled in, and else as it was; also of an object."""
        ...


class OneForm(ABC):
    """A codec for which JSON that is given away and JSON from outside are alike."""

    __slots__ = ()

    two_forms = False

    @abstractmethod
    def load(self, value: JSON) -> Any:
        """Return the object that a JSON value stands for."""

    @abstractmethod
    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object."""

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object."""
        return self.dump(value)

    def admit(self, value: Any) -> JSON:
        """Return JSON with defaults filled in."""
        return self.dump(self.load(value))
