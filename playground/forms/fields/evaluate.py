"""Fields into the JSON value that they mean."""

from dataclasses import dataclass, field

from playground.forms.fields.field_tree import Group, Leaf, Listing, Need, Node, Raw, State, Switch
from playground.forms.schema.durations import duration
from playground.forms.schema.expectations import name_of
from playground.forms.schema.field_kinds import Boolean, Choice, Const, Number, Selection, Sequence, Text
from playground.forms.schema.shape import numeric
from playground.forms.values.issues import Issue
from playground.forms.values.jsontext import JsonError
from playground.forms.values.values import MISSING, Json, Missing, NumberError, is_decimal, parse_number, shorten

Path = tuple[str | int, ...]
EMPTY_ITEM = "This item has no value yet. Fill it in, or remove it."
EMPTY_PLACE = "This is required."


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What fields mean; unreadable parts are left out of the value."""

    value: Json | Missing
    issues: tuple[Issue, ...]
    lost: bool
    """Whether something that was typed is not in the value."""
    doubts: tuple[Issue, ...]
    """Those of the issues that say what has to be looked over."""


def value_of(node: Node) -> Meaning:
    """Return the value of a node, and what could not be read."""
    reading = _Reading()
    value = reading.value(node, ())
    return Meaning(value=value, issues=tuple(reading.issues), lost=reading.lost, doubts=tuple(reading.doubts))


@dataclass(slots=True, kw_only=True)
class _Reading:
    issues: list[Issue] = field(default_factory=list)
    lost: bool = False
    doubts: list[Issue] = field(default_factory=list)

    def value(self, node: Node, path: Path) -> Json | Missing:
        match node:
            case Raw(meant=meant, problem=problem):
                doubts = [Issue(path=path, message=problem)] if problem else []
                self.doubts += doubts
                self.issues += doubts
                return self.refuse(path, str(meant)) if isinstance(meant, JsonError) else meant
            case Leaf(problem=problem) if problem:
                return self.refuse(path, problem)
            case Leaf(state=State.VALUE):
                return self.leaf(node, path)
            case Group(state=State.VALUE):
                return self.group(node, path)
            case Listing(state=State.VALUE):
                return self.listing(node, path)
            case Switch(state=State.VALUE, body=body) if body is not None:
                return self.branch(node, body, path)
            case (
                Leaf(state=State.NULL) | Group(state=State.NULL) | Listing(state=State.NULL) | Switch(state=State.NULL)
            ):
                return None
            case _:
                return MISSING

    def lack(self, path: Path, message: str) -> Missing:
        self.issues.append(Issue(path=path, message=message))
        return MISSING

    def refuse(self, path: Path, message: str) -> Missing:
        self.lost = True
        self.issues.append(Issue(path=path, message=message))
        return MISSING

    def leaf(self, node: Leaf, path: Path) -> Json | Missing:
        match node.field.kind:
            case Number(decimal=True) if not node.number and is_decimal(node.text.strip()):
                return node.text.strip()
            case Number(whole=whole):
                try:
                    return parse_number(node.text.strip())
                except NumberError as error:
                    found = f"Found {shorten(node.text)}. Expected a whole number, such as 12."
                    return self.refuse(path, found if whole else str(error))
            case Boolean():
                known = {"true": True, "false": False}
                return known[node.text] if node.text in known else self.refuse(path, "Choose true or false.")
            case Choice(options=options):
                number = int(node.text) if node.text.isdecimal() and len(node.text) < 7 else len(options)
                return options[number][1] if number < len(options) else self.refuse(path, "Choose one of the options.")
            case Selection(options=options):
                numbers = [int(step) for step in node.text.split() if step.isdecimal() and len(step) < 7]
                held = [options[number][1] for number in numbers if number < len(options)]
                lacks = len(held) < len(node.text.split())
                return self.refuse(path, "Choose some of the options.") if lacks else held
            case Const(value=value):
                return value
            case Text(format="duration"):
                return duration(node.text) or node.text
            case _:
                return node.text

    def branch(self, node: Switch, body: Node, path: Path) -> Json | Missing:
        known = len(self.issues)
        value = self.value(body, path)
        if value is MISSING and len(self.issues) == known and node.field.need is Need.OPTIONAL:
            return self.lack(path, "Fill this in, or choose “not set”.")
        return value

    def group(self, node: Group, path: Path) -> Json:
        found: dict[str, Json] = {}
        for member in node.members:
            value = self.value(member, (*path, member.field.name))
            if value is not MISSING:
                found[member.field.name] = value
        for entry in node.entries:
            here = (*path, entry.name)
            if entry.name in found:
                self.refuse(here, f"The name {name_of(entry.name)} is there already; each can stand once.")
                continue
            known = len(self.issues)
            value = self.value(entry.node, here)
            if value is not MISSING:
                found[entry.name] = value
            elif len(self.issues) == known:
                self.lack(here, EMPTY_ITEM)
        if not node.order:
            return found
        order = {name: number for number, name in enumerate(node.order)}
        return {name: found[name] for name in sorted(found, key=lambda name: order.get(name, len(order)))}

    def listing(self, node: Listing, path: Path) -> Json:
        found = []
        kind, least = node.field.kind, node.field.shape.facts.get("minItems")
        places = len(kind.prefix) if isinstance(kind, Sequence) else 0
        # Places of a tuple that must be there have no button that removes them.
        fixed = min(places, int(least)) if numeric(least) else 0
        for number, item in enumerate(node.items):
            known = len(self.issues)
            value = self.value(item.node, (*path, number))
            if value is MISSING and len(self.issues) == known:
                self.lack((*path, number), EMPTY_PLACE if number < fixed else EMPTY_ITEM)
            # The place is kept, so that the positions in a validator's errors are those on the page.
            found.append(None if value is MISSING else value)
        return found
