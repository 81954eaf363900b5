"""Runs that were recorded in memory, for the tests of what is made of them."""

from typing import Any

from engine import Engine, Workflow
from engine.journal.fold import fold
from engine.testing import FakeClock
from playground.scenarios.saving import Recorded


def in_memory(workflow: Workflow[Any, Any]) -> Engine:
    """Return an engine for a workflow, whose time passes only while none of its steps is executed, as in a scenario."""
    clock = FakeClock()
    engine = Engine([workflow], clock=clock)
    clock.stand_still_while(lambda: engine.runtime.at_work or not engine.runtime.driven)
    return engine


async def record(
    workflow: Workflow[Any, Any],
    value: Any,
    *,
    answers: tuple[tuple[str, Any], ...] = (),
    event: tuple[str, Any] | None = None,
    **start: Any,
) -> Recorded:
    """Run a workflow, give it what it asks for, and return the run as a page reads it.

    Args:
        workflow: the workflow.
        value: its input.
        answers: steps and their answers, in order; a step that is to run into its deadline gets none.
        event: a name and a payload, sent before the last answer, so that it is kept for the step that waits for it.
        start: what else the run starts with.
    """
    engine = in_memory(workflow)
    run = await engine.workflow(workflow.id).create_run()
    await run.start(value, **start)
    for number, (step, data) in enumerate(answers, 1):
        if event is not None and number == len(answers):
            await run.send_event(*event)
        await run.resume(step, data)
    events = await engine.store.read(run.run_id)
    await engine.close()
    return Recorded(run=fold(events), events=events, graph=workflow.graph)
