"""Fields into HTML: one short function for each kind of node."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from playground.forms.controls import Naming, choices, control
from playground.forms.help import help_of
from playground.forms.jsontext import dumps
from playground.forms.kinds import Anything, Boolean, Choice, Const, Kind, Number, Record, Sequence, Text, Union, Upload
from playground.forms.markup import NOTHING, el, join
from playground.forms.nodes import Entry, Group, Item, Leaf, Listing, Need, Node, Raw, State, Switch, has_state
from playground.forms.values import MISSING

KIND_NAMES: Mapping[type[Kind], str] = {
    Text: "text",
    Number: "number",
    Boolean: "boolean",
    Choice: "choice",
    Const: "const",
    Upload: "file",
    Record: "object",
    Sequence: "list",
    Union: "union",
    Anything: "json",
}
ROWS = 24
"""Most lines that a JSON editor shows without scrolling."""


@dataclass(slots=True, kw_only=True)
class Painter:
    """Paints one form; ids are counted, so that no name can break them."""

    prefix: str
    ids: str
    problems: Mapping[str, list[str]]
    focus: str | None
    count: int = 0
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each pointer, the id to jump to and the label."""

    def new_id(self, at: str, label: str) -> str:
        """Return a fresh id for the field at a pointer."""
        self.count += 1
        name = f"{self.ids}-{self.count}"
        self.targets.setdefault(at, (name, label))
        return name

    def hidden(self, tag: str, at: str, value: str) -> SafeString:
        """Return a control that carries what the page must remember."""
        return el("input", {"type": "hidden", "name": f"{self.prefix}:{tag}{at}", "value": value})

    def button(self, verb: str, at: str, text: str, *, label: str = "", style: str = "f-button") -> SafeString:
        """Return a structural button; it submits the form, with or without JavaScript."""
        attributes: dict[str, str | bool] = {
            "type": "submit",
            "class": style,
            "name": f"{self.prefix}:do",
            "value": f"{verb}:{at}",
            "aria-label": label or False,
            "title": label or False,
        }
        return el("button", attributes, text)

    def focused(self, at: str) -> bool:
        """Tell whether the first control from here is to have the focus; only one has."""
        if self.focus is None or not (at == self.focus or at.startswith(f"{self.focus}/")):
            return False
        self.focus = None
        return True

    def node(self, node: Node, label: str, tools: SafeString = NOTHING, *, bare: bool = False) -> SafeString:
        """Return a field with its label, its controls, its help and its problems.

        Args:
            node: the field.
            label: what it is called.
            tools: buttons of the row that it stands in.
            bare: whether the row already shows its name.

        """
        match node:
            case Leaf():
                return self.leaf(node, label, tools, bare=bare)
            case Raw():
                return self.raw(node, label, tools, bare=bare)
            case Group():
                return self.frame(node, label, tools, self.group(node, label))
            case Listing():
                return self.frame(node, label, tools, self.listing(node, label))
            case Switch():
                return self.frame(node, label, tools, self.switch(node, label))

    def leaf(self, node: Leaf, label: str, tools: SafeString, *, bare: bool) -> SafeString:
        """Return a field with one control."""
        name = self.new_id(node.at, label)
        described, notes = self.notes(node, name)
        naming = Naming(
            prefix=self.prefix,
            id=name,
            label=label,
            described=described,
            invalid=node.at in self.problems,
            focused=self.focused(node.at),
            labelled=not bare,
        )
        head = self.head(node, name, label, tools, bare=bare)
        attributes = self.attributes(node)
        if isinstance(node.field.kind, Boolean):
            attributes |= {"role": "radiogroup", "aria-labelledby": f"{name}-label"}
        return el("div", attributes, head, control(node, naming), notes)

    def attributes(self, node: Node) -> dict[str, str | bool]:
        """Return the hooks that every field carries."""
        state = "value" if isinstance(node, Raw) else node.state.value
        return {
            "class": "f-field",
            "data-kind": "json" if isinstance(node, Raw) else KIND_NAMES[type(node.field.kind)],
            "data-state": state,
            "data-path": node.at or "/",
            "data-invalid": node.at in self.problems,
        }

    def head(self, node: Node, name: str, label: str, tools: SafeString, *, bare: bool) -> SafeString:
        """Return the line above a control."""
        facts = node.field.shape.facts
        required = node.field.need is Need.REQUIRED and not bare
        star = (
            el("span", {"class": "f-required", "aria-hidden": "true", "title": "required"}, "*")
            if required
            else NOTHING
        )
        is_label = isinstance(node, Leaf | Raw) and not isinstance(node.field.kind, Boolean | Const)
        target: dict[str, str | bool] = {"class": "f-label", "id": f"{name}-label"}
        if is_label:
            target["for"] = name
        title = el("label" if is_label else "span", target, label, star)
        old = el("span", {"class": "f-badge"}, "deprecated") if facts.get("deprecated") is True else NOTHING
        fixed = el("span", {"class": "f-badge"}, "read-only") if facts.get("readOnly") is True else NOTHING
        hidden = bare and not isinstance(node.field.kind, Boolean | Const)
        return el(
            "div",
            {"class": "f-head"},
            NOTHING if hidden else title,
            old,
            fixed,
            el("span", {"class": "f-tools"}, self.state(node, label), self.menu(node, label), tools),
        )

    def state(self, node: Node, label: str) -> SafeString:
        """Return the control for “not set”, null, a value, or a branch by its name."""
        if not has_state(node) or isinstance(node, Raw):
            return NOTHING
        kind = node.field.kind
        union = isinstance(kind, Union)
        options = [("unset", "not set" if node.field.need is Need.OPTIONAL or not union else "choose…")]
        if node.field.nullable:
            options.append(("null", "null"))
        now = node.state.value
        if isinstance(kind, Union):
            options += [(str(number), branch.label) for number, branch in enumerate(kind.branches)]
            now = str(node.branch) if isinstance(node, Switch) and node.state is State.VALUE else now
        else:
            options = [(f"={value}" if value == now else value, word) for value, word in [*options, ("value", "value")]]
            now = f"={now}"
        opens = not isinstance(node, Leaf)
        attributes: dict[str, str | bool] = {
            "class": "f-state",
            "name": f"{self.prefix}:is{node.at}",
            "aria-label": f"{'Kind' if union else 'State'} of {label}",
            "data-submit": f"switch:{node.at}" if opens else False,
        }
        apply = self.button("switch", node.at, "Apply", label=f"Apply the kind of {label}", style="f-button f-apply")
        return join(el("select", attributes, *choices(options, now)), apply if opens else NOTHING)

    def menu(self, node: Node, label: str) -> SafeString:
        """Return what is rarely needed: another editor, the default."""
        more = []
        if isinstance(node, Raw):
            if not isinstance(node.field.kind, Anything):
                more.append(self.button("fields", node.at, "Edit as fields"))
        else:
            more.append(self.button("json", node.at, "Edit as JSON"))
        if (
            isinstance(node, Leaf)
            and isinstance(node.field.kind, Text)
            and not node.field.kind.secret
            and not node.area
        ):
            more.append(self.button("area", node.at, "Several lines"))
        if node.field.shape.facts.get("default", MISSING) is not MISSING:
            more.append(self.button("default", node.at, "Use default"))
        if not more:
            return NOTHING
        summary = el("summary", {"aria-label": f"More for {label}"}, "⋯")
        return el("details", {"class": "f-menu"}, summary, el("div", {"class": "f-menu-list"}, *more))

    def notes(self, node: Node, name: str) -> tuple[str, SafeString]:
        """Return the ids of a field's help and problems, and both as they stand below it."""
        words, messages = help_of(node), self.problems.get(node.at, [])
        help_text = el("p", {"class": "f-help", "id": f"{name}-help"}, words) if words else NOTHING
        wrong = el("p", {"class": "f-problem", "id": f"{name}-problem"}, " ".join(messages)) if messages else NOTHING
        ids = [f"{name}-help"] * bool(words) + [f"{name}-problem"] * bool(messages)
        return " ".join(ids), join(help_text, wrong)

    def raw(self, node: Raw, label: str, tools: SafeString, *, bare: bool) -> SafeString:
        """Return the JSON editor of one field."""
        name = self.new_id(node.at, label)
        described, notes = self.notes(node, name)
        attributes: dict[str, str | bool] = {
            "class": "f-input f-area f-json",
            "id": name,
            "name": f"{self.prefix}{node.at}",
            "rows": str(min(max(node.text.count("\n") + 1, 2), ROWS)),
            "spellcheck": "false",
            "aria-label": label if bare else False,
            "aria-describedby": described or False,
            "aria-invalid": "true" if node.at in self.problems else False,
            "autofocus": self.focused(node.at),
        }
        mark = NOTHING if isinstance(node.field.kind, Anything) else self.hidden("as", node.at, "json")
        head = self.head(node, name, label, tools, bare=bare)
        return el("div", self.attributes(node), head, mark, el("textarea", attributes, node.text), notes)

    def frame(self, node: Node, label: str, tools: SafeString, body: SafeString) -> SafeString:
        """Return the border around an object, a list or a union, with its name on top."""
        name = self.new_id(node.at, label)
        described, notes = self.notes(node, name)
        attributes = self.attributes(node) | {
            "class": "f-field f-frame",
            "id": name,
            "role": "group",
            "aria-labelledby": f"{name}-label",
            "aria-describedby": described or False,
            "tabindex": "-1" if node.at in self.problems else False,
        }
        head = self.head(node, name, label, tools, bare=False)
        return el("div", attributes, head, notes, body)

    def group(self, node: Group, label: str) -> SafeString:
        """Return what an object holds."""
        stash = self.hidden("stash", node.at, node.stash) if node.stash else NOTHING
        if node.state is not State.VALUE:
            return stash
        names = [member.field.name for member in node.members] + [entry.name for entry in node.entries]
        order = NOTHING
        if node.order and list(node.order) != names:
            order = self.hidden("order", node.at, dumps(list(node.order)))
        members = [self.node(member, member.field.label) for member in node.members]
        shape = node.field.shape
        refresh = NOTHING
        if shape.conditions or shape.dependents:
            refresh = self.button("refresh", node.at, "Update fields", label=f"Update the fields of {label}")
        return join(order, el("div", {"class": "f-members"}, *members), self.entries(node, label), refresh)

    def entries(self, node: Group, label: str) -> SafeString:
        """Return the entries of an object, and the button for one more."""
        rows = [self.entry(entry, node.at, label, number) for number, entry in enumerate(node.entries)]
        table = el("ul", {"class": "f-entries"}, *rows) if rows else NOTHING
        kind = node.field.kind
        add = NOTHING
        if isinstance(kind, Record) and kind.open:
            add = self.button("add", node.at, "+ Add entry", label=f"Add an entry to {label}", style="f-button f-add")
        return join(table, add)

    def entry(self, entry: Entry, at: str, label: str, number: int) -> SafeString:
        """Return one entry: its name, its value, and the button that removes it."""
        here = entry.node.at
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
        head = self.hidden("entry", at, entry.key)
        value = self.node(entry.node, f"{called} value", remove, bare=True)
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
        if isinstance(kind, Sequence) and (kind.open or len(node.items) < fixed):
            add = self.button("add", node.at, "+ Add item", label=f"Add an item to {label}", style="f-button f-add")
        return join(table, add)

    def item(self, item: Item, node: Listing, number: int, label: str, fixed: int) -> SafeString:
        """Return one item with its buttons; those of a tuple stay in their places."""
        here, last = item.node.at, len(node.items) - 1
        called = item.node.field.label if number < fixed and item.node.field.label else f"{label} {number + 1}"
        tools = []
        if number > fixed:
            tools.append(self.button("up", here, "↑", label=f"Move {called} up", style="f-icon"))
        if fixed <= number < last:
            tools.append(self.button("down", here, "↓", label=f"Move {called} down", style="f-icon"))
        if number >= fixed or number == last:
            tools.append(self.button("remove", here, "✕", label=f"Remove {called}", style="f-icon"))
        key = self.hidden("item", node.at, item.key)
        value = self.node(item.node, called, join(*tools), bare=number >= fixed)
        return el("li", {"class": "f-item", "data-item": str(number)}, key, value)

    def switch(self, node: Switch, label: str) -> SafeString:
        """Return the chosen branch of a union."""
        was = str(node.branch) if node.state is State.VALUE else node.state.value
        stash = self.hidden("stash", node.at, node.stash) if node.stash else NOTHING
        return join(self.hidden("was", node.at, was), stash, self.branch(node.body, label))

    def branch(self, body: Node | None, label: str) -> SafeString:
        """Return the controls of a branch, whose name and state the union already shows."""
        match body:
            case Group():
                return self.group(body, label)
            case Listing():
                return self.listing(body, label)
            case Leaf() | Raw():
                return self.node(body, label, bare=True)
            case _:
                return NOTHING
