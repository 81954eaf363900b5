"""What is wrong with a value, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One sentence for the person who filled the form."""

    path: tuple[str | int, ...]
    """Property names and list positions from the root of the value."""
    message: str
