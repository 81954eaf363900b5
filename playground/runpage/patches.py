"""The difference of two views of a run as fragments of its page, rendered from the page's own templates."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from playground.runpage.loading import Loaded
from playground.runpage.view import Line, RunView, changes
from playground.runs.masking import mask_input, mask_result, mask_state


def patch(loaded: Loaded, old: RunView, new: RunView, *, token: str, moved: bool) -> dict[str, Any]:
    """Return the message that brings a page from one view to another.

    Args:
        loaded: the run.
        old: what the page shows.
        new: what it is to show.
        token: the CSRF token for forms inside the fragments.
        moved: whether the journal has moved; else only what surrounds the run may have.
    """
    found = changes(old, new)
    context = context_of_run(loaded, new, token)
    parts = [_part("run-why", "run/why.html", context)]
    if moved:
        parts += [_part("filters", "run/filters.html", context)]
        parts += [_part("axis", "run/axis.html", context), _part("breaks", "run/breaks.html", context)]
    if moved and old.status != new.status:
        parts += [_part("run-head", "run/head.html", context), _part("run-values", "run/result.html", context)]
    if old.state != new.state:
        parts += [_part("run-state", "run/state.html", context)]
    parts += [_replace(f"row-{change.line.id}", _row(change.line, context)) for change in found.changed]
    parts += [_insert(anchor, [_row(line, context) for line in lines]) for anchor, lines in found.added]
    again = [change.line for change in found.changed if change.body or not change.line.open]
    fresh = [line for _, lines in found.added for line in lines if line.open]
    return {
        "seq": new.seq,
        "status": new.status,
        "html": "".join(parts),
        "marks": dict(found.marks),
        "links": dict(found.links),
        "removed": list(found.removed),
        "changed": [line.id for line in again + fresh],
        "opened": [line.id for line in again + fresh if line.open],
        "title": f"{new.status} · {new.history.run.workflow_id} · Stepyard",
    }


def context_of_run(loaded: Loaded, view: RunView, token: str) -> dict[str, Any]:
    """Return what the parts of a run's page are rendered with, secrets masked."""
    run = view.history.run
    return {
        "view": view,
        "run": run,
        "input": mask_input(loaded.graph, run.root.input),
        "result": mask_result(loaded.graph, run.result),
        "state": mask_state(loaded.graph, run.state),
        "csrf_token": token,
        "outdated": loaded.outdated,
    }


def _row(line: Line, context: dict[str, Any]) -> SafeString:
    return render_to_string("run/row.html", {**context, "line": line, "html": "", "selected": ""})


def _part(element: str, template: str, context: dict[str, Any]) -> SafeString:
    return _replace(element, render_to_string(template, context))


def _replace(element: str, html: SafeString) -> SafeString:
    return format_html('<hx-partial hx-target="[id=\'{}\']" hx-swap="outerMorph">{}</hx-partial>', element, html)


def _insert(anchor: str, rows: list[SafeString]) -> SafeString:
    html = format_html_join("", "{}", ((row,) for row in rows))
    if not anchor:
        return format_html('<hx-partial hx-target="#rows" hx-swap="afterbegin">{}</hx-partial>', html)
    return format_html('<hx-partial hx-target="[id=\'row-{}\']" hx-swap="afterend">{}</hx-partial>', anchor, html)
