"""Whether a value fits a schema, in bounded time; and if not, where and why."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError

from engine.validation.validator import UNUSABLE
from engine.validation.validator import errors_of as validator_errors
from engine.validation.validator import fits as validator_fits
from playground.forms.schema.document import KNOWN, Place, place_of
from playground.forms.schema.expectations import found
from playground.forms.schema.kind_decision import settle, types_of
from playground.forms.schema.shape import Shape, entry_place
from playground.forms.validation.error_messages import teach, wanted
from playground.forms.validation.form_validators import DIALECTS
from playground.forms.values.issues import Issue
from playground.forms.values.values import Json

SECONDS = 0.8
MAX_ISSUES = 100

Chosen: TypeAlias = Mapping[tuple[str | int, ...], frozenset[int]]
"""For places of a value, the identities of the schemas whose branch the person chose."""


def check(schema: Json, value: Json, *, chosen: Chosen | None = None, seconds: float = SECONDS) -> list[Issue]:
    """Return what is wrong with a value, nothing when it is valid.

    Args:
        schema: a JSON Schema; references lead only inside it and to the drafts' own schemas.
        value: the value, as `parse_json` gives it.
        chosen: the branches of unions that errors should speak of.
        seconds: the longest that it may take; a longer check is itself an issue.

    """
    until = time.thread_time() + seconds
    errors = errors_of(schema, value, seconds)
    if isinstance(errors, str):
        return [Issue(path=(), message=errors)]
    return _Verdict(root=place_of(schema), chosen=chosen or {}, until=until).issues(errors) if errors else []


def errors_of(schema: Json, value: Json, seconds: float) -> list[ValidationError] | str:
    """Return the validator's errors, or in a sentence why it could not decide."""
    try:
        validator = DIALECTS.of(schema)(schema, registry=KNOWN)
    except UNUSABLE as error:
        return f"The schema itself cannot be used: {error}."
    return validator_errors(validator, value, seconds=seconds, most=MAX_ISSUES)


def breaks_pattern(schema: Json, value: Json) -> bool:
    """Tell whether a pattern of the schema refuses the value, or cannot be searched in bounded time.

    Whoever asks this first may then have the value checked by code that searches the same patterns without a limit.
    """
    if '"pattern' not in json.dumps(schema):
        return False
    errors = errors_of(schema, value, SECONDS)
    return isinstance(errors, str) or any(map(_is_of_pattern, errors))


def _is_of_pattern(error: ValidationError) -> bool:
    return error.validator in ("pattern", "patternProperties") or any(map(_is_of_pattern, error.context or ()))


def fits(place: Place, value: Json, *, schema: Json, seconds: float = 0.2) -> bool | None:
    """Tell whether a value fits one place of a schema; None when that could not be decided, in time or at all."""
    if not place.parts:
        return True
    parts = [(part.schema, part.resolver) for part in place.parts]
    validator = DIALECTS.of(schema)(True, registry=KNOWN, _resolver=parts[0][1])
    return validator_fits(validator, value, parts, seconds=seconds)


@dataclass(slots=True, kw_only=True)
class _Verdict:
    root: Place
    chosen: Chosen
    until: float
    """By `time.thread_time`; no further error is explained then, but one always is."""
    places: dict[tuple[str | int, ...], Place | None] = field(default_factory=dict)

    def issues(self, errors: list[ValidationError]) -> list[Issue]:
        found: dict[tuple[tuple[str | int, ...], str], Issue] = {}
        for error in errors:
            if found and time.thread_time() > self.until:
                break
            for issue in self.explain(error):
                found.setdefault((issue.path, issue.message), issue)
        return list(found.values())

    def explain(self, error: ValidationError) -> Iterator[Issue]:
        path = tuple(error.absolute_path)
        if error.validator in ("anyOf", "oneOf") and error.context:
            branch = self.branch(error, path)
            if branch is not None:
                for inner in branch:
                    yield from self.explain(inner)
                return
            place = self.at(path) or self.root.parts[0].at(error.schema)
            yield Issue(path=path, message=f"Found {found(error.instance)}.{wanted(place)}")
        else:
            yield Issue(path=path, message=teach(error, self.names(error, path) or self.at(path)))

    def names(self, error: ValidationError, path: tuple[str | int, ...]) -> Place | None:
        """Return the place of an object's names, when it is a name that is refused."""
        if error.validator != "propertyNames":
            return None
        above = self.at(path[:-1]) or self.root
        return above.parts[0].at(error.validator_value) if above.parts else None

    def branch(self, error: ValidationError, path: tuple[str | int, ...]) -> list[ValidationError] | None:
        """Return the errors of the branch that was meant: the chosen one, else the one that fits best."""
        groups: dict[Any, list[ValidationError]] = {}
        for inner in error.context or ():
            groups.setdefault(inner.relative_schema_path[0], []).append(inner)
        trail = self.chosen.get(path, frozenset())
        branches: Any = error.validator_value
        for number, group in groups.items():
            if id(branches[number]) in trail:
                return group
        right_type = [group for group in groups.values() if not any(map(_is_other_type, group))]
        if not right_type:
            return None
        return min(right_type, key=_distance)

    def at(self, path: tuple[str | int, ...]) -> Place | None:
        """Return the place at a path, if it does not depend on a choice."""
        if path not in self.places:
            above = self.at(path[:-1]) if path else None
            self.places[path] = self.root if not path else _step(settle(above).shape, path[-1]) if above else None
        return self.places[path]


def _is_other_type(error: ValidationError) -> bool:
    """Tell whether a branch is out of question: it takes another type altogether."""
    if error.validator in ("anyOf", "oneOf") and error.context:
        return all(map(_is_other_type, error.context))
    if error.relative_path:
        return False
    if error.validator in ("const", "enum"):
        options: Any = error.validator_value if error.validator == "enum" else [error.validator_value]
        return not any(types_of(error.instance) & types_of(option) for option in options)
    return error.validator in ("type", None)


def _distance(group: list[ValidationError]) -> tuple[bool, int, int]:
    tagged = any(error.validator in ("const", "enum") and len(error.relative_path) <= 1 for error in group)
    return tagged, -max(len(error.relative_path) for error in group), len(group)


def _step(shape: Shape, step: str | int) -> Place | None:
    if isinstance(step, str):
        return shape.properties.get(step) or (entry_place(shape, step) if shape.patterns or shape.additional else None)
    return shape.prefix[step] if step < len(shape.prefix) else shape.items
