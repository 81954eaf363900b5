"""Stepyard's engine: typed steps, composed into workflows, run durably.

The public names; `docs/reference` explains each.
"""

from engine.context import Context
from engine.create import create_workflow
from engine.define import clone_step, create_step, step
from engine.errors import StepyardError
from engine.events import Event
from engine.mapping import from_context, from_init, from_state, from_step, template, value
from engine.registry import Engine
from engine.result import RunResult, StepResult
from engine.run import Run
from engine.sequence import sequence
from engine.step import Retry, Step
from engine.store import MemoryStore, Store
from engine.summary import RunSummary
from engine.workflow import Workflow, clone_workflow

__all__ = [
    "Context",
    "Engine",
    "Event",
    "MemoryStore",
    "Retry",
    "Run",
    "RunResult",
    "RunSummary",
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
