"""Random types and JSON Schemas whose every name and value is a word of the schema languages, with values of them."""

import enum
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, create_model
from typing_extensions import TypedDict

from engine.values.documents import pointer
from tests.engine.keywords import WORDS

words = st.sampled_from(WORDS)


@dataclass(frozen=True, slots=True)
class Typed:
    """A type, and how a value of it is drawn."""

    kind: Any
    values: st.SearchStrategy[Any]


def is_attribute(word: str) -> bool:
    """Tell whether a word can be the name of a field in Python."""
    return word.isidentifier() and not keyword.iskeyword(word) and not hasattr(BaseModel, word)


def attribute(word: str) -> str:
    """Return a name for the field of a model that is called by a word in JSON."""
    return word if is_attribute(word) else f"field_{WORDS.index(word)}"


def model(name: str, fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> type[BaseModel]:
    """Make a model whose fields have these names, as aliases where Python takes no such name."""
    declared: dict[str, Any] = {
        attribute(word): (kind, Field(defaults.get(word, ...), alias=word)) for word, kind in fields.items()
    }
    return create_model(name, __config__=ConfigDict(populate_by_name=True), **declared)


def parts_of(fields: Mapping[str, Typed]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a value for each field."""
    return st.fixed_dictionaries({word: field.values for word, field in fields.items()})


@st.composite
def models(draw: st.DrawFn, depth: int, tag: tuple[str, str] | None = None) -> Typed:
    """Draw a model, some of whose fields have defaults; ``tag`` is a field with one value only."""
    fields: dict[str, Typed] = draw(st.dictionaries(words, typed(depth - 1), min_size=1, max_size=4))
    if tag is not None:
        fields[tag[0]] = Typed(Literal[tag[1]], st.just(tag[1]))
    given = {word for word in fields if draw(st.booleans()) and word != (tag or "")[:1]}
    defaults = {word: draw(fields[word].values) for word in given}
    made = model(draw(words), {word: field.kind for word, field in fields.items()}, defaults)
    return Typed(made, parts_of(fields).map(lambda parts: made(**parts)))


@st.composite
def data_classes(draw: st.DrawFn, depth: int) -> Typed:
    """Draw a dataclass."""
    names = words.filter(is_attribute)
    fields: dict[str, Typed] = draw(st.dictionaries(names, typed(depth - 1), min_size=1, max_size=4))
    made = make_dataclass(draw(names), [(word, field.kind) for word, field in fields.items()])
    return Typed(made, parts_of(fields).map(lambda parts: made(**parts)))


@st.composite
def typed_dicts(draw: st.DrawFn, depth: int) -> Typed:
    """Draw a TypedDict."""
    fields: dict[str, Typed] = draw(st.dictionaries(words, typed(depth - 1), min_size=1, max_size=4))
    made = TypedDict(draw(words), {word: field.kind for word, field in fields.items()})  # type: ignore[operator]
    return Typed(made, parts_of(fields))


@st.composite
def tagged(draw: st.DrawFn, depth: int) -> Typed:
    """Draw a union of models that are told apart by a field."""
    key, *tags = draw(st.lists(words, min_size=3, max_size=4, unique=True))
    members: list[Typed] = [draw(models(depth, (key, tag))) for tag in tags]
    union: Any = members[0].kind
    for member in members[1:]:
        union |= member.kind
    kind = Annotated[union, Field(discriminator=attribute(key))]
    return Typed(kind, st.one_of([member.values for member in members]))


@st.composite
def leaves(draw: st.DrawFn) -> Typed:
    """Draw a type without fields."""
    some = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    values = enum.Enum(draw(words.filter(str.isidentifier)), {f"V{at}": word for at, word in enumerate(some)})
    return draw(
        st.sampled_from(
            [
                Typed(str, words),
                Typed(int, st.integers(0, 9)),
                Typed(date, st.dates()),
                Typed(Decimal, st.sampled_from([Decimal("1.10"), Decimal(2)])),
                Typed(Literal[tuple(some)], st.sampled_from(some)),
                Typed(values, st.sampled_from(values)),
                Typed(dict[str, Any], st.dictionaries(words, words | st.dictionaries(words, words))),
            ]
        )
    )


@st.composite
def typed(draw: st.DrawFn, depth: int = 2) -> Typed:
    """Draw a type."""
    if depth <= 0:
        return draw(leaves())
    inside: Typed
    match draw(st.sampled_from(["leaf", "model", "dataclass", "typed-dict", "tagged", "list", "dict", "optional"])):
        case "leaf":
            return draw(leaves())
        case "model":
            return draw(models(depth))
        case "dataclass":
            return draw(data_classes(depth))
        case "typed-dict":
            return draw(typed_dicts(depth))
        case "tagged":
            return draw(tagged(depth))
        case "list":
            inside = draw(typed(depth - 1))
            return Typed(list[inside.kind], st.lists(inside.values, max_size=2))  # type: ignore[name-defined]
        case "dict":
            inside = draw(typed(depth - 1))
            return Typed(dict[str, inside.kind], st.dictionaries(words, inside.values, max_size=3))  # type: ignore[name-defined]
        case _:
            inside = draw(typed(depth - 1))
            return Typed(inside.kind | None, st.none() | inside.values)


@st.composite
def documents(draw: st.DrawFn) -> Typed:
    """Draw a JSON Schema with definitions."""
    shared: dict[str, Typed] = draw(st.dictionaries(words, parts(1, {}), max_size=3))
    root: Typed = draw(parts(2, shared))
    return Typed({**root.kind, "$defs": {name: part.kind for name, part in shared.items()}}, root.values)


@st.composite
def parts(draw: st.DrawFn, depth: int, shared: Mapping[str, Typed]) -> Typed:
    """Draw a part of a JSON Schema.

    Args:
        draw: given by Hypothesis.
        depth: how many levels may follow.
        shared: the definitions that it may refer to.
    """
    value = {draw(words): draw(words | st.dictionaries(words, words, max_size=2))}
    inside: Typed
    match draw(
        st.sampled_from(["const", "enum", "text", "ref", *(["object", "open", "array", "any"] if depth else [])])
    ):
        case "ref" if shared:
            name = draw(st.sampled_from(sorted(shared)))
            return Typed({"$ref": f"#/$defs/{pointer(name)}", "default": value}, shared[name].values)
        case "enum":
            options = [value, draw(words), [draw(words)]]
            return Typed({"enum": options}, st.sampled_from(options))
        case "text":
            return Typed({"type": "string", "examples": [value]}, words)
        case "object":
            fields: dict[str, Typed] = draw(st.dictionaries(words, parts(depth - 1, shared), min_size=1, max_size=4))
            rules = {name: field.kind for name, field in fields.items()}
            return Typed({"type": "object", "properties": rules, "required": sorted(fields)}, parts_of(fields))
        case "open":
            inside = draw(parts(depth - 1, shared))
            values = st.dictionaries(words, inside.values, max_size=3)
            return Typed({"type": "object", "additionalProperties": inside.kind}, values)
        case "array":
            inside = draw(parts(depth - 1, shared))
            return Typed({"type": "array", "items": inside.kind}, st.lists(inside.values, max_size=2))
        case "any":
            inside = draw(parts(depth - 1, shared))
            return Typed({"anyOf": [inside.kind, {"const": value}]}, inside.values | st.just(value))
        case _:
            return Typed({"const": value}, st.just(value))
