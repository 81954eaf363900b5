"""The whole form as HTML: problems, tabs, fields."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from playground.forms.fields.envelope import envelope
from playground.forms.fields.field_tree import Group, Node, Raw, fields_in, has_state, takes_others
from playground.forms.fields.issue_places import placed, pointer_of
from playground.forms.html.field_html import Painter
from playground.forms.html.markup import NOTHING, el, join
from playground.forms.values.issues import Issue

LARGE = 200
"""Fields of a form beyond which frames are folded, and a browser lays out only what is in sight."""

EXAMPLES = (("minimal", "Minimal"), ("everything", "Everything"), ("edges", "Edge cases"), ("invalid", "Invalid"))
"""The kinds of examples, and what their buttons say."""


def sheet(
    root: Node,
    issues: Sequence[Issue],
    *,
    as_json: bool,
    prefix: str,
    ids: str,
    url: str,
    focus: str | None,
    note: str,
    turns: str,
    menu_open: bool,
    whole: str,
) -> SafeString:
    """Return a form's inside; see `Form.html`."""
    problems = placed(root, issues)
    large = not as_json and fields_in(root) > LARGE
    painter = Painter(prefix=prefix, ids=ids, problems=problems, focus=focus, whole=whole, large=large)
    body = _json(painter, root, ids) if as_json else _fields(painter, root)
    attributes: dict[str, str | bool] = {
        "class": "f-form",
        "id": ids,
        "data-prefix": prefix,
        "data-submit-url": url or False,
        "data-state": "invalid" if issues else "ready",
        "data-large": large,
    }
    # Enter presses the first submit button of a form. Screen readers, the Tab key and tests meet the page's own.
    run = el("button", {"type": "submit", "class": "f-default", "tabindex": "-1", "aria-hidden": "true"})
    panel: dict[str, str | bool] = {
        "role": "tabpanel",
        "id": f"{ids}-panel",
        "class": "f-panel",
        "aria-labelledby": f"{ids}-tab-{'json' if as_json else 'fields'}",
    }
    summary = _summary(painter, issues, root, ids, as_json=as_json)
    tools = join(_examples(painter, turns, is_open=menu_open), NOTHING if as_json else _menu(painter, root))
    tabs = _tabs(painter, ids, as_json=as_json, tools=tools)
    said = el("p", {"class": "f-help f-note", "role": "status"}, note) if note else NOTHING
    return el("div", attributes, run, summary, tabs, said, el("div", panel, body))


def _menu(painter: Painter, root: Node) -> SafeString:
    """Return the menu of a whole that has no head; what one edits as JSON is its tab."""
    if not isinstance(root, Group) or has_state(root) or not takes_others(root):
        return NOTHING
    label = root.field.label or painter.whole
    return painter.unfolding([painter.other(root, label)], label, "")


def _tabs(painter: Painter, ids: str, *, as_json: bool, tools: SafeString) -> SafeString:
    tabs = []
    for name, word, is_open in (("fields", "Fields", not as_json), ("json", "JSON", as_json)):
        attributes: dict[str, str | bool] = {
            "type": "submit",
            "role": "tab",
            "id": f"{ids}-tab-{name}",
            "class": "f-tab",
            "name": f"{painter.prefix}:do",
            "value": f"tab:{name}",
            "aria-selected": "true" if is_open else "false",
            "aria-controls": f"{ids}-panel",
        }
        tabs.append(el("button", attributes, word))
    tablist = el(
        "div", {"role": "tablist", "aria-label": f"Show the {painter.whole.lower()} as", "class": "f-tabs"}, *tabs
    )
    return el("div", {"class": "f-bar"}, tablist, el("span", {"class": "f-tools"}, tools))


def _examples(painter: Painter, turns: str, *, is_open: bool) -> SafeString:
    """Return the button that fills in an example, and the menu of others, which stays open while it is used."""
    example = painter.button("example", "", "Example", label="Fill in an example", style="f-button f-example")
    summary = el("summary", {"title": "Other examples", "aria-label": "Other examples"}, "▾")
    buttons = [painter.button("example", kind, word) for kind, word in EXAMPLES]
    menu = el("details", {"class": "f-menu", "open": is_open}, summary, el("div", {"class": "f-menu-list"}, *buttons))
    return el("div", {"class": "f-examples"}, painter.hidden("turns", "", turns), example, menu)


def _fields(painter: Painter, root: Node) -> SafeString:
    mark = painter.hidden("tab", "", "fields")
    if not isinstance(root, Group) or has_state(root):
        return join(mark, painter.node(root, root.field.label or painter.whole))
    _, notes = painter.notes(root, painter.new_id("", painter.whole))
    label = root.field.label or painter.whole
    inside = painter.group(root, label)
    empty = NOTHING
    if not (root.members or root.entries or "f-add" in inside):
        empty = el("p", {"class": "f-help"}, "There is nothing to fill in.")
    return join(mark, el("div", {"class": "f-root", "id": f"{painter.ids}-1", "tabindex": "-1"}, notes, inside, empty))


def _json(painter: Painter, root: Node, ids: str) -> SafeString:
    text = root.text if isinstance(root, Raw) else ""
    name = painter.new_id("", "JSON")
    described, notes = painter.notes(root, name)
    attributes: dict[str, str | bool] = {
        "class": "f-input f-area f-json f-whole",
        "id": name,
        "name": painter.prefix,
        "rows": str(min(max(text.count("\n") + 2, 10), 30)),
        "spellcheck": "false",
        "aria-describedby": described or False,
        "aria-invalid": "true" if painter.problems else False,
    }
    label = el("label", {"class": "f-label", "for": name}, f"The whole {painter.whole.lower()} as JSON")
    hint = el("p", {"class": "f-help"}, "A Python dict or a curl command can be pasted, too.")
    mark = painter.hidden("tab", "", "json")
    # A loaded value that looks like a call of the API is none, and comes back as it is.
    if envelope(text) is not None:
        mark = join(mark, painter.hidden("kept", "", "1"))
    return el(
        "div", {"class": "f-field", "data-kind": "json"}, mark, label, el("textarea", attributes, text), hint, notes
    )


def _summary(painter: Painter, issues: Sequence[Issue], root: Node, ids: str, *, as_json: bool) -> SafeString:
    if not issues:
        return NOTHING
    order = {at: number for number, at in enumerate(painter.targets)}
    located = sorted(
        ((pointer_of(root, issue.path), issue) for issue in issues), key=lambda pair: order.get(pair[0], 0)
    )
    rows = [_row(painter, issue, at, as_json=as_json) for at, issue in located]
    count = f"{len(issues)} problems" if len(issues) > 1 else "1 problem"
    attributes: dict[str, str | bool] = {
        "class": "f-problems",
        "role": "alert",
        "id": f"{ids}-problems",
        "tabindex": "-1",
        "autofocus": True,
    }
    return el("div", attributes, el("p", {"class": "f-problems-title"}, count), el("ul", {}, *rows))


def _row(painter: Painter, issue: Issue, at: str, *, as_json: bool) -> SafeString:
    target, label = painter.targets.get(at, (f"{painter.ids}-1", painter.whole))
    path = " → ".join(str(step + 1) if isinstance(step, int) else step for step in issue.path)
    shown = path if as_json or not label else label
    link = el("a", {"href": f"#{target}"}, shown or label)
    return el("li", {}, link, " ", issue.message)
