"""A validator's errors in words that help: what was found, what is expected, and an example."""

from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError

from engine.validation.equality import repeated
from playground.forms.schema.document import Part, Place
from playground.forms.schema.expectations import counted, expected, found, name_of
from playground.forms.schema.field_kinds import Anything, Boolean, Choice, Const, Settled
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.shape import Shape, fold
from playground.forms.validation.sample import Sampler
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import MISSING, Json, Missing, shorten

MAX_EXAMPLE = 120
"""Characters; longer examples hide the sentence."""
MAX_VALUES = 12
Difference: TypeAlias = tuple[tuple[str | int, ...], Json | Missing, Json | Missing]


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
            return f"{_name(error)} is not allowed as a name.{_wanted_name(place or local.place)}"
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
        case "const" | "enum" if isinstance(value, dict | list) and (near := _nearest(value, error)):
            return near
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


def _wanted_name(place: Place) -> str:
    """Return what names are taken; a rule that speaks of no type speaks of text."""
    types = fold(place).types
    named = types is not None or "enum" in fold(place).facts
    return wanted(place if named else place.plus(Place(parts=(Part(schema={"type": "string"}, resolver=None),))))


def _known(shape: Shape) -> str:
    names = [shorten(name, 40) for name in list(shape.properties)[:8]]
    return f" Expected {', '.join(names)}{' …' if len(shape.properties) > 8 else ''}." if names else ""


def _size(keyword: str, value: Json, limit: Any) -> str:
    noun = keyword[3:]
    unit = {"Items": "item", "Length": "character", "Properties": "property"}[noun]
    bound = "at least" if keyword.startswith("min") else "at most"
    return f"Found {counted(len(value), unit)}. Expected {bound} {counted(limit, unit)}."


def _nearest(value: Json, error: ValidationError) -> str:
    """Return the sentence of what keeps an object or list from the given one that is most like it."""
    options: Any = error.validator_value if error.validator == "enum" else [error.validator_value]
    known = [_differences(value, option) for option in options if type(option) is type(value)]
    if not known:
        return ""
    least = min(known, key=len)
    where, one, other = least[0]
    place = f" at {shorten('/'.join(map(str, where)))}" if where else ""
    was = "nothing" if one is MISSING else found(one)
    told = "nothing" if other is MISSING else shorten(dumps(other)).strip("“”")
    more = f" There are {len(least) - 1} further differences." if len(least) > 2 else ""
    return f"Found {was}{place}. Expected {told} there, as the nearest of what is allowed has it.{more}"


def _differences(one: Json, other: Json, at: tuple[str | int, ...] = ()) -> list[Difference]:
    """Return where two values differ, with what each has there."""
    match one, other:
        case dict(), dict():
            names = dict.fromkeys([*other, *one])
            inside = [_differences(one.get(name, MISSING), other.get(name, MISSING), (*at, name)) for name in names]
        case list(), list() if len(one) == len(other):
            inside = [_differences(*pair, (*at, number)) for number, pair in enumerate(zip(one, other, strict=True))]
        case _:
            return [] if MISSING not in (one, other) and dumps(one) == dumps(other) else [(at, one, other)]
    return [difference for differences in inside for difference in differences]
