"""What each method of the builder adds to the tree: a node, made of what the method was given and checked."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from engine.building.arguments import (
    arm,
    count,
    point_in_time,
    seconds,
    some_arms,
    source_of,
    source_schema,
    yes_or_no,
)
from engine.building.sequence import is_part, node_of
from engine.errors import DefinitionError
from engine.short_text import shown
from engine.tree.caught_errors import Catch
from engine.tree.functions import make_function
from engine.tree.mapping_sources import Source
from engine.tree.nodes import (
    BranchNode,
    CatchNode,
    EventNode,
    Flow,
    ForeachNode,
    LoopNode,
    MapNode,
    Node,
    ParallelNode,
    RaceNode,
    SleepNode,
)
from engine.tree.wiring import output_of, outputs_of
from engine.values.schema import Schema


def parallel(id: str, arms: Any, concurrency: Any, fail_fast: Any) -> ParallelNode:
    """Return a node whose arms run at once; see `WorkflowBuilder.parallel` for the arguments, as in all of these."""
    nodes = some_arms("parallel", arms, node_of)
    limit = count("concurrency", concurrency)
    return ParallelNode(id=id, arms=nodes, concurrency=limit, fail_fast=yes_or_no("fail_fast", fail_fast))


def race(id: str, arms: Any) -> RaceNode:
    """Return a node whose arms run at once until one succeeds."""
    return RaceNode(id=id, arms=some_arms("race", arms, node_of))


def attempt(id: str, body: Any, otherwise: Any, on: Any) -> CatchNode:
    """Return a node whose body's failures are caught."""
    return CatchNode(id=id, body=node_of(body), handler=node_of(otherwise), on=Catch.of(on))


def branch(id: str, arms: Any, otherwise: Any, given: Schema) -> BranchNode:
    """Return a node whose arms run if their conditions hold for what is given."""
    made = some_arms("branch", arms, lambda pair: arm(pair, given))
    return BranchNode(id=id, arms=made, otherwise=_node_or_none(otherwise))


def _loop(
    kind: Literal["dowhile", "dountil"], id: str, step: Any, condition: Any, max_iterations: Any, given: Schema
) -> LoopNode:
    """Return a node whose body runs again, as its condition says of the body's output."""
    if is_part(condition):
        raise DefinitionError(f".{kind}() was given {shown(condition)} as its condition. Expected (step, condition).")
    body = node_of(step)
    decides = make_function(condition, output_of(body, given))
    limit = count("max_iterations", max_iterations)
    return LoopNode(id=id, kind=kind, body=body, condition=decides, max_iterations=limit)


dowhile: Callable[[str, Any, Any, Any, Schema], LoopNode] = partial(_loop, "dowhile")
dountil: Callable[[str, Any, Any, Any, Schema], LoopNode] = partial(_loop, "dountil")


def foreach(id: str, step: Any, concurrency: Any) -> ForeachNode:
    """Return a node whose body runs for each item."""
    limit = count("concurrency", concurrency) or 1
    return ForeachNode(id=id, body=node_of(step), concurrency=limit)


def mapping(id: str, mapping: Any, flow: Flow, given: Schema) -> MapNode:
    """Return a node that makes a value of what stands before it in ``flow``."""
    if isinstance(mapping, Source):
        wanted = f".map({{'name': {mapping}}})"
        raise DefinitionError(f".map() was given {mapping} alone. Expected a name for what it gives: {wanted}.")
    if not isinstance(mapping, Mapping):
        function = make_function(mapping, given)
        return MapNode(id=id, function=function, output=function.output)
    sources = tuple((key, source_of(key, source, given)) for key, source in mapping.items())
    known = dict(outputs_of(flow.nodes, flow.input))
    output = Schema.keys({key: source_schema(source, flow, known) for key, source in sources})
    return MapNode(id=id, sources=sources, output=output)


def sleep(id: str, wait: Any, given: Schema) -> SleepNode:
    """Return a node that waits for so long."""
    made = make_function(wait, given) if callable(wait) else seconds("sleep", wait)
    return SleepNode(id=id, kind="sleep", wait=made)


def sleep_until(id: str, at: Any, given: Schema) -> SleepNode:
    """Return a node that waits for a point in time."""
    return SleepNode(id=id, kind="sleep_until", wait=point_in_time(at, given))


def wait_for_event(id: str, name: Any, schema: Any, timeout: Any, otherwise: Any) -> EventNode:
    """Return a node that waits for an event from outside."""
    if not isinstance(name, str) or not name:
        raise DefinitionError(f"wait_for_event was given {shown(name)}. Expected the name of an event.")
    if otherwise is not None and timeout is None:
        raise DefinitionError(f"wait_for_event({name!r}, otherwise=...) needs timeout=..., after which that runs.")
    limit = None if timeout is None else seconds("timeout", timeout)
    payload = Schema.given(f"schema of event {name!r}", schema)
    return EventNode(id=id, name=name, schema=payload, timeout=limit, otherwise=_node_or_none(otherwise))


def _node_or_none(part: Any) -> Node | None:
    return None if part is None else node_of(part)
