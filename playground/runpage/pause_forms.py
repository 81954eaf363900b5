"""The steps before which a run is paused, each with its input in a form, and the buttons by which it goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from engine.journal.state import RunState
from engine.paths import Path, format_path
from playground.forms import MISSING, Form, Json, without_secrets
from playground.graph.nodes import UNKNOWN, Node
from playground.graph.tree import read_tree

Graph = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseForm:
    """A step that comes next, as the page shows it between its own tags."""

    path: str
    html: SafeString
    action: str
    id: str


def paused_forms(run: RunState, graph: Graph | None, typed: Mapping[Path, Form] | None = None) -> dict[Path, PauseForm]:
    """Return the forms of the steps before which a run is paused; none when it is not.

    Args:
        run: the run.
        graph: the graph of its version.
        typed: forms as they were posted, when they were refused or a part was added.
    """
    if run.status != "paused":
        return {}
    return {path: _form(run, graph, path, (typed or {}).get(path)) for path in run.paused}


def posted_form(
    graph: Graph | None, path: Path, pairs: Iterable[tuple[str, str]], files: Iterable[tuple[str, str, bytes]]
) -> Form:
    """Return the form of a paused step as it was posted."""
    return Form.posted(_node(graph, path).input_schema or {}, pairs, files)


def is_as_it_was(run: RunState, graph: Graph | None, path: Path, form: Form) -> bool:
    """Tell whether a form holds what the step will be given anyway; its secrets were left out, and are kept then."""
    value = form.so_far
    return value is not MISSING and value == _shown(_node(graph, path), run.paused[path])


def _form(run: RunState, graph: Graph | None, path: Path, form: Form | None) -> PauseForm:
    node, written = _node(graph, path), format_path(path)
    schema = node.input_schema or {}
    action = f"{reverse('proceed', args=[run.run_id])}?{urlencode({'step': written})}"
    name = f"paused-{run.run_id}-{written}"
    form = form or Form.of(schema, _shown(node, run.paused[path]))
    return PauseForm(path=written, html=form.html(submit_url=action, id_prefix=name), action=action, id=f"{name}-form")


def _node(graph: Graph | None, path: Path) -> Node:
    return read_tree(graph).at(path) or UNKNOWN


def _shown(node: Node, value: Json) -> Json:
    """Return what a step will be given, without its secrets and those of whatever gives it."""
    for schema in (*node.given_schemas, node.input_schema):
        value = without_secrets(schema or {}, value)
    return value
