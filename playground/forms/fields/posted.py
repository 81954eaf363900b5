"""What a browser posted, by pointer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from playground.forms.values.pointer import canonical

MAX_STEPS = 120
"""Longer pointers than any form has are not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The controls of one form, by their names without the prefix.

    `/list/0/name` holds a value; `:is/…` a state, `:was/…` the state before, `:as/…` that the field is edited as
    JSON or that a decimal stays a JSON number, `:area/…` that it has several lines, `:item/…` and `:entry/…` the
    keys of items and entries in their order, `:key/…` an entry's name, `:name/…` a name that is too long for a
    pointer, `:order/…` the order of names or of ticked options, `:held/…` how the conditions of an object were
    answered, `:opened/…` that the form gave a value by itself, `:stash/…` what was put aside, `:file/…` an upload,
    `:kept` that the JSON tab showed what looks like a call of the API.
    """

    values: dict[str, list[str]]
    files: dict[str, tuple[str, bytes]]
    """Name and content."""
    inside: dict[str, dict[str, None]] = field(default_factory=dict)
    """For each pointer that was posted, or leads to one, the steps that go on from it."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], files: Iterable[tuple[str, str, bytes]], prefix: str) -> Self:
        """Sort what was posted; names without the prefix belong to the page and are left out."""
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            if name.startswith(prefix):
                # Browsers post every line break as two characters.
                values.setdefault(canonical(name.removeprefix(prefix)), []).append(value.replace("\r\n", "\n"))
        kept = {canonical(name.removeprefix(prefix)): (label, data) for name, label, data in files if label or data}
        post = cls(values=values, files=kept)
        for name in [*values, *kept]:
            post._index(name)
        return post

    def _index(self, name: str) -> None:
        steps = name.split("/")[1 : MAX_STEPS + 1]
        at = ""
        for step in steps:
            self.inside.setdefault(at, {})[step] = None
            at = f"{at}/{step}"
        self.inside.setdefault(at, {})

    def has(self, at: str) -> bool:
        """Tell whether anything was posted at a pointer or beneath it."""
        return at in self.inside

    def text(self, at: str) -> str | None:
        """Return the value that was posted at a pointer."""
        return self.mark("", at)

    def mark(self, tag: str, at: str) -> str | None:
        """Return what was posted beside a value."""
        found = self.values.get(f":{tag}{at}" if tag else at)
        return found[-1] if found else None

    def ticked(self, at: str) -> list[str]:
        """Return the numbers of ticked options: those of before in their order, then the others."""
        now = [number for number in dict.fromkeys(self.values.get(at, [])) if number]
        before = (self.mark("order", at) or "").split()
        return [number for number in before if number in now] + [number for number in now if number not in before]

    def marks(self, tag: str, at: str) -> list[str]:
        """Return all that was posted under one name, in the order of the page."""
        return self.values.get(f":{tag}{at}", [])

    def steps(self, at: str) -> list[str]:
        """Return the steps that go on from a pointer, in the order of the page."""
        return list(self.inside.get(at, ()))
