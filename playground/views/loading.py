"""A run read from the journal, ready to be drawn; for pages and sockets alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.errors import UnknownRun
from playground import catalogue, runs, workers
from playground.catalogue import WorkflowEntry
from playground.journal import History, Window
from playground.requests import store
from playground.runpage import Holder, RunView, run_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A run's history and what it is shown with."""

    history: History
    entry: WorkflowEntry | None
    """The version that the run was made with, as far as it is known."""
    window: Window

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


async def view_of(loaded: Loaded) -> RunView:
    """Return the run as it stands at this moment."""
    run = loaded.history.run
    holder = Holder()
    if not run.ended and run.status in ("pending", "running"):
        standing = await runs.standing(run.run_id)
        holder = Holder(workers=await workers.ready_count(), owned=standing is not None and standing.owner is not None)
    return run_view(loaded.history, loaded.graph, now=datetime.now(UTC), window=loaded.window, holder=holder)
