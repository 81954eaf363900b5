"""The validators of the forms: those of the engine, with the formats, keys and decimals that pydantic means."""

from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from engine.validation.keywords import Keyword
from engine.validation.validator import Dialects
from playground.forms.schema.decimals import broken_limits, number_beside
from playground.forms.schema.formats import fits
from playground.forms.values.values import Json, keys_of


def _format(plain: Keyword) -> Keyword:
    def check(validator: Any, name: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and isinstance(name, str) and not fits(instance, name):
            yield ValidationError("format")

    return check


def _property_names(plain: Keyword) -> Keyword:
    def check(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
        # The keys of a Python dict are numbers or truths, where the schema says so, though JSON writes them as text.
        for name in instance if isinstance(instance, dict) else ():
            if all(next(iter(validator.descend(key, rule)), None) for key in keys_of(name)):
                yield ValidationError("name", path=(name,))

    return check


def _any_of(plain: Keyword) -> Keyword:
    def check(validator: Any, options: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
        yield from plain(validator, options, instance, schema) or ()
        number = number_beside(options) if isinstance(instance, str) and isinstance(options, list) else None
        # The schema limits the number alone, but the type means its text as well.
        for keyword, found in broken_limits(instance, number or {}):
            limit = {"validator": keyword, "validator_value": (number or {})[keyword]}
            yield ValidationError("limit", instance=found, schema=number or {}, **limit)

    return check


DIALECTS = Dialects({"format": _format, "anyOf": _any_of, "propertyNames": _property_names})
