"""Conditions, mapping and timer functions: called with the typed value, their errors named."""

import asyncio
from typing import Any

from engine.errors import ConditionFailed, StepError
from engine.execution.context import Context
from engine.execution.control_flow import Bail, Suspend
from engine.execution.outcome import Failed
from engine.execution.scope import Scope
from engine.execution.walker import ITSELF, Walker, own_cancels
from engine.failure import describe, is_users, raised
from engine.journal.refs import Value
from engine.tree.step import Function


async def evaluate(
    run: Walker, function: Function, scope: Scope, node_id: str, value: Value, context: Context | None = None
) -> Any:
    """Return what the function gives for the value.

    What came before is durable by then, or a function that kills its process would be taken for the step before it.

    Raises:
        StepError: the function tried to suspend or to bail; else whatever it raises.
    """
    context = context or Context(run.host, scope, node_id, (*scope.path, node_id))
    await run.journal.flush()
    cancels = own_cancels.get()
    try:
        return await function.call(value.json, context)
    except (Suspend, Bail):
        raise StepError(f"{function.name} of {node_id!r} cannot suspend or bail: only a step can") from None
    except asyncio.CancelledError:
        if await cancels.settle(run):
            raise StepError(ITSELF) from None
        raise
    finally:
        context.close()
        if cancels.task.cancelling():
            await cancels.settle(run)


async def decide(run: Walker, condition: Function, scope: Scope, node_id: str, value: Value) -> bool | Failed:
    """Return what a condition says, or the failure that names it."""
    try:
        return bool(await evaluate(run, condition, scope, node_id, value))
    except BaseException as error:
        if not is_users(error):
            raise
        named = ConditionFailed(f"condition {condition.name} of {node_id!r} {raised(error)}")
        named.__cause__ = error
        return Failed(describe(named))
