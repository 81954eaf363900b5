"""What the parts of a run's page are rendered with, on the page and over its socket alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.journal.state import RunState
from engine.paths import Path
from playground.forms import Form
from playground.runpage.loaded_run import Loaded
from playground.runpage.pause_forms import PauseForm, paused_forms
from playground.runpage.view import Line, RunView
from playground.runs.masking import mask_input, mask_rehearsal, mask_result, mask_state


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts:
    """What surrounds the rows.

    Context of ``run/why.html``, ``run/code.html``, ``run/filters.html``, ``run/axis.html``, ``run/breaks.html``,
    ``run/head.html``, ``run/result.html``, ``run/state.html``, ``run/paused.html``.
    """

    view: RunView
    run: RunState
    input: Any
    """As ``result`` and ``state``, with its secrets masked."""
    result: Any
    state: Any
    outdated: bool
    """Whether the code has changed since the run was made."""
    paused: tuple[PauseForm, ...]
    """The steps that come next, when the run is paused before them."""
    rehearsal: dict[str, Any]
    """What the run pretends, masked as well; empty for a run in earnest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPart:
    """Context of ``run/row.html``."""

    view: RunView
    line: Line
    html: str
    """What is inside of the row, empty while it is closed."""
    selected: str
    """The key of the row that stands open in the panel."""


def parts_of(loaded: Loaded, view: RunView, typed: Mapping[Path, Form] | None = None) -> RunParts:
    """Return what the parts of a run's page show, secrets masked; ``typed`` as for `paused_forms`."""
    run = view.history.run
    return RunParts(
        view=view,
        run=run,
        input=mask_input(loaded.graph, run.root.input),
        result=mask_result(loaded.graph, run.result),
        state=mask_state(loaded.graph, run.state),
        outdated=loaded.outdated,
        paused=tuple(paused_forms(run, loaded.graph, typed).values()),
        rehearsal={} if run.rehearsal is None else mask_rehearsal(loaded.graph, run.rehearsal.to_dict()),
    )
