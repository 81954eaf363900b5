"""What a form holds: a tree of fields with what was loaded or typed, each field in one of three states."""

import dataclasses
import enum
from dataclasses import dataclass
from typing import TypeAlias

from playground.forms.schema.document import Place
from playground.forms.schema.field_kinds import (
    Boolean,
    Choice,
    Const,
    Kind,
    Number,
    Record,
    Selection,
    Settled,
    Text,
    Union,
    Upload,
)
from playground.forms.schema.formats import CHECKS
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.labels import field_label, worded
from playground.forms.schema.shape import Shape, numeric
from playground.forms.values.jsontext import JsonError, dumps
from playground.forms.values.pasted import parse_pasted
from playground.forms.values.values import MISSING, Json, Missing


class State(enum.Enum):
    """Whether a field has a value."""

    UNSET = "unset"
    NULL = "null"
    VALUE = "value"


class Need(enum.Enum):
    """Whether a field may be left out."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    TAG = "tag"
    """It tells which alternative of a union this is, so whoever chose the alternative chose it, too."""
    CHOSEN = "chosen"
    """It is the alternative of a union that was chosen, so the union's state is its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the schema says about one position of the form."""

    settled: Settled
    name: str
    """The property's name, empty for items."""
    need: Need
    worded: bool = False
    """Whether the properties beside it have titles that were made of their names, so that it is called like them."""

    @property
    def kind(self) -> Kind:
        """What is shown."""
        return self.settled.kind

    @property
    def shape(self) -> Shape:
        """What the schema says of it."""
        return self.settled.shape

    @property
    def place(self) -> Place:
        """Where the schema says it."""
        return self.settled.place

    @property
    def nullable(self) -> bool:
        """Whether null is taken."""
        return self.settled.nullable

    @property
    def label(self) -> str:
        """What it is called."""
        label = field_label(self.shape.title, self.name)
        return worded(label) or label if self.worded and not self.shape.title else label

    @property
    def may_be_empty(self) -> bool:
        """Whether the empty text is a value of its own, so that it must be told from no value."""
        match self.kind:
            case Text(format=form):
                least = self.shape.facts.get("minLength")
                return form not in CHECKS and not (numeric(least) and least > 0)
            case Upload() | Selection():
                return True
            case _:
                return False


def field_of(place: Place, name: str = "", need: Need = Need.REQUIRED) -> Field:
    """Return the field for a place."""
    return Field(settled=settle(place), name=name, need=need)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A field with one control."""

    field: Field
    at: str
    """The pointer that names its controls."""
    state: State
    text: str
    """As typed; for a choice the option's number, for a selection the numbers of its options in their order."""
    area: bool = False
    """Whether the person asked for several lines."""
    number: bool = False
    """Whether a decimal was given as a JSON number, and so stays one."""
    problem: str = ""
    """Why what was given could not be read."""
    opened: bool = False
    """Whether the form gave it this value by itself, because it is required; no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A field that is edited as JSON."""

    field: Field
    at: str
    text: str
    meant: Json | Missing | JsonError = dataclasses.field(compare=False)
    """What the text means, or why it means nothing: a long text is read once."""
    problem: str = ""
    """Why it has to be looked over before it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of an object whose name the person chose."""

    key: str
    name: str
    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An object."""

    field: Field
    at: str
    state: State
    members: tuple["Node", ...] = ()
    """One for each known property; the name is the field's."""
    entries: tuple[Entry, ...] = ()
    order: tuple[str, ...] = ()
    """The names in the order that the loaded value had."""
    stash: str = ""
    """JSON of what it held before it was unset."""
    held: str = ""
    """How the conditions that its members follow were answered."""
    opened: bool = False
    """Whether the form gave it this value by itself, because it is required; no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list; the key stays when items are moved."""

    key: str
    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list."""

    field: Field
    at: str
    state: State
    items: tuple[Item, ...] = ()
    stash: str = ""
    opened: bool = False
    """Whether the form gave it this value by itself, because it is required; no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A union: the chosen branch, if one is chosen, with its own node at the same pointer."""

    field: Field
    at: str
    state: State
    branch: int = 0
    body: "Leaf | Group | Listing | Raw | None" = None
    stash: str = ""
    """JSON of what each other branch held, by its number."""
    opened: bool = False
    """Whether the form gave it this value by itself, because it is required; no person did."""


def raw_of(field: Field, at: str, text: str, problem: str = "") -> Raw:
    """Return the JSON editor with a text."""
    try:
        meant = parse_pasted(text) if text.strip() else MISSING
    except JsonError as error:
        meant = error
    return Raw(field=field, at=at, text=text, meant=meant, problem=problem)


Node: TypeAlias = Leaf | Raw | Group | Listing | Switch


def fields_in(node: Node) -> int:
    """Return how many fields there are from a node on."""
    match node:
        case Group(members=members, entries=entries):
            return 1 + sum(map(fields_in, members)) + sum(fields_in(entry.node) for entry in entries)
        case Listing(items=items):
            return 1 + sum(fields_in(item.node) for item in items)
        case Switch(body=body) if body is not None:
            return fields_in(body)
        case _:
            return 1


def is_empty_text(node: Node) -> bool:
    """Tell whether a field holds the empty text, which is a value."""
    match node:
        case Leaf(state=State.VALUE, text="", field=field):
            return isinstance(field.kind, Text | Upload | Selection)
        case _:
            return False


def has_state(node: Node) -> bool:
    """Tell whether a field shows a control for its state beside its own."""
    field = node.field
    match node:
        case Raw():
            return False
        case Leaf():
            if field.need is Need.CHOSEN:
                return False
            if isinstance(field.kind, Const):
                return field.need is Need.OPTIONAL or field.nullable or node.state is State.UNSET
            # What an empty control means is told only where it could mean several things, or means an unusual one.
            # A list that must be there has nothing ticked at first.
            usual = isinstance(field.kind, Selection) and field.need is Need.REQUIRED and not field.nullable
            unusual = node.state is State.NULL or (is_empty_text(node) and not usual)
            return isinstance(field.kind, Text | Upload | Number | Selection) and unusual
        case Switch():
            return True
        case Group() | Listing():
            closed = node.state is not State.VALUE
            return field.need is not Need.CHOSEN and (field.need is Need.OPTIONAL or field.nullable or closed)


def is_added(node: Node) -> bool:
    """Tell whether a field is one that is added and removed as a whole: an object or list that need not be there."""
    if not isinstance(node, Group | Listing) or node.field.need is Need.CHOSEN:
        return False
    return (node.field.need is Need.OPTIONAL or node.field.nullable) and node.state is not State.NULL


def default_word(field: Field) -> str:
    """Return how the default of a field reads in its control, "" when it has none that can stand there."""
    default = field.shape.facts.get("default")
    if default is None or field.need is not Need.OPTIONAL:
        return ""
    match field.kind:
        case Choice(options=options):
            return next((label for label, value in options if dumps(value) == dumps(default)), "")
        case Boolean() if isinstance(default, bool):
            return dumps(default)
        case Number() if numeric(default):
            return dumps(default)
        case Number(decimal=True) | Text(secret=False) if isinstance(default, str) and "\n" not in default:
            return default
        case _:
            return ""


def offers_null(node: Node) -> bool:
    """Tell whether a field's state has null: where it is null, or among the options of one that may not be left out."""
    field = node.field
    if isinstance(node, Raw) or not field.nullable:
        return False
    if node.state is State.NULL or (isinstance(field.kind, Union) and field.kind.free):
        return True
    return field.need is not Need.OPTIONAL and isinstance(field.kind, Union | Const | Boolean | Choice)


def is_given(node: Node) -> bool:
    """Tell whether a page must remember of a field that it had a value: whoever clears it then means null."""
    if not isinstance(node, Leaf) or node.state is not State.VALUE or node.field.need is not Need.REQUIRED:
        return False
    return node.field.nullable or (isinstance(node.field.kind, Const) and not node.opened)


def may_be_null(node: Node) -> bool:
    """Tell whether a button makes a field null, because its state has no null to choose."""
    if isinstance(node, Raw) or node.field.need is Need.CHOSEN:
        return False
    return node.field.nullable and not offers_null(node)


def wants_null(node: Node) -> bool:
    """Tell whether a field must have a value or null, and has neither yet."""
    unset = not isinstance(node, Raw) and node.state is State.UNSET
    return unset and node.field.need is Need.REQUIRED and may_be_null(node)


def takes_others(node: Node) -> bool:
    """Tell whether an object takes properties that its schema neither names nor speaks of."""
    inner = node.body if isinstance(node, Switch) and node.body is not None else node
    if not isinstance(inner, Group) or inner.state is not State.VALUE or not isinstance(inner.field.kind, Record):
        return False
    return bool(inner.members) and not inner.field.kind.open and not inner.field.shape.closed


def branch_field(field: Field, number: int) -> Field | None:
    """Return the field of a union's branch."""
    kind = field.kind
    if not isinstance(kind, Union) or not 0 <= number < len(kind.branches):
        return None
    branch = kind.branches[number]
    return Field(
        settled=Settled(place=branch.place, shape=branch.shape, kind=branch.kind, nullable=False),
        name=field.name,
        need=Need.CHOSEN,
    )
