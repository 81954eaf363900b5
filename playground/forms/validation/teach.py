"""A validator's errors in words that help: what was found, what is expected, and an example."""

from typing import Any

from jsonschema.exceptions import ValidationError

from engine.values.equality import repeated
from playground.forms.schema.document import Part, Place
from playground.forms.schema.kinding import settle
from playground.forms.schema.kinds import Anything, Boolean, Choice, Const, Settled
from playground.forms.schema.shape import Shape, fold
from playground.forms.schema.words import counted, expected, found, name_of
from playground.forms.validation.sample import Sampler
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json, shorten

MAX_EXAMPLE = 120
"""Characters; longer examples hide the sentence."""
MAX_VALUES = 12


def teach(error: ValidationError, place: Place | None) -> str:
    """Return the sentence for an error; `place` is what stands at its path, when that is known."""
    local = fold(Place(parts=(Part(schema=error.schema, resolver=None),)))
    value: Json = error.instance
    match str(error.validator):
        case "required" | "dependentRequired" | "dependencies":
            place = place or local.properties.get(str(error.path[-1]))
            return "This is required." + (wanted(place) if place and not fold(place).broken else "")
        case "properties" | "patternProperties":
            return f"{_name(error)} may not be given."
        case "additionalProperties" | "unevaluatedProperties":
            return f"{_name(error)} is not a known property." + _known(local)
        case "items" | "additionalItems":
            return f"Found {counted(len(value), 'item')}. Expected at most {counted(len(local.prefix), 'item')}."
        case "unevaluatedItems":
            return "The list may have no item here."
        case "propertyNames":
            return f"{_name(error)} is not allowed as a name.{_wanted_name(error.validator_value)}"
        case "uniqueItems":
            first, _ = repeated(value) or (0, 0)
            return f"This item is the same as item {first + 1}; each must be different."
        case "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties":
            return _size(str(error.validator), value, error.validator_value)
        case "contains" | "minContains" | "maxContains":
            return f"Found {found(value)} without enough items of the kind that must be in it, or with too many."
        case "not":
            return f"Found {found(value)}, which is excluded here."
        case "oneOf" if not error.context:
            return f"Found {found(value)}, which fits several alternatives; it must fit exactly one."
        case "None":
            return "Nothing is allowed here."
        case _:
            return f"Found {found(value)}.{wanted(place if error.validator == 'type' and place else local.place)}"


def wanted(place: Place) -> str:
    """Return the sentence of what a place takes, with an example when it says more."""
    words = f" Expected {expected(place)}"
    example = _example(settle(place))
    return f"{words}, for example {example}." if example and example not in words else f"{words}."


def _example(found: Settled) -> str:
    if isinstance(found.kind, Const | Choice | Boolean | Anything):
        return ""
    value = Sampler(most=MAX_VALUES).value(found.place)
    text = dumps(value)
    return text if len(text) <= MAX_EXAMPLE and value not in ("", None) else ""


def _name(error: ValidationError) -> str:
    return name_of(str(error.path[-1]))


def _wanted_name(rule: Any) -> str:
    place = Place(parts=(Part(schema={"type": "string"}, resolver=None), Part(schema=rule, resolver=None)))
    return wanted(place)


def _known(shape: Shape) -> str:
    names = [shorten(name, 40) for name in list(shape.properties)[:8]]
    return f" Expected {', '.join(names)}{' …' if len(shape.properties) > 8 else ''}." if names else ""


def _size(keyword: str, value: Json, limit: Any) -> str:
    noun = keyword[3:]
    unit = {"Items": "item", "Length": "character", "Properties": "property"}[noun]
    bound = "at least" if keyword.startswith("min") else "at most"
    return f"Found {counted(len(value), unit)}. Expected {bound} {counted(limit, unit)}."
