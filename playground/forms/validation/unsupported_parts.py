"""What of a schema no form can show: its author can mend it, the person at the form can not."""

from collections.abc import Iterator

from engine.validation.regexes import PatternError, compiled
from playground.forms.schema.document import Place, place_of
from playground.forms.schema.field_kinds import Anything, Settled, Union
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.shape import Shape, fold
from playground.forms.validation.check import errors_of
from playground.forms.values.issues import Issue
from playground.forms.values.values import Json

MAX_PLACES = 5000
UNUSABLE = "The schema itself cannot be used"


def survey(schema: Json) -> list[Issue]:
    """Return the places of a schema that a form can only take as JSON, or not at all, although more was meant.

    The path of an issue leads through properties by name, through lists by ``0``. A place that takes any JSON on
    purpose is none of them.
    """
    verdict = errors_of(schema, None, 0.8)
    if isinstance(verdict, str) and verdict.startswith(UNUSABLE):
        return [Issue(path=(), message=verdict)]
    found: dict[tuple[tuple[str | int, ...], str], Issue] = {}
    waiting: list[tuple[tuple[str | int, ...], Place, bool]] = [((), place_of(schema), True)]
    met: set[frozenset[int]] = set()
    while waiting and len(met) < MAX_PLACES:
        path, place, needed = waiting.pop(0)
        key = frozenset(id(part.schema) for part in place.parts)
        if key in met:
            continue
        met.add(key)
        settled = settle(place)
        for message in _wrong(settled, needed):
            found.setdefault((path, message), Issue(path=path, message=message))
        waiting += _inside(path, settled)
    return list(found.values())


def _wrong(settled: Settled, needed: bool) -> Iterator[str]:
    shape = settled.shape
    if shape.broken:
        yield f"The reference {shape.broken} leads nowhere, so any JSON is taken here."
    elif shape.never and needed:
        yield "No value fits here."
    if isinstance(settled.kind, Anything) and settled.kind.several:
        yield "Too many alternatives meet here to choose from, so it is edited as JSON."
    patterns = [shape.facts["pattern"]] if isinstance(shape.facts.get("pattern"), str) else []
    for pattern in (*patterns, *shape.patterns):
        try:
            compiled(pattern)
        except PatternError as error:
            yield f"The pattern {pattern!r} cannot be searched: {error}."


def _inside(path: tuple[str | int, ...], settled: Settled) -> Iterator[tuple[tuple[str | int, ...], Place, bool]]:
    """Yield the places right inside a place, and whether a value must stand there."""
    if isinstance(settled.kind, Union):
        yield from ((path, branch.place, True) for branch in settled.kind.branches)
    yield from _of_shape(path, settled.shape)


def _of_shape(path: tuple[str | int, ...], shape: Shape) -> Iterator[tuple[tuple[str | int, ...], Place, bool]]:
    for name, place in shape.properties.items():
        yield (*path, name), place, name in shape.required or not fold(place).never
    for place in (*shape.patterns.values(), *([shape.additional] if shape.additional else ())):
        yield (*path, "*"), place, False
    for number, place in enumerate(shape.prefix):
        yield (*path, number), place, True
    if shape.items:
        yield (*path, len(shape.prefix)), shape.items, False
