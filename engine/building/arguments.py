"""What the builder is given, checked and made into parts of the tree."""

from collections.abc import Callable, Iterable, Mapping, Set
from datetime import datetime
from typing import Any, TypeVar

from engine.building.sequence import is_part, node_of
from engine.errors import DefinitionError
from engine.short_text import shown
from engine.tree.functions import make_function
from engine.tree.mapping_sources import FromInit, FromState, FromStep, Source
from engine.tree.nodes import Arm, Flow
from engine.tree.step import Function
from engine.values.durations import in_seconds, is_in_calendar
from engine.values.schema import ANY, Schema

T = TypeVar("T")


def some_arms(kind: str, arms: Any, make: Callable[[Any], T]) -> tuple[T, ...]:
    """Return the arms of a node, each made of what was given for it; there must be one."""
    if isinstance(arms, str | bytes | Mapping | Set) or not isinstance(arms, Iterable):
        items = "pairs: [(condition, step), ...]" if kind == "branch" else "steps: [first, second]"
        raise DefinitionError(f".{kind}() was given {shown(arms)}. Expected a list of {items}.")
    made = tuple(map(make, arms))
    if not made:
        raise DefinitionError(f".{kind}([]) was given no arms. Expected one or more.")
    return made


def arm(pair: Any, given: Schema) -> Arm:
    """Return an arm of a branch from a condition and a step."""
    match pair:
        case (condition, _) if is_part(condition):
            raise DefinitionError(f".branch() was given the step first: {shown(pair)}. Expected (condition, step).")
        case (condition, part):
            return Arm(condition=make_function(condition, given), node=node_of(part))
        case _:
            raise DefinitionError(f".branch() was given {shown(pair)}. Expected a list of pairs: [(condition, step)].")


def point_in_time(at: Any, given: Schema) -> datetime | Function:
    """Return a time, or the function that gives it."""
    if callable(at):
        return make_function(at, given)
    if isinstance(at, datetime) and is_in_calendar(at):
        return at
    raise DefinitionError(f".sleep_until() was given {shown(at)}. Expected a datetime of the calendar, or a function.")


def yes_or_no(what: str, given: Any) -> bool:
    """Return True or False."""
    if isinstance(given, bool):
        return given
    raise DefinitionError(f"{what}={shown(given)}: expected True or False.")


def source_of(key: Any, source: Any, given: Schema) -> Source:
    """Return what stands behind a key of a mapping."""
    if not isinstance(key, str):
        raise DefinitionError(f".map() was given the key {shown(key)}. Keys become JSON, so they must be text.")
    if isinstance(source, Source):
        return source
    if callable(source):
        return make_function(source, given)
    raise DefinitionError(
        f".map() was given {shown(source)} for {key!r}. Expected from_step(...), from_init(...), from_state(...), "
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
    if isinstance(wait, datetime):
        raise DefinitionError(f"{what} was given {shown(wait)}. For a point in time there is .sleep_until(datetime).")
    return in_seconds(what, wait)


def count(what: str, number: Any) -> int | None:
    """Return a number that counts, or None."""
    if number is None or (type(number) is int and number >= 1):
        return number
    raise DefinitionError(f"{what}={shown(number)}: expected a whole number, 1 or more.")
