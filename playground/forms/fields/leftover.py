"""What was typed, as JSON, where no field says what it means: kept as well as it can be, to be looked over."""

from playground.forms.fields.evaluate import value_of
from playground.forms.fields.field_tree import Group, Leaf, Listing, Node, Raw, State, Switch
from playground.forms.fields.posted import Post
from playground.forms.values.jsontext import JsonError, parse_json
from playground.forms.values.pointer import ENTRY, name_in
from playground.forms.values.values import MISSING, Json, Missing

UNPLACED = "What was typed here belongs to no field that is known, so it is shown as JSON. Look it over and send it."
UNDECIDED = (
    "Finding out which fields belong here took too long, so what was typed is shown as JSON. Look it over and send it."
)


def leftover(post: Post, at: str) -> Json | Missing:
    """Return what was posted at a pointer and beneath it; texts that are JSON numbers or words are taken as such."""
    state = (post.mark("is", at) or "").removeprefix("=")
    if state in ("unset", "null"):
        return MISSING if state == "unset" else None
    if post.marks("item", at):
        items = [leftover(post, f"{at}/{key}") for key in dict.fromkeys(post.marks("item", at))]
        return [None if item is MISSING else item for item in items]
    steps = post.steps(at)
    if not steps:
        return _scalar(post.text(at), whole=post.mark("as", at) == "json")
    found = {_name(post, at, step): leftover(post, f"{at}/{step}") for step in steps}
    return {name: value for name, value in found.items() if value is not MISSING}


def as_read(node: Node) -> Json | Missing:
    """Return what fields hold; a text that is no value of its field is taken as text."""
    match node:
        case Switch(body=body) if body is not None:
            return as_read(body)
        case Listing(state=State.VALUE, items=items):
            held = [as_read(item.node) for item in items]
            return [None if value is MISSING else value for value in held]
        case Group(state=State.VALUE):
            return _of_group(node)
        case _:
            meant = value_of(node)
            return node.text if meant.lost and isinstance(node, Leaf | Raw) else meant.value


def _of_group(group: Group) -> Json:
    found: dict[str, Json] = {}
    named = [(member.field.name, member) for member in group.members]
    for name, node in [*named, *((entry.name, entry.node) for entry in group.entries)]:
        value = as_read(node)
        if value is not MISSING:
            found[_free(name, found)] = value
    return found


def _free(name: str, taken: dict[str, Json]) -> str:
    """Return a name that is not taken: two lines of the form may give the same one."""
    while name in taken:
        name += " (2)"
    return name


def _name(post: Post, at: str, step: str) -> str:
    return (post.mark("key", f"{at}/{step}") or "") if step.startswith(ENTRY) else name_in(step)


def _scalar(text: str | None, *, whole: bool) -> Json | Missing:
    if text is None or (whole and not text.strip()):
        return MISSING
    try:
        value = parse_json(text)
    except (JsonError, ValueError):
        return text
    return value if whole or not isinstance(value, str | list | dict) else text
