"""A run read from the journal, ready to be drawn; for pages and sockets alike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.errors import UnknownRun
from engine.paths import Path, format_path
from playground.actions.actions import Known, store
from playground.actions.changed_answers import changed_answers
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.fleet import workers
from playground.fleet.workers import Blocked
from playground.graph.tree import read_tree
from playground.history import History, Holder, Reason, Window, reasons, rows
from playground.runpage.changed_steps import changed_steps
from playground.runpage.view import RunView, run_view
from playground.runs.queue_position import standing_of
from playground.scenarios import pins
from playground.store.turns.taking import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A run's history and what it is shown with."""

    history: History
    entry: WorkflowEntry | None
    """The version that the run was made with, as far as it is known."""
    window: Window

    @property
    def known(self) -> Known:
        """Return it as what can be asked of a run takes it."""
        return Known(run=self.history.run, entry=self.entry)

    @property
    def outdated(self) -> bool:
        """Tell whether the code holds another version now, or none."""
        return self.entry is not None and not self.entry.current

    @property
    def graph(self) -> Mapping[str, Any] | None:
        """Return the graph of the run's version."""
        return None if self.entry is None else self.entry.graph


async def load(run_id: str, *, window: Window | None = None, until: int | None = None) -> Loaded:
    """Read a run.

    Args:
        run_id: the run.
        window: how much of long lists is shown.
        until: the last event to read; all by default.

    Raises:
        UnknownRun: there is none with this id.
    """
    events = await store.read(run_id, limit=until)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    history = History(events)
    entry = await catalogue.version(history.run.workflow_id, history.run.digest)
    return Loaded(history=history, entry=entry, window=window or Window())


def row_of(loaded: Loaded, path: Path) -> str:
    """Return the key of the row that shows a step as it is now: in a loop each pass has a row of its own."""
    text, history = format_path(path), loaded.history
    if not any(step.iteration for step in history.run.open.values()):
        return text
    keys = {row.path: row.key for row in rows(history, loaded.graph, loaded.window) if row.kind != "more"}
    return keys.get(text, text)


async def view_of(loaded: Loaded) -> RunView:
    """Return the run as it stands at this moment."""
    now, holder = datetime.now(UTC), await holder_of(loaded)
    return run_view(
        loaded.history,
        loaded.graph,
        now=now,
        window=loaded.window,
        holder=holder,
        changed=await changed_steps(loaded.history.run),
        answers=await changed_answers(loaded.history.run, loaded.entry),
        pinned=_pinned(loaded.entry),
    )


def _pinned(entry: WorkflowEntry | None) -> Collection[str]:
    try:
        return () if entry is None else pins.pins_of(entry)
    except pins.PinsUnreadable:
        # The workflow's page says what is wrong with the file.
        return ()


async def reasons_of(loaded: Loaded) -> tuple[Reason, ...]:
    """Return what an unfinished run waits for at this moment."""
    return reasons(loaded.history, now=datetime.now(UTC), holder=await holder_of(loaded))


async def holder_of(loaded: Loaded) -> Holder:
    """Return what is known of the processes that could bring the run on."""
    run = loaded.history.run
    if run.status in ("pending", "running") and run.has_input:
        return await _holder(run.run_id, loaded.entry)
    changed = await _changed(loaded) if loaded.outdated and run.status in ("waiting", "suspended", "paused") else ""
    return Holder(blocked=changed)


async def _holder(run_id: str, entry: WorkflowEntry | None) -> Holder:
    standing = await standing_of(run_id)
    owned = standing is not None and standing.owner is not None
    blocked = ""
    if not owned and entry is not None:
        blocked = await _missing(entry)
    living = await workers.listing(ended=0)
    if owned:
        blocked = next((_why(one.blocked) for one in living if one.blocked and run_id in one.running), "")
    ready = sum(one.status == "ready" for one in living)
    if standing is None:
        return Holder(workers=ready, owned=owned, blocked=blocked)
    turn, queue = _turn(standing.turn) if standing.turn else "", standing.queue or ""
    return Holder(workers=ready, owned=owned, ahead=standing.ahead, queue=queue, turn=turn, blocked=blocked)


def _turn(turn: Turn) -> str:
    if turn.key is not None:
        return f"another run with the same {turn.key or 'key'} is running"
    if turn.most is not None:
        are = "1 run of this workflow is" if turn.running == 1 else f"{turn.running} runs of this workflow are"
        return f"{are} running, at most {turn.most}"
    return "another run of this workflow is before it"


async def _changed(loaded: Loaded) -> str:
    """Return what the code as it is now lacks for the run, if it lacks anything."""
    run = loaded.history.run
    now = next((one for one in await catalogue.workflows() if one.workflow_id == run.workflow_id), None)
    if now is None:
        return f"the code holds no workflow {run.workflow_id} any more, so the run waits"
    gone = read_tree(now.graph).gone(run.steps())
    if not gone:
        return ""
    listed = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
    return f"the code no longer has {listed}, so the run waits until it has; fork it to go on with the code as it is"


async def _missing(entry: WorkflowEntry) -> str:
    """Return why no worker has the run's workflow, if none has."""
    problem = await catalogue.hindrance(entry)
    if problem is not None:
        what = f"{problem.type} in line {problem.line}" if problem.line else f"{problem.type}: {problem.message}"
        until = "it does" if problem.workflow is None else "it can"
        return f"{problem.module} {problem.fault} ({what}), so the run waits until {until}"
    known = {one.workflow_id for one in await catalogue.workflows()}
    return (
        ""
        if entry.workflow_id in known
        else f"the code holds no workflow {entry.workflow_id} any more, so the run waits"
    )


def _why(blocked: Blocked) -> str:
    who = f"step {blocked.step}" if blocked.step else "something"
    where = f" at {blocked.file}:{blocked.line}" if blocked.file else ""
    return f"{who} has blocked its worker for {blocked.seconds:.0f} s{where}, so nothing else there can go on"
