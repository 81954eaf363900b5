"""What stands below a field: its description, its limits, its default and an example."""

from collections.abc import Iterator, Mapping
from typing import Any

from playground.forms.fields.field_tree import Need, Node, State, Switch, default_word
from playground.forms.schema.expectations import FORMATS, constraints, option_word
from playground.forms.schema.field_kinds import Anything, Choice, Const, Kind, Number, Text, Upload
from playground.forms.schema.shape import Shape, listed, numeric
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json, shorten, unquoted

LONG = 80
LONGEST = 255
"""Characters that a text may have without its being told; whoever writes more is told then."""


def help_of(node: Node) -> str:
    """Return the help of a field, "" when there is nothing to say."""
    shape, kind = node.field.shape, node.field.kind
    return " ".join(_sentences(node, shape, kind))


def _sentences(node: Node, shape: Shape, kind: Kind) -> Iterator[str]:
    yield from _description(shape)
    if isinstance(node, Switch) and node.state is State.VALUE and node.body is not None:
        yield from _description(node.body.field.shape)
        yield from _limits(node.body.field.shape, node.body.field.kind)
    if shape.broken:
        yield f"The schema refers to {shorten(shape.broken)}, which is not in it, so any JSON is taken here."
    if isinstance(kind, Anything) and kind.several:
        yield "Several choices meet here, too many to list, so the value is edited as JSON."
    yield from _limits(shape, kind)
    if not node.at and isinstance(kind, Anything) and node.field.need is Need.OPTIONAL:
        yield "Any JSON; left empty, it is null."
    default = shape.facts.get("default")
    # Null, no items and no properties are what most optional fields have; the empty field shows them, and what can
    # stand in it itself.
    shown = default_word(node.field)
    if default is not None and default not in ([], {}) and not isinstance(kind, Const) and not shown:
        yield f"Default: {_shown(default, kind)}."
    examples = listed(shape.facts, "examples")[:3]
    if examples:
        yield f"Example: {', '.join(_shown(example, kind) for example in examples)}."


def _description(shape: Shape) -> Iterator[str]:
    words = shape.facts.get("description")
    if isinstance(words, str) and words.strip():
        text = words.strip()
        yield text if text[-1] in ".!?…" else f"{text}."


def _limits(shape: Shape, kind: Kind) -> Iterator[str]:
    limits = list(constraints(_telling(shape.facts), kind))
    match kind:
        case Text(format="duration"):
            limits.insert(0, "duration, such as 90s, 2 h or PT1H30M")
        case Text(format=name) if name in FORMATS and name != "password":
            limits.insert(0, FORMATS[name].removeprefix("a ").removeprefix("an "))
        case Number(whole=True):
            limits.insert(0, "whole number")
        case Upload(encoding=encoding):
            limits.insert(0, "text, or a file of text" if encoding == "utf-8" else f"{encoding} text, or a file")
        case _:
            pass
    if limits:
        words = ", ".join(limits)
        yield f"{words[0].upper()}{words[1:]}."


def _telling(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the limits without those that nobody needs to be told: that text is not empty, and not endless."""
    low, high = facts.get("minLength"), facts.get("maxLength")
    noise = {"minLength"} if low == 1 else set()
    noise |= {"maxLength"} if numeric(high) and high > LONGEST else set()
    return {word: value for word, value in facts.items() if word not in noise}


def _shown(value: Json, kind: Kind) -> str:
    if isinstance(kind, Choice):
        pair = next((pair for pair in kind.options if dumps(pair[1]) == dumps(value)), None)
        if pair is not None:
            return option_word(*pair, LONG)
    if value == "":
        return "empty text"
    written = isinstance(value, str) and not isinstance(kind, Number)
    return shorten(value, LONG) if written else unquoted(value if isinstance(value, str) else dumps(value), LONG)
