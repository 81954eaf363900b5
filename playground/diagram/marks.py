"""What the rows of a run's journal say of the nodes of its graph: their statuses, and the rows that they lead to."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from playground.graph.part_names import without_indexes


class Named(Protocol):
    """What marks need of a row."""

    @property
    def key(self) -> str:
        """Name the row."""
        ...

    @property
    def kind(self) -> str:
        """Tell what the row is."""
        ...

    @property
    def status(self) -> str:
        """Tell how it stands."""
        ...


def marks(rows: Sequence[Named], together: Any) -> dict[str, str]:
    """Return the status of each node by its rows: of the last iteration in loops, of all items together in lists."""
    return {node: together([row.status for row in last[-1]]) for node, last in _rounds(rows).items()}


def links(rows: Sequence[Named], marks: Mapping[str, str]) -> dict[str, str]:
    """Return the row that each node leads to: in its last iteration of which one stands as the node does, the first."""
    return {node: _stands(marks[node], rounds) for node, rounds in _rounds(rows).items()}


def _stands(status: str, rounds: Sequence[Sequence[Named]]) -> str:
    alike = (row.key for found in reversed(rounds) for row in found if row.status == status)
    return next(alike, rounds[-1][0].key)


def _rounds(rows: Sequence[Named]) -> dict[str, list[list[Named]]]:
    """Return the rows of each node, in loops those of each iteration apart."""
    found: dict[str, list[list[Named]]] = {}
    last: dict[str, str] = {}
    for row in rows:
        if row.kind in ("attempt", "more"):
            continue
        name, _, number = row.key.partition("*")
        node = without_indexes(name)
        if last.get(node) != number:
            last[node] = number
            found.setdefault(node, []).append([])
        found[node][-1].append(row)
    return found
