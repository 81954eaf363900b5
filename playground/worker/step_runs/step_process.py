"""``python -m playground.worker.step_runs.step_process --fd N --order FILE``: runs one step of a recorded run alone.

A line of JSON each: ``{"importing": module}`` before each module, ``{"running": true}`` before the step, and at the end
``{"came": [events of the step], "seconds": …}``; or ``{"wrong": …}`` when it cannot be run.
"""

import argparse
import asyncio
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from engine import Engine, MemoryStore  # noqa: E402  Django must be set up first.
from engine.building.workflow import Workflow  # noqa: E402
from engine.clock import SystemClock  # noqa: E402
from engine.errors import StepyardError, UnknownStep  # noqa: E402
from engine.events import Draft, Event  # noqa: E402
from engine.journal.changed_code import node_at  # noqa: E402
from engine.journal.forks import record_fork  # noqa: E402
from engine.paths import Path, format_path  # noqa: E402
from engine.tree.nodes import MapNode, StepNode  # noqa: E402
from playground.worker.loading.helper_main import Tell, imported, parser_of, run_and_end, workflow_of  # noqa: E402

ENDS = frozenset({"step-succeeded", "step-failed", "step-attempt-failed", "step-suspended", "step-bailed"})
"""The events with which a step that runs alone is over: it is tried once, and nobody answers it."""


def main() -> None:
    """Import, run, and end at once, whatever the modules have started."""
    parser = parser_of("playground.worker.step_runs.step_process", __doc__)
    parser.add_argument("--order", type=FilePath, required=True, help="the file that says which step, in JSON")
    arguments = parser.parse_args()
    run_and_end(arguments.fd, lambda tell: _ran(arguments, tell))


def _ran(arguments: argparse.Namespace, tell: Tell) -> Mapping[str, Any]:
    """Run, and return the last line."""
    order = json.loads(arguments.order.read_text())
    discovery = imported(arguments.modules, tell)
    try:
        asyncio.run(run_step(workflow_of(discovery, order["workflow"]), order, tell))
    except StepyardError as error:
        return {"wrong": str(error)}
    return {"done": True}


async def run_step(workflow: Workflow[Any, Any], order: Mapping[str, Any], tell: Tell) -> None:
    """Run a step as a fork of its run would, in memory, up to its end and no further.

    Args:
        workflow: the workflow as the code is now.
        order: ``events`` of the run, ``step``: the path, ``input``: what it is given, ``began``: see `record_fork`.
        tell: is told when it begins, and what came, before anything that it left behind is waited for.

    Raises:
        UnknownStep: there is no such step, or the code does not come to it.
    """
    path: Path = tuple(order["step"])
    node = node_at(workflow.flow, path)
    if not isinstance(node, StepNode | MapNode):
        raise UnknownStep(f"{format_path(path)!r} is no step and no map: only what a function does can be run alone")
    store, run_id = MemoryStore(), f"alone-{uuid.uuid4()}"
    events = [Event.from_dict(event) for event in order["events"]]
    await store.create(events[0].run_id, [Draft(event.at, event.type, event.path, event.payload) for event in events])
    # A rehearsal calls no hooks and no undo; it pauses before each step, and only this one goes on.
    ways: dict[str, Any] = {"breakpoints": "all", "rehearsal": {}}
    await record_fork(
        store,
        SystemClock(),
        run_id=events[0].run_id,
        new_run_id=run_id,
        digest=workflow.digest,
        path=path,
        step_input=order["input"],
        began=order["began"],
        ways=ways,
        permit=_permitted,
    )
    run = await Engine([workflow], store=store).run(run_id)
    before, over = (await store.summary(run_id)).last_seq, asyncio.Event()

    def watch(event: Event) -> None:
        if event.path == path and event.seq > before and event.type in ENDS:
            over.set()

    run.watch(watch, after=before)
    if isinstance(node, StepNode):
        if list(path) not in (await run.start()).paused:
            raise _not_reached(path)
        before = (await store.summary(run_id)).last_seq
    tell({"running": True})
    # A run does not pause before a map.
    going = asyncio.create_task(run.proceed(step=list(path)) if isinstance(node, StepNode) else run.start())
    await asyncio.wait([going, asyncio.create_task(over.wait())], return_when=asyncio.FIRST_COMPLETED)
    events = await store.read(run_id)
    if not any(event.path == path and event.seq > before for event in events):
        raise _not_reached(path)
    tell(_came(events, path, before))


def _not_reached(path: Path) -> UnknownStep:
    return UnknownStep(f"the code as it is now does not come to step {format_path(path)!r} from there")


def _came(events: Sequence[Event], path: Path, before: int) -> Mapping[str, Any]:
    own = [event for event in events if event.path == path and event.seq > before]
    last = next((number for number, event in enumerate(own) if event.type in ENDS), len(own) - 1)
    own = own[: last + 1]
    seconds = (own[-1].at - own[0].at).total_seconds() if own else None
    return {"came": [event.to_dict() for event in (events[0], *own)], "seconds": seconds}


async def _permitted() -> bool:
    return True


if __name__ == "__main__":
    main()
