"""What clients are told of a foreach as a whole, beside its items: it has no events of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.events import Event
from engine.journal.state import RunState
from engine.journal.step_state import OPEN, StepState
from engine.paths import Path

Told = tuple[str, Path, dict[str, Any]]
"""The type of a chunk, the path of the foreach, and what is said of it."""

Steps = dict[str, Any]

ANSWER = ("resumePayload", "resumedAt")
KEPT = ("paused", "suspended", "running", "waiting", "pending", "failed", "canceled", "bailed", "skipped")
"""A foreach has the first of these statuses that one of its items has; it is a success when none has one of them."""


def as_one(items: Sequence[Steps], *, paused: bool = False) -> Steps:
    """Return the items of a foreach, as they go over the wire, as one step: its values are the lists of theirs.

    Args:
        items: those that have begun.
        paused: whether the run has paused before one of them, or before one that has not begun.
    """
    statuses = [item["status"] for item in items]
    status = "paused" if paused else next((status for status in KEPT if status in statuses), "success")
    found: Steps = {
        "status": status,
        "payload": [item["payload"] for item in items],
        "startedAt": min((item["startedAt"] for item in items if item["startedAt"]), default=None),
    }
    if status == "success":
        found["output"] = [item.get("output") for item in items]
    first = next((item for item in items if item["status"] == status), {})
    keys = {"suspended": ("suspendPayload", "suspendedAt"), "failed": ("error",)}.get(status, ())
    found |= {key: first[key] for key in keys if key in first}
    if status not in (*OPEN, "pending"):
        found["endedAt"] = max((item["endedAt"] for item in items if item.get("endedAt")), default=None)
    return found


@dataclass(slots=True)
class _Items:
    given: list[Any]
    ended: int = 0
    open: int = 0
    failed: bool = False


class Lists:
    """Tells, of a run's events, what they mean for the foreaches around them."""

    def __init__(self, run: RunState, shown: Callable[[StepState], Steps]) -> None:
        """Take the run as it is folded so far, and what says how a step goes over the wire."""
        self._run = run
        self._shown = shown
        self._lists: dict[Path, _Items] = {}

    def begins(self, event: Event) -> Iterator[Told]:
        """Yield what is told before an item begins, or goes on."""
        path = event.path[:-1]
        if not event.path or not isinstance(event.path[-1], int):
            return
        if event.type == "step-started" and event.payload["attempt"] == 1:
            known = self._lists.get(path) or self._found(path, event.payload["input"])
            if known is None:
                return
            if path not in self._lists:
                self._lists[path] = known
                item = self._shown(self._run.place(event.path))
                given = {"payload": self._masked(event.path, known.given), "startedAt": item["startedAt"]}
                yield "workflow-step-start", path, given | {"status": "running"}
            known.open += 1
        elif event.type in ("step-resumed", "step-expired") and path in self._lists:
            item = self._shown(self._run.place(event.path))
            told = {**self._one(path), "status": "running"}
            yield "workflow-step-start", path, told | {key: item[key] for key in ANSWER if key in item}

    def ends(self, event: Event) -> Iterator[Told]:
        """Yield what is told after an item has ended, or was suspended."""
        path = event.path[:-1]
        known = self._lists.get(path)
        if not event.path or known is None or not isinstance(event.path[-1], int):
            return
        item = self._run.place(event.path)
        if event.type != "step-suspended":
            known.ended, known.open = known.ended + 1, known.open - 1
            known.failed = known.failed or item.status != "success"
        progress: Steps = {"completedCount": known.ended, "totalCount": len(known.given)}
        progress |= {"currentIndex": event.path[-1], "iterationStatus": item.status}
        if item.status == "success":
            progress["iterationOutput"] = self._shown(item)["output"]
        yield "workflow-step-progress", path, progress
        if known.ended == len(known.given) or (known.failed and known.open <= 0):
            yield from self._result(path)

    def rests(self, event: Event) -> Iterator[Told]:
        """Yield what is told before the run is suspended, is paused, or ends: of a run that may go on, no result."""
        for path in list(self._lists):
            if event.type not in ("run-suspended", "run-paused"):
                yield from self._result(path)
            elif (one := self._one(path))["status"] == "suspended":
                yield "workflow-step-suspended", path, one

    def _found(self, path: Path, ref: dict[str, Any]) -> _Items | None:
        """Return a foreach whose item begins, when it can be told which list it is given."""
        if "item" not in ref:
            return None
        items = [item for item in self._run.place(path).children.values() if item.status not in (*OPEN, "pending")]
        failed = any(item.status != "success" for item in items)
        return _Items(self._run.value_of(ref["item"][0]), ended=len(items), failed=failed)

    def _result(self, path: Path) -> Iterator[Told]:
        del self._lists[path]
        yield "workflow-step-result", path, self._one(path)

    def _one(self, path: Path) -> Steps:
        children = self._run.place(path).children
        return as_one([self._shown(children[index]) for index in sorted(children, key=int)])

    def _masked(self, path: Path, given: list[Any]) -> list[Any]:
        """Return the list that a foreach is given as its items are shown."""
        return [self._shown(StepState(path, input=value))["payload"] for value in given]
