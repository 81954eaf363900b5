"""Values from outside, turned into the JSON that a schema means."""

from typing import Any

from engine.errors import InvalidValue, Issue, NotSerializable
from engine.values.schema import Schema


def admitted(schema: Schema, value: Any) -> Any:
    """Return a value from outside as the schema's JSON, with defaults.

    Args:
        schema: what it must fit.
        value: JSON, or an object of the schema's own type.

    Raises:
        InvalidValue: it is neither, or cannot become JSON.
    """
    try:
        try:
            return schema.admit(value)
        except InvalidValue as error:
            return _entered(schema, value, error)
    except NotSerializable as error:
        raise InvalidValue(issues=[Issue(path=error.path, message=error.why or str(error))]) from None


def _entered(schema: Schema, value: Any, unread: InvalidValue) -> Any:
    """Return the JSON of what could not be read as JSON; what is wrong in it is told by whoever names a place."""
    try:
        return schema.enter(value)
    except InvalidValue as error:
        raise (unread if any(issue.path for issue in unread.issues) else error) from None
