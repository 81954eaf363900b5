"""What a run is called, recorded in its journal, or kept for its start."""

from engine.errors import UnknownRun
from engine.journal.requests import record_tags
from engine.runs.runtime import Runtime
from engine.tags import Tagging

Kept = tuple[str | None, tuple[str, ...]]
"""The name and the tags that a run is to begin with."""


async def tag(runtime: Runtime, run_id: str, wanted: Tagging, kept: Kept, *, recorded: bool) -> Kept:
    """Record a run's new name or tags; what is raised stands at `Run.tag`.

    Args:
        runtime: what executes it.
        run_id: the run.
        wanted: what is to be said of it.
        kept: what was kept for its start before.
        recorded: whether it is known to be in the store.

    Returns:
        What is kept for its start now.
    """
    try:
        await record_tags(runtime.store, runtime.clock, run_id, wanted)
    except UnknownRun:
        if recorded:
            raise
        return wanted.of(*kept)
    return kept
