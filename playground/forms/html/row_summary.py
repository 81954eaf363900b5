"""What a folded row says of what it holds, in a line."""

from collections.abc import Iterator

from playground.forms.fields.field_tree import Group, Leaf, Listing, Node, Raw, State, Switch
from playground.forms.schema.expectations import counted
from playground.forms.schema.field_kinds import Boolean, Choice, Const, Selection, Text, Upload
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import unquoted

MOST_PARTS = 4
LONGEST = 40
"""Characters of one value."""


def digest(node: Node) -> str:
    """Return the first few values that a field holds, without secrets; "" when it holds none."""
    found: list[str] = []
    for words in _words(node):
        if len(found) == MOST_PARTS:
            return " · ".join([*found, "…"])
        found.append(words)
    return " · ".join(found)


def _words(node: Node) -> Iterator[str]:
    match node:
        case Switch(body=body) if body is not None:
            yield from _words(body)
        case Group(members=members, entries=entries, state=State.VALUE):
            for member in members:
                yield from _words(member)
            for entry in entries:
                yield f"{unquoted(entry.name, LONGEST)}: {next(_words(entry.node), '…')}"
        case Listing(items=items, state=State.VALUE) if items:
            yield counted(len(items), "item")
        case Raw(text=text) if text:
            yield unquoted(" ".join(text[: 4 * LONGEST].split()), LONGEST)
        case Leaf(state=State.VALUE):
            yield from _value(node)
        case _:
            return


def _value(leaf: Leaf) -> Iterator[str]:
    match leaf.field.kind:
        case Text(secret=True):
            return
        case Upload():
            yield "file"
        case Choice(options=options) if leaf.text.isdecimal() and int(leaf.text) < len(options):
            yield unquoted(options[int(leaf.text)][0], LONGEST)
        case Selection():
            if leaf.text:
                yield f"{len(leaf.text.split())} ticked"
        case Boolean():
            yield f"{leaf.field.label}: {leaf.text}" if leaf.field.label else leaf.text
        case Const(value=value):
            yield unquoted(value if isinstance(value, str) else dumps(value), LONGEST)
        case _ if leaf.text.strip():
            yield unquoted(" ".join(leaf.text[: 4 * LONGEST].split()), LONGEST)
