"""Parallel, branch and foreach: nodes whose children run at once."""

from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from engine.errors import NotAList
from engine.execution.functions import decide
from engine.execution.group import Child, Group
from engine.execution.outcome import Failed, Outcome, recorded
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.refs import Value, item_of
from engine.tree.nodes import BranchNode, ForeachNode, Node, ParallelNode, StepNode, last_of, step_ids


async def run_parallel(run: Walker, node: ParallelNode, scope: Scope, value: Value) -> Outcome:
    """Run all arms on the same input; the result is a dict of their outputs."""
    return await _run_arms(run, node.arms, scope, value, node.concurrency, fail_fast=node.fail_fast)


async def run_branch(run: Walker, node: BranchNode, scope: Scope, value: Value) -> Outcome:
    """Run every arm whose condition is true, as decided once and recorded."""
    arms = [*(arm.node for arm in node.arms), *([node.otherwise] if node.otherwise else [])]
    chosen = scope.place.decisions.get(node.id)
    if chosen is None:
        chosen = []
        for arm in node.arms:
            verdict = await decide(run, arm.condition, scope, node.id, value)
            if isinstance(verdict, Failed):
                return verdict
            if verdict:
                chosen.append(arm.node.id)
        if not chosen and node.otherwise is not None:
            chosen = [node.otherwise.id]
        run.journal.emit("branch-decided", (*scope.path, node.id), {"arms": chosen, "input": value.ref})
    return await _run_arms(run, [arm for arm in arms if arm.id in chosen], scope, value, None, fail_fast=False)


async def run_foreach(run: Walker, node: ForeachNode, scope: Scope, value: Value) -> Outcome:
    """Run the body for each item, in a window of ``concurrency``; the result is the list of outputs."""
    if not isinstance(value.json, list):
        found = type(value.json).__name__
        error = NotAList(f"foreach of {node.body.id!r} needs a list as its input, and received: {found}")
        return Failed(describe(error))
    ids = step_ids(node.body)
    start = partial(_start_item, run, node.body, scope, value)
    children = [
        Child(partial(start, index), ids, index, _known_of(node.body, scope, index)) for index in range(len(value.json))
    ]
    group = Group(run, scope, children, limit=node.concurrency, fail_fast=False, launch_all=False)
    stopped = await group.gather() or group.stopped()
    if stopped is not None:
        return stopped
    values = [outcome for outcome in group.outcomes if isinstance(outcome, Value)]
    # One ref to all items: a ref to each would be handed on with every use of the list.
    ref = {"step": list(scope.path_of(last_of(node.body).id))} if values else {"value": []}
    return Value([item.json for item in values], ref)


def _start_item(run: Walker, body: Node, scope: Scope, items: Value, index: int) -> Coroutine[Any, Any, Outcome]:
    return run.walk(body, scope.item(index), Value(items.json[index], item_of(items.ref, index)))


def _known_of(body: Node, scope: Scope, index: int) -> Outcome | None:
    """Return what the journal holds of an item that is a single step: of very many, most may wait for a person."""
    if not isinstance(body, StepNode) or body.id not in scope.place.children:
        return None
    item = scope.item(index)
    return recorded(item.record(body.id), item.path_of(body.id))


async def _run_arms(
    run: Walker, arms: Sequence[Node], scope: Scope, value: Value, limit: int | None, *, fail_fast: bool
) -> Outcome:
    children = [Child(partial(run.walk, arm, scope, value), step_ids(arm)) for arm in arms]
    group = Group(run, scope, children, limit=limit, fail_fast=fail_fast, launch_all=True)
    stopped = await group.gather() or group.stopped()
    if stopped is not None:
        return stopped
    values = {arm.id: outcome for arm, outcome in zip(arms, group.outcomes, strict=True) if isinstance(outcome, Value)}
    return Value(
        {key: part.json for key, part in values.items()}, {"keys": {key: part.ref for key, part in values.items()}}
    )
