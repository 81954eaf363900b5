"""How often each node of a workflow ran, over all passes of its loops and all items of its lists, and how it stands."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.journal.state import RunState
from engine.journal.step_state import OPEN, StepState
from engine.paths import Path, format_path, ids_of, parse_path
from playground.graph.nodes import GraphEvent, GraphLoop
from playground.graph.tree import Graph, Tree, read_tree
from playground.history.row import RowStatus, Window, standing, together
from playground.history.step_history import History

WORST: Sequence[RowStatus] = ("failed", "suspended", "waiting", "running", "canceled", "undone", "bailed", "skipped")
"""Which status of many is told beside their number, the first of these that there is."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often a node ran."""

    statuses: Mapping[RowStatus, int]

    @property
    def status(self) -> RowStatus:
        """Return the one status that says most about all."""
        return together(list(self.statuses))

    @property
    def text(self) -> str:
        """Return it in short, for the graph: ``× 12``, or ``2 of 12`` where two stand as nobody hopes."""
        total = sum(self.statuses.values())
        worst = next((self.statuses[status] for status in WORST if status in self.statuses), total)
        return f"× {total:,}" if worst == total else f"{worst:,} of {total:,}"

    @property
    def words(self) -> str:
        """Return it in words: ``10 success, 2 failed``."""
        ordered = sorted(self.statuses.items(), key=lambda item: -item[1])
        return ", ".join(f"{count:,} {status}" for status, count in ordered)


def counts(history: History, graph: Graph | None, window: Window) -> dict[str, Count]:
    """Return how often each node ran that ran more than once, by its path without indexes.

    Args:
        history: the run's events, folded.
        graph: the workflow's graph, of the version that the run was made with.
        window: of a loop whose pass it chooses, that pass alone counts.
    """
    found: dict[str, Counter[RowStatus]] = {}
    tree = read_tree(graph)
    for step in _begun(history.run.root, _chosen(graph, window), window.number):
        node = format_path(ids_of(step.path))
        found.setdefault(node, Counter())[_status(step, history.run, tree)] += 1
    return {node: Count(statuses) for node, statuses in found.items() if statuses.total() > 1}


def _begun(place: StepState, chosen: frozenset[Path], number: int) -> Iterator[StepState]:
    for now in place.children.values():
        every = (*now.earlier, now)
        for step in every[number - 1 : number] if now.path in chosen else every:
            if step.started_at is not None:
                yield step
            yield from _begun(step, chosen, number)


def _chosen(graph: Graph | None, window: Window) -> frozenset[Path]:
    """Return the paths of the steps of which one pass is chosen."""
    place, slash, loop = window.loop.rpartition("/")
    name, _, index = loop.partition("[")
    try:
        around, item = parse_path(place), parse_path(f"[{index}" if index else "")
    except ValueError:
        return frozenset()
    if not slash:
        return frozenset()
    nodes = read_tree(graph).nodes if not around else getattr(read_tree(graph).at(around), "nodes", ())
    loops = (node for top in nodes for node in top.flat() if isinstance(node, GraphLoop) and node.id == name)
    return frozenset((*around, step.id, *item) for node in loops for step in node.body.steps())


def _status(step: StepState, run: RunState, tree: Tree) -> RowStatus:
    """Return how a step stands; a wait that has expired stands as what runs otherwise, which lies beside it."""
    status = standing(step)
    node = tree.at(step.path) if step.kind == "event" and status == "running" else None
    if not isinstance(node, GraphEvent) or node.otherwise is None:
        return status
    *around, index = step.path if isinstance(step.path[-1], int) else (*step.path, None)
    item = () if index is None else (index,)
    places = [(*around[:-1], one.id, *item) for one in node.otherwise.steps()]
    inside = [standing(begun) for place in places if (begun := run.find(place)) is not None]
    return together([one for one in inside if one in OPEN] or [status])
