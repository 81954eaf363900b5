"""What one call of a step's function writes while it runs, joined: pieces of text are one text, other values a list."""

import re
from dataclasses import dataclass, field
from typing import Any

SHOWN = 600
"""So many characters of a text stand in the row."""
LAST_VALUES = 3
"""So many values stand in the row; the last ones."""
MOST_VALUES = 200
"""So many values are shown when the step is opened; the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the row shows of it."""

    text: str
    """The end of the text while the step runs, its beginning afterwards."""
    more: bool
    """Whether there is more text than this."""
    length: int
    """How long the whole text is."""
    values: int
    """How many values that are no text were written."""
    last: tuple[Any, ...]
    """The last ones of them."""


@dataclass(slots=True)
class Stream:
    """What one call of a step's function has written so far: one for each attempt, and after each answer."""

    attempt: int = 1
    questions: int = 0
    """How many questions of this attempt had been answered, or were over, when the function was called."""
    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    """The last ones."""
    count: int = 0
    """How many values there were, those included that are not kept."""
    _head: str = ""
    _tail: str = ""
    _length: int = 0

    def add(self, chunk: Any) -> None:
        """Take one more chunk."""
        if not isinstance(chunk, str):
            self.count += 1
            self.values = [*self.values[1 - MOST_VALUES :], chunk]
            return
        self.parts.append(chunk)
        self._length += len(chunk)
        if len(self._head) < SHOWN:
            self._head = (self._head + chunk)[:SHOWN]
        self._tail = (self._tail + chunk)[-SHOWN:]

    def __bool__(self) -> bool:
        """Tell whether anything was written."""
        return bool(self._length or self.count)

    @property
    def title(self) -> str:
        """Return of which call it is, in words."""
        return f"attempt {self.attempt}" + (f", after question {self.questions}" if self.questions else "")

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.parts)

    def written(self, *, growing: bool) -> Written | None:
        """Return what the row shows, if anything was written: the end of what still grows, else the beginning."""
        if not self:
            return None
        text = self._tail if growing else self._head
        # A row has room for few lines, none of which should be empty.
        shown = re.sub(r"\n{2,}", "\n", text).strip("\n")
        last = tuple(self.values[-LAST_VALUES:])
        return Written(text=shown, more=self._length > len(text), length=self._length, values=self.count, last=last)
