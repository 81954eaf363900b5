"""Two runs of the database beside each other, their secrets masked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.journal.state import RunState
from engine.journal.summary import RunSummary
from engine.paths import Path
from playground.actions import actions
from playground.catalogue import source_code
from playground.comparison.compare_runs import Comparison, Recording, Shown
from playground.comparison.compare_runs import compare as compare_sides
from playground.forms import mask
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree
from playground.guard.callers import caller
from playground.runs import lists
from playground.runs.lists import Filter
from playground.runs.masking import mask_given, mask_input, mask_result


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two runs, and how they differ."""

    a: RunSummary
    b: RunSummary
    found: Comparison
    texts: Mapping[str, str]
    """By their digests the sources of those steps whose source differs; none for who may not see code."""


async def compare(a: str, b: str) -> Compared:
    """Compare two runs by their ids.

    Raises:
        UnknownRun: there is no run of one of the ids.
    """
    one, other = await asyncio.gather(actions.read_run(a), actions.read_run(b))
    sides = [
        Recording(run=known.run, shown=_shown(known), source=(await source_code.executed(known.run)).source)
        for known in (one, other)
    ]
    # Beside the event loop: the runs may have thousands of steps.
    found = await asyncio.to_thread(compare_sides, *sides)
    digests = {str(digest) for pair in found.pairs if pair.recoded for digest in pair.source}
    return Compared(
        a=await actions.store.summary(a),
        b=await actions.store.summary(b),
        found=found,
        texts=await source_code.texts(digests) if digests and caller.get().may_see_code else {},
    )


async def offered(run: RunState) -> list[tuple[str, str]]:
    """Return what a run may be held against: in words, and the id; its parent, the last success, the last run."""
    found = [("the run that it was forked from", str(run.forked_from["from_run_id"]))] if run.forked_from else []
    for words, status in (("the last success", "success"), ("the last run", "")):
        wanted = Filter(workflow=run.workflow_id, status=status)
        rows = await lists.slice_of(wanted, offset=0, limit=2)
        found += [(words, row.run_id) for row in rows if row.run_id != run.run_id][:1]
    return found


def _shown(known: actions.Known) -> Shown:
    graph: Mapping[str, Any] | None = None if known.entry is None else known.entry.graph
    tree = read_tree(None if known.entry is None else known.entry.graph)

    def shown(path: Path, part: str, value: Any) -> Any:
        if not path:
            return mask_input(graph, value) if part == "input" else mask_result(graph, value)
        node = tree.at(path) or UNKNOWN
        return mask_given(node, value) if part == "input" else mask(node.output_schema or {}, value)

    return shown
