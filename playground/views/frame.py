"""What stands around each page: where one is, how much waits for a person, what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from playground.catalogue import catalogue
from playground.catalogue.problems import ImportProblem, told
from playground.display.pages import PageFrame, PageNotice, context_of
from playground.fleet import takeover, workers
from playground.runs.inbox import inbox_count

LINKED = 10
"""How many of the runs that went on after a restart are linked."""
NOTICES = {
    "canceled": PageNotice(status="canceled", text="The run is canceled."),
    "saved": PageNotice(status="success", text="The input is saved."),
    "forgotten": PageNotice(status="success", text="The saved input is deleted."),
    "scenario": PageNotice(status="success", text="The run is saved as a scenario."),
    "finding": PageNotice(
        status="success", text="The input is saved as a scenario, which fails until the code is mended."
    ),
    "deleted": PageNotice(status="success", text="Deleted."),
    "two": PageNotice(status="warning", text="Tick two runs to compare them."),
    "none": PageNotice(status="warning", text="No run was ticked, so nothing was done."),
}
"""What a redirect may say, by its ``?notice=``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenBar:
    """Context of ``parts/broken.html``."""

    problems: tuple[ImportProblem, ...]


async def frame_of(request: HttpRequest, section: str, notices: tuple[PageNotice, ...] = ()) -> PageFrame:
    """Return the frame of a page."""
    said = NOTICES.get(request.GET.get("notice", ""))
    problems = told(await catalogue.import_errors())
    # What a script asks for takes a part of the page, and would drop what is told once.
    taken = None if "HX-Request" in request.headers or request.method == "HEAD" else await takeover.watch.tell()
    if taken is not None:
        notices += (PageNotice(status="success", text=taken.text, runs=taken.run_ids[:LINKED]),)
    return PageFrame(
        section=section,
        inbox=await inbox_count(),
        trouble=await trouble(problems),
        broken=bar(problems),
        notices=notices + ((said,) if said else ()),
    )


def bar(problems: Sequence[ImportProblem]) -> SafeString:
    """Return the bar about what of the user's code does not import; without problems an empty place for it."""
    return render_to_string("parts/broken.html", context_of(BrokenBar(problems=tuple(problems))))


def bar_fragment(html: str) -> SafeString:
    """Return a bar as a fragment that takes the place of the one on the page."""
    return format_html('<hx-partial hx-target="#broken" hx-swap="outerMorph">{}</hx-partial>', html)


async def trouble(problems: Sequence[ImportProblem]) -> str:
    """Return the first thing that the page about the playground's health would complain about."""
    if problems:
        return f"{problems[0].module} {problems[0].fault}"
    if not await workers.ready_count():
        return "no worker is connected"
    return "a worker is blocked" if await workers.blocked_count() else ""
