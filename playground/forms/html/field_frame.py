"""What every field of a form has around its controls: a name, a state, a menu, help and problems."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from playground.forms.fields.field_tree import (
    Leaf,
    Listing,
    Need,
    Node,
    Raw,
    State,
    Switch,
    has_state,
    is_added,
    is_empty_text,
    is_given,
    may_be_null,
    offers_null,
    takes_others,
    wants_null,
)
from playground.forms.fields.repeating import has_rows, may_be_bare
from playground.forms.html.controls import choices, stands_by_default
from playground.forms.html.help import help_of
from playground.forms.html.markup import NOTHING, el, join
from playground.forms.schema.field_kinds import (
    Anything,
    Boolean,
    Choice,
    Const,
    Kind,
    Number,
    Record,
    Selection,
    Sequence,
    Text,
    Union,
    Upload,
)

KIND_NAMES: Mapping[type[Kind], str] = {
    Text: "text",
    Number: "number",
    Boolean: "boolean",
    Choice: "choice",
    Const: "const",
    Upload: "file",
    Record: "object",
    Sequence: "list",
    Selection: "selection",
    Union: "union",
    Anything: "json",
}
OTHER = "Other property"


@dataclass(slots=True, kw_only=True)
class FieldFrame:
    """The frame work of one form; ids are counted, so that no name can break them."""

    prefix: str
    ids: str
    problems: Mapping[str, list[str]]
    focus: str | None
    whole: str = "Input"
    """What the whole value is called where it has no name of its own."""
    large: bool = False
    """Whether there are so many fields that what has a frame is folded."""
    count: int = 0
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each pointer, the id to jump to and the label."""

    trail: list[str] = field(default_factory=list)
    """The labels of the frames around the field that is painted."""

    def new_id(self, at: str, label: str) -> str:
        """Return a fresh id for the field at a pointer."""
        self.count += 1
        name = f"{self.ids}-{self.count}"
        self.targets.setdefault(at, (name, " → ".join([*self.trail, label])))
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
            "autofocus": self.focus == f"{verb}:{at}",
        }
        return el("button", attributes, text)

    def focused(self, at: str) -> bool:
        """Tell whether the first control from here is to have the focus; only one has."""
        if self.focus is None or not (at == self.focus or at.startswith(f"{self.focus}/")):
            return False
        self.focus = None
        return True

    def attributes(self, node: Node) -> dict[str, str | bool]:
        """Return the hooks that every field carries."""
        state = "value" if isinstance(node, Raw) else node.state.value
        return {
            "class": "f-field",
            "data-kind": "json" if isinstance(node, Raw) else KIND_NAMES[type(node.field.kind)],
            "data-state": state,
            "data-path": node.at,
            "data-invalid": node.at in self.problems,
        }

    def head(
        self, node: Node, name: str, label: str, tools: SafeString, *, bare: bool, titled: bool = True
    ) -> SafeString:
        """Return the line of a field's name and tools; where its name stands elsewhere, only the tools."""
        facts = node.field.shape.facts
        badges = [
            el("span", {"class": "f-badge"}, word)
            for keyword, word in (("deprecated", "deprecated"), ("readOnly", "read-only"))
            if facts.get(keyword) is True
        ]
        if stands_by_default(node):
            badges.append(el("span", {"class": "f-badge f-by-default"}, "default"))
        title = self.title(node, name, label, bare=bare) if titled else NOTHING
        known = f"{name}-label" if title or not titled else ""
        tools = el(
            "span",
            {"class": "f-tools"},
            self.state(node, label, known),
            self.none(node, label),
            self.menu(node, label, known),
            tools,
        )
        return el("div", {"class": "f-head f-inline" if bare else "f-head"}, title, *badges, tools)

    def title(self, node: Node, name: str, label: str, *, bare: bool) -> SafeString:
        """Return a field's name, tied to its control where it has one."""
        inner = node.body if isinstance(node, Switch) and node.body else node
        several = isinstance(inner.field.kind, Boolean | Const | Selection)
        is_label = isinstance(inner, Leaf | Raw) and not several
        if bare and is_label:
            return NOTHING
        # The star is drawn by the style sheet: a label's text is the field's name and nothing else.
        required = node.field.need is Need.REQUIRED and not bare and not isinstance(node.field.kind, Const)
        is_row = bool(node.at) and not node.field.name
        target: dict[str, str | bool] = {
            "class": "f-label f-hidden" if bare else "f-label",
            "id": f"{name}-label",
            "for": name if is_label else False,
            "data-required": required and not is_row,
        }
        return el("label" if is_label else "span", target, label)

    def state(self, node: Node, label: str, known: str) -> SafeString:
        """Return the control for “not set”, null, a value, or a branch by its name."""
        if not has_state(node) or isinstance(node, Raw):
            return self.hidden("is", node.at, "=value") if is_given(node) else NOTHING
        if is_added(node):
            return self.adder(node, label)
        kind = node.field.kind
        union = isinstance(kind, Union)
        optional = node.field.need is Need.OPTIONAL
        options = [("unset", "not set" if optional or not union else "choose…")]
        if node.field.nullable and not (optional or union or node.state is State.UNSET):
            options = []
        if offers_null(node):
            options.append(("null", "null"))
        now = node.state.value
        if isinstance(kind, Union):
            options += [(str(number), branch.label) for number, branch in enumerate(kind.branches)]
            now = str(node.branch) if isinstance(node, Switch) and node.state is State.VALUE else now
        else:
            options.append(("value", "value"))
            if isinstance(node, Leaf) and node.field.may_be_empty:
                options.append(("empty", _empty_word(node)))
            now = "empty" if is_empty_text(node) else now
            options = [(f"={value}" if value == now else value, word) for value, word in options]
            now = f"={now}"
        opens = not isinstance(node, Leaf)
        attributes: dict[str, str | bool] = {
            "class": "f-state",
            "name": f"{self.prefix}:is{node.at}",
            **_called("Kind" if union else "State", label, known),
            "data-submit": f"switch:{node.at}" if opens else False,
        }
        apply = self.button("switch", node.at, "Apply", label=f"Apply the kind of {label}", style="f-button f-apply")
        return join(el("select", attributes, *choices(options, now)), apply if opens else NOTHING)

    def none(self, node: Node, label: str) -> SafeString:
        """Return the button for null where that is one of two ways to go on: a value must be given, or none."""
        if not wants_null(node):
            return NOTHING
        return self.button("null", node.at, "Null", label=f"Null for {label}", style="f-button f-null")

    def adder(self, node: Node, label: str) -> SafeString:
        """Return the button that adds an object or list that may be left out, or the one that removes it."""
        is_there = not isinstance(node, Raw) and node.state is State.VALUE
        state = self.hidden("is", node.at, f"={'value' if is_there else 'unset'}")
        if is_there:
            return join(state, self.button("close", node.at, "✕", label=f"Remove {label}", style="f-icon"))
        # What was put aside comes back as it was.
        if has_rows(node.field) and not getattr(node, "stash", ""):
            return join(state, self.row_adder(node.at, label, "Add item" if isinstance(node, Listing) else "Add entry"))
        return join(state, self.button("open", node.at, f"Add {label}", style="f-button f-add"))

    def row_adder(self, at: str, label: str, words: str) -> SafeString:
        """Return the button for one more row."""
        ending = f"of {label}" if words == OTHER else f"to {label}"
        return self.button("add", at, words, label=f"{words} {ending}", style="f-button f-add")

    def menu(self, node: Node, label: str, known: str) -> SafeString:
        """Return what is rarely needed: another editor, the default."""
        more = []
        if not isinstance(node, Raw):
            more.append(self.button("json", node.at, "Edit as JSON"))
        elif not isinstance(node.field.kind, Anything):
            more.append(self.button("fields", node.at, "Edit as fields"))
        text = node.body if isinstance(node, Switch) else node
        if isinstance(text, Leaf) and isinstance(text.field.kind, Text) and not (text.field.kind.secret or text.area):
            more.append(self.button("area", node.at, "Several lines"))
        if (isinstance(node, Leaf) and node.field.may_be_empty and not has_state(node)) or may_be_bare(node):
            more.append(self.button("empty", node.at, _empty_word(node).capitalize()))
        if may_be_null(node) and not wants_null(node):
            more.append(self.button("null", node.at, "Null"))
        if node.field.shape.facts.get("default") is not None:
            more.append(self.button("default", node.at, "Use default"))
        if takes_others(node):
            more.append(self.other(node, label))
        return self.unfolding(more, label, known)

    def other(self, node: Node, label: str) -> SafeString:
        """Return the button for a property of which the schema does not speak."""
        return self.button("add", node.at, OTHER, label=f"{OTHER} of {label}")

    def unfolding(self, more: list[SafeString], label: str, known: str) -> SafeString:
        """Return the menu with some buttons."""
        if not more:
            return NOTHING
        summary = el("summary", {"title": "More", **_called("More", label, known)}, "⋯")
        return el("details", {"class": "f-menu"}, summary, el("div", {"class": "f-menu-list"}, *more))

    def notes(self, node: Node, name: str) -> tuple[str, SafeString]:
        """Return the ids of a field's help and problems, and both as they stand below it."""
        words, messages = help_of(node), self.problems.get(node.at, [])
        help_text = el("p", {"class": "f-help", "id": f"{name}-help"}, words) if words else NOTHING
        wrong = el("p", {"class": "f-problem", "id": f"{name}-problem"}, " ".join(messages)) if messages else NOTHING
        ids = [f"{name}-help"] * bool(words) + [f"{name}-problem"] * bool(messages)
        return " ".join(ids), join(help_text, wrong)


def _empty_word(node: Node) -> str:
    match node.field.kind:
        case Selection() | Sequence():
            return "empty list"
        case Record():
            return "empty object"
        case _:
            return "empty text"


def _called(word: str, label: str, known: str) -> dict[str, str | bool]:
    """Return the name of a control beside a field's own: a word, described by the field's visible name.

    It must not hold the field's name itself: who looks for that name, such as a test, means the field's control.
    """
    return {"aria-label": word, "aria-describedby": known} if known else {"aria-label": f"{word}: {label}"}
