"""What the builder is given, checked and made into parts of the tree."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from engine.building.sequence import node_of
from engine.errors import DefinitionError
from engine.tree.functions import make_function
from engine.tree.nodes import Arm, Flow
from engine.tree.sources import FromInit, FromState, FromStep, Source
from engine.tree.step import Function
from engine.values.schema import ANY, Schema

T = TypeVar("T")


def some_arms(kind: str, arms: Sequence[T]) -> tuple[T, ...]:
    """Return the arms of a node, of which there must be one."""
    if not arms:
        raise DefinitionError(f".{kind}([]) was given no arms. Expected one or more.")
    return tuple(arms)


def arm(pair: Any, given: Schema) -> Arm:
    """Return an arm of a branch from a condition and a step."""
    match pair:
        case (condition, part):
            return Arm(condition=make_function(condition, given), node=node_of(part))
        case _:
            raise DefinitionError(f".branch() was given {pair!r}. Expected pairs: (condition, step).")


def source_of(key: Any, source: Any, given: Schema) -> Source:
    """Return what stands behind a key of a mapping."""
    if not isinstance(key, str):
        raise DefinitionError(f".map() was given the key {key!r}. Keys become JSON, so they must be text.")
    if isinstance(source, Source):
        return source
    if callable(source):
        return make_function(source, given)
    raise DefinitionError(
        f".map() was given {source!r} for {key!r}. Expected from_step(...), from_init(...), from_state(...), "
        "from_context(...), value(...), template(...) or a function."
    )


def source_schema(source: Source, flow: Flow, outputs: Mapping[str, Schema]) -> Schema:
    """Return the schema of what a source gives, as far as it is known.

    Args:
        source: the source.
        flow: the workflow so far.
        outputs: the schemas of its steps' outputs, by id.
    """
    match source:
        case Function():
            return source.output
        case FromInit(path=""):
            return flow.input
        case FromStep(path=""):
            return outputs.get(source.step, ANY)
        case FromState(path=""):
            return flow.state or ANY
        case _:
            return ANY


def seconds(what: str, wait: Any) -> float:
    """Return seconds from seconds or a timedelta."""
    found = wait.total_seconds() if isinstance(wait, timedelta) else wait
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < float("inf"):
        return found
    raise DefinitionError(f"{what} was given {wait!r}. Expected seconds, 0 or more, or a timedelta.")


def count(what: str, number: Any) -> int | None:
    """Return a number that counts, or None."""
    if number is None or (type(number) is int and number >= 1):
        return number
    raise DefinitionError(f"{what}={number!r}: expected a whole number, 1 or more.")
