"""The structural buttons: what each does to the fields."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from playground.forms.fields.evaluate import value_of
from playground.forms.fields.field_tree import Entry, Group, Item, Leaf, Listing, Node, Raw, State, Switch
from playground.forms.fields.form_context import BLANK_LEVELS, MAX_LEVELS, FormContext
from playground.forms.fields.leftover import as_read
from playground.forms.fields.load_value import empty, item_field, load, load_entry, raw, started
from playground.forms.fields.repeating import may_be_bare
from playground.forms.values.jsontext import dumps, parse_json
from playground.forms.values.values import MISSING

Row = TypeVar("Row", Item, Entry)

ACTIONS = {
    "add": "add",
    "remove": "remove",
    "up": "move",
    "down": "move",
    "json": "switch",
    "fields": "switch",
    "area": "switch",
    "empty": "switch",
    "null": "switch",
    "open": "switch",
    "close": "switch",
    "default": "switch",
    "switch": "switch",
    "tab": "tab",
    "check": "check",
    "example": "example",
}
"""The verbs on the buttons, and the word that the page is told."""


def changed(context: FormContext, root: Node, verb: str, at: str) -> Node:
    """Return the fields after a button was pressed at a pointer."""
    match verb:
        case "add":
            return at_pointer(root, at, lambda node: _added(context, node))
        case "remove" | "up" | "down":
            above, _, key = at.rpartition("/")
            return at_pointer(root, above, lambda node: _rearranged(node, key, verb))
        case "json":
            return at_pointer(root, at, _as_json)
        case "fields":
            return at_pointer(root, at, lambda node: _as_fields(context, node))
        case "area":
            return at_pointer(root, at, _as_area)
        case "empty":
            return at_pointer(root, at, lambda node: _as_empty(context, node))
        case "open":
            return at_pointer(root, at, lambda node: _opened(context, node))
        case "close":
            return at_pointer(root, at, _closed)
        case "null":
            return at_pointer(root, at, _as_null)
        case "default":
            return at_pointer(root, at, lambda node: _with_default(context, node))
        case _:
            return root


def at_pointer(node: Node, at: str, change: Callable[[Node], Node]) -> Node:
    """Return the tree with one node changed."""
    if node.at == at:
        return change(node)
    if not at.startswith(f"{node.at}/"):
        return node
    match node:
        case Group(members=members, entries=entries):
            return replace(
                node,
                members=tuple(at_pointer(member, at, change) for member in members),
                entries=tuple(replace(entry, node=at_pointer(entry.node, at, change)) for entry in entries),
            )
        case Listing(items=items):
            return replace(node, items=tuple(replace(item, node=at_pointer(item.node, at, change)) for item in items))
        case Switch(body=body) if body is not None:
            return _with_body(node, at_pointer(body, at, change))
        case _:
            return node


def _with_body(node: Switch, body: Node) -> Node:
    return node if isinstance(body, Switch) else replace(node, body=body)


def _next_key(keys: list[str]) -> str:
    return str(max((int(key) for key in keys if key.isdecimal()), default=-1) + 1)


def _added(context: FormContext, node: Node) -> Node:
    match node:
        case Switch(body=body) if body is not None:
            return _with_body(node, _added(context, body))
        case Listing(state=State.UNSET | State.NULL) | Group(state=State.UNSET | State.NULL):
            begun = _opened(context, node)
            return begun if _has_room(begun) else _added(context, begun)
        case Listing(items=items, at=at):
            key = _next_key([item.key for item in items])
            inner = load(context, item_field(context, node.field, len(items)), MISSING, f"{at}/{key}", _level(at) + 1)
            return replace(node, state=State.VALUE, items=(*items, Item(key=key, node=inner)))
        case Group(entries=entries, at=at):
            key = _next_key([entry.key for entry in entries])
            entry = load_entry(context, node.field.shape, name="", value=MISSING, key=key, at=at, level=_level(at))
            return replace(node, state=State.VALUE, entries=(*entries, entry))
        case _:
            return node


def _has_room(node: Node) -> bool:
    """Tell whether a list or object that was just opened has a row to type in, or cannot take one."""
    if isinstance(node, Listing) and node.state is State.VALUE:
        return any(value_of(item.node).value is MISSING for item in node.items)
    return not (isinstance(node, Group) and node.state is State.VALUE)


def _level(at: str) -> int:
    """Return the level at which something is added: what a person asks for opens, however deep it stands."""
    level = at.count("/")
    return min(level, BLANK_LEVELS - 1) if level < MAX_LEVELS - 1 else level


def _rearranged(node: Node, key: str, verb: str) -> Node:
    match node:
        case Switch(body=body) if body is not None:
            return _with_body(node, _rearranged(body, key, verb))
        case Listing(items=items):
            return replace(node, items=_moved(items, [item.key for item in items], key, verb))
        case Group(entries=entries):
            steps = [entry.node.at.rpartition("/")[2] for entry in entries]
            return replace(node, entries=_moved(entries, steps, key, verb))
        case _:
            return node


def _moved(rows: tuple[Row, ...], keys: list[str], key: str, verb: str) -> tuple[Row, ...]:
    """Return the rows with one taken out, or swapped with its neighbour."""
    if key not in keys:
        return rows
    number = keys.index(key)
    if verb == "remove":
        return rows[:number] + rows[number + 1 :]
    other = number + (1 if verb == "down" else -1)
    if not 0 <= other < len(rows):
        return rows
    moved = list(rows)
    moved[number], moved[other] = moved[other], moved[number]
    return tuple(moved)


def _as_json(node: Node) -> Node:
    meant = value_of(node)
    return node if meant.lost else raw(node.field, node.at, meant.value)


def _as_fields(context: FormContext, node: Node) -> Node:
    meant = value_of(node)
    if meant.lost or not isinstance(node, Raw):
        return node
    return load(context.put_back, node.field, meant.value, node.at, node.at.count("/"))


def _as_area(node: Node) -> Node:
    match node:
        case Leaf():
            return replace(node, area=True, state=State.VALUE)
        case Switch(body=Leaf() as body):
            return replace(node, body=replace(body, area=True))
        case _:
            return node


def _as_empty(context: FormContext, node: Node) -> Node:
    if may_be_bare(node):
        return load(context, node.field, [] if isinstance(node, Listing) else {}, node.at, _level(node.at))
    return replace(node, state=State.VALUE, text="") if isinstance(node, Leaf) and node.field.may_be_empty else node


def _opened(context: FormContext, node: Node) -> Node:
    """Return an object or list that is set: with what it held before, else with what it begins with."""
    if not isinstance(node, Group | Listing) or node.state is State.VALUE:
        return node
    value = parse_json(node.stash) if node.stash else started(context, node.field)
    return load(context.put_back if node.stash else context, node.field, value, node.at, _level(node.at))


def _closed(node: Node, state: State = State.UNSET) -> Node:
    """Return an object or list that is not set, or null, with what it held put aside."""
    closed = empty(node.field, node.at, state)
    if not isinstance(closed, Group | Listing) or not isinstance(node, Group | Listing):
        return node
    return replace(closed, stash=dumps(as_read(node)) if node.state is State.VALUE else node.stash)


def _as_null(node: Node) -> Node:
    if not node.field.nullable:
        return node
    match node:
        case Leaf():
            return replace(node, state=State.NULL, text="")
        case Switch(body=body):
            held = MISSING if body is None else as_read(body)
            kept = parse_json(node.stash or "{}")
            kept = {**kept, str(node.branch): held} if isinstance(kept, dict) and held is not MISSING else kept
            return replace(node, state=State.NULL, body=None, stash=dumps(kept) if kept else "")
        case Group() | Listing():
            return _closed(node, State.NULL)
        case Raw():
            return node


def _with_default(context: FormContext, node: Node) -> Node:
    default = node.field.shape.facts.get("default", MISSING)
    if default is None and not node.field.nullable:
        return empty(node.field, node.at, State.UNSET)
    return load(context, node.field, default, node.at, node.at.count("/"))


def newest(root: Node, at: str) -> str:
    """Return the pointer of what `add` has just put at the end of a list or object."""
    found = rows_at(root, at)
    rows = () if found is None else found.entries if isinstance(found, Group) else found.items
    return rows[-1].node.at if rows else at


def rows_at(root: Node, at: str) -> Group | Listing | None:
    """Return the list or object at a pointer, through the union that it may be chosen in."""
    found: list[Group | Listing] = []

    def look(node: Node) -> Node:
        inner = node.body if isinstance(node, Switch) and node.body is not None else node
        if isinstance(inner, Group | Listing):
            found.append(inner)
        return node

    at_pointer(root, at, look)
    return found[-1] if found else None
