"""Where the parts of a mapping come from: earlier steps, the input, the state, the request, fixed values, functions."""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from engine.errors import DefinitionError, InvalidOutput, InvalidValue, MappingFailed, NotSerializable, StepNotRun
from engine.short_text import shown
from engine.tree.argument_checks import defining
from engine.tree.step import Function
from engine.values.schema import JSON, Schema

_TOKEN = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<place>[^{}]*)\}|(?P<alone>[{}])|[^{}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedValue:
    """A value that stands in the workflow itself."""

    value: JSON

    def __str__(self) -> str:
        """Return the source as text."""
        return f"value({self.value!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromStep:
    """The output of an earlier step, or a part of it."""

    step: str
    """The step's id."""

    path: str = ""
    """Keys and indexes, joined by dots; empty for the whole."""

    def __str__(self) -> str:
        """Return the source as text."""
        return f"from_step({self.step!r}{f', {self.path!r}' if self.path else ''})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromInit:
    """The workflow's input, or a part of it."""

    path: str = ""

    def __str__(self) -> str:
        """Return the source as text."""
        return f"from_init({self.path!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromState:
    """The run's state, or a part of it."""

    path: str = ""

    def __str__(self) -> str:
        """Return the source as text."""
        return f"from_state({self.path!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromContext:
    """The run's request context, or a part of it."""

    path: str = ""

    def __str__(self) -> str:
        """Return the source as text."""
        return f"from_context({self.path!r})"


Place = FromStep | FromInit | FromState | FromContext
"""What can be read from a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with places that are filled from the run."""

    text: str
    """The text as written."""

    parts: tuple[str | Place, ...]
    """Its fixed texts and the sources between them."""

    def __str__(self) -> str:
        """Return the source as text."""
        return f"template({self.text!r})"


Source = FixedValue | FromStep | FromInit | FromState | FromContext | Template | Function
"""What stands behind a key of a mapping."""


class SourceReader(Protocol):
    """What a mapping reads from the run, each as JSON."""

    def step(self, id: str) -> JSON:
        """Return the output of an earlier step, or raise StepNotRun."""
        ...

    def init(self) -> JSON:
        """Return the workflow's input."""
        ...

    def state(self) -> JSON:
        """Return the run's state."""
        ...

    def context(self) -> JSON:
        """Return the run's request context."""
        ...


@defining("value(5)")
def value(v: Any) -> FixedValue:
    """Take a fixed value.

    Args:
        v: any JSON value, or what pydantic can turn into one.

    Raises:
        DefinitionError: it cannot become JSON.
    """
    try:
        return FixedValue(value=Schema.of(None).dump(v))
    except NotSerializable as error:
        raise DefinitionError(f"value({shown(v)}): {error.called('value')}") from None


class Identified(Protocol):
    """A step, or a workflow used as one."""

    @property
    def id(self) -> str:
        """Return its id."""
        ...


@defining("from_step(fetch, 'city.name')")
def from_step(step: Identified | str, path: str = "") -> FromStep:
    """Take the output of an earlier step.

    Args:
        step: the step or its id; also a nested workflow, or the id of a foreach, a loop or a sequence.
        path: keys and indexes of the part to take, joined by dots: ``"items.0.name"``; all of it when left out.

    Raises:
        DefinitionError: it is no step or id, or the path is no text.
    """
    id = step if isinstance(step, str) else getattr(step, "id", None)
    if not isinstance(id, str) or isinstance(step, type):
        raise DefinitionError(f"from_step was given {shown(step)}. Expected a step or the id of one.")
    return FromStep(step=id, path=_path("from_step", path))


@defining("from_init('city.name')")
def from_init(path: str = "") -> FromInit:
    """Take the workflow's input, or the part at ``path``: ``"customer.name"``."""
    return FromInit(path=_path("from_init", path))


@defining("from_state('city.name')")
def from_state(path: str = "") -> FromState:
    """Take the run's state, or the part at ``path``."""
    return FromState(path=_path("from_state", path))


@defining("from_context('city.name')")
def from_context(path: str = "") -> FromContext:
    """Take the request context that the run was started with, or the part at ``path``."""
    return FromContext(path=_path("from_context", path))


@defining("template('{init.city}')")
def template(text: str) -> Template:
    """Fill a text from the run.

    Args:
        text: with places such as ``{init.city}``, ``{state.count}``, ``{context.user}`` and ``{fetch.celsius}`` or
            ``{steps.fetch.celsius}`` for an earlier step; ``{{`` and ``}}`` stand for braces. Text is put in as it is,
            anything else as JSON.

    Raises:
        DefinitionError: it is no text, a brace has no partner, or a place is empty.
    """
    if not isinstance(text, str):
        raise DefinitionError(f"template was given {shown(text)}. Expected text such as '{{init.city}}'.")
    parts: list[str | Place] = []
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "place":
                parts.append(_place(text, token["place"].strip()))
            case "brace":
                parts.append(token["brace"][0])
            case "alone":
                raise DefinitionError(f"template({text!r}) has a brace without partner. Double it to mean the brace.")
            case _:
                parts.append(token[0])
    return Template(text=text, parts=tuple(parts))


def _path(word: str, path: object) -> str:
    """Return the path of a source, checked."""
    if isinstance(path, str):
        return path
    raise DefinitionError(
        f"{word} was given the path {shown(path)}. Expected keys and indexes, joined by dots: 'a.0.b'."
    )


def _place(text: str, place: str) -> Place:
    """Return the source of one place in a template."""
    kind, _, path = place.partition(".")
    if not kind:
        raise DefinitionError(f"template({text!r}) has the place {{{place}}}. Expected one such as {{init.city}}.")
    match kind:
        case "init":
            return FromInit(path=path)
        case "state":
            return FromState(path=path)
        case "context":
            return FromContext(path=path)
        case "steps" if path:
            id, _, rest = path.partition(".")
            return FromStep(step=id, path=rest)
        case _:
            return FromStep(step=kind, path=path)


def places(source: Source) -> tuple[Place, ...]:
    """Return what a source reads from the run."""
    match source:
        case FromStep() | FromInit() | FromState() | FromContext():
            return (source,)
        case Template():
            return tuple(part for part in source.parts if not isinstance(part, str))
        case _:
            return ()


async def resolve_source(source: Source, key: str, reader: SourceReader, data: JSON, ctx: Any) -> JSON:
    """Return the JSON that stands behind a key of a mapping.

    Args:
        source: where it comes from.
        key: the key, for messages.
        reader: what is read from the run.
        data: the value before the mapping, which a function is given.
        ctx: the context that a function is given.

    Raises:
        MappingFailed: there is nothing at the path, or the step has no output.
        InvalidOutput: a function's result does not fit its annotation.
    """
    match source:
        case FixedValue():
            return source.value
        case Template():
            return "".join(part if isinstance(part, str) else _text(_read(part, key, reader)) for part in source.parts)
        case Function():
            result = await source.call(data, ctx)
            try:
                return source.output.dump(result)
            except InvalidValue as error:
                message = f"mapping {key!r}: what {source.name} returns does not fit its annotation:"
                raise InvalidOutput(message, error.issues) from None
        case _:
            return _read(source, key, reader)


def _read(place: Place, key: str, reader: SourceReader) -> JSON:
    """Return what is at a place of the run."""
    match place:
        case FromStep():
            try:
                whole = reader.step(place.step)
            except StepNotRun as error:
                raise MappingFailed(f"mapping {key!r}: {place} has no value, because that step has not run.") from error
        case FromInit():
            whole = reader.init()
        case FromState():
            whole = reader.state()
        case FromContext():
            whole = reader.context()
    return _at(whole, place, key)


def _at(whole: JSON, place: Place, key: str) -> JSON:
    """Return the part of a value at a place's path."""
    found = whole
    for part in place.path.split(".") if place.path else ():
        match found:
            case dict() if part in found:
                found = found[part]
            case list() if part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
            case _:
                raise MappingFailed(f"mapping {key!r}: {place} found nothing at {part!r}; {_offer(found)}.")
    return found


def _offer(value: JSON) -> str:
    """Return what a value has, for one who looked for something else in it."""
    match value:
        case dict():
            return f"there are the keys {', '.join(map(repr, value))}" if value else "there is an empty dict"
        case list():
            return f"there is a list of {len(value)}"
        case _:
            return f"there is {value!r}"


def _text(value: JSON) -> str:
    """Return a value as it stands in a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
