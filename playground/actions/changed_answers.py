"""The questions of a suspended run whose answers newer code reads, with another schema."""

from dataclasses import dataclass
from typing import Any

from engine.journal.state import RunState
from engine.paths import Path, ids_of
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.fleet import versions
from playground.graph.tree import read_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAnswer:
    """A question whose answer is read by newer code, with another schema."""

    was: Any
    """The JSON Schema of the version that the run was made with; None for any JSON."""
    now: Any
    """That of the code as it is now."""


async def changed_answers(run: RunState, entry: WorkflowEntry | None) -> dict[Path, ChangedAnswer]:
    """Return the suspended steps whose answer's schema is another one now, by their paths without indexes.

    A question with a schema of its own keeps it, and a version that a worker still holds reads its answers itself.
    """
    asking = [ids_of(step.path) for step in run.suspended if step.answer_schema is None]
    if entry is None or entry.current or not asking or await versions.is_held(entry.workflow_id, entry.digest):
        return {}
    now = next((one for one in await catalogue.workflows() if one.workflow_id == run.workflow_id), None)
    if now is None:
        return {}
    then_tree, now_tree = read_tree(entry.graph), read_tree(now.graph)
    pairs = {path: (then_tree.at(path), now_tree.at(path)) for path in asking}
    return {
        path: ChangedAnswer(was=one.resume_schema, now=other.resume_schema)
        for path, (one, other) in pairs.items()
        if one is not None and other is not None and one.resume_schema != other.resume_schema
    }
