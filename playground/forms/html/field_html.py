"""Fields into HTML: one short function for each kind of node."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.safestring import SafeString

from playground.forms.fields.conditions import is_conditional
from playground.forms.fields.field_tree import (
    Entry,
    Group,
    Item,
    Leaf,
    Listing,
    Need,
    Node,
    Raw,
    State,
    Switch,
    has_state,
)
from playground.forms.html.controls import Naming, control
from playground.forms.html.field_frame import OTHER, FieldFrame
from playground.forms.html.markup import NOTHING, el, join
from playground.forms.html.row_summary import digest
from playground.forms.schema.field_kinds import Anything, Boolean, Record, Selection, Sequence
from playground.forms.schema.labels import singular
from playground.forms.schema.shape import numeric
from playground.forms.values.jsontext import dumps
from playground.forms.values.pointer import is_short

ROWS = 24
"""Most lines that a JSON editor shows without scrolling."""
SECTION = 100
"""Properties of one object that stand in one section of a large form."""
OPEN_ROWS = 3
"""Rows with frames that stand open side by side; where there are more, each is a line until it is opened."""


def is_line(node: Node) -> bool:
    """Tell whether a node has one control, and so no frame."""
    return not isinstance(node.body if isinstance(node, Switch) else node, Group | Listing)


@dataclass(slots=True, kw_only=True)
class Painter(FieldFrame):
    """Paints one form; ids are counted, so that no name can break them."""

    def node(
        self, node: Node, label: str, tools: SafeString = NOTHING, *, bare: bool = False, folded: bool | None = None
    ) -> SafeString:
        """Return a field with its label, its controls, its help and its problems.

        Args:
            node: the field.
            label: what it is called.
            tools: buttons of the row that it stands in.
            bare: whether the row already shows its name.
            folded: whether a frame shows a line of what it holds first; None when it does not fold.

        """
        match node:
            case Leaf():
                return self.single(node, node, label, tools, bare=bare)
            case Raw():
                return self.single(node, node, label, tools, bare=bare)
            case Switch(body=Group() | Listing()):
                return self.frame(node, label, tools, folded)
            case Switch(body=body):
                return self.single(node, body, label, tools, bare=bare)
            case Group() | Listing():
                return self.frame(node, label, tools, folded)

    def single(self, node: Node, inner: Node | None, label: str, tools: SafeString, *, bare: bool) -> SafeString:
        """Return a field with one control at most: its own, or that of its branch."""
        name = self.new_id(node.at, label)
        described, notes = self.notes(node, name)
        naming = Naming(
            prefix=self.prefix,
            id=name,
            label=label,
            described=described,
            invalid=node.at in self.problems,
            focused=self.focused(node.at),
            required=node.field.need is Need.REQUIRED and not bare,
            labelled=not bare,
        )
        attributes = self.attributes(node)
        if inner is None:
            attributes |= {"id": name, "tabindex": "-1"}
        elif isinstance(inner.field.kind, Boolean | Selection) and isinstance(inner, Leaf):
            role = "radiogroup" if isinstance(inner.field.kind, Boolean) else "group"
            attributes |= {"role": role, "aria-labelledby": f"{name}-label"}
        head = self.head(node, name, label, tools, bare=bare)
        memory = self.memory(node) if isinstance(node, Switch) else NOTHING
        match inner:
            case Leaf():
                body = control(inner, naming)
            case Raw():
                body = self.editor(inner, naming)
            case _:
                body = NOTHING
        return el("div", attributes, head, memory, body, notes)

    def editor(self, node: Raw, naming: Naming) -> SafeString:
        """Return the JSON editor of one field."""
        attributes: dict[str, str | bool] = {
            "class": "f-input f-area f-json",
            **naming.common(node.at),
            "rows": str(min(max(node.text.count("\n") + 1, 2), ROWS)),
            "spellcheck": "false",
        }
        mark = NOTHING if isinstance(node.field.kind, Anything) else self.hidden("as", node.at, "json")
        return join(mark, el("textarea", attributes, node.text))

    def frame(
        self, node: Group | Listing | Switch, label: str, tools: SafeString, folded: bool | None = None
    ) -> SafeString:
        """Return an object, a list or a union of these, with a border and its name on top."""
        name = self.new_id(node.at, label)
        described, notes = self.notes(node, name)
        attributes = self.attributes(node) | {
            "class": "f-field f-frame",
            "id": name,
            "role": "group",
            "aria-labelledby": f"{name}-label",
            "aria-describedby": described or False,
            "tabindex": "-1",
        }
        head = self.head(node, name, label, tools, bare=False, titled=folded is None)
        self.trail.append(label)
        body = self.inside(node, label)
        self.trail.pop()
        if folded is None:
            return el("div", attributes, head, notes, body)
        title = self.title(node, name, label, bare=False)
        line = el("summary", {"class": "f-summary"}, title, el("span", {"class": "f-digest"}, digest(node)))
        fold: dict[str, str | bool] = {"class": "f-fold", "data-fold": node.at, "open": not folded}
        return el("div", attributes, head, el("details", fold, line, notes, body))

    def is_folded(self, node: Node, rows: int) -> bool | None:
        """Tell whether a row is folded: where there are several, what holds something and needs no attention.

        None when it has no frame to fold.
        """
        if is_line(node):
            return None
        return (self.large or (rows > OPEN_ROWS and bool(digest(node)))) and not self.is_wanted(node)

    def is_wanted(self, node: Node) -> bool:
        """Tell whether a problem or the focus is at a field or inside."""
        return any(at == node.at or at.startswith(f"{node.at}/") for at in (*self.problems, self.focus or "-"))

    def members(self, node: Group) -> Iterator[SafeString]:
        """Walk the fields of an object's properties, very many in sections that unfold."""
        shown = (self.member(member) for member in node.members)
        if not self.large or len(node.members) <= SECTION:
            yield from shown
            return
        for start in range(0, len(node.members), SECTION):
            part = node.members[start : start + SECTION]
            fold: dict[str, str | bool] = {
                "class": "f-fold f-section",
                "data-fold": f"{node.at}#{start}",
                "open": not start or any(map(self.is_wanted, part)),
            }
            words = f"{part[0].field.label} – {part[-1].field.label}"
            digest_of = el("span", {"class": "f-digest"}, f"{start + 1} to {start + len(part)} of {len(node.members)}")
            line = el("summary", {"class": "f-summary"}, el("span", {"class": "f-label"}, words), digest_of)
            yield el("details", fold, line, el("div", {"class": "f-members"}, *islice(shown, len(part))))

    def member(self, node: Node) -> SafeString:
        """Return the field of a property."""
        return self.node(node, node.field.label, folded=self.is_folded(node, 1) if self.large else None)

    def inside(self, node: Node, label: str) -> SafeString:
        """Return what stands in a frame."""
        # An empty object or list has no other control that would tell it from none.
        told = has_state(node) or node.field.need is Need.CHOSEN
        here = NOTHING if told else self.hidden("is", node.at, "=value")
        match node:
            case Group():
                return join(here, self.group(node, label))
            case Listing():
                return join(here, self.listing(node, label))
            case Switch(body=body) if body is not None:
                return join(self.memory(node), self.inside(body, label))
            case _:
                return NOTHING

    def memory(self, node: Switch) -> SafeString:
        """Return the branch that is shown, and what others held, for when another one is chosen."""
        was = str(node.branch) if node.state is State.VALUE else node.state.value
        stash = self.hidden("stash", node.at, node.stash) if node.stash else NOTHING
        return join(self.hidden("was", node.at, was), stash)

    def group(self, node: Group, label: str) -> SafeString:
        """Return what an object holds."""
        stash = self.hidden("stash", node.at, node.stash) if node.stash else NOTHING
        if node.state is not State.VALUE:
            return stash
        names = [member.field.name for member in node.members] + [entry.name for entry in node.entries]
        order = NOTHING
        if node.order and list(node.order) != names:
            order = self.hidden("order", node.at, dumps(list(node.order)))
        members = list(self.members(node))
        members += [
            self.hidden("name", member.at, dumps(member.field.name)) for member in node.members if is_short(member.at)
        ]
        depends = is_conditional(node.field.shape)
        refresh = NOTHING
        if depends:
            members += [self.hidden("held", node.at, node.held), *self.opened(node)]
            refresh = self.button(
                "refresh", node.at, "Update fields", label=f"Update fields of {label}", style="f-button f-apply"
            )
        attributes: dict[str, str | bool] = {
            "class": "f-members",
            "data-refresh": f"refresh:{node.at}" if depends else False,
        }
        return join(order, el("div", attributes, *members), self.entries(node, label), refresh)

    def opened(self, node: Group) -> Iterator[SafeString]:
        """Walk the marks of those members that no person opened, and that go when their condition does."""
        for member in node.members:
            if not isinstance(member, Raw) and member.opened:
                yield self.hidden("opened", member.at, "1")

    def entries(self, node: Group, label: str) -> SafeString:
        """Return the entries of an object, and the button for one more."""
        rows = [self.entry(entry, node, label, number) for number, entry in enumerate(node.entries)]
        table = el("ul", {"class": "f-entries"}, *rows) if rows else NOTHING
        kind = node.field.kind
        add = NOTHING
        if isinstance(kind, Record) and kind.open:
            add = self.row_adder(node.at, label, OTHER if node.members else "Add entry")
        return join(table, add)

    def entry(self, entry: Entry, node: Group, label: str, number: int) -> SafeString:
        """Return one entry: its name, its value, and the button that removes it."""
        here, rows = entry.node.at, len(node.entries)
        called = f"{label} entry {number + 1}"
        attributes: dict[str, str | bool] = {
            "type": "text",
            "class": "f-input f-key",
            "name": f"{self.prefix}:key{here}",
            "value": entry.name,
            "aria-label": f"Name of {called}",
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "name",
            "autofocus": self.focused(here),
        }
        remove = self.button("remove", here, "✕", label=f"Remove {called}", style="f-icon")
        head = self.hidden("entry", node.at, entry.key)
        # A frame shows its label, and the summary of problems leads through it.
        shown = f"{called} value" if is_line(entry.node) else entry.name.strip() or called
        value = self.node(entry.node, shown, remove, bare=True, folded=self.is_folded(entry.node, rows))
        return el("li", {"class": "f-entry"}, head, el("input", attributes), value)

    def listing(self, node: Listing, label: str) -> SafeString:
        """Return the items of a list, and the button for one more."""
        stash = self.hidden("stash", node.at, node.stash) if node.stash else NOTHING
        if node.state is not State.VALUE:
            return stash
        kind = node.field.kind
        fixed = len(kind.prefix) if isinstance(kind, Sequence) else 0
        rows = [self.item(item, node, number, label, fixed) for number, item in enumerate(node.items)]
        table = el("ol", {"class": "f-items"}, *rows) if rows else NOTHING
        add = NOTHING
        most = node.field.shape.facts.get("maxItems")
        room = not numeric(most) or len(node.items) < most
        if isinstance(kind, Sequence) and room and (kind.open or len(node.items) < fixed):
            add = self.row_adder(node.at, label, "Add item")
        return join(table, add)

    def item(self, item: Item, node: Listing, number: int, label: str, fixed: int) -> SafeString:
        """Return one item with its buttons; those of a tuple stay in their places."""
        here, last = item.node.at, len(node.items) - 1
        own = item.node.field.label if number < fixed else ""
        called = own or f"{singular(label)} {number + 1}"
        tools = []
        if number > fixed:
            tools.append(self.button("up", here, "↑", label=f"Move {called} up", style="f-icon"))
        if fixed <= number < last:
            tools.append(self.button("down", here, "↓", label=f"Move {called} down", style="f-icon"))
        least = node.field.shape.facts.get("minItems")
        spare = not numeric(least) or len(node.items) > least
        if number >= fixed or (number == last and spare):
            tools.append(self.button("remove", here, "✕", label=f"Remove {called}", style="f-icon"))
        key = self.hidden("item", node.at, item.key)
        folded = self.is_folded(item.node, len(node.items))
        value = self.node(item.node, called, join(*tools), bare=number >= fixed, folded=folded)
        return el("li", {"class": "f-item", "data-item": str(number)}, key, value)
