"""The kinds of fields that a form can show."""

from dataclasses import dataclass
from typing import TypeAlias

from playground.forms.schema.document import Place
from playground.forms.schema.shape import Shape
from playground.forms.values.values import Json

WORDS = {
    "null": "null",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
    "number": "number",
    "integer": "whole number",
    "string": "text",
}
"""What a type is called on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string; `area` may hold several lines, `secret` is not shown."""

    format: str = ""
    area: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number, typed as text."""

    whole: bool
    decimal: bool = False
    """Whether it may also be JSON text, as Python's `Decimal`; what is typed becomes text, which is exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean:
    """true or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of some given values of any type."""

    options: tuple[tuple[str, Json], ...]
    """Label and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Const:
    """One given value."""

    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A string that holds the bytes of a file."""

    encoding: str
    """utf-8, base64 or base64url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object: known properties, and entries with names of their own."""

    open: bool
    """Whether entries can be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list: `prefix` places that stand first, then more of the same kind when `open`."""

    prefix: tuple[Place, ...]
    item: Place
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A list that holds some of a few given values, none of them twice."""

    options: tuple[tuple[str, Json], ...]
    """Label and value."""
    item: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One alternative of a union."""

    label: str
    place: Place
    shape: Shape
    kind: "Kind"
    trail: frozenset[int]
    """The identities of the schemas that lead to it, to find it again in a validator's error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """One of several alternatives, chosen by name."""

    branches: tuple[Branch, ...]
    tag: str
    """The property whose value tells the branch, if the schema names one."""
    free: bool = False
    """Whether every value is taken, so that the alternatives are the types of JSON, and JSON itself at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Whatever JSON can hold, edited as JSON."""

    several: bool = False
    """Whether it is one because too many alternatives of several unions meet here."""


Kind: TypeAlias = Text | Number | Boolean | Choice | Const | Upload | Record | Sequence | Selection | Union | Anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A place whose kind is known."""

    place: Place
    shape: Shape
    kind: Kind
    nullable: bool
    """Whether null is taken beside the kind."""
