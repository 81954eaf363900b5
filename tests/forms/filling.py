"""Fills a blank form in as a person would, so that it means a given value."""

from typing import Any

from playground.forms import MISSING, Form, dumps
from playground.forms.fields.evaluate import value_of
from playground.forms.fields.field_tree import Group, Listing, Node, Switch
from playground.forms.values.pointer import child, segment
from tests.forms.browser import Session


class CannotFill(LookupError):
    """The form has no way to hold the value."""


def fill(session: Session, at: str, value: Any) -> None:
    """Fill in one field and what is beneath it."""
    shown = session.page.field(at)
    kind = str(shown["data-kind"]) if shown else "object" if not at else ""
    if kind not in KINDS:
        raise CannotFill(at)
    if value is None and session.has_button(f"null:{at}"):
        session.press(f"null:{at}")
        return
    if value is None and _set_state(session, at, "null"):
        return
    KINDS[kind](session, at, value)


def _set_state(session: Session, at: str, state: str) -> bool:
    select = session.page.control(f"f:is{at}")
    options = [option for option, _ in select.options] if select else []
    known = next((option for option in options if option.removeprefix("=") == state), None)
    if state == "value" and session.has_button(f"open:{at}"):
        session.press(f"open:{at}")
        return True
    if select is None or known is None:
        return False
    select.value = known
    if session.has_button(f"switch:{at}"):
        session.press(f"switch:{at}")
    return True


def _begin(session: Session, at: str) -> None:
    """Have an object or list that may not be there yet, without any row where that can be."""
    if session.has_button(f"empty:{at}"):
        session.press(f"empty:{at}")
    else:
        _set_state(session, at, "value")


def _as_json(session: Session, at: str, value: Any) -> None:
    if not at and not session.has_button("json:"):
        session.press("tab:json")
    if session.has_button(f"json:{at}"):
        session.press(f"json:{at}")
    session.put(f"f{at}", dumps(value))


def _is_lost(text: str) -> bool:
    """Tell whether a browser changes some letter of a text."""
    return any(ord(mark) < 32 and mark not in "\t\n" for mark in text)


def _text(session: Session, at: str, value: Any) -> None:
    if not isinstance(value, str) or _is_lost(value):
        _as_json(session, at, value)
        return
    if "\n" in value and session.has_button(f"area:{at}"):
        session.press(f"area:{at}")
    control = session.page.control(f"f{at}")
    if not value and session.has_button(f"empty:{at}"):
        session.press(f"empty:{at}")
        return
    several = "\n" in value and control is not None and control.tag == "input"
    if several or (not value and not (_set_state(session, at, "empty") or _set_state(session, at, "value"))):
        _as_json(session, at, value)
        return
    session.put(f"f{at}", value)


def _number(session: Session, at: str, value: Any) -> None:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        session.put(f"f{at}", value if isinstance(value, str) else dumps(value))
        found = _value_at(session, at)
        if found is not MISSING and dumps(found) == dumps(value):
            return
        session.put(f"f{at}", "")
    _as_json(session, at, value)


def _boolean(session: Session, at: str, value: Any) -> None:
    session.pick(f"f{at}", dumps(value))
    if value is not None and not isinstance(value, bool):
        _as_json(session, at, value)


def _choice(session: Session, at: str, value: Any) -> None:
    select = session.page.control(f"f{at}")
    options = [option for option, _ in select.options] if select else []
    if value is None and "null" in options:
        session.put(f"f{at}", "null")
        return
    for option in options:
        session.put(f"f{at}", option)
        if option and dumps(_value_at(session, at)) == dumps(value):
            return
    _as_json(session, at, value)


def _selection(session: Session, at: str, value: Any) -> None:
    boxes = [control for control in session.page.controls if control.type == "checkbox" and control.name == f"f{at}"]
    wanted = [dumps(item) for item in value] if isinstance(value, list) else []
    if value == [] and session.has_button(f"empty:{at}"):
        session.press(f"empty:{at}")
    for box in boxes:
        for other in boxes:
            other.checked = other is box
        box.checked = dumps(_value_at(session, at)) in [f"[{item}]" for item in wanted]
        wanted += [f"#{box.value}"] if box.checked else []
    for box in boxes:
        box.checked = f"#{box.value}" in wanted
    found = _value_at(session, at)
    if found is MISSING or dumps(found) != dumps(value):
        _as_json(session, at, value)


def _const(session: Session, at: str, value: Any) -> None:
    _set_state(session, at, "value")
    found = _value_at(session, at)
    if found is MISSING or dumps(found) != dumps(value):
        _as_json(session, at, value)


def _json(session: Session, at: str, value: Any) -> None:
    session.put(f"f{at}", dumps(value))


def _value_at(session: Session, at: str) -> Any:
    """Return what the form means at a pointer now."""
    return find(Form.posted(session.schema, session.page.pairs()).root, at)


def find(node: Node, at: str) -> Any:
    """Return the value of the node at a pointer."""
    if node.at == at:
        return value_of(node).value
    inner = node.body if isinstance(node, Switch) else node
    children: list[Node] = []
    if isinstance(inner, Group):
        children = [*inner.members, *(entry.node for entry in inner.entries)]
    elif isinstance(inner, Listing):
        children = [item.node for item in inner.items]
    for one in children:
        if at == one.at or at.startswith(f"{one.at}/"):
            return find(one, at)
    return MISSING


def _object(session: Session, at: str, value: Any) -> None:
    if not isinstance(value, dict):
        _as_json(session, at, value)
        return
    _begin(session, at)
    _without_default(session, at, value)
    left = dict(value)
    for _ in range(4):
        for name in [name for name in left if session.page.field(child(at, name))]:
            fill(session, child(at, name), left.pop(name))
        session.refresh()
    for name, inner in left.items():
        if not session.has_button(f"add:{at}") or _is_lost(name) or "\n" in name:
            _as_json(session, at, value)
            return
        session.press(f"add:{at}")
        keys = [one.name for one in session.page.controls if one.name.startswith(f"f:key{at}/~k")]
        here = keys[-1].removeprefix("f:key")
        session.put(f"f:key{here}", name)
        session.refresh()
        fill(session, here, inner)


def _without_default(session: Session, at: str, value: dict[str, Any]) -> None:
    """Take away what an object was opened with and a value has not."""
    kept = {f"f{child(at, name)}" for name in value}
    for control in session.page.controls:
        inside = control.name.startswith(f"f{at}/") and control.name.count("/") == at.count("/") + 1
        if inside and control.type == "text" and control.name not in kept:
            control.value = ""
    start = f"f:key{at}/~k"
    for control in [one for one in session.page.controls if one.name.startswith(start)]:
        if control.value not in value:
            session.press(f"remove:{control.name.removeprefix('f:key')}")


def _list(session: Session, at: str, value: Any) -> None:
    if not isinstance(value, list):
        _as_json(session, at, value)
        return
    _begin(session, at)

    def keys() -> list[str]:
        return [one.value for one in session.page.controls if one.name == f"f:item{at}"]

    while len(keys()) > len(value):
        session.press(f"remove:{at}/{keys()[-1]}")
    while len(keys()) < len(value):
        session.press(f"add:{at}")
    for key, item in zip(keys(), value, strict=True):
        fill(session, f"{at}/{segment(key)}", item)


def _union(session: Session, at: str, value: Any) -> None:
    select = session.page.control(f"f:is{at}")
    pairs = session.page.pairs()
    for option, _ in select.options if select else []:
        if not option.isdecimal():
            continue
        session.show(Form.posted(session.schema, [*pairs, ("f:do", "refresh:")]))
        try:
            session.put(f"f:is{at}", option)
            session.press(f"switch:{at}")
            _branch(session, at, value)
        except LookupError:
            continue
        found = _value_at(session, at)
        if found is not MISSING and dumps(found) == dumps(value):
            return
    session.show(Form.posted(session.schema, [*pairs, ("f:do", "refresh:")]))
    if not session.has_button(f"json:{at}"):
        raise CannotFill(at)
    _as_json(session, at, value)


def _branch(session: Session, at: str, value: Any) -> None:
    """Fill in the branch that was chosen: its controls stand under the union's own pointer."""
    control = session.page.control(f"f{at}")
    if isinstance(value, dict):
        _object(session, at, value)
    elif isinstance(value, list):
        _list(session, at, value)
    elif session.page.radios(f"f{at}"):
        _boolean(session, at, value)
    elif control is not None and control.tag == "select":
        _choice(session, at, value)
    elif control is not None:
        session.put(f"f{at}", value if isinstance(value, str) else dumps(value))


KINDS = {
    "text": _text,
    "file": _text,
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
    "const": _const,
    "selection": _selection,
    "json": _json,
    "object": _object,
    "list": _list,
    "union": _union,
}
