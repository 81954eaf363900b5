"""Enumerations and literals."""

import enum
from datetime import date, timedelta
from typing import Annotated, Literal, Optional

from pydantic import BaseModel, ConfigDict, Field


class Status(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"


class Priority(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Mode(enum.StrEnum):
    FAST = enum.auto()
    SAFE = enum.auto()


class Currency(str, enum.Enum):  # noqa: UP042  # as people write it
    EUR = "EUR"
    USD = "USD"


class Weekday(int, enum.Enum):
    MONDAY = 0
    SUNDAY = 6


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


class Access(enum.IntFlag):
    NONE = 0
    READ = 4
    WRITE = 2


class Planet(enum.Enum):
    EARTH = (5.97e24, 6.37e6)
    MARS = (6.42e23, 3.39e6)


class Mixed(enum.Enum):
    ONE = 1
    TEXT = "1"
    NOTHING = None
    YES = True


class Ratio(enum.Enum):
    HALF = 0.5
    WHOLE = 1.0


class Holiday(enum.Enum):
    NEW_YEAR = date(2026, 1, 1)
    CHRISTMAS = date(2026, 12, 25)


class Delay(enum.Enum):
    SHORT = timedelta(minutes=1)
    LONG = timedelta(days=1)


class Aliased(enum.Enum):
    FIRST = "a"
    SAME = "a"  # noqa: PIE796
    SECOND = "b"


class Renamed(enum.Enum):
    SMALL = (1, 2)
    TINY = (1, 2)  # noqa: PIE796
    LARGE = (3, 4)


class Switch(enum.Enum):
    ON = 1
    YES = True
    OFF = 0


class Awkward(enum.Enum):
    EMPTY = ""
    SPACE = " "
    QUOTE = '"'
    UMLAUT = "ä"


class Ticket(BaseModel):
    status: Status = Status.OPEN
    priority: Priority = Priority.LOW
    flags: Permission = Permission.READ


class ByValue(BaseModel):
    model_config = ConfigDict(use_enum_values=True)
    status: Status = Field(default=Status.OPEN, validate_default=True)


TYPES = {
    "enum": (Status, *Status),
    "int enum": (Priority, *Priority),
    "str enum": (Mode, *Mode),
    "enum of str": (Currency, *Currency),
    "enum of int": (Weekday, *Weekday),
    "flag": (Permission, Permission.READ, Permission.READ | Permission.WRITE),
    "int flag": (Access, Access.NONE, Access.READ | Access.WRITE),
    "enum of tuples": (Planet, Planet.EARTH),
    "enum of mixed values": (Mixed, *Mixed),
    "enum of floats": (Ratio, *Ratio),
    "enum of dates": (Holiday, *Holiday),
    "enum of durations": (Delay, *Delay),
    "enum with aliases": (Aliased, Aliased.SAME, Aliased.SECOND),
    "enum of tuples with aliases": (Renamed, Renamed.TINY, Renamed.LARGE),
    "enum with aliases of another type": (Switch, Switch.YES, Switch.OFF),
    "keys of an enum with aliases": (dict[Switch, Renamed], {Switch.ON: Renamed.TINY}),
    "enum with awkward texts": (Awkward, *Awkward),
    "enum with one member": (enum.Enum("Only", {"ONE": "one"}),),
    "optional enum": (Status | None, None, Status.OPEN),
    "list of enums": (list[Priority], [Priority.HIGH, Priority.LOW]),
    "enums in a union": (Status | Priority, Status.OPEN, Priority.LOW),
    "enum or text": (Currency | str, Currency.EUR, "gold"),
    "literal of texts": (Literal["a", "b"], "a", "b"),
    "literal of numbers": (Literal[1, 2], 1),
    "literal of kinds": (Literal["1", 1, None], "1", 1, None),
    "literal of bools": (Literal[True, False], True, False),
    "literal true": (Literal[True], True),
    "literal of one": (Literal["only"], "only"),
    "literal of members": (Literal[Status.OPEN, Priority.HIGH], Status.OPEN, Priority.HIGH),
    "literal of bytes": (Literal[b"a"], b"a"),
    "optional literal": (Optional[Literal["x", "y"]], None, "y"),  # noqa: UP045  # as people write it
    "list of literals": (list[Literal["x", "y"]], ["x", "x"]),
    "ticket": (Ticket, Ticket(), Ticket(status=Status.CLOSED, flags=Permission.WRITE)),
    "enum by value": (ByValue, ByValue(), ByValue(status="closed")),
    "described literal": (Annotated[Literal["s", "m", "l"], Field(description="Size", examples=["m"])], "m"),
}
TYPES["enum with one member"] += tuple(TYPES["enum with one member"][0])
