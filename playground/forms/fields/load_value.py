"""A value into fields: what is not touched comes back as it was."""

import re
from collections.abc import Mapping
from dataclasses import replace

from playground.forms.fields.conditions import Undecided, is_conditional, is_given
from playground.forms.fields.field_tree import (
    Entry,
    Field,
    Group,
    Item,
    Leaf,
    Listing,
    Need,
    Node,
    Raw,
    State,
    Switch,
    branch_field,
    raw_of,
)
from playground.forms.fields.form_context import BLANK_LEVELS, MAX_LEVELS, FormContext
from playground.forms.schema.durations import duration
from playground.forms.schema.field_kinds import (
    Anything,
    Boolean,
    Choice,
    Const,
    Number,
    Record,
    Selection,
    Sequence,
    Text,
    Union,
    Upload,
)
from playground.forms.schema.kind_decision import types_of
from playground.forms.schema.shape import Shape, entry_place, numeric
from playground.forms.values.jsontext import dumps, is_deep, is_sure
from playground.forms.values.pointer import ENTRY, child
from playground.forms.values.values import MISSING, Json, Missing, is_decimal

MAX_ROWS = 20
"""Items that a fresh list opens by itself."""
HOLDERS = Record | Sequence | Selection
"""Kinds that are there without anything typed, where they must be."""
CHANGED_BY_BROWSERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that a browser drops or replaces in a text area."""


def load(context: FormContext, field: Field, value: Json | Missing, at: str = "", level: int = 0) -> Node:
    """Return the node for a value at a position; what its kind cannot hold is edited as JSON."""
    if value is MISSING:
        return blank(context, field, at, level)
    if level > MAX_LEVELS or not context.spend():
        return raw(field, at, value)
    if value is None and field.nullable and not isinstance(field.kind, Anything):
        return empty(field, at, State.NULL)
    match field.kind:
        case Record() if isinstance(value, dict):
            return _group(context, field, value, at, level)
        case Sequence(prefix=prefix) as kind if isinstance(value, list):
            fits = (kind.open or len(value) <= len(prefix)) and len(value) <= context.left
            return _listing(context, field, value, at, level) if fits else raw(field, at, value)
        case Union():
            return choose(context, field, value, at, level)
        case _:
            return _leaf(field, value, at)


def blank(context: FormContext, field: Field, at: str, level: int) -> Node:
    """Return the node of a position where there is no value yet."""
    context.spend()
    needed = field.need is not Need.OPTIONAL and not (field.nullable and isinstance(field.kind, HOLDERS))
    if context.exact and level:
        return empty(field, at, State.UNSET)
    opened = needed and (level <= BLANK_LEVELS or field.need is Need.CHOSEN) and context.left > 0
    match field.kind:
        case Record() if opened:
            return _by_itself(_group(context, field, {}, at, level))
        case Sequence() if opened:
            return _by_itself(_listing(context, field, places(context, field), at, level))
        case Union(branches=branches) if opened and isinstance(branches[0].kind, Record | Number):
            return _by_itself(switched(context, field, 0, MISSING, at, level))
        case Const() | Selection() if needed:
            return Leaf(field=field, at=at, state=State.VALUE, text="", opened=True)
        case _:
            # A whole input cannot be left out, so where null is taken, that is what nothing means.
            return empty(field, at, State.UNSET if level or not field.nullable else State.NULL)


def _by_itself(node: Node) -> Node:
    return node if isinstance(node, Raw) else replace(node, opened=True)


def places(context: FormContext, field: Field) -> list[Json | Missing]:
    """Return the items that a fresh list has, without values: as many as it must have."""
    prefix = field.kind.prefix if isinstance(field.kind, Sequence) else ()
    least = field.shape.facts.get("minItems")
    # What is asked for may be absurd; whoever needs more has the button.
    wanted = max(len(prefix), min(int(least), MAX_ROWS) if numeric(least) else 0)
    return [MISSING] * min(wanted, max(context.left, 0))


def started(context: FormContext, field: Field) -> Json:
    """Return what was just set begins with: its default, else no properties, or as many items as it must have."""
    default = field.shape.facts.get("default")
    if isinstance(field.kind, Record):
        return default if isinstance(default, dict) else {}
    return default if isinstance(default, list) and default else places(context, field)


def empty(field: Field, at: str, state: State) -> Node:
    """Return a node without a value: not set, or null."""
    match field.kind:
        case Record():
            return Group(field=field, at=at, state=state)
        case Sequence():
            return Listing(field=field, at=at, state=state)
        case Union():
            return Switch(field=field, at=at, state=state)
        case Anything():
            return raw_of(field, at, "")
        case _:
            return Leaf(field=field, at=at, state=state, text="")


def raw(field: Field, at: str, value: Json | Missing) -> Raw:
    """Return the JSON editor for a value."""
    # Indenting grows with the square of the depth.
    deep = is_deep(value)
    text = "" if value is MISSING else dumps(value, indent=None if deep else 2)
    if deep or value is MISSING or not is_sure(text):
        return raw_of(field, at, text)
    return Raw(field=field, at=at, text=text, meant=value)


def _leaf(field: Field, value: Json, at: str) -> Node:
    text = _text(field, value)
    if text is None:
        return raw(field, at, value)
    number = field.kind == Number(whole=False, decimal=True) and not isinstance(value, str)
    return Leaf(field=field, at=at, state=State.VALUE, text=text, number=number)


def _text(field: Field, value: Json) -> str | None:
    """Return what a control shows for a value, or None when it could not give the value back."""
    match field.kind:
        case Text() | Upload() as kind if isinstance(value, str):
            empty_is_lost = not value and not (field.may_be_empty or field.need is Need.CHOSEN)
            is_read = kind.format == "duration" and duration(value) if isinstance(kind, Text) else None
            return None if is_lost(kind, value) or empty_is_lost or is_read else value
        case Number() if "number" in types_of(value):
            return dumps(value)
        case Number(decimal=True) if isinstance(value, str):
            return value if is_decimal(value) else None
        case Boolean() if isinstance(value, bool):
            return "true" if value else "false"
        case Choice(options=options):
            written = dumps(value)
            return next((str(number) for number, (_, option) in enumerate(options) if dumps(option) == written), None)
        case Selection(options=options) if isinstance(value, list):
            return _ticked(options, value)
        case Const(value=only) if dumps(only) == dumps(value):
            return ""
        case _:
            return None


def _ticked(options: tuple[tuple[str, Json], ...], value: list[Json]) -> str | None:
    """Return the numbers of the options that a list holds, in its order; None when it holds something else."""
    numbers = {dumps(option): str(number) for number, (_, option) in enumerate(options)}
    found = [numbers.get(dumps(item), "") for item in value]
    return " ".join(found) if "" not in found and len({*found}) == len(found) else None


def is_lost(kind: Text | Upload, text: str) -> bool:
    """Tell whether the control of a text would not give it back."""
    return CHANGED_BY_BROWSERS.search(text) is not None or (isinstance(kind, Text) and kind.secret and "\n" in text)


def is_lost_in_a_line(text: str) -> bool:
    """Tell whether a line of text would not give a text back."""
    return "\n" in text or CHANGED_BY_BROWSERS.search(text) is not None


def _group(context: FormContext, field: Field, value: Mapping[str, Json], at: str, level: int) -> Node:
    try:
        resolved = context.effective(
            field.shape, value if context.exact else {**_constants(context, field.shape), **value}
        )
    except Undecided:
        return raw(field, at, value or MISSING)
    shape = resolved.shape
    if len(shape.properties) > context.left:
        return raw(field, at, value or MISSING)
    members = list(context.members(shape, chosen=field.need is Need.CHOSEN))
    known = {member.name for member in members}
    others = [name for name in value if name not in known]
    if any(map(is_lost_in_a_line, others)) or len(others) > context.left:
        return raw(field, at, value)
    nodes = tuple(
        load(context, member, value.get(member.name, MISSING), child(at, member.name), level + 1) for member in members
    )
    entries = tuple(
        load_entry(context, shape, name=name, value=value[name], key=str(number), at=at, level=level)
        for number, name in enumerate(others)
    )
    natural = [member.name for member in members if member.name in value] + others
    order = () if natural == list(value) else tuple(value)
    return Group(
        field=field,
        at=at,
        state=State.VALUE,
        members=nodes,
        entries=entries,
        order=order,
        held=resolved.held,
    )


def _constants(context: FormContext, shape: Shape) -> dict[str, Json]:
    """Return what a fresh object holds by itself, for its conditions to see."""
    needed = shape.required if is_conditional(shape) else frozenset()
    kinds = {name: context.field(place).kind for name, place in shape.properties.items() if name in needed}
    return {name: kind.value for name, kind in kinds.items() if isinstance(kind, Const)}


def load_entry(
    context: FormContext, shape: Shape, *, name: str, value: Json | Missing, key: str, at: str, level: int
) -> Entry:
    """Return an entry, whose place depends on its name."""
    node = load(context, context.field(entry_place(shape, name)), value, f"{at}/{ENTRY}{key}", level + 1)
    return Entry(key=key, name=name, node=node)


def _listing(context: FormContext, field: Field, value: list[Json | Missing], at: str, level: int) -> Node:
    items = tuple(
        Item(key=str(number), node=load(context, item_field(context, field, number), item, f"{at}/{number}", level + 1))
        for number, item in enumerate(value)
    )
    return Listing(field=field, at=at, state=State.VALUE, items=items)


def item_field(context: FormContext, field: Field, number: int) -> Field:
    """Return the field of a list's item by its position."""
    kind = field.kind
    if not isinstance(kind, Sequence):
        raise TypeError(f"{type(kind).__name__} has no items")
    return context.field(kind.prefix[number] if number < len(kind.prefix) else kind.item)


def choose(context: FormContext, field: Field, value: Json, at: str, level: int) -> Node:
    """Return a union's node for a loaded value: the branch that the tag names, else the first that fits."""
    kind = field.kind
    if not isinstance(kind, Union):
        raise TypeError(f"{type(kind).__name__} has no branches")
    if kind.free:
        return switched(context, field, type_branch(kind, value), value, at, level)
    possible = [
        number
        for number, branch in enumerate(kind.branches)
        if branch.shape.types is None or branch.shape.types & types_of(value)
    ]
    tag = value.get(kind.tag, MISSING) if isinstance(value, dict) and kind.tag else MISSING
    if tag is not MISSING:
        named = [number for number in possible if _names_tag(kind.branches[number].shape, kind.tag, tag)]
        possible = named or possible
    fitting = _fitting(context, kind, possible, value)
    return raw(field, at, value) if fitting is None else switched(context, field, fitting, value, at, level)


def _fitting(context: FormContext, kind: Union, possible: list[int], value: Json) -> int | None:
    """Return the first alternative that a value fits, else the nearest; None when that could not be decided."""
    if len(possible) < 2:
        return next(iter(possible), None)
    undecided = False
    for number in possible:
        found = context.fits(kind.branches[number].place, value)
        if found:
            return number
        undecided = undecided or found is None
    return None if undecided else min(possible, key=lambda number: _distance(kind.branches[number].shape, value))


def _names_tag(shape: Shape, name: str, tag: Json) -> bool:
    place = shape.properties.get(name)
    return place is not None and is_given(place, tag) is True


def type_branch(kind: Union, value: Json) -> int:
    """Return the number of the type of a value; what holds others is shorter to look at as JSON."""
    types = {"string": Text, "number": Number, "boolean": Boolean}
    known = next((types[name] for name in types_of(value) if name in types), Anything)
    return next(number for number, branch in enumerate(kind.branches) if isinstance(branch.kind, known))


def _distance(shape: Shape, value: Json) -> tuple[int, int]:
    """Return how far a value is from an alternative that it does not fit: by what is named there, and by what lacks."""
    if not isinstance(value, dict):
        return 0, 0
    named = (is_given(place, value[name]) for name, place in shape.properties.items() if name in value)
    return sum(given is False for given in named), len(shape.required - value.keys())


def switched(
    context: FormContext, field: Field, number: int, value: Json | Missing, at: str, level: int, stash: str = ""
) -> Node:
    """Return a union's node with a branch chosen and a value in it."""
    inner = branch_field(field, number)
    if inner is None:
        return Switch(field=field, at=at, state=State.UNSET, stash=stash)
    body = load(context, inner, value, at, level)
    # The editor of a branch would have the same name as the editor of the whole union.
    if isinstance(body, Switch) or (isinstance(body, Raw) and not isinstance(inner.kind, Anything)):
        # What is large is not written twice.
        return replace(body, field=field) if isinstance(body, Raw) and body.text else raw(field, at, value)
    return Switch(field=field, at=at, state=State.VALUE, branch=number, body=body, stash=stash)
