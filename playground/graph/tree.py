"""A published graph as a tree of frozen nodes, and the ways to find one in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.journal.step_state import StepKind, StepState
from engine.paths import Path, format_path
from engine.values.documents import either, item_of, keyed, listed
from playground.graph.nodes import (
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphMap,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphSleep,
    GraphStep,
    GraphWorkflow,
    Node,
    Schema,
)
from playground.graph.part_names import condition_text

Graph = Mapping[str, Any]
"""A workflow's graph as JSON; see `engine.tree.graph`."""

Schemas = tuple[Schema, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The nodes of a workflow, and the schemas of what goes in and comes out."""

    nodes: tuple[Node, ...] = ()
    input_schema: Schema = None
    output_schema: Schema = None
    state_schema: Schema = None

    def walk(self) -> Iterator[Node]:
        """Yield every node that runs at a path, in the order of the code, those of nested workflows included."""
        yield from _walk(self.nodes)

    def at(self, path: Path) -> Node | None:
        """Return the node that runs at a path, whose indexes of items do not count; None when there is none."""
        nodes, found = self.nodes, None
        for part in path:
            if isinstance(part, int):
                continue
            found = next((node for node in _steps(nodes) if node.id == part), None)
            if found is None:
                return None
            nodes = found.nodes if isinstance(found, GraphWorkflow) else ()
        return found

    def paths(self) -> frozenset[Path]:
        """Return the path of every node that runs, those of nested workflows included, without the indexes of items."""
        return frozenset(node.path for node in self.walk())

    def gone(self, steps: Iterable[StepState]) -> list[str]:
        """Return the written paths of those steps that are not in the tree, or are there as another kind."""
        return sorted({format_path(step.path) for step in steps if not _is_kind(self.at(step.path), step.kind)})

    def by_name(self) -> dict[str, Node]:
        """Return every node that runs at a path, by that path as text without indexes."""
        return {node.name: node for node in self.walk()}

    def waits_for(self, event: str) -> dict[Path, Schema]:
        """Return the schemas of what an event may carry, by the paths of the waits for it."""
        waits = (node for node in self.walk() if isinstance(node, GraphEvent) and node.event == event)
        return {node.path: node.schema or {} for node in waits}


def read_tree(graph: Graph | None) -> Tree:
    """Return the tree of a graph as it was published, by this version or an older one; an empty one for no graph."""
    if graph is None:
        return Tree()
    return Tree(
        nodes=_read_chain(graph["steps"], (), graph.get("input_schema")),
        input_schema=graph.get("input_schema"),
        output_schema=graph.get("output_schema"),
        state_schema=graph.get("state_schema"),
    )


def _is_kind(node: Node | None, kind: StepKind) -> bool:
    special = ("workflow", "sleep", "event")
    return node is not None and (node.type == kind or (node.type not in special and kind not in special))


def _walk(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in _steps(nodes):
        yield node
        if isinstance(node, GraphWorkflow):
            yield from _walk(node.nodes)


def _steps(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield from node.steps()


def _read_chain(nodes: Sequence[Graph], around: Path, given: Schema, also: Schemas = ()) -> tuple[Node, ...]:
    read = []
    for node in nodes:
        read.append(_read(node, around, given, also))
        given, also = read[-1].output_schema, ()
    return tuple(read)


def _read(node: Graph, around: Path, given: Schema, also: Schemas = ()) -> Node:
    common = {"type": node["type"], "id": str(node["id"]), "path": (*around, str(node["id"]))}
    common |= {"input_schema": given, "given_schemas": (given, *also)}
    match node["type"]:
        case "sequence":
            inner = _read_chain(node["steps"], around, given, also)
            return GraphSequence(**common, nodes=inner, output_schema=inner[-1].output_schema if inner else given)
        case "parallel":
            arms = tuple(_read(arm, around, given) for arm in node["arms"])
            return GraphParallel(**common, arms=arms, concurrency=node.get("concurrency"), output_schema=_joined(arms))
        case "race":
            arms = tuple(_read(arm, around, given) for arm in node["arms"])
            return GraphRace(**common, arms=arms, output_schema=_joined(arms))
        case "attempt":
            return _read_attempt(node, common, around)
        case "branch":
            return _read_branch(node, common, around)
        case "loop":
            body = _read(node["body"], around, given)
            is_while, condition = node.get("kind") == "dowhile", condition_text(node.get("condition"))
            return GraphLoop(
                **common, body=body, is_while=is_while, condition=condition, output_schema=body.output_schema
            )
        case "foreach":
            body = _read(node["body"], around, item_of(given) if isinstance(given, dict) else None)
            limit = node.get("concurrency") or 1
            return GraphForeach(**common, body=body, concurrency=limit, output_schema=listed(body.output_schema or {}))
        case "event":
            return _read_event(node, common, around)
        case "workflow":
            return _read_workflow(node["workflow"], common)
        case _:
            return _read_leaf(node, common)


def _read_attempt(node: Graph, common: dict[str, Any], around: Path) -> Node:
    body = _read(node["body"], around, common["input_schema"])
    handler = _read(node["otherwise"], around, None, _told_of(body))
    output = either(body.output_schema or {}, handler.output_schema or {})
    on = tuple(map(str, node.get("on") or ()))
    return GraphCatch(**common, body=body, handler=handler, on=on, output_schema=output)


def _told_of(body: Node) -> Schemas:
    """Return the schemas of what a handler is told: the input of the failed step, which may be any in the body."""
    inside = [schema for node in _walk((body,)) for schema in (node.input_schema, *node.given_schemas)]
    return tuple(keyed({"input": schema}, total=False) for schema in inside if schema)


def _read_branch(node: Graph, common: dict[str, Any], around: Path) -> Node:
    given = common["input_schema"]
    arms = tuple((condition_text(arm.get("condition")), _read(arm["node"], around, given)) for arm in node["arms"])
    otherwise = _read(node["otherwise"], around, given) if node.get("otherwise") else None
    every = [*(arm for _, arm in arms), *filter(None, [otherwise])]
    return GraphBranch(**common, arms=arms, otherwise=otherwise, output_schema=_joined(every))


def _read_event(node: Graph, common: dict[str, Any], around: Path) -> Node:
    schema, given = node.get("schema"), common["input_schema"]
    otherwise = _read(node["otherwise"], around, given) if node.get("otherwise") else None
    output = schema if otherwise is None else either(schema or {}, otherwise.output_schema or {})
    timeout, name = node.get("timeout"), str(node.get("name"))
    return GraphEvent(**common, event=name, timeout=timeout, schema=schema, output_schema=output, otherwise=otherwise)


def _read_workflow(inner: Graph, common: dict[str, Any]) -> Node:
    tree = {key: inner.get(key) for key in ("input_schema", "output_schema", "state_schema")}
    return GraphWorkflow(
        **common | tree,
        description=str(inner.get("description") or ""),
        workflow_id=str(inner.get("id", common["id"])),
        nodes=_read_chain(inner["steps"], common["path"], inner.get("input_schema"), common["given_schemas"]),
    )


def _read_leaf(node: Graph, common: dict[str, Any]) -> Node:
    given = common["input_schema"]
    match node["type"]:
        case "map":
            return GraphMap(**common, function=node.get("function"), keys=node.get("keys"))
        case "sleep":
            return GraphSleep(
                **common,
                output_schema=given,
                until_time=node.get("kind") == "sleep_until",
                seconds=node.get("seconds"),
                until=node.get("until"),
                function=node.get("function"),
            )
        case _:
            return _read_step(node, common)


def _read_step(node: Graph, common: dict[str, Any]) -> Node:
    schemas = {key: node.get(key) for key in ("output_schema", "resume_schema", "suspend_schema", "state_schema")}
    return GraphStep(
        **common | schemas | {"input_schema": node.get("input_schema") or common["input_schema"]},
        description=str(node.get("description") or ""),
        attempts=(node.get("retry") or {}).get("attempts") or 1,
        metadata=node.get("metadata"),
    )


def _joined(arms: Sequence[Node]) -> Schema:
    return keyed({arm.id: arm.output_schema or {} for arm in arms}, total=False)
