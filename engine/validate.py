"""Values from outside, turned into the JSON that a schema means."""

from typing import Any

from engine.errors import InvalidValue, StepyardError
from engine.schema import Schema


def admitted(schema: Schema, value: Any) -> Any:
    """Return a value from outside as the schema's JSON, with defaults.

    Args:
        schema: what it must fit.
        value: JSON, or an object of the schema's own type.

    Raises:
        InvalidValue: it is neither.
    """
    try:
        loaded = schema.load(value)
    except InvalidValue as error:
        try:
            return schema.dump(value)
        except StepyardError:
            raise error from None
    return schema.dump(loaded)
