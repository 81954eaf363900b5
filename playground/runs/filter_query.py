"""Reading which runs a list shows, from the words of a query or of a command's options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from engine.errors import Issue, StepyardError
from engine.events import RunStatus
from playground.runs.lists import Filter

MOST = 500
"""Of a list, so many at once at most."""
SHOWN = 50
"""So many when nobody says how many."""
STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)


class InvalidFilter(StepyardError):
    """A list cannot be filtered so. Mend what is named."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Take what is wrong, each with the name of the word."""
        self.issues: tuple[Issue, ...] = tuple(issues)
        super().__init__("; ".join(map(str, issues)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A part of a list of runs."""

    filter: Filter
    after: str
    """What the part before gave as its ``next``; empty for the first one."""
    limit: int = SHOWN
    """How many, from 1 to `MOST`."""


def read_filter(given: Mapping[str, str], names: Mapping[str, str] | None = None) -> Wanted:
    """Return what the words mean: ``workflow, status, q, tag, resource_id, since, until, after, limit``.

    Args:
        given: the words by their names; all may be missing.
        names: what a word is called there, where it is not called as here.

    Raises:
        InvalidFilter: some of the words mean nothing; each issue has the name of one.
    """
    reading = _Reading(given=given, names=names or {}, issues=[])
    found = Wanted(
        filter=Filter(
            workflow=reading.text("workflow"),
            status=reading.statuses(),
            q=reading.text("q"),
            tags=reading.tags(),
            resource_id=reading.text("resource_id"),
            since=reading.time("since"),
            until=reading.time("until"),
        ),
        after=reading.place(),
        limit=reading.limit(),
    )
    if reading.issues:
        raise InvalidFilter(reading.issues)
    return found


def read_part(given: Mapping[str, str]) -> Wanted:
    """Return where in a list that has no filters to go on, and how many are wanted: ``after, limit``.

    Raises:
        InvalidFilter: no part of a list gives such a place, or there is no such part.
    """
    return read_filter({name: given.get(name, "") for name in ("after", "limit")})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    given: Mapping[str, str]
    names: Mapping[str, str]
    issues: list[Issue]

    def text(self, name: str) -> str:
        text = self.given.get(self.names.get(name, name), "").strip()
        if text.isascii() or text.encode("utf-8", "ignore").decode() == text:
            return text
        return self.wrong(name, "holds bytes that are no text")

    def statuses(self) -> str:
        """Return the statuses with commas between them."""
        words = [word.strip() for word in self.text("status").split(",") if word.strip()]
        for word in words:
            if word not in STATUSES:
                listed = ", ".join(STATUSES)
                self.wrong("status", f"there is no status {word!r}. There are: {listed}; several with commas between")
        return ",".join(dict.fromkeys(words))

    def tags(self) -> tuple[str, ...]:
        """Return the tags, which have commas between them."""
        words = [word.strip() for word in self.text("tag").split(",")]
        return tuple(dict.fromkeys(word for word in words if word))

    def time(self, name: str) -> datetime | None:
        """Return a time; one without a zone is in UTC."""
        text = self.text(name)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(name, f"{text!r} is no time. Write it as 2026-03-01 or 2026-03-01T09:00:00Z")
            return None

    def place(self) -> str:
        text = self.text("after")
        if text and not (text.isascii() and text.isdigit() and len(text) < 19):
            return self.wrong("after", f"{text!r} is no place in a list. Give the next of the part before")
        return text

    def limit(self) -> int:
        text = self.text("limit")
        if text and not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST):
            self.wrong("limit", f"{text!r} is no number from 1 to {MOST}. Get what is more in parts")
            return SHOWN
        return int(text) if text else SHOWN

    def wrong(self, name: str, message: str) -> str:
        self.issues.append(Issue(path=(self.names.get(name, name),), message=message))
        return ""
