"""Lists, sets, tuples and dicts, with keys of every kind."""

import collections
import enum
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, conlist, conset


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Tag(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str


Pair = Annotated[
    tuple[int, int],
    BeforeValidator(lambda key: key.split(":") if isinstance(key, str) else key),
    PlainSerializer(lambda key: f"{key[0]}:{key[1]}", return_type=str),
]


class Cell(NamedTuple):
    row: int
    column: int


TYPES = {
    "list": (list, [], [1, "a", None]),
    "ints": (list[int], [], [1, 2, 3]),
    "matrix": (list[list[float]], [[1.0, 0.0], [0.0, 1.0]], [[]]),
    "dates in a list": (list[date], [date(2026, 1, 1)]),
    "at least one": (Annotated[list[str], Field(min_length=1)], ["a"]),
    "at most two": (conlist(int, max_length=2), [1, 2]),
    "constrained items": (list[Annotated[int, Field(gt=0)]], [1, 2]),
    "mixed list": (list[int | str | None], [1, "1", None]),
    "list of dicts": (list[dict[str, int]], [{"a": 1}, {}]),
    "set": (set[str], set(), {"b", "a", "c"}),
    "set of ints": (set[int], {3, 1, 2}),
    "set of dates": (set[date], {date(2026, 1, 2), date(2026, 1, 1)}),
    "set of enums": (set[Colour], {Colour.RED, Colour.BLUE}),
    "set of tuples": (set[tuple[int, str]], {(1, "a"), (2, "b")}),
    "set of models": (set[Tag], {Tag(name="b"), Tag(name="a")}),
    "frozenset": (frozenset[int], frozenset({1, 2})),
    "set of sets": (set[frozenset[int]], {frozenset({1}), frozenset({2, 3})}),
    "constrained set": (conset(int, min_length=1), {1}),
    "abstract set": (AbstractSet[int], frozenset({1, 2})),
    "tuple": (tuple, (), (1, "a")),
    "pair": (tuple[int, str], (1, "a")),
    "triple of floats": (tuple[float, float, float], (0.0, 0.5, 1.0)),
    "ints in a tuple": (tuple[int, ...], (), (1, 2, 3)),
    "empty tuple": (tuple[()], ()),
    "nested tuples": (tuple[tuple[int, int], tuple[int, int]], ((1, 2), (3, 4))),
    "list of pairs": (list[tuple[str, int]], [("a", 1), ("b", 2)]),
    "deque": (collections.deque[int], collections.deque([1, 2])),
    "sequence": (Sequence[int], [1, 2]),
    "mutable sequence": (MutableSequence[str], ["a"]),
    "dict": (dict, {}, {"a": 1}),
    "by name": (dict[str, int], {}, {"a": 1, "": 2, "ä b": 3}),
    "anything by name": (dict[str, Any], {"a": [1, {"b": None}]}),
    "by int": (dict[int, str], {1: "a", -2: "b"}),
    "by float": (dict[float, int], {1.5: 1}),
    "by bool": (dict[bool, int], {True: 1, False: 0}),
    "by bytes": (dict[bytes, int], {b"k": 1, b"\xff": 2}),
    "by datetime": (dict[datetime, int], {datetime(2026, 1, 1, 12): 1}),
    "by duration": (dict[timedelta, int], {timedelta(hours=1): 1}),
    "by Decimal": (dict[Decimal, str], {Decimal("1.10"): "a"}),
    "by UUID": (dict[UUID, int], {UUID(int=1): 1}),
    "by address": (dict[IPv4Address, str], {IPv4Address("10.0.0.1"): "a"}),
    "by enum": (dict[Colour, int], {Colour.RED: 1, Colour.BLUE: 2}),
    "by int enum": (dict[Level, int], {Level.LOW: 1}),
    "by literal": (dict[Literal["a", "b"], int], {"a": 1}),
    "by number or text": (dict[Literal[1, "x"], int], {1: 1, "x": 2}),
    "by pair, written as text": (dict[Pair, str], {(1, 2): "x"}),
    "cells": (set[Cell], {Cell(1, 2), Cell(0, 3)}),
    "by a code": (dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Decimal], {"EUR": Decimal("1.0")}),
    "dict of lists": (dict[str, list[int]], {"a": [1], "b": []}),
    "dict of dicts": (dict[str, dict[int, float]], {"a": {1: 0.5}}),
    "dict of sets": (dict[str, set[int]], {"a": {1, 2}}),
    "few entries": (Annotated[dict[str, int], Field(max_length=2, min_length=1)], {"a": 1}),
    "mapping": (Mapping[str, int], {"a": 1}),
    "mutable mapping": (MutableMapping[str, int], {"a": 1}),
    "ordered dict": (collections.OrderedDict[str, int], collections.OrderedDict(b=1, a=2)),
    "default dict": (collections.defaultdict[str, list[int]], collections.defaultdict(list, a=[1])),
    "counter": (collections.Counter[str], collections.Counter("abca")),
}
