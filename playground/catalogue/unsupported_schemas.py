"""The parts of workflows' schemas that no form can show."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.paths import format_path
from playground.catalogue.catalogue import WorkflowEntry
from playground.forms.validation.unsupported_parts import survey
from playground.graph.nodes import GraphEvent
from playground.graph.tree import read_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaProblem:
    """A part of a schema that no form can show."""

    workflow_id: str
    schema: str
    """Which one: ``input_schema``, or ``ask: resume_schema``."""
    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        """Return where it is and what, without the workflow."""
        where = f" at {format_path(self.path)}" if self.path else ""
        return f"{self.schema}{where}: {self.message}"


def schema_problems(workflow_id: str, graph: Mapping[str, Any]) -> tuple[SchemaProblem, ...]:
    """Return what is wrong with the schemas of a workflow that become forms: of its input, of answers, of events."""
    return tuple(
        SchemaProblem(workflow_id=workflow_id, schema=name, path=issue.path, message=issue.message)
        for name, schema in _schemas(graph)
        for issue in survey(schema)
    )


async def problems_of(entries: Sequence[WorkflowEntry]) -> list[SchemaProblem]:
    """Return what is wrong with the schemas of workflows, in their order; each version is looked through once."""
    return await asyncio.to_thread(lambda: [problem for entry in entries for problem in _remembered(_Version(entry))])


def _schemas(graph: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "input_schema", graph["input_schema"]
    for node in read_tree(graph).walk():
        if node.resume_schema:
            yield f"{node.name}: resume_schema", node.resume_schema
        if isinstance(node, GraphEvent) and node.schema:
            yield f"{node.name}: schema", node.schema


class _Version:
    """A version of a workflow, equal to any other reading of it."""

    def __init__(self, entry: WorkflowEntry) -> None:
        self.entry = entry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str]:
        return self.entry.workflow_id, self.entry.digest


@lru_cache(maxsize=256)
def _remembered(version: _Version) -> tuple[SchemaProblem, ...]:
    return schema_problems(version.entry.workflow_id, version.entry.graph)
