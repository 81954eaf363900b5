"""Names that people try to import from the engine, and where what they mean is."""

import difflib
import importlib.util
import sys
from typing import Any

from engine import errors

_ELSEWHERE = {
    "Builder": "from engine import create_workflow",
    "Flow": "from engine import create_workflow",
    "StepContext": "from engine import Context",
    "WorkflowBuilder": "from engine import create_workflow",
    "flow": "from engine import create_workflow",
    "function": "from engine import step",
    "node": "from engine import step",
    "task": "from engine import step",
    "workflow": "from engine import create_workflow",
}
_METHODS = {
    **dict.fromkeys(("bail", "progress", "set_state", "suspend", "write"), "a method of ctx: ctx.{}(...)"),
    **dict.fromkeys(
        ("branch", "commit", "dountil", "dowhile", "foreach", "map", "parallel", "sleep", "sleep_until", "then"),
        "a method of the workflow in the making: create_workflow(...).{}(...)",
    ),
    "wait_for_event": "a method of the workflow in the making: create_workflow(...).{}(...)",
    **dict.fromkeys(("cancel", "resume", "send_event", "start"), "a method of a run: await run.{}(...)"),
    "run": "a method of a run: await run.start(...); in tests, from engine.testing import run_to_end",
}
_TESTING = frozenset({"Collector", "FakeClock", "FaultPoint", "SimulatedCrash", "run_to_end", "until"})


def missing(name: str, public: list[str]) -> Any:
    """Refuse a name that the engine's face does not have; returns nothing.

    Args:
        name: the name.
        public: the names that it has.

    Raises:
        ImportError: somebody most likely means something else, which the message names.
        AttributeError: nothing is like it.
    """
    # Only imports are told: whoever else asks for an attribute may do well without it. And of a part of the package
    # that is not imported yet, Python itself asks for the attribute first.
    imported = sys._getframe(1).f_globals.get("__name__") == "importlib._bootstrap"
    is_part = name.startswith("_") or importlib.util.find_spec(f"engine.{name}") is not None
    if imported and not is_part and (mend := _mend(name, public)):
        raise ImportError(f"engine has no {name!r}. {mend}", name="engine")
    raise AttributeError(f"module 'engine' has no attribute {name!r}", name=name)


def _mend(name: str, public: list[str]) -> str:
    """Return what to write instead of a name; nothing where it is like no other."""
    if name in _TESTING:
        return f"Write: from engine.testing import {name}."
    if isinstance(getattr(errors, name, None), type):
        return f"Write: from engine.errors import {name}."
    if name in _METHODS:
        return f"It is {_METHODS[name].format(name)}."
    if name in _ELSEWHERE:
        return f"Write: {_ELSEWHERE[name]}."
    same = [known for known in public if known.replace("_", "").lower() == name.replace("_", "").lower()]
    close = difflib.get_close_matches(name, same or public, 1, 0.75)
    return f"Did you mean {close[0]}? Write: from engine import {close[0]}." if close else ""
