"""The fields of an object follow its conditions: what was loaded or typed stays, what the form itself opened goes."""

from collections.abc import Iterator
from dataclasses import replace

from playground.forms.fields.conditions import Resolved
from playground.forms.fields.evaluate import value_of
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
    raw_of,
)
from playground.forms.fields.form_context import MAX_ROUNDS, FormContext
from playground.forms.fields.leftover import UNPLACED, as_read
from playground.forms.fields.load_value import blank, item_field, load, load_entry, raw
from playground.forms.schema.field_kinds import Boolean, Number, Record, Sequence, Text, Upload
from playground.forms.schema.shape import Shape, entry_place
from playground.forms.values.jsontext import dumps
from playground.forms.values.pointer import ENTRY, child
from playground.forms.values.values import MISSING, Json


def following(context: FormContext, group: Group, level: int) -> Group:
    """Return an object with the fields that its conditions ask for, given what a person made it hold.

    What the form opened before counts only when it would be opened again, or constants that ask for each other would
    never go.

    Args:
        context: what the form may open.
        group: the object, as it was shown.
        level: how deep it stands.

    Raises:
        Undecided: the fields could not be found out.

    """
    resolved, left = context.effective(group.field.shape, _given(context, group)), context.left
    for _ in range(MAX_ROUNDS):
        context.left = left
        turned = group if resolved.held == group.held else _turned(context, group, resolved, level)
        again = context.effective(group.field.shape, value_of(turned).value)
        if again.held == resolved.held:
            break
        resolved = again
    return turned


def _given(context: FormContext, group: Group) -> Json:
    """Return what an object holds without what the form put there because of a condition."""
    required = group.field.shape.required
    kept = tuple(node for node in group.members if node.field.name in required or not is_untouched(context, node))
    return value_of(replace(group, members=kept)).value


def _turned(context: FormContext, group: Group, resolved: Resolved, level: int) -> Group:
    """Return an object with the fields of other answers to its conditions."""
    before = {node.field.name: node for node in group.members}
    typed = {entry.name: entry for entry in reversed(group.entries)}
    members = []
    for member in context.members(resolved.shape, chosen=group.field.need is Need.CHOSEN):
        at = child(group.at, member.name)
        known = before.pop(member.name, None)
        if known is None and member.name in typed:
            known = typed.pop(member.name).node
        members.append(
            _moved(context, known, member, at, level + 1) if known else blank(context, member, at, level + 1)
        )
    kept = [_entry(context, entry, resolved.shape, level) for entry in group.entries if typed.get(entry.name) is entry]
    kept += _left(context, group, resolved.shape, list(before.values()), level)
    return replace(group, members=tuple(members), entries=tuple(kept), held=resolved.held)


def _entry(context: FormContext, entry: Entry, shape: Shape, level: int) -> Entry:
    field = context.field(entry_place(shape, entry.name))
    return replace(entry, node=_moved(context, entry.node, field, entry.node.at, level + 1))


def _left(context: FormContext, group: Group, shape: Shape, nodes: list[Node], level: int) -> Iterator[Entry]:
    """Walk what stays of the members that no condition asks for any more: what a person gave."""
    used = {entry.key for entry in group.entries}
    keys = (key for number in range(len(used) + len(nodes)) if (key := f"x{number}") not in used)
    for node in nodes:
        meant = value_of(node)
        if (meant.value is MISSING and not meant.lost) or is_untouched(context, node):
            continue
        key, name = next(keys), node.field.name
        if meant.lost or meant.doubts:
            kept = as_typed(node, context.field(entry_place(shape, name)), f"{group.at}/{ENTRY}{key}")
            yield Entry(key=key, name=name, node=kept)
        else:
            yield load_entry(context, shape, name=name, value=meant.value, key=key, at=group.at, level=level)


def is_untouched(context: FormContext, node: Node) -> bool:
    """Tell whether a field holds no more than the form itself put there."""
    if isinstance(node, Raw) or not node.opened:
        return False
    meant = value_of(node)
    fresh = value_of(blank(context, node.field, node.at, 0)).value
    return not meant.lost and fresh is not MISSING and meant.value is not MISSING and dumps(meant.value) == dumps(fresh)


def _moved(context: FormContext, node: Node, field: Field, at: str, level: int) -> Node:
    """Return a field under what the schema says of it now."""
    if is_untouched(context, node) and (field.need is Need.OPTIONAL or not _same_place(node.field, field)):
        return blank(context, field, at, level)
    if _same_place(node.field, field) and node.at == at:
        needed = field.need is not Need.OPTIONAL and node.field.need is Need.OPTIONAL
        return blank(context, field, at, level) if needed and _is_closed(node) else replace(node, field=field)
    match field.kind, node:
        case Record(), Group(state=State.VALUE) if node.at == at:
            return _again(context, replace(node, field=field), level)
        case (Record(), Group(state=State.UNSET, stash=stash)) | (Sequence(), Listing(state=State.UNSET, stash=stash)):
            return replace(node, field=field) if stash else blank(context, field, at, level)
        case Sequence(), Listing(state=State.VALUE, items=items) if node.at == at:
            places = [item_field(context, field, number) for number in range(len(items))]
            moved = [
                Item(key=item.key, node=_moved(context, item.node, place, item.node.at, level + 1))
                for item, place in zip(items, places, strict=True)
            ]
            return replace(node, field=field, items=tuple(moved))
        case (Text() | Number() | Boolean() | Upload()) as kind, Leaf(state=State.VALUE, problem=""):
            if type(kind) is type(node.field.kind):
                return replace(node, field=field, at=at)
    meant = value_of(node)
    return as_typed(node, field, at) if meant.lost or meant.doubts else load(context, field, meant.value, at, level)


def _again(context: FormContext, group: Group, level: int) -> Group:
    return following(
        context, _turned(context, group, context.effective(group.field.shape, value_of(group).value), level), level
    )


def _same_place(one: Field, two: Field) -> bool:
    return [id(part.schema) for part in one.place.parts] == [id(part.schema) for part in two.place.parts]


def _is_closed(node: Node) -> bool:
    return not isinstance(node, Raw) and node.state is State.UNSET and not getattr(node, "stash", "")


def as_typed(node: Node, field: Field, at: str) -> Raw:
    """Return the JSON editor with what was typed, which is no value yet or has to be looked over."""
    inner = node.body if isinstance(node, Switch) and node.body else node
    doubt = next((issue.message for issue in value_of(node).doubts), "")
    if isinstance(inner, Leaf | Raw):
        return raw_of(field, at, inner.text, doubt)
    return replace(raw(field, at, as_read(inner)), problem=doubt or UNPLACED)


def typed_again(field: Field, value: Json, at: str) -> Leaf | None:
    """Return the line of a number with a text that is none, which was typed there before."""
    if not isinstance(field.kind, Number) or not isinstance(value, str):
        return None
    return Leaf(field=field, at=at, state=State.VALUE, text=value)


def carried(context: FormContext, field: Field, value: Json) -> Json:
    """Return what a branch can take over from the one before it."""
    if isinstance(field.kind, Record) and isinstance(value, dict):
        places = field.shape.properties
        same = {name: child for name, child in value.items() if name in places and context.fits(places[name], child)}
        return same or MISSING
    return value if value is not MISSING and context.fits(field.place, value) else MISSING
