"""Where on the page an issue belongs: the deepest field that is shown on its path."""

import re
from collections.abc import Iterable, Iterator, Mapping

from playground.forms.fields.field_tree import Group, Listing, Node, State, Switch
from playground.forms.schema.field_kinds import Union
from playground.forms.values.issues import Issue

Path = tuple[str | int, ...]

OWN = ("Found ", "This is required.")
"""How the sentences about a whole object begin that are the schema's, and name no field that is at fault."""
MAX_MESSAGE = 2000
"""Characters of a message in which names are looked for."""


def placed(root: Node, issues: Iterable[Issue]) -> Mapping[str, list[str]]:
    """Return the messages by the pointer of the field that shows them."""
    found: dict[str, list[str]] = {}
    for issue in issues:
        node = _deepest(root, issue.path)
        for at in [node.at, *_named(node, issue.message)]:
            if issue.message not in found.setdefault(at, []):
                found[at].append(issue.message)
    return found


def _named(node: Node, message: str) -> Iterator[str]:
    """Walk the pointers of an object's fields that a message about the whole object names, as a validator's may."""
    inner = node.body if isinstance(node, Switch) else node
    if not isinstance(inner, Group) or message.startswith(OWN):
        return
    words = set(re.findall(r"\w+", message[:MAX_MESSAGE]))
    for member in inner.members:
        name = member.field.name
        if name in words and len(name) > 1:
            yield member.at


def pointer_of(root: Node, path: Path) -> str:
    """Return the pointer of the deepest shown field on a path.

    Steps that lead nowhere are passed over: pydantic names the branch of a union among the steps.
    """
    return _deepest(root, path).at


def _deepest(root: Node, path: Path) -> Node:
    node = root
    for step in path:
        node = _child(node, step) or node
    return node


def _child(node: Node, step: str | int) -> Node | None:
    match node:
        case Switch(body=body) if body is not None:
            return _child(body, step)
        case Group(members=members, entries=entries):
            named = (member for member in members if member.field.name == step)
            return next(named, None) or next((entry.node for entry in entries if entry.name == step), None)
        case Listing(items=items) if isinstance(step, int) and 0 <= step < len(items):
            return items[step].node
        case _:
            return None


def chosen_branches(node: Node, path: Path = ()) -> Iterator[tuple[Path, frozenset[int]]]:
    """Walk the unions with the branches that were chosen, for errors that speak of these."""
    match node:
        case Switch(state=State.VALUE, body=body, branch=branch) if body is not None:
            kind = node.field.kind
            if isinstance(kind, Union):
                yield path, kind.branches[branch].trail
            yield from chosen_branches(body, path)
        case Group(members=members, entries=entries):
            for member in members:
                yield from chosen_branches(member, (*path, member.field.name))
            for entry in entries:
                yield from chosen_branches(entry.node, (*path, entry.name))
        case Listing(items=items):
            for number, item in enumerate(items):
                yield from chosen_branches(item.node, (*path, number))
        case _:
            return
