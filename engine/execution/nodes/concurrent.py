"""Parallel, race, branch and foreach: nodes whose children run at once."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine.errors import NotAList
from engine.execution.nodes.functions import decide
from engine.execution.nodes.group import Member, Siblings
from engine.execution.nodes.undo import undo_within
from engine.execution.outcome import CANCELED, HALTED, Failed, Outcome, recorded
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.refs import Value, item_of
from engine.journal.step_state import StepState
from engine.tree.nodes import BranchNode, ForeachNode, Node, ParallelNode, RaceNode, StepNode, last_of, step_ids

LATEST = datetime.max.replace(tzinfo=UTC)


async def run_parallel(run: Walker, node: ParallelNode, scope: Scope, value: Value) -> Outcome:
    """Run all arms on the same input; the result is a dict of their outputs."""
    return await _run_arms(run, node.arms, scope, value, node.concurrency, fail_fast=node.fail_fast)


async def run_race(run: Walker, node: RaceNode, scope: Scope, value: Value) -> Outcome:
    """Run all arms on the same input until one has a value; the result is a dict with that alone.

    What the others have done is undone.
    """
    decided = scope.place.decisions.get(node.id)
    arms = [arm for arm in node.arms if decided is None or arm.id in decided]
    # Of timers that ended while nobody lived, the one that was due first goes on first.
    dues = [min(_each(scope, arm, lambda record: record.first_due_at), default=LATEST) for arm in arms]
    children = _children(run, arms, scope, value)
    group = Siblings(run, scope, children, limit=None, launch_all=True, ends_with=Value, order=lambda one: dues[one])
    await group.gather()
    won = {number: end for number, end in enumerate(group.outcomes) if isinstance(end, Value)}
    if not won:
        stopped = group.stopped() or CANCELED
        # Who waits may still win: a race fails only when all arms have failed.
        return HALTED if isinstance(stopped, Failed) and HALTED in group.outcomes else stopped
    ends = {number: max(_each(scope, arms[number], lambda record: record.over_at), default=LATEST) for number in won}
    first = min(won, key=lambda number: (ends[number], dues[number]))
    winner = arms[first]
    if decided is None:
        run.journal.emit("race-decided", (*scope.path, node.id), {"arms": [winner.id]})
    await undo_within(run, scope, [arm for arm in node.arms if arm is not winner])
    return _dict_of({winner.id: won[first]})


def _each(scope: Scope, arm: Node, when: Callable[[StepState], datetime | None]) -> list[datetime]:
    """Return of each step of an arm that has begun when something is, as far as it is."""
    records = (scope.record(step_id) for step_id in step_ids(arm))
    return [at for record in records if record is not None and (at := when(record)) is not None]


async def run_branch(run: Walker, node: BranchNode, scope: Scope, value: Value) -> Outcome:
    """Run every arm whose condition is true, as decided once and recorded."""
    arms = [*(arm.node for arm in node.arms), *([node.otherwise] if node.otherwise else [])]
    chosen = scope.place.decisions.get(node.id)
    if chosen is None:
        chosen = []
        for arm in node.arms:
            holds = await decide(run, arm.condition, scope, node.id, value)
            if isinstance(holds, Failed):
                return holds
            if holds:
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
        Member(partial(start, index), ids, index, _known_of(node.body, scope, index))
        for index in range(len(value.json))
    ]
    group = Siblings(run, scope, children, limit=node.concurrency, launch_all=False)
    await group.gather()
    stopped = group.stopped()
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
    children = _children(run, arms, scope, value)
    group = Siblings(run, scope, children, limit=limit, launch_all=True, ends_with=Failed if fail_fast else None)
    await group.gather()
    stopped = group.stopped()
    if stopped is not None:
        return stopped
    ends = zip(arms, group.outcomes, strict=True)
    return _dict_of({arm.id: end for arm, end in ends if isinstance(end, Value)})


def _children(run: Walker, arms: Sequence[Node], scope: Scope, value: Value) -> list[Member]:
    return [Member(partial(run.walk, arm, scope, value), step_ids(arm)) for arm in arms]


def _dict_of(values: dict[str, Value]) -> Value:
    return Value(
        {key: end.json for key, end in values.items()}, {"keys": {key: end.ref for key, end in values.items()}}
    )
