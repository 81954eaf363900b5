"""Where typing goes on after a structural button: at what is new, at the row that was moved, beside the one removed."""

from playground.forms.fields.field_tree import Group, Listing, Node
from playground.forms.fields.structure import newest, rows_at
from playground.forms.schema.field_kinds import Sequence


def focus_after(verb: str, at: str, before: Node, after: Node) -> str | None:
    """Return the pointer of a field, or the value of a button (`verb:pointer`), that is to have the focus.

    Args:
        verb: what the pressed button did.
        at: the pointer that it did it to.
        before: the fields as they were.
        after: the fields as they are now.

    """
    match verb:
        case "add":
            return newest(after, at)
        case "up" | "down" | "remove":
            above = at.rpartition("/")[0]
            old, new = rows_at(before, above), rows_at(after, above)
            return _beside(verb, at, above, old, new) if old and new else None
        case "json" | "fields" | "area" | "empty" | "null" | "default" | "switch" | "open":
            return at
        case "close":
            return f"open:{at}"
        case _:
            return None


def _beside(verb: str, at: str, above: str, old: Group | Listing, new: Group | Listing) -> str | None:
    """Return the same button of the moved row, or of the row that took the place of the one removed."""
    was, now = _pointers(old), _pointers(new)
    if at not in was:
        return None
    if verb != "remove":
        last = "down" if now.index(at) == _fixed(new) else "up" if now.index(at) == len(now) - 1 else verb
        return f"{last}:{at}"
    number = min(was.index(at), len(now) - 1)
    if number < 0:
        return f"add:{above}"
    return f"remove:{now[number]}" if isinstance(new, Group) or number >= _fixed(new) else now[number]


def _pointers(node: Group | Listing) -> list[str]:
    return [row.node.at for row in (node.entries if isinstance(node, Group) else node.items)]


def _fixed(node: Group | Listing) -> int:
    """Return how many rows stay in their places."""
    return len(node.field.kind.prefix) if isinstance(node.field.kind, Sequence) else 0
