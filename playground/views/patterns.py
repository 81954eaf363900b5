"""Every component in every state: an aid for development and for screenshot tests."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from engine.events import RunStatus
from playground.diagram import svg
from playground.display.pages import PageFrame, page
from playground.history import History, Holder
from playground.history.row import RowStatus
from playground.runpage.opened_step import Drawn, draw
from playground.runpage.view import RunView, run_view
from playground.views import pattern_samples

STATUSES: tuple[RowStatus | RunStatus, ...] = (
    "pending",
    "running",
    "waiting",
    "suspended",
    "success",
    "failed",
    "canceled",
    "bailed",
    "skipped",
    "undone",
    "paused",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A made-up run."""

    name: str
    view: RunView
    lines: tuple[Drawn, ...]
    graph: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternsPage:
    """Context of ``patterns.html``."""

    statuses: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    selected: str = ""
    """No row stands open in the panel."""


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    runs = (
        ("Suspended", pattern_samples.OPENING, 400.0),
        ("Running", pattern_samples.ANSWERED, 3704.4),
        ("Finished", pattern_samples.FINISHED, 3739.0),
        ("Failed", pattern_samples.BROKEN, 1.1),
    )
    drawn = tuple(_pattern(request, name, lines, now) for name, lines, now in runs)
    return page(request, "patterns.html", PatternsPage(statuses=STATUSES, patterns=drawn), frame=PageFrame(inbox=3))


def _pattern(request: HttpRequest, name: str, lines: pattern_samples.Lines, now: float) -> Pattern:
    history = History(pattern_samples.events(f"sample-{name.lower()}", lines))
    view = run_view(
        history, pattern_samples.ORDER, now=pattern_samples.BEGIN + timedelta(seconds=now), holder=Holder(workers=1)
    )
    graph = svg(
        pattern_samples.ORDER,
        width=340,
        marks=view.marks,
        icons=static("img/icons.svg"),
        links=view.links,
        counts=view.counts,
    )
    return Pattern(name=name, view=view, lines=draw(view, pattern_samples.ORDER, token=get_token(request)), graph=graph)
