"""Two runs beside each other, and the choice of what a run is held against."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from engine.paths import format_path, ids_of
from playground.actions import actions
from playground.comparison.compare_runs import Comparison, Pair
from playground.display.pages import page
from playground.runpage.changed_steps import ChangedStep, difference
from playground.runs import compared
from playground.runs.compared import Compared
from playground.views.frame import frame_of

MOST = 300
"""How many steps stand on the page; those that differ come first into this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Context of ``compare.html``."""

    a: str
    b: str
    both: Compared | None
    """None while one of the two is still to be chosen."""
    found: Comparison | None
    rows: tuple[Pair, ...]
    differing: int
    """How many steps differ."""
    left_out: int
    everything: bool
    """Whether steps that do not differ are shown, too."""
    recoded: tuple[ChangedStep, ...]
    """The steps whose source differs."""
    offered: tuple[tuple[str, str], ...]
    """What the run may be held against: in words, and the id."""


@require_safe
async def compare(request: HttpRequest) -> HttpResponse:
    """Compare runs ``?a=`` and ``?b=``; with one of them only, offer what it may be held against."""
    a, b = request.GET.get("a", "").strip(), request.GET.get("b", "").strip()
    everything = request.GET.get("show") == "all"
    both = await compared.compare(a, b) if a and b else None
    pairs = both.found.pairs if both is not None else ()
    differing = [pair for pair in pairs if pair.differs or pair.recoded]
    wanted = pairs if everything else differing
    offered = await compared.offered(await actions.state_of(b or a)) if both is None and (a or b) else []
    context = ComparePage(
        a=a,
        b=b,
        both=both,
        found=None if both is None else both.found,
        rows=tuple(wanted[:MOST]),
        differing=len(differing),
        left_out=max(0, len(wanted) - MOST),
        everything=everything,
        recoded=() if both is None else _recoded(both),
        offered=tuple(offered),
    )
    return page(request, "compare.html", context, frame=await frame_of(request, "runs"))


def _recoded(both: Compared) -> tuple[ChangedStep, ...]:
    """Return the steps whose source differs, each once however often it ran."""
    found = {format_path(ids_of(pair.path)): pair.source for pair in both.found.pairs if pair.recoded}
    pairs = {name: [both.texts.get(str(digest), "") for digest in pair] for name, pair in found.items()}
    return tuple(ChangedStep(path=name, lines=difference(one, other)) for name, (one, other) in pairs.items())
