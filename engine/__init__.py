"""Stepyard's engine: typed steps, composed into workflows, run durably.

The public names; `docs/reference` explains each.
"""

from functools import partial

from engine.building.create_step import clone_step, create_step, step
from engine.building.create_workflow import create_workflow
from engine.building.schedules import Every, Schedule
from engine.building.sequence import sequence
from engine.building.workflow import Workflow, clone_workflow
from engine.errors import Fail, StepyardError
from engine.events import Event
from engine.execution.context import Context
from engine.import_help import missing
from engine.journal.result import RunResult, StepResult
from engine.journal.store import MemoryStore, Store
from engine.journal.summary import RunSummary
from engine.registry import Engine
from engine.rehearsal import Failure, Rehearsal
from engine.runs.run import Run
from engine.tree.mapping_sources import from_context, from_init, from_state, from_step, template, value
from engine.tree.step import Retry, Step

__all__ = [
    "Context",
    "Engine",
    "Event",
    "Every",
    "Fail",
    "Failure",
    "MemoryStore",
    "Rehearsal",
    "Retry",
    "Run",
    "RunResult",
    "RunSummary",
    "Schedule",
    "Step",
    "StepResult",
    "StepyardError",
    "Store",
    "Workflow",
    "clone_step",
    "clone_workflow",
    "create_step",
    "create_workflow",
    "from_context",
    "from_init",
    "from_state",
    "from_step",
    "sequence",
    "step",
    "template",
    "value",
]

# Not as a function: to a type checker, a module with one of this name has every attribute.
globals()["__getattr__"] = partial(missing, public=__all__)
