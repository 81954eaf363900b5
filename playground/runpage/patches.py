"""The difference of two views of a run as fragments of its page, rendered from the page's own templates."""

from collections.abc import Collection
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from playground.display.pages import context_of
from playground.runpage.loaded_run import Loaded
from playground.runpage.opened_step import step_html
from playground.runpage.parts import RowPart, parts_of
from playground.runpage.view import Line, RunView, changes


def patch(
    loaded: Loaded, old: RunView, new: RunView, *, token: str, moved: bool, held: Collection[str] = ()
) -> dict[str, Any]:
    """Return the message that brings a page from one view to another.

    Args:
        loaded: the run.
        old: what the page shows.
        new: what it is to show.
        token: the CSRF token for forms inside the fragments.
        moved: whether the journal has moved; else only what surrounds the run may have.
        held: the keys of the rows that the page holds open; the insides of others are not sent.
    """
    found = changes(old, new)
    context = context_of(parts_of(loaded, new)) | {"csrf_token": token}
    parts = [_part("run-why", "run/why.html", context)]
    if moved:
        parts += [_part("filters", "run/filters.html", context)]
        parts += [_part("axis", "run/axis.html", context), _part("breaks", "run/breaks.html", context)]
    if old.changed != new.changed or (moved and (old.status, old.called) != (new.status, new.called)):
        parts += [_part("run-head", "run/head.html", context), _part("run-code", "run/code.html", context)]
    if moved and old.status != new.status:
        parts.append(_part("run-values", "run/result.html", context))
    if moved and old.paused != new.paused:
        parts += [_part("run-paused", "run/paused.html", context)]
    if old.state != new.state:
        parts += [_part("run-state", "run/state.html", context)]

    def inside(line: Line) -> str:
        wanted = line.row.opens and (line.open or line.id in held)
        return step_html(new, line, loaded.graph, token=token) if wanted else ""

    again = [change.line for change in found.changed if change.body]
    bodies = {line.id: html for line in again if (html := inside(line))}
    # A swap looks for all its places before it fills the first one, so a new place comes with what is inside.
    within = {change.line.id: bodies.get(change.line.id, "") for change in found.changed if change.had_none}
    for line in (change.line for change in found.changed):
        parts.append(_replace(f"row-{line.id}", _row(new, line, within.get(line.id, ""))))
    parts += [_fill(key, html) for key, html in bodies.items() if key not in within]
    parts += [_insert(anchor, [_row(new, line, inside(line)) for line in lines]) for anchor, lines in found.added]
    grown = {line.id: more for line in new.lines if line.id not in bodies and (more := _grown(old, line))}
    return {
        "seq": new.seq,
        "status": new.status,
        "html": "".join(parts),
        "marks": dict(found.marks),
        "links": dict(found.links),
        "counts": {node: [count.text, count.words] for node, count in found.counts.items()},
        "removed": list(found.removed),
        "order": list(found.order),
        # A row that was opened since the page has last said so has to ask for what was written.
        "changed": [line.id for line in again] + [key for key in grown if key not in held],
        "opened": [line.id for line in again if line.open],
        "bodies": list(bodies),
        "grown": {key: more for key, more in grown.items() if key in held},
        "title": f"{new.status} · {new.history.run.workflow_id} · Stepyard",
    }


def _grown(old: RunView, line: Line) -> tuple[int, str] | None:
    """Return what a step has written since, and behind how many characters; None when it is nothing."""
    was, written, state = old.line(line.id), line.row.written, line.row.state
    if was is None or written is None or state is None or not was.row.opens:
        return None
    before = 0 if was.row.written is None else was.row.written.length
    return (before, old.history.trace(state).stream.text[before:]) if written.length > before else None


def _row(view: RunView, line: Line, html: str = "") -> SafeString:
    return render_to_string("run/row.html", context_of(RowPart(view=view, line=line, html=html, selected="")))


def _fill(key: str, html: str) -> SafeString:
    return format_html('<hx-partial hx-target="[id=\'body-{}\']" hx-swap="innerHTML">{}</hx-partial>', key, html)


def _part(element: str, template: str, context: dict[str, Any]) -> SafeString:
    return _replace(element, render_to_string(template, context))


def _replace(element: str, html: SafeString) -> SafeString:
    return format_html('<hx-partial hx-target="[id=\'{}\']" hx-swap="outerMorph">{}</hx-partial>', element, html)


def _insert(anchor: str, rows: list[SafeString]) -> SafeString:
    html = format_html_join("", "{}", ((row,) for row in rows))
    if not anchor:
        return format_html('<hx-partial hx-target="#rows" hx-swap="afterbegin">{}</hx-partial>', html)
    return format_html('<hx-partial hx-target="[id=\'row-{}\']" hx-swap="afterend">{}</hx-partial>', anchor, html)
