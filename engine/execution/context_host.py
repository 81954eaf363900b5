"""What contexts ask of a run in execution, also from the threads of sync steps."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from datetime import datetime
from functools import partial
from typing import Annotated, Any, get_origin

from pydantic import BaseModel

from engine.errors import InvalidState, InvalidValue, Issue, NotSerializable, StepCancelled, StepNotRun, UnknownStep
from engine.events import EventType
from engine.execution.nodes.mapping import ANY, output_of
from engine.execution.recorder import Recorder
from engine.execution.scope import Scope
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from engine.short_text import meant
from engine.tree.nodes import FlowNode, Node, StepNode, giver_of, walk
from engine.tree.step import Step
from engine.values.jsontext import is_json
from engine.values.schema import Schema
from engine.values.types.field_keys import keys_by_name
from engine.values.types.round_trip import same

LOOK_UP = 1.0
"""Seconds after which a thread that waits for the event loop looks whether it is still there."""


class StepHost:
    """Serves the contexts of one execution; it belongs to the thread on which it was made."""

    def __init__(self, journal: Recorder, spawn: Callable[[Callable[[], Coroutine[Any, Any, None]]], None]) -> None:
        """Take the journal, and how to write it while the step runs."""
        self.run_id: str = journal.run_id
        self._journal = journal
        self._spawn = spawn
        self._writing = False
        self.told: deque[tuple[EventType, Path, dict[str, Any]]] = deque()
        """What other threads want recorded, in their order."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    @property
    def request_context(self) -> dict[str, Any]:
        """Return what the run was started with."""
        return self._journal.state.request_context

    @property
    def scheduled_for(self) -> datetime | None:
        """Return the due time for which a schedule started the run."""
        return self._journal.state.scheduled_for

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self._journal.now()

    def leave(self) -> None:
        """Write nothing any more beside a walk; the segment is over."""
        self._spawn = _write_no_more

    def emit(self, type: EventType, path: Path, payload: dict[str, Any]) -> None:
        """Record an event of a running step, soon."""
        if threading.get_ident() == self._thread:
            if self.told:
                self.gather()
            self._emit(type, path, payload)
        else:
            self.told.append((type, path, payload))
            self._loop.call_soon_threadsafe(self.gather)

    def gather(self) -> None:
        """Record what other threads have told so far; the loop does so soon, but a step may end before that."""
        while self.told:
            self._emit(*self.told.popleft())

    def output_of(self, step_id: str, scope: Scope) -> Any:
        """Return the typed output of an earlier step; see `Context.result`."""
        for around in scope.outwards():
            node = giver_of(around.flow.nodes, step_id)
            if node is None:
                continue
            record = around.record(node.id) or around.place.children.get(node.id)
            if record is None:
                raise StepNotRun(f"step {step_id!r} has not run, so it has no output")
            return _typed(node, record, output_of(record))
        known = ", ".join(node.id for node in walk(scope.flow.nodes))
        raise UnknownStep(f"workflow {scope.flow.id!r} has no step {step_id!r}. It has: {known}")

    def init_of(self, scope: Scope) -> Any:
        """Return the workflow's input as its own type."""
        return scope.flow.input.load(scope.init)

    def read_state(self, scope: Scope, step: Step[Any, Any] | None) -> Any:
        """Return the run's state as the step's, else the workflow's, state type."""
        schema = _state_schema(scope, step)
        state = self._journal.state.state
        if schema is None:
            return ANY.load(state)
        try:
            return schema.load(state)
        except InvalidValue as error:
            message = f"the state does not fit the state_schema of {scope.flow.id!r}: give start() an initial_state"
            raise InvalidState(message, error.issues) from None

    def change_state(self, scope: Scope, step: Step[Any, Any] | None, path: Path, changes: dict[str, Any]) -> None:
        """Merge changes into the run's state, validated and recorded."""
        change = partial(self._change_state, scope, step, path, changes)
        if threading.get_ident() == self._thread:
            change()
            return
        done: Future[None] = Future()
        self._loop.call_soon_threadsafe(_settle, done, change)
        while not wait([done], timeout=LOOK_UP).done:
            if self._loop.is_closed():
                raise StepCancelled("the program has ended while the step ran")
        done.result()

    def dump(self, path: Path, name: str, value: Any) -> Any:
        """Return any value as JSON.

        Args:
            path: the step that gives it.
            name: what the value is, for the message: ``payload``.
            value: the value.

        Raises:
            NotSerializable: it names the step and the place in the value.
        """
        try:
            return ANY.dump(value)
        except NotSerializable as error:
            raise error.called(name, f"given by step {format_path(path)!r}") from None

    def _emit(self, type: EventType, path: Path, payload: dict[str, Any]) -> None:
        if self._journal.state.ended:
            return
        self._journal.emit(type, path, payload)
        if not self._writing:
            self._writing = True
            self._spawn(self._write)

    async def _write(self) -> None:
        self._writing = False
        await self._journal.write()

    def _change_state(self, scope: Scope, step: Step[Any, Any] | None, path: Path, changes: dict[str, Any]) -> None:
        schema = _state_schema(scope, step)
        if schema is None:
            json = self.dump(path, "state", changes)
        else:
            message = f"set_state of step {format_path(path)!r} does not fit the state_schema:"
            keys = _keys(schema)
            written = {keys.get(name, name): value for name, value in changes.items()}
            try:
                changed = self._changed(schema, path, written)
            except InvalidValue as error:
                raise InvalidState(message, error.issues) from None
            if lost := [key for key in written if key not in changed and key not in keys.values()]:
                raise InvalidState(message, [_without_place(schema, key) for key in lost])
            json = {key: changed[key] for key in written if key in changed}
        self._emit("state-changed", path, {"changes": json})

    def _changed(self, schema: Schema, path: Path, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the whole state after the changes, as the schema writes it."""
        state = self._journal.state.state
        names = {key: name for name, key in _keys(schema).items()}
        typed = {names.get(key, key): value for key, value in changes.items()}
        # Some only the schema can write, if it declares it: nan, bytes that are no text, or what its Json[...] holds.
        ways: list[Callable[[], Any]] = [
            lambda: schema.admit({**state, **self.dump(path, "state", changes)}),
            lambda: schema.enter({**state, **changes}),
            lambda: schema.enter(_merged(schema.load(state), typed)),
        ]
        found: list[dict[str, Any]] = []
        refused: list[InvalidValue | NotSerializable] = []
        for way in ways:
            try:
                changed = dict(way())
                # What may be JSON is read as JSON, as everywhere; anything else has to come back as it was given.
                if is_json(changes) or _holds(schema.load(changed), typed):
                    return changed
                found.append(changed)
            except (InvalidValue, NotSerializable) as error:
                refused.append(error)
        if found:
            return found[0]
        raise refused[0] from None


def _write_no_more(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin nothing."""


def _state_schema(scope: Scope, step: Step[Any, Any] | None) -> Schema | None:
    own = None if step is None else step.state
    return own or next((around.flow.state for around in scope.outwards() if around.flow.state), None)


def _keys(schema: Schema) -> dict[str, str]:
    """Return the keys of a state in JSON by the names of its fields in Python; a step may use either."""
    kind = getattr(schema.spec, "__origin__", None) if get_origin(schema.spec) is Annotated else schema.spec
    return keys_by_name(kind) if isinstance(kind, type) else {}


def _without_place(schema: Schema, key: str) -> Issue:
    """Return what is wrong with a change of which nothing would be left, since pydantic passes over it."""
    known = _keys(schema) or schema.json_schema.get("properties", {})
    there = f" There are: {', '.join(known)}." if known else ""
    return Issue(path=(), message=f"{schema.name} has no {key!r}.{meant(key, known) or there}")


def _merged(state: Any, changes: dict[str, Any]) -> Any:
    """Return a state of the schema's own type with the changes made."""
    match state:
        case dict():
            return {**state, **changes}
        case BaseModel():
            return state.model_copy(update=changes)
        case _:
            return state


def _holds(state: Any, changes: dict[str, Any]) -> bool:
    """Return whether a state of the schema's own type has just the values that it was given."""
    held = state if isinstance(state, dict) else getattr(state, "__dict__", {})
    return all(key in held and same(held[key], value) for key, value in changes.items())


def _settle(done: "Future[None]", change: Callable[[], None]) -> None:
    """Carry the end of ``change`` over to the thread that waits for it, its error too."""
    try:
        change()
    except BaseException as error:
        done.set_exception(error)
    else:
        done.set_result(None)


def _typed(node: Node, record: StepState, output: Any) -> Any:
    match node:
        case StepNode():
            schema = node.step.output
        case FlowNode():
            schema = node.flow.output
        case _:
            schema = ANY
    return [schema.load(item) for item in output] if record.kind == "items" else schema.load(output)
