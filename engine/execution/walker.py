"""What the coroutines of the node kinds are given: the run that they are part of."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.clock import Clock
from engine.execution.outcome import Outcome
from engine.execution.ports import Host
from engine.execution.recorder import Recorder
from engine.execution.scope import Scope
from engine.journal.refs import Value
from engine.paths import Path
from engine.tree.nodes import Node


class Listener(Protocol):
    """Something that wants to know when a halted step can go on."""

    def poke(self, path: Path) -> None:
        """Take notice that the step at ``path`` was answered, or its timer is due."""
        ...


class Walker(Protocol):
    """A run in execution."""

    journal: Recorder
    host: Host
    """Serves the contexts of functions."""
    clock: Clock
    random: Callable[[], float]
    lost: str
    """How the former owner of the run was lost."""

    def walk(self, node: Node, scope: Scope, value: Value) -> Coroutine[Any, Any, Outcome]:
        """Run one node of any kind, or go on with it where the journal left it."""
        ...

    def given(self, path: Path, value: Value) -> Value:
        """Return what a step is given when it begins: the value, unless the run was forked there with another one."""
        ...

    def listening(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell the listener, inside the block, what can go on."""
        ...

    def alarm(self, path: Path, step_due: Any) -> None:
        """Poke the listeners about ``path`` when the clock reaches the time."""
        ...
