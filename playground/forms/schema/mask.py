"""Secrets: values whose schema says that they are not to be shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from playground.forms.schema.document import Place, place_of
from playground.forms.schema.field_kinds import Anything, Settled, Union
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.shape import Shape, entry_place
from playground.forms.values.values import MISSING, Json, Missing

MASK = "••••••"
MAX_LEVELS = 60
MAX_PLACES = 100_000

Pointer = tuple[str | int, ...]
Change = Callable[[Json], Json | Missing]


def mask(schema: Json, value: Json) -> Json:
    """Return the value with `MASK` in the place of each secret (`writeOnly`, format `password`) that is not null."""
    return _changed(schema, value, lambda secret: secret if secret is None else MASK)


def without_secrets(schema: Json, value: Json) -> Json:
    """Return the value without its secrets; in lists, where one must stand, null."""
    return _changed(schema, value, lambda secret: MISSING)


def secret_places(schema: Json, value: Json) -> list[Pointer]:
    """Return where in a value the secrets are that `without_secrets` leaves out."""
    return list(_differences(value, mask(schema, value), ())) if _speaks_of_secrets(schema) else []


def _differences(value: Json, masked: Json, at: Pointer) -> Iterator[Pointer]:
    if isinstance(value, dict) and isinstance(masked, dict):
        for name in value:
            yield from _differences(value[name], masked[name], (*at, name))
    elif isinstance(value, list) and isinstance(masked, list):
        for index, (item, shown) in enumerate(zip(value, masked, strict=True)):
            yield from _differences(item, shown, (*at, index))
    elif masked == MASK and value != MASK:
        yield at


def _changed(schema: Json, value: Json, change: Change) -> Json:
    if not _speaks_of_secrets(schema):
        return value
    found = _Walk(change=change).at(place_of(schema), value, 0)
    return None if found is MISSING else found


def _speaks_of_secrets(schema: Json) -> bool:
    """Tell whether any part of a schema marks a secret, without following references."""
    waiting = [schema]
    for _ in range(MAX_PLACES):
        if not waiting:
            return False
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("writeOnly") is True or part.get("format") == "password":
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return True


@dataclass(slots=True, kw_only=True)
class _Walk:
    change: Change
    known: dict[tuple[int, ...], Settled] = field(default_factory=dict)
    """What is settled already; it keeps the schemas alive whose identities are the keys."""

    def settle(self, place: Place) -> Settled:
        key = tuple(id(part.schema) for part in place.parts)
        if key not in self.known:
            self.known[key] = settle(place)
        return self.known[key]

    def at(self, place: Place, value: Json, level: int) -> Json | Missing:
        settled = self.settle(place)
        if _is_secret(settled.shape) or level > MAX_LEVELS:
            return self.change(value)
        shapes = [settled.shape]
        if isinstance(settled.kind, Union):
            shapes = [branch.shape for branch in settled.kind.branches]
        elif isinstance(settled.kind, Anything):
            shapes += self.alternatives(settled.shape)
        for shape in shapes:
            if _is_secret(shape):
                return self.change(value)
            value = self.inside(shape, value, level)
        return value

    def alternatives(self, shape: Shape) -> Iterator[Shape]:
        """Walk what the unions of a shape allow, those inside of these included, each once."""
        waiting, met = [shape], set()
        while waiting:
            for place in (place for branches in waiting.pop().unions for place in branches):
                key = tuple(id(part.schema) for part in place.parts)
                if key not in met:
                    met.add(key)
                    inner = self.settle(place).shape
                    waiting.append(inner)
                    yield inner

    def inside(self, shape: Shape, value: Json, level: int) -> Json:
        match value:
            case dict():
                return self.object(shape, value, level)
            case list():
                places = [*shape.prefix, *[shape.items] * max(len(value) - len(shape.prefix), 0)]
                pairs = zip(places, value, strict=False)
                items = [self.at(place, item, level + 1) if place else item for place, item in pairs]
                return [None if item is MISSING else item for item in items]
            case _:
                return value

    def object(self, shape: Shape, value: dict[str, Json], level: int) -> Json:
        found = {}
        shapes = [shape, *(self.settle(place).shape for place in _further(shape))]
        for name, child in value.items():
            kept: Json | Missing = child
            for part in shapes:
                place = part.properties.get(name) or entry_place(part, name)
                if kept is not MISSING and place.parts:
                    kept = self.at(place, kept, level + 1)
            if kept is not MISSING:
                found[name] = kept
        return found


def _is_secret(shape: Shape) -> bool:
    return shape.facts.get("writeOnly") is True or shape.facts.get("format") == "password"


def _further(shape: Shape) -> list[Place]:
    """Return what a condition may add: a secret is one whether or not its condition holds."""
    added = [place for condition in shape.conditions for place in (condition.then, condition.other) if place]
    return added + [place for places in shape.dependents.values() for place in places]
