"""Codecs that are put together from others: of dicts with a schema for each key, and of lists."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import InvalidValue, Issue
from engine.values.codec import JSON, Codec


class KeysCodec:
    """A dict with a schema for each key."""

    __slots__ = ("_parts", "_total")

    def __init__(self, parts: Mapping[str, Codec], total: bool) -> None:
        """Take the codec of each key; ``total`` says whether every key must be there."""
        self._parts = tuple(parts.items())
        self._total = total

    @property
    def two_forms(self) -> bool:
        """Whether JSON that is given away may differ from JSON from outside."""
        return any(codec.two_forms for _, codec in self._parts)

    def load(self, value: JSON) -> Any:
        """Return a dict of what the values stand for."""
        return self._each(value, lambda codec, part: codec.load(part))

    def dump(self, value: Any) -> JSON:
        """Return a dict of the values' JSON."""
        return self._each(value, lambda codec, part: codec.dump(part))

    def enter(self, value: Any) -> JSON:
        """Return a dict of the values' JSON, as it would be given from outside."""
        return self._each(value, lambda codec, part: codec.enter(part))

    def admit(self, value: JSON) -> JSON:
        """Return a dict of the values' JSON, with defaults filled in."""
        return self._each(value, lambda codec, part: codec.admit(part))

    def _each(self, value: Any, convert: Callable[[Codec, Any], Any]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue(issues=[Issue(path=(), message="expected a dict")])
        if self._total and (missing := [key for key, _ in self._parts if key not in value]):
            raise InvalidValue(issues=[Issue(path=(key,), message="missing") for key in missing])
        return {key: _inside(key, convert, codec, value[key]) for key, codec in self._parts if key in value}


class EitherCodec:
    """What fits one of two schemas; the first one that takes it holds."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Codec, second: Codec) -> None:
        """Take the codecs of both."""
        self._first = first
        self._second = second

    @property
    def two_forms(self) -> bool:
        """Whether JSON that is given away may differ from JSON from outside."""
        return self._first.two_forms or self._second.two_forms

    def load(self, value: JSON) -> Any:
        """Return what the JSON stands for."""
        return self._first_fit(lambda codec: codec.load(value))

    def dump(self, value: Any) -> JSON:
        """Return the JSON of a value."""
        return self._first_fit(lambda codec: codec.dump(value))

    def enter(self, value: Any) -> JSON:
        """Return the JSON of a value, as it would be given from outside."""
        return self._first_fit(lambda codec: codec.enter(value))

    def admit(self, value: JSON) -> JSON:
        """Return the JSON of a value from outside, with defaults filled in."""
        return self._first_fit(lambda codec: codec.admit(value))

    def _first_fit(self, convert: Callable[[Codec], Any]) -> Any:
        try:
            return convert(self._first)
        except InvalidValue:
            return convert(self._second)


class ListCodec:
    """A list whose items share a schema."""

    __slots__ = ("_item",)

    def __init__(self, item: Codec) -> None:
        """Take the codec of the items."""
        self._item = item

    @property
    def two_forms(self) -> bool:
        """Whether JSON that is given away may differ from JSON from outside."""
        return self._item.two_forms

    def load(self, value: JSON) -> Any:
        """Return a list of what the items stand for."""
        return self._each(value, lambda codec, part: codec.load(part))

    def dump(self, value: Any) -> JSON:
        """Return a list of the items' JSON."""
        return self._each(value, lambda codec, part: codec.dump(part))

    def enter(self, value: Any) -> JSON:
        """Return a list of the items' JSON, as it would be given from outside."""
        return self._each(value, lambda codec, part: codec.enter(part))

    def admit(self, value: JSON) -> JSON:
        """Return a list of the items' JSON, with defaults filled in."""
        return self._each(value, lambda codec, part: codec.admit(part))

    def _each(self, value: Any, convert: Callable[[Codec, Any], Any]) -> list[Any]:
        if not isinstance(value, list):
            raise InvalidValue(issues=[Issue(path=(), message="expected a list")])
        return [_inside(index, convert, self._item, part) for index, part in enumerate(value)]


def _inside(at: str | int, convert: Callable[[Codec, Any], Any], codec: Codec, value: Any) -> Any:
    """Convert a part of a value; what is wrong in it is told from outside."""
    try:
        return convert(codec, value)
    except InvalidValue as error:
        issues = [Issue(path=(at, *issue.path), message=issue.message) for issue in error.issues]
        raise InvalidValue(issues=issues) from None
