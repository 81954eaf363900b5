"""The controls of fields that have one: text, number, choice, file."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from playground.forms.fields.field_tree import Leaf, Need, Node, State, default_word, has_state, offers_null
from playground.forms.html.markup import NOTHING, el, join
from playground.forms.schema.field_kinds import Boolean, Choice, Const, Number, Selection, Text, Upload
from playground.forms.schema.formats import EXAMPLES
from playground.forms.schema.shape import numeric
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import shorten

PICKERS = {"date": "date", "date-time": "datetime-local", "time": "time"}
"""Formats for which a browser has a picker; it stands beside the text, which stays what was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """The names and marks of one field's control."""

    prefix: str
    id: str
    label: str
    described: str
    """The ids of help and problems."""
    invalid: bool
    focused: bool
    required: bool
    labelled: bool = True
    """Whether a visible label stands above; else the control carries its name itself."""

    def common(self, at: str) -> dict[str, str | bool]:
        """Return the attributes that every control has."""
        return {
            "id": self.id,
            "name": f"{self.prefix}{at}",
            "aria-label": False if self.labelled else self.label,
            "aria-describedby": self.described or False,
            "aria-invalid": "true" if self.invalid else False,
            "aria-required": "true" if self.required else False,
            "autofocus": self.focused,
        }


def control(leaf: Leaf, naming: Naming) -> SafeString:
    """Return the control of a leaf."""
    kind = leaf.field.kind
    match kind:
        case Text():
            return _text(leaf, kind, naming)
        case Number(whole=whole):
            least = leaf.field.shape.facts.get("minimum")
            # The keyboards of telephones have no minus in the mode for digits.
            mode = "numeric" if numeric(least) and least >= 0 else "text"
            line = _line(leaf, naming, {"inputmode": "decimal" if not whole else mode, "class": "f-input f-number"})
            mark = {"type": "hidden", "name": f"{naming.prefix}:as{leaf.at}", "value": "number"}
            return join(line, el("input", mark) if leaf.number else NOTHING)
        case Boolean():
            return _radios(leaf, naming)
        case Choice():
            return _select(leaf, kind, naming)
        case Selection():
            return _boxes(leaf, kind, naming)
        case Const(value=value):
            return el("code", {"class": "f-const", "id": naming.id}, shorten(dumps(value), 200).strip("“”"))
        case Upload():
            return _upload(leaf, naming)
        case _:
            return NOTHING


def _line(leaf: Leaf, naming: Naming, more: dict[str, str | bool]) -> SafeString:
    attributes: dict[str, str | bool] = {
        "type": "text",
        "class": "f-input",
        **naming.common(leaf.at),
        "value": leaf.text,
        "autocomplete": "off",
        "placeholder": _placeholder(leaf),
        "readonly": leaf.field.shape.facts.get("readOnly") is True,
        **more,
    }
    return el("input", attributes)


def stands_by_default(node: Node) -> bool:
    """Tell whether the default of a field stands in its line, for as long as nothing is typed."""
    typed = isinstance(node, Leaf) and isinstance(node.field.kind, Text | Number) and not has_state(node)
    return typed and bool(default_word(node.field))


def _placeholder(leaf: Leaf) -> str | bool:
    if has_state(leaf):
        return "null" if leaf.state is State.NULL else False
    form = leaf.field.shape.facts.get("format")
    example = EXAMPLES[form] if isinstance(form, str) and form in PICKERS else ""
    return default_word(leaf.field) or example or False


def _text(leaf: Leaf, kind: Text, naming: Naming) -> SafeString:
    if kind.secret:
        return _line(leaf, naming, {"type": "password", "autocomplete": "new-password", "placeholder": False})
    if kind.area or leaf.area or "\n" in leaf.text:
        return _area(leaf, naming)
    if kind.format not in PICKERS:
        mode = {"email": "email", "uri": "url"}.get(kind.format, False)
        return _line(leaf, naming, {"spellcheck": "false", "inputmode": mode})
    pick: dict[str, str | bool] = {
        "type": "button",
        "class": "f-pick",
        "data-pick": PICKERS[kind.format],
        "data-for": naming.id,
        "aria-label": f"Pick {naming.label}",
        "hidden": True,
    }
    line = _line(leaf, naming, {"spellcheck": "false"})
    return el("span", {"class": "f-with-pick"}, line, el("button", pick, "▾"))


def _area(leaf: Leaf, naming: Naming) -> SafeString:
    attributes: dict[str, str | bool] = {
        "class": "f-input f-area",
        **naming.common(leaf.at),
        "rows": str(min(max(leaf.text.count("\n") + 1, 3), 20)),
        "placeholder": _placeholder(leaf),
        "readonly": leaf.field.shape.facts.get("readOnly") is True,
    }
    mark = {"type": "hidden", "name": f"{naming.prefix}:area{leaf.at}", "value": "1"}
    return join(el("textarea", attributes, leaf.text), el("input", mark) if leaf.area else NOTHING)


def _radios(leaf: Leaf, naming: Naming) -> SafeString:
    field = leaf.field
    options = [("true", "true"), ("false", "false")]
    if offers_null(leaf):
        options.append(("null", "null"))
    if field.need is Need.OPTIONAL:
        options.insert(0, ("", _unset(leaf)))
    now = {State.NULL: "null", State.UNSET: ""}.get(leaf.state, leaf.text)
    shown = []
    for number, (value, word) in enumerate(options):
        attributes: dict[str, str | bool] = {
            "type": "radio",
            "id": naming.id if not number else f"{naming.id}-{number}",
            "name": f"{naming.prefix}{leaf.at}",
            "value": value,
            "checked": value == now,
            "autofocus": naming.focused and not number,
            "aria-describedby": naming.described or False,
        }
        shown.append(el("label", {"class": "f-radio"}, el("input", attributes), el("span", {}, word)))
    return el("div", {"class": "f-radios"}, *shown)


def _unset(leaf: Leaf) -> str:
    """Return what a choice is called that is not made: its default is what it then means."""
    word = default_word(leaf.field)
    return f"{word} (default)" if word else "not set" if leaf.field.need is Need.OPTIONAL else "choose…"


def _boxes(leaf: Leaf, kind: Selection, naming: Naming) -> SafeString:
    """Return one box for each option; what no box can say, the order and that there is a list, stands beside them."""
    ticked = leaf.text.split()
    in_order = [str(number) for number in range(len(kind.options)) if str(number) in ticked]
    marks = [("order", leaf.text)] if ticked != in_order else []
    marks += [] if has_state(leaf) or leaf.field.need is Need.CHOSEN else [("is", f"={leaf.state.value}")]
    shown = [
        el("input", {"type": "hidden", "name": f"{naming.prefix}:{tag}{leaf.at}", "value": text}) for tag, text in marks
    ]
    for number, (label, _) in enumerate(kind.options):
        attributes: dict[str, str | bool] = {
            "type": "checkbox",
            "id": naming.id if not number else f"{naming.id}-{number}",
            "name": f"{naming.prefix}{leaf.at}",
            "value": str(number),
            "checked": str(number) in ticked,
            "autofocus": naming.focused and not number,
            "aria-describedby": naming.described or False,
        }
        shown.append(el("label", {"class": "f-box"}, el("input", attributes), el("span", {}, label)))
    return el("div", {"class": "f-boxes"}, *shown)


def _select(leaf: Leaf, kind: Choice, naming: Naming) -> SafeString:
    now = {State.NULL: "null", State.UNSET: ""}.get(leaf.state, leaf.text)
    options = [("", _unset(leaf)), *((str(number), label) for number, (label, _) in enumerate(kind.options))]
    if offers_null(leaf):
        options.append(("null", "null"))
    return el("select", {"class": "f-input f-select", **naming.common(leaf.at)}, *choices(options, now))


def choices(options: list[tuple[str, str]], now: str) -> list[SafeString]:
    """Return the options of a select."""
    return [el("option", {"value": value, "selected": value == now}, label) for value, label in options]


def _upload(leaf: Leaf, naming: Naming) -> SafeString:
    file: dict[str, str | bool] = {
        "type": "file",
        "class": "f-file",
        "name": f"{naming.prefix}:file{leaf.at}",
        "aria-label": f"File for {naming.label}",
    }
    return el("span", {"class": "f-upload"}, _area(leaf, naming), el("input", file))
