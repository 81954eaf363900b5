"""Secrets: values whose schema says that they are not to be shown."""

from collections.abc import Callable

from playground.forms.document import Place, place_of
from playground.forms.kinding import settle
from playground.forms.kinds import Union
from playground.forms.shape import Shape, entry_place
from playground.forms.values import MISSING, Json, Missing

MASK = "••••••"
MAX_LEVELS = 60

Replace = Callable[[Json], Json | Missing]


def mask(schema: Json, value: Json) -> Json:
    """Return the value with `MASK` in the place of each secret (`writeOnly`, format `password`) that is not null."""
    return _walk(place_of(schema), value, lambda secret: secret if secret is None else MASK, 0)


def without_secrets(schema: Json, value: Json) -> Json:
    """Return the value without its secrets; in lists, where one must stand, null."""
    found = _walk(place_of(schema), value, lambda secret: MISSING, 0)
    return None if found is MISSING else found


def _walk(place: Place, value: Json, change: Replace, level: int) -> Json | Missing:
    settled = settle(place)
    if _is_secret(settled.shape) or level > MAX_LEVELS:
        return change(value)
    if isinstance(settled.kind, Union):
        for branch in settled.kind.branches:
            if _is_secret(branch.shape):
                return change(value)
            value = _inside(branch.shape, value, change, level)
        return value
    return _inside(settled.shape, value, change, level)


def _is_secret(shape: Shape) -> bool:
    facts = shape.facts
    return facts.get("writeOnly") is True or facts.get("format") == "password"


def _inside(shape: Shape, value: Json, change: Replace, level: int) -> Json:
    match value:
        case dict():
            return _object(shape, value, change, level)
        case list():
            places = [*shape.prefix, *[shape.items] * max(len(value) - len(shape.prefix), 0)]
            items = [
                _walk(place, item, change, level + 1) if place else item
                for place, item in zip(places, value, strict=False)
            ]
            return [None if item is MISSING else item for item in items]
        case _:
            return value


def _object(shape: Shape, value: dict[str, Json], change: Replace, level: int) -> Json:
    found = {}
    hidden = [shape, *(settle(place).shape for place in _further(shape))]
    for name, child in value.items():
        kept: Json | Missing = child
        for part in hidden:
            place = part.properties.get(name) or entry_place(part, name)
            if kept is not MISSING and place.parts:
                kept = _walk(place, kept, change, level + 1)
        if kept is not MISSING:
            found[name] = kept
    return found


def _further(shape: Shape) -> list[Place]:
    """Return what a condition may add: a secret is one whether or not its condition holds."""
    added = [place for condition in shape.conditions for place in (condition.then, condition.other) if place]
    return added + [place for places in shape.dependents.values() for place in places]
