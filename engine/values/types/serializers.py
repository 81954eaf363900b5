"""Serializers of the user's: followed where what they write is read back as the value that was written.

A serializer is written for the eye or for another program as often as for reading back: ``1.50 EUR``. What a run
records must be read again. So of the two forms that a value has, the one that its serializer gives and the one that its
type has without it, the first is taken that is read back as the value; which one is asked first depends on what the
JSON is for.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from engine.values.types.round_trip import same

JSON = Any
Node = dict[str, Any]
Read = Callable[[bytes], Any]


def readable(how: Node, own: Node, read: Read, write: Callable[[Any], JSON], own_first: bool) -> Node:
    """Return a serialization that writes what can be read back.

    Args:
        how: the serialization with a function of the user's.
        own: the node that it stands on, without it.
        read: reads JSON text as this node does.
        write: turns what the function returns into JSON.
        own_first: whether the type's own form is preferred to what the serializer writes.
    """

    def theirs(*given: Any) -> JSON:
        *values, handler, info = given
        wrapped = [handler] if how["type"] == "function-wrap" else []
        return write(how["function"](*values, *wrapped, *([info] if how.get("info_arg") else [])))

    def choose(*given: Any) -> JSON:
        *_, value, handler, _ = given
        forms = [partial(theirs, *given), partial(_own, handler, value)]
        return _first_readable(forms[::-1] if own_first else forms, value, read)

    # Messages of pydantic's name the function that failed.
    choose.__name__ = choose.__qualname__ = getattr(how["function"], "__name__", "serializer")
    kept: Node = {key: how[key] for key in ("is_field_serializer", "when_used") if key in how}
    return {"type": "function-wrap", "function": choose, "info_arg": True, "schema": own, **kept}


def _own(handler: Callable[[Any], JSON], value: Any) -> JSON:
    """Write a value as its type does without the serializer; nothing if it has no such form."""
    try:
        return handler(value)
    except PydanticSerializationError:
        return _NOTHING


def _first_readable(forms: Sequence[Callable[[], JSON]], value: Any, read: Read) -> JSON:
    """Return the first form that is read back; the first that there is, if none."""
    written: list[JSON] = []
    for form in forms:
        json = form()
        if json is not _NOTHING:
            if _reads_back(json, value, read):
                return json
            written.append(json)
    if not written:
        raise PydanticSerializationError(f"a value of type {type(value).__name__} cannot become JSON")
    return written[0]


def _reads_back(json: JSON, value: Any, read: Read) -> bool:
    try:
        return same(read(to_json(json)), value)
    except Exception:  # A validator of the user's may raise anything.
        return False


_NOTHING = object()
